"""The loopback server that a page and its model come from, and that the page answers to.

Everything lives under a random token in the URL's path, so that no other page or user of this machine can
read it or post to it. What is posted is taken as hostile: bounded in size, strict JSON, an object of a
known kind. Meaning is checked by whoever asked.
"""

from __future__ import annotations

import json
import queue
import secrets
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from ganzoo.errors import BrowserMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES = 32 << 20  # of one message; 16 pictures of 3x256x256 in base64 take 17 MB

# Python's own table follows the system's registry, which may call a script plain text.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
}

HEADERS = (
    # the two make the page cross-origin isolated: browsers give only such a page a fine clock
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)

Kind = Literal["hello", "progress", "result", "error"]
KINDS = ("hello", "progress", "result", "error")
LAST = ("result", "error")


@dataclass(frozen=True)
class PageMessage:
    """What the page said: `hello` when its script runs, `progress` as it works, then one `result` or `error`.

    A message that breaks the rules arrives as an `error` that says which.
    """

    kind: Kind
    data: dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A running server. `url` ends in the token and a slash."""

    url: str
    messages: queue.SimpleQueue[PageMessage] = field(default_factory=queue.SimpleQueue)


@contextmanager
def serve(folders: Mapping[str, Path], job: Mapping[str, Any]) -> Iterator[Served]:
    """Serve `folders` by name and `job` as `job.json` on 127.0.0.1, at a port that the system picks.

    The folder named "" is the root, where the page lies. A page posts to `message`.
    """
    import uvicorn

    token = secrets.token_urlsafe(24)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # connections inherit it; without, a delayed acknowledgement costs 40 ms for each small file
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}/{token}/")
        app = _with_headers(_app(token, folders, job, served.messages))
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server", daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise BrowserMissingError("The server for the browser's page did not start on 127.0.0.1.")
                time.sleep(0.005)
            yield served
        finally:
            server.should_exit = True
            thread.join()


def _app(
    token: str, folders: Mapping[str, Path], job: Mapping[str, Any], messages: queue.SimpleQueue[PageMessage]
) -> Starlette:
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.responses import Response as Reply
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    class Typed(StaticFiles):
        def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:
            response = super().file_response(full_path, *args, **kwargs)
            suffix = "." + str(full_path).rpartition(".")[2]
            response.headers["content-type"] = TYPES.get(suffix, "application/octet-stream")
            return response

    done = threading.Event()

    async def answer(_: Request) -> Response:
        return JSONResponse(job)

    async def take(request: Request) -> Response:
        body = await _body(request)
        if done.is_set():
            return Reply("the page has given its last message", 409)
        message = _refused(f"more than {MAX_BYTES} bytes") if body is None else parse(body)
        if message.kind in LAST:
            done.set()
        messages.put(message)
        return Reply(status_code=413 if body is None else 204)

    # the root folder comes last: a mount takes every path below it
    mounts = [
        Mount(f"/{name}" if name else "", Typed(directory=folder))
        for name, folder in sorted(folders.items(), reverse=True)
    ]
    routes = [Route("/job.json", answer), Route("/message", take, methods=["POST"]), *mounts]
    return Starlette(routes=[Mount(f"/{token}", routes=routes)])


async def _body(request: Request) -> bytes | None:
    """The request's body, or None once it is known to exceed `MAX_BYTES`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def parse(body: bytes) -> PageMessage:
    """A message as a page posts it: a JSON object with `kind`, and whatever that kind carries."""
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _refused("no JSON")
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return _refused("a message of no known kind")
    return PageMessage(cast("Kind", data.pop("kind")), data)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _refused(what: str) -> PageMessage:
    return PageMessage("error", {"message": f"the page posted {what}"})


def _with_headers(app: ASGIApp) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await app(scope, receive, send_more)

    return wrapped
