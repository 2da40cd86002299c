"""The server that gives a page and its model to a browser, and that the page posts its answer to.

Everything is under a random token in the path of the URL, so that no other page or user of this machine can read it or
post to it. What is posted is treated as hostile: its size is limited, and it must be strict JSON, an object of a known
kind. Its content is checked by the caller.
"""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from ganzoo.serving.link import Link, throttled
from ganzoo.serving.running import listening, running, with_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES = 32 << 20  # of one message, where nobody who knows what the page has to say asks for more

HEADERS = {
    # the two make the page cross-origin isolated: browsers give only such a page a fine clock
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-embedder-policy": b"require-corp",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
}

Kind = Literal["hello", "progress", "result", "error"]
KINDS = ("hello", "progress", "result", "error")
LAST = ("result", "error")


@dataclass(frozen=True)
class PageMessage:
    """A message of a page: `hello` when its script runs, `progress` while it works, then one `result` or `error`.

    A message that breaks the rules arrives as an `error` that says which rule.
    """

    kind: Kind
    data: dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A page that is being served. `url` ends in the token and a slash.

    `sent` has the bytes on the wire of the body of each file, by its path below the token.
    """

    url: str
    messages: queue.SimpleQueue[PageMessage] = field(default_factory=queue.SimpleQueue)
    sent: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Host:
    """A running server for one page after another, each under a token of its own.

    `home` is the path to which a page is sent after its last message, "" for none.
    """

    port: int
    home: str = ""
    pages: dict[str, ASGIApp] = field(default_factory=dict)

    @contextmanager
    def serve(
        self,
        folders: Mapping[str, Path],
        job: Mapping[str, Any],
        *,
        documents: Mapping[str, Any] = {},
        link: Link | None = None,
        most: int = MAX_BYTES,
    ) -> Iterator[Served]:
        """Serve `folders` at their names, `job` at `job.json`, and further JSON `documents` at their names.

        The folder named "" is the root, in which the page lies. A page posts to `message`. If a file has a compressed
        `.br` beside it and the browser accepts that, it is sent instead. `link` slows everything down. A message of
        more than `most` bytes is refused.
        """
        token = secrets.token_urlsafe(24)
        served = Served(f"http://127.0.0.1:{self.port}/{token}/")
        app: ASGIApp = _app(folders, {"job.json": job, **documents}, served.messages, self.home, most)
        if link:
            app = throttled(app, link)
        self.pages[token] = _counted(app, served.sent)
        try:
            yield served
        finally:
            del self.pages[token]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page whose token the path begins with."""
        from starlette.responses import Response

        token = scope["path"].removeprefix("/").partition("/")[0]
        # a page that was given up and answers at last is sent home as well
        absent = Response(status_code=404, headers=_homeward(self.home))
        await self.pages.get(token, absent)({**scope, "root_path": f"/{token}"}, receive, send)


@contextmanager
def host(
    address: str = "127.0.0.1", home: str = "", front: Callable[[ASGIApp], ASGIApp] | None = None
) -> Iterator[Host]:
    """Run a server on `address`, at a port that the system picks. `front` can wrap everything that it serves."""
    listener = listening(address)
    hosted = Host(listener.getsockname()[1], home)
    with running(with_headers(front(hosted) if front else hosted, HEADERS), listener):
        yield hosted


@contextmanager
def serve(
    folders: Mapping[str, Path],
    job: Mapping[str, Any],
    *,
    documents: Mapping[str, Any] = {},
    link: Link | None = None,
    most: int = MAX_BYTES,
) -> Iterator[Served]:
    """Run a server of its own for one page, on 127.0.0.1; see `Host.serve`."""
    with host() as hosted, hosted.serve(folders, job, documents=documents, link=link, most=most) as served:
        yield served


def _app(
    folders: Mapping[str, Path],
    documents: Mapping[str, Any],
    messages: queue.SimpleQueue[PageMessage],
    home: str,
    most: int,
) -> Starlette:
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.responses import Response as Reply
    from starlette.routing import Mount, Route

    from ganzoo.serving.static import Files

    done = threading.Event()

    def document(name: str, value: Any) -> Route:
        async def answer(_: Request) -> Response:
            return JSONResponse(value)

        return Route(f"/{name}", answer)

    async def take(request: Request) -> Response:
        body = await _body(request, most)
        if done.is_set():
            return Reply("the page has already sent its last message", 409, _homeward(home))
        message = _refused(f"more than {most} bytes") if body is None else parse(body)
        if message.kind in LAST:
            done.set()
        messages.put(message)
        return Reply(None, 413 if body is None else 204, _homeward(home) if done.is_set() else None)

    # the root folder comes last: a mount takes every path below it
    mounts = [
        Mount(f"/{name}" if name else "", Files(directory=folder))
        for name, folder in sorted(folders.items(), reverse=True)
    ]
    routes = [*(document(*each) for each in documents.items()), Route("/message", take, methods=["POST"]), *mounts]
    return Starlette(routes=routes)


def _homeward(home: str) -> dict[str, str]:
    return {"location": home} if home else {}


async def _body(request: Request, most: int) -> bytes | None:
    """Return the body of the request, None as soon as it is known to exceed `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def parse(body: bytes) -> PageMessage:
    """Return the message that a page posted: a JSON object with `kind` and the values of that kind."""
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _refused("text that is not JSON")
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return _refused("a message of an unknown kind")
    return PageMessage(cast("Kind", data.pop("kind")), data)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not valid JSON")


def _refused(what: str) -> PageMessage:
    return PageMessage("error", {"message": f"the page posted {what}"})


def _counted(app: ASGIApp, sent: Counter[str]) -> ASGIApp:
    """Return `app`, which then adds the bytes of the files that it sends to `sent`."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope["root_path"] + "/")
        found = False

        async def count(message: Message) -> None:
            nonlocal found
            if message["type"] == "http.response.start":
                found = scope["method"] == "GET" and message["status"] in (200, 206)
            if found:
                sent[path] += len(message.get("body", b""))
            await send(message)

        await app(scope, receive, count)

    return counted
