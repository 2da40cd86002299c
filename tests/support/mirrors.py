"""HTTP servers on loopback that hold files to download, and misbehave by script."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

CONTENT = np.random.default_rng(0).bytes(300_000)


# What a mirror does with a request: each takes the handler and the content of the path


def sound(handler, content):
    start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
    if start >= len(content):
        return handler.send_error(416)
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])
    return None


def without_ranges(handler, content):
    del handler.headers["Range"]
    sound(handler, content)


def cut(n):
    """Promises everything, sends `n` bytes and hangs up."""

    def serve(handler, content):
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start : start + n])

    return serve


def then_hang(n):
    """Like `cut`, but the line stays open."""

    def serve(handler, content):
        cut(n)(handler, content)
        handler.server.closing.wait(30)

    return serve


def status(code):
    return lambda handler, content: handler.send_error(code)


def other(content):
    return lambda handler, _: sound(handler, content)


def drip(handler, content):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.wait(0.05):
        handler.wfile.write(b"x")


def endless(handler, content):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.is_set():
        handler.wfile.write(bytes(50_000))


def another_range(handler, content):
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes 7-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - 7))
    handler.end_headers()
    handler.wfile.write(content[7:])


@dataclass
class Mirror:
    """Answers the n-th request with the n-th act, later ones with the last; keeps each path and range."""

    acts: list
    contents: dict[str, bytes]
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""
