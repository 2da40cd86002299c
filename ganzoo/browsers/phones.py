"""Let one phone in the same network open our pages, by a server that others reach for one benchmark only.

The printed address holds a token that works once. The device that uses it gets a cookie; every request without that
cookie gets an empty 403, whatever it asks for. Nothing is encrypted, so the pages are no secure context: they have
neither WebGPU nor a fine clock.
"""

from __future__ import annotations

import io
import re
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.pages import PAGES
from ganzoo.serving.running import lan_address
from ganzoo.serving.server import Host, host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ganzoo.serving.server import Served

COOKIE = "ganzoo"
PATIENCE = 600.0  # seconds until somebody has found a phone and held it to the screen
BACK = 5.0  # seconds that a phone may take from one page's end to the waiting page
GONE = 1.0  # seconds that a phone gets to show up once it has failed to

REMEDY = "Keep the page in the foreground and the screen on. To continue, open the address again on the same phone."

# In the order that tells them apart: each claims to be those below it.
BROWSERS = {
    "Edge": r"\bEdg(?:A|iOS)?/([\d.]+)",
    "Samsung Internet": r"\bSamsungBrowser/([\d.]+)",
    "Firefox": r"\b(?:Firefox|FxiOS)/([\d.]+)",
    "Chrome": r"(?:Chrome|CriOS)/([\d.]+)",
    "Safari": r"\bVersion/([\d.]+).*\bSafari/",
}
SYSTEMS = {"iOS": "iPhone|iPad", "Android": "Android", "Windows": "Windows", "macOS": "Macintosh", "Linux": "Linux"}


@dataclass
class Door:
    """The messages between the waiting page and the code that sends it to other pages.

    `opened` is set when the device is there, `taken` when the waiting page has received the path to `go` to, `told`
    when it has been told that everything is done.
    """

    words: str = "Connected. Preparing the first page."
    go: str = ""
    done: bool = False
    user_agent: str = ""
    opened: threading.Event = field(default_factory=threading.Event)
    taken: threading.Event = field(default_factory=threading.Event)
    told: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, path: str, seconds: float) -> bool:
        """Have the waiting page go to `path`, and return whether it did within `seconds`."""
        with self.lock:
            self.go = path
        taken = self.taken.wait(seconds)
        with self.lock:
            taken = taken or self.taken.is_set()
            self.go = ""
            self.taken.clear()
        return taken

    def next(self) -> dict[str, Any]:
        """Return what the waiting page is told when it asks."""
        with self.lock:
            answer = {"words": self.words, "go": self.go, "done": self.done}
            if self.go:
                self.go = ""
                self.taken.set()
            if self.done:
                self.told.set()
            return answer


@dataclass
class Phone:
    """A device that opened the address; a `Visitor`. `user_agent` is what its browser says about itself.

    `away` tells whether it failed to come when it was called.
    """

    name: str
    version: str
    user_agent: str
    host: Host
    door: Door
    family: str = "phone"
    has_run: bool = True
    visits: int = 0
    away: bool = False

    @property
    def serve(self) -> Callable[..., AbstractContextManager[Served]]:
        return self.host.serve

    @contextmanager
    def open(self, url: str) -> Iterator[Phone]:
        """Send the phone to a page of `serve`. Raises `VerificationError` if it does not come."""
        parts = urlsplit(url)
        self.away = not self.door.send(parts.path + (f"#{parts.fragment}" if parts.fragment else ""), self.patience)
        if self.away:
            raise VerificationError(f"{self.name} has disconnected.", REMEDY)
        try:
            yield self
        finally:
            self.visits += 1
            self.door.words = (
                f"{self.visits} {'page' if self.visits == 1 else 'pages'} visited. Preparing the next one."
            )

    @property
    def patience(self) -> float:
        """The number of seconds within which the phone should open the page."""
        return GONE if self.away else BACK

    def exit_code(self) -> None:
        """Return None, because a phone does not say that it goes away."""

    def last_lines(self) -> str:
        return self.user_agent


@contextmanager
def phone(announce: Callable[[str, str], None], patience: float = PATIENCE) -> Iterator[Phone]:
    """Listen on every address of this machine until the block ends, and wait for a device.

    `announce` is called with the address to open and its QR code: lines of block characters, at most 80 wide, to be
    printed white on black. Raises `BrowserMissingError` if no device connects within `patience` seconds.
    """
    token, door = secrets.token_urlsafe(16), Door()
    home = f"/{token}/"
    with host("0.0.0.0", home, lambda app: _guarded(app, home, door)) as running:
        address = f"http://{lan_address()}:{running.port}{home}"
        announce(address, qr_code(address))
        if not door.opened.wait(patience):
            remedy = "The phone must be in the same network, and this machine's firewall must allow the connection."
            raise BrowserMissingError(f"No device opened {address} within {patience:g} s.", remedy)
        visitor = Phone(*named(door.user_agent), door.user_agent, running, door)
        yield visitor
        door.words = "Done. You can close this page."
        door.done = True
        door.told.wait(visitor.patience)


def qr_code(text: str) -> str:
    """Return `text` as a QR code made of half blocks. Each character shows two modules, one above the other."""
    import segno

    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(drawn, compact=True)
    return drawn.getvalue()


def named(user_agent: str) -> tuple[str, str]:
    """Return (name, version) of the browser with this user agent, as far as they can be recognised."""
    found = ((name, re.search(pattern, user_agent)) for name, pattern in BROWSERS.items())
    name, version = next(((name, match[1]) for name, match in found if match), ("A browser", "unknown"))
    system = next((name for name, pattern in SYSTEMS.items() if re.search(pattern, user_agent)), "")
    return f"{name} on {system}" if system else name, version


def _guarded(app: ASGIApp, home: str, door: Door) -> ASGIApp:
    """Return `app` and the waiting page at `home`, open only to the first device that opens `home`."""
    from starlette.requests import HTTPConnection
    from starlette.responses import Response as Reply

    secret = secrets.token_urlsafe(24)
    waiting = _waiting(home, door)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        asked, path = HTTPConnection(scope), scope["path"]
        first = path == home and scope["method"] == "GET" and not door.opened.is_set()
        if first:
            agent = asked.headers.get("user-agent", "")[:300]
            door.user_agent = "".join(c for c in agent if c.isprintable())
            door.opened.set()
        elif not secrets.compare_digest(asked.cookies.get(COOKIE, "").encode(), secret.encode()):
            await Reply(status_code=403)(scope, receive, send)
            return

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict"
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        answering = waiting if path.startswith(home) else app
        await answering(scope, receive, send_cookie if first else send)

    return guarded


def _waiting(home: str, door: Door) -> ASGIApp:
    from starlette.applications import Starlette
    from starlette.responses import FileResponse, JSONResponse
    from starlette.routing import Mount, Route

    from ganzoo.serving.static import Files

    async def page(_: Request) -> Response:
        return FileResponse(PAGES / "wait.html", media_type="text/html; charset=utf-8")

    async def answer(_: Request) -> Response:
        return JSONResponse(door.next())

    routes = [Route("/", page), Route("/next", answer, methods=["POST"]), Mount("", Files(directory=PAGES))]
    return Starlette(routes=[Mount(home.rstrip("/"), routes=routes)])
