"""`ganzoo serve`: its addresses, its ports, its end, and what it says."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.serving.link import Link, throttled
from ganzoo.serving.running import listening
from ganzoo.site import serve as server
from tests.support.served import PACKED, ask, free, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.command import Done

pytestmark = pytest.mark.posix


def test_it_can_stand_behind_a_slow_link(site: Path) -> None:
    with served(throttled(server.app(site), Link(1e9, 0.0))) as port:
        assert ask(port, "/elements.js", Accept_Encoding="br")[1] == PACKED


# Who is answered


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`ganzoo serve` in a process of its own, and the URL that it prints."""
    command = [sys.executable, "-m", "ganzoo", "serve", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_the_command_and_its_end(site: Path) -> None:
    port = free()
    with serving(site, "--port", str(port)) as (process, url):
        assert url == f"http://127.0.0.1:{port}/"
        assert ask(port, "/")[0].status == 200
        for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST"):
            assert ask(port, "/", Host=f"{name}:{port}")[0].status == 200
        for name in (
            "rebound.example",
            f"rebound.example:{port}",
            "localhost",
            f"localhost:{port + 1}",
            "",
            f"a@localhost:{port}",
        ):
            response, body = ask(port, "/", Host=name)
            assert (response.status, body) == (421, b"not a name of this machine"), name
        with socket.create_connection(("127.0.0.1", port)) as idle:  # one that stays open delays no end
            idle.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            assert idle.recv(12) == b"HTTP/1.1 200"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_that_is_taken(ganzoo: Callable[..., Done], site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = ganzoo("serve", site, "--port", port)
    assert done.code == 2 and f"Port {port} of 127.0.0.1 is in use" in done.err and "--port" in done.err


def test_the_next_port_where_none_was_asked_for(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(server, "PORT", taken)
        urls = []

        def ready(url: str, exposed: str) -> None:
            urls.append(url)
            raise KeyboardInterrupt

        server.serve(site, "127.0.0.1", None, ready)
        assert taken < int(urls[0].rpartition(":")[2].rstrip("/")) < taken + server.PORTS


@pytest.mark.parametrize(
    ("host", "words", "remedy"),
    [
        ("192.0.2.1", "of 192.0.2.1: Cannot assign requested address.", "--host as an address of this machine"),
        ("é" * 70, "it is not an address", "--host as an address of this machine"),
        ("", "--host is empty", "Give it a value, or leave it out."),
        ("[]", "--host is empty", "--host as an address of this machine"),
    ],
)
def test_an_address_that_is_not_ours(
    host: str, words: str, remedy: str, ganzoo: Callable[..., Done], site: Path
) -> None:
    done = ganzoo("serve", site, "--host", host)
    assert done.code == 2 and words in done.err and remedy in done.err
    assert "while attempting" not in done.err and "Traceback" not in done.err


def shown(site: Path, host: str, name: str) -> tuple[str, str, int]:
    """For `--host`: the URL, the word on others, the status of an answer to `name`, of whatever web."""
    seen: list[Any] = []

    def ready(url: str, exposed: str) -> None:
        port = int(url.rpartition(":")[2].rstrip("/"))
        seen.extend((url.replace(str(port), "PORT"), exposed, ask(port, "/", Host=f"{name}:{port}")[0].status))
        raise KeyboardInterrupt

    server.serve(site, host, free(), ready)
    return tuple(seen)


@pytest.mark.parametrize("host", ["127.1", "LOCALHOST", "localhost", "127.0.0.1"])
def test_loopback_in_any_spelling(host: str, site: Path) -> None:
    assert shown(site, host, "rebound.example") == ("http://127.0.0.1:PORT/", "", 421)
    assert shown(site, host, host) == ("http://127.0.0.1:PORT/", "", 200)


def test_a_name_of_this_machine_is_where_it_leads(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's `/etc/hosts` has the machine's own name so."""
    real = server.listening
    monkeypatch.setattr(server, "listening", lambda host, port: real({"my-machine": "127.0.1.1"}.get(host, host), port))
    urls: list[str] = []

    def ready(url: str, exposed: str) -> None:
        port = int(url.rpartition(":")[2].rstrip("/"))
        for name, status in (("my-machine", 200), ("127.0.1.1", 200), ("rebound.example", 421)):
            connection = http.client.HTTPConnection("127.0.1.1", port, timeout=10)
            connection.request("GET", "/", headers={"Host": f"{name}:{port}"})
            assert connection.getresponse().status == status
            connection.close()
        urls.extend((url, exposed))
        raise KeyboardInterrupt

    server.serve(site, "My-Machine", free(), ready)
    assert urls[0].startswith("http://127.0.1.1:") and urls[1] == ""


@pytest.mark.parametrize("host", ["0", "0.0.0.0", "::", "0::0"])
def test_every_address_in_any_spelling(host: str, site: Path) -> None:
    """IPv4 reaches `::` too."""
    url, exposed, status = shown(site, host, "name.example")
    assert url == f"http://{'[::1]' if ':' in host else '127.0.0.1'}:PORT/" and status == 200
    assert f"http://{server.lan_address()}:" in exposed


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_loopback_of_ipv6(host: str, site: Path) -> None:
    said: list[tuple[str, str]] = []

    def ready(url: str, exposed: str) -> None:
        said.append((url, exposed))
        raise KeyboardInterrupt

    server.serve(site, host, port := free(), ready)
    assert said == [(f"http://[::1]:{port}/", "")]


def test_beyond_loopback_only_when_told_and_with_a_word(site: Path) -> None:
    port = free()
    with serving(site, "--port", str(port), "--host", "0.0.0.0") as (process, url):
        assert url == f"http://127.0.0.1:{port}/"
        assert ask(port, "/", Host=f"name.example:{port}")[0].status == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=5)
    assert "plain HTTP" in err and f":{port}/" in err
    assert server.exposed("127.0.0.1", url) == server.exposed("::1", url) == ""
    assert "http://192.0.2.7:8000/demo/" in server.exposed("192.0.2.7", "http://192.0.2.7:8000/demo/")


def test_open_opens_it(site: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def stop(url: str) -> None:
        opened.append(url)
        raise KeyboardInterrupt

    monkeypatch.setattr("webbrowser.open", stop)
    done = ganzoo("serve", site, "--open", "--port", free())
    assert done.code == 0 and opened == [done.out.strip()]


def test_small_files_come_without_delay() -> None:
    """Nagle's algorithm and a delayed acknowledgement would cost each 40 ms."""
    with listening("127.0.0.1") as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_log_is_silent(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(server.app(site)) as port:
        for path in ("/", "/absent", "/%00", "/.git"):
            ask(port, path)
    assert capfd.readouterr() == ("", "")
