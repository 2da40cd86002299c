"""A site's host on loopback that a test can slow down, stop, spoil, and give another deployment."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ganzoo.serving.running import listening, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Literal["missing", "short", "wrong", "cut", "held"]


@dataclass
class Hosted:
    """`app` answers what is asked for; it may be changed. `asked` are the paths, in order.

    `faults` is what happens to the files whose path has the key in it: they are missing; they end too soon, as if
    that were their end; one byte of them is wrong; the connection breaks in them; they wait until that is taken back.
    """

    url: str
    app: ASGIApp
    stop: Callable[[], None]
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.asked.append(path)
        while (fault := self._fault(path)) == "held":
            await asyncio.sleep(0.01)
        if fault is None:
            await self.app(scope, receive, send)
            return
        # plain, so that it is the file's bytes that are spoilt
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, _spoilt(send, fault))

    def _fault(self, path: str) -> Fault | None:
        return next((fault for key, fault in self.faults.items() if key in path), None)


class _BrokenError(Exception):
    """What ends an answer in its middle."""


def _spoilt(send: Send, fault: Fault) -> Send:
    length = sent = 0

    async def spoilt(message: Message) -> None:
        nonlocal length, sent
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            length = int(headers[b"content-length"]) // 2
            if fault == "missing":
                message["status"], length, headers[b"cache-control"] = 404, 0, b"no-cache"
            if fault in ("missing", "short"):
                headers[b"content-length"] = str(length).encode()
            await send({**message, "headers": list(headers.items())})
            return
        body, more = bytearray(message.get("body", b"")), message.get("more_body", False)
        if fault == "wrong":
            if sent == 0 and body:
                body[len(body) // 2] ^= 1
            sent += len(body)
        else:
            body, more = body[: length - sent], more and sent + len(body) < length
            sent += len(body)
            if fault == "cut" and not more:
                await send({**message, "body": bytes(body), "more_body": True})
                raise _BrokenError
            if sent == length and not body:
                more = False
        await send({**message, "body": bytes(body), "more_body": more})

    return spoilt


@contextmanager
def hosted(app: ASGIApp) -> Iterator[Hosted]:
    """`app` at http://127.0.0.1:PORT/, until the block ends or it is stopped."""
    listener = listening("127.0.0.1")
    with ExitStack() as stack, ThreadPoolExecutor(1) as thread:
        found = Hosted(f"http://127.0.0.1:{listener.getsockname()[1]}/", app, stack.close)
        # this thread's event loop is Playwright's
        thread.submit(stack.enter_context, running(found, listener)).result()
        yield found
