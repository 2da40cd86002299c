"""Serve a site, or any folder, on this machine with all headers that a host should send.

By default it listens on loopback only. There it answers only requests to the names of this machine, so that no page of
the web can read it through a name that resolves to this machine (DNS rebinding).
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import ipaddress
import json
import os
import re
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.responses import Response as Reply
from starlette.routing import Mount, Route

from ganzoo.errors import UnreadableError, UsageError
from ganzoo.files import readable
from ganzoo.serving.running import lan_address, listening, running, with_headers
from ganzoo.serving.static import Files
from ganzoo.site.hosts import HEADERS, IMMUTABLE, check_base_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

PORT = 8000
EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # all addresses of this machine, and which of them to show
PORTS = 100  # tried from there on where none was asked for
HASHED = re.compile(rb"[0-9a-f]{8}")
NO_NAME = re.compile(r"(?:^|/)\.|[\\\x00-\x1f\x7f]")  # .git, .., what Windows takes for a slash, controls


class SiteFiles(Files):
    """The files of a site, with `index.html` for its folders and `404.html` for missing files.

    A URL that ends in `?` and the first eight digits of its file's SHA-256 never changes its content.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(directory=root, html=True)
        self.root = root

    def get_path(self, scope: Scope) -> str:
        path = super().get_path(scope)
        return os.path.join(path, "index.html") if scope["path"].endswith("/") else path  # noqa: PTH118

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found, state = super().lookup_path(path)
        # as it lies there, links resolved
        inside = os.path.relpath(found, os.path.realpath(self.root)) if state else "."
        return (found, state) if inside == "." or not NO_NAME.search(inside) else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 206, 304):
            named = HASHED.fullmatch(scope["query_string"])
            fixed = named and (await run_in_threadpool(self._sha256, path)).startswith(named[0].decode())
            response.headers["cache-control"] = IMMUTABLE if fixed else "no-cache"
            if path.endswith(".html"):
                links = await run_in_threadpool(self._links)
                if link := links.get(os.path.normpath(path)):
                    response.headers["link"] = link
        return response

    def _links(self) -> Mapping[str, str]:
        """Return the `Link` header of each page by its file, read anew because the site may have been made again."""
        with contextlib.suppress(UsageError):
            return _described(self.root)[1]
        return {}

    def _sha256(self, path: str) -> str:
        found, state = self.lookup_path(path)
        if state is None:
            return ""
        try:
            return _sha256(found, state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino)
        except OSError:  # gone in between
            return ""


@functools.lru_cache(maxsize=4096)
def _sha256(path: str, *state: int) -> str:
    """Return the SHA-256 of the file in this state, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:  # noqa: PTH123 - a path as Starlette has it
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def app(folder: Path) -> ASGIApp:
    """Return the application that serves `folder`, under the base path in its `site.json`, else at /.

    Raises `UsageError` if `folder` is not a folder or its `site.json` is damaged.
    """
    base_path = _described(folder)[0]

    async def home(_: Request) -> Response:
        return RedirectResponse(base_path)

    site = Mount(base_path.rstrip("/"), SiteFiles(folder))
    routes = [site] if base_path == "/" else [Route("/", home), site]
    headers = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
    return with_headers(Starlette(routes=routes), {**headers, b"cache-control": b"no-cache"})


def serve(folder: Path, host: str, port: int | None, ready: Callable[[str, str], None]) -> None:
    """Serve `folder` on `host`, an address or a name of this machine, until Ctrl-C.

    `ready` is called with the URL and the result of `exposed`. The default port is `PORT`, or the next free one. Raises
    `UsageError` if `folder` cannot be served, or if the server cannot listen on `host` and `port`.
    """
    answers = app(folder)
    host = host.removeprefix("[").removesuffix("]").lower()
    listener = _listen(host, port)
    address, port = listener.getsockname()[:2]  # what was bound; `host` has many spellings of it
    if _is_loopback(address):
        answers = _for_this_machine(answers, {host, address}, port)
    url = f"http://{_bracketed(EVERY.get(address, address))}:{port}{_described(folder)[0]}"
    with running(answers, listener), contextlib.suppress(KeyboardInterrupt):
        ready(url, exposed(address, url))
        threading.Event().wait()


def exposed(address: str, url: str) -> str:
    """Return a warning that other machines can reach `address`, with their URL in place of `url`; "" on loopback."""
    if _is_loopback(address):
        return ""
    parts = urlsplit(url)
    name = lan_address() if address in EVERY else address
    theirs = urlunsplit(parts._replace(netloc=f"{_bracketed(name)}:{parts.port}"))
    return (
        f"Everybody in your network can open {theirs}. It is plain HTTP, "
        "so other machines' browsers offer neither WebGPU nor offline use there."
    )


def _is_loopback(address: str) -> bool:
    """Return whether only this machine can reach `address`."""
    return ipaddress.ip_address(address).is_loopback


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _described(folder: Path) -> tuple[str, Mapping[str, str]]:
    """Return the base path in `site.json`, and the `Link` header of each page by its file.

    A `site.json` that ganzoo did not write is ignored.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.", "Make a site with: ganzoo site")
    file = folder / "site.json"
    try:
        described: Any = json.loads(readable(file).read_text(encoding="utf-8"))
        if not (isinstance(described, dict) and described.keys() >= {"format", "ganzoo"}):
            return "/", {}
        links = {page["file"]: page["link"] for page in described["pages"] if "link" in page}
        if not all(re.fullmatch(r"[ -~]*", text) for pair in links.items() for text in pair):
            raise ValueError("the header of a page has characters that are not ASCII")
        return check_base_path(described["base_path"]), links
    except FileNotFoundError:
        return "/", {}
    except UnreadableError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError, UsageError) as error:
        raise UsageError(f"{file} is damaged.", "Make the site again with: ganzoo site") from error


def _listen(host: str, port: int | None) -> socket.socket:
    remedy = "Give --host as an address of this machine, and --port as a number above 1023."
    if not host:  # which Python takes for every address
        raise UsageError("--host is empty.", remedy)
    for candidate in range(PORT, PORT + PORTS) if port is None else (port,):
        try:
            listener = listening(host, candidate)
            if listener.getsockname()[0] != "::":
                return listener
            listener.close()
            return _both(candidate)
        except (UnicodeError, TypeError) as error:  # as Python's versions say that letters make no name
            raise UsageError(f"Cannot listen on {host!r}: it is not an address.", remedy) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                reason = str(error.strerror).partition(" (while")[0]  # Python says the address again
                raise UsageError(f"Cannot listen on port {candidate} of {host}: {reason}.", remedy) from error
    raise UsageError(
        f"Port {port or PORT} of {host} is in use.", "Choose another --port, or leave it out to take a free one."
    )


def _both(port: int) -> socket.socket:
    """Listen as `listening` does, on every address of both IPv6 and IPv4."""
    both = socket.has_dualstack_ipv6()
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=both)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _for_this_machine(answers: ASGIApp, own: Iterable[str], port: int) -> ASGIApp:
    """Return `answers`, only for requests that call this machine by one of its usual names or by one of `own`."""
    names = {"localhost", "127.0.0.1", "[::1]", *map(_bracketed, own)}
    known = {f"{name}:{port}" for name in names} | (names if port == 80 else set())

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope).getlist("host")
        allowed = len(asked) == 1 and asked[0].lower() in known
        answering = answers if allowed else Reply("not a name of this machine", 421)
        await answering(scope, receive, send)

    return guarded
