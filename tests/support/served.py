"""A folder as `ganzoo serve` serves it, and a client that asks for exactly what it is told to."""

from __future__ import annotations

import http.client
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import brotli

from ganzoo.serving.running import listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

SCRIPT = b"export const answer = 42;\n" * 40

WEIGHTS = bytes(range(256)) * 40

PACKED = brotli.compress(SCRIPT)

SECRET = b"precious"


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """The port that `app` answers on."""
    listener = listening("127.0.0.1")
    port = listener.getsockname()[1]
    with running(app, listener):
        yield port


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to a request for `path` as it is written here."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
