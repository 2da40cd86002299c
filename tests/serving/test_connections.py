"""How long the server waits for a client, and for how many at once."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

import pytest

from ganzoo.serving import connections
from ganzoo.site import serve as server
from tests.support.served import WEIGHTS, ask, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

HALF = b"GET /models/net/weights.bin HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


def is_closed(connection: socket.socket) -> bool:
    """Whether the server gives a connection up. What it still sends is read."""
    connection.settimeout(5)
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HALF, id="half a header"),
        pytest.param(HALF + b"\r\n" + HALF, id="half of the second header"),
        pytest.param(POST + b"1", id="half a body"),
    ],
)
def test_a_request_that_does_not_come_is_given_up(
    sent: bytes, site: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.1)
    with served(server.app(site)) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(sent)
            assert is_closed(client)
        assert ask(port, "/")[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_a_header_that_drips_has_no_more_time(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.2)
    with served(server.app(site)) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.05)
        ended = False
        for _ in range(100):
            try:
                client.sendall(b"G")
                ended = client.recv(1) == b""
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                ended = True
            if ended:
                break
        assert ended


def test_an_answer_that_nobody_reads_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 16 << 20  # more than the buffers between the two take
    (tmp_path / "large.bin").write_bytes(bytes(size))
    monkeypatch.setattr(connections, "PATIENCE", 0.3)
    with served(server.app(tmp_path)) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.6)
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(1 << 20):
                received += len(part)
        assert received < size
        assert len(ask(port, "/large.bin")[1]) == size  # who reads has all of it


def test_those_that_wait_make_room_for_a_new_one(
    site: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connections, "MOST", 4)
    waiting = []
    with served(server.app(site)) as port:
        for _ in range(20):
            waiting.append(socket.create_connection(("127.0.0.1", port)))
            waiting[-1].sendall(HALF)
        assert ask(port, "/models/net/weights.bin")[1] == WEIGHTS
        assert all(map(is_closed, waiting[:16]))
        waiting[-1].sendall(b"\r\n")
        assert waiting[-1].recv(12) == b"HTTP/1.1 200"
        for each in waiting:
            each.close()
    assert capfd.readouterr() == ("", "")
