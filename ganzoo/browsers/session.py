"""Open one page in one browser, and wait for its answer."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ganzoo.browsers.find import REMEDY, Browser, find_browser
from ganzoo.browsers.launch import launch
from ganzoo.browsers.patience import LIMIT, SILENCE
from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.serving.server import MAX_BYTES, serve
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ganzoo.serving.link import Link
    from ganzoo.serving.server import Served

    Progress = Callable[[str], None]


class BrowserLog(Exception):  # noqa: N818 - it is no error, it goes with one
    """The last lines that the browser printed.

    It is chained to an error, so that the traceback of `--debug` shows them.
    """


class Opened(Protocol):
    """A browser that was sent to a page."""

    def exit_code(self) -> int | None:
        """Return the exit code, None while it runs."""

    def last_lines(self) -> str:
        """Return the last lines that it printed."""


class Visitor(Protocol):
    """Something that opens pages: a browser of this machine, or a phone."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def family(self) -> str: ...

    @property
    def has_run(self) -> bool:
        """Whether it has already run a page. If so, a page that does not start is itself at fault."""

    def serve(
        self,
        folders: Mapping[str, Path],
        job: Mapping[str, Any],
        *,
        documents: Mapping[str, Any] = ...,
        link: Link | None = None,
        most: int = ...,
    ) -> AbstractContextManager[Served]:
        """Serve a page at an address that this visitor can reach; see `server.serve`."""

    def open(self, url: str) -> AbstractContextManager[Opened]:
        """Go to the page. Raises `BrowserMissingError` or `VerificationError` if it does not get there."""


@dataclass(frozen=True)
class Local:
    """A browser of this machine, which is started anew for each page."""

    browser: Browser
    has_run: bool = False

    @property
    def name(self) -> str:
        return self.browser.name

    @property
    def version(self) -> str:
        return self.browser.version

    @property
    def family(self) -> str:
        return self.browser.family.name

    serve = staticmethod(serve)

    def open(self, url: str) -> AbstractContextManager[Opened]:
        return launch(self.browser, url)


@dataclass(frozen=True)
class Answered:
    """The result that a page posted. `sent` has the bytes on the wire of each file's body, by its path beside the
    page.
    """

    data: dict[str, Any]
    sent: Mapping[str, int]


def run_page(
    page: Path,
    job: Mapping[str, Any],
    folders: Mapping[str, Path],
    *,
    browser: Browser | None = None,
    silence: float = SILENCE,
    most: int = MAX_BYTES,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Visit a page in a browser of this machine, by default that of `find_browser`, and return its result."""
    visitor = Local(browser or find_browser())
    return visit_page(page, job, folders, visitor=visitor, silence=silence, most=most, progress=progress).data


def visit_page(
    page: Path,
    job: Mapping[str, Any],
    folders: Mapping[str, Path],
    *,
    visitor: Visitor,
    documents: Mapping[str, Any] = {},
    link: Link | None = None,
    silence: float = SILENCE,
    most: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Answered:
    """Open `page` (a file, served with its folder) in `visitor` and return the result that it posts.

    The page finds `job` at `job.json`, and `documents` and `folders` at their names, all beside itself. `link` slows
    down everything that it fetches. `silence` is the number of seconds that the page may say nothing, `most` the number
    of bytes that it may post at once. `progress` is called with its messages.

    Raises `BrowserMissingError` if the browser does not start, or if it ends or stays silent before the script of the
    page runs. Raises `VerificationError` if the page then reports an error, posts garbage or falls silent, or if the
    browser ends.
    """
    with (
        visitor.serve({"": page.parent, **folders}, job, documents=documents, link=link, most=most) as served,
        visitor.open(served.url + page.name) as opened,
    ):
        data = _await_result(served, opened, visitor, silence, progress or (lambda text: None))
        return Answered(data, dict(served.sent))


def _await_result(
    served: Served, opened: Opened, visitor: Visitor, silence: float, progress: Progress
) -> dict[str, Any]:
    started = last = time.monotonic()
    greeted = visitor.has_run
    while True:
        ended = opened.exit_code()  # before looking at the queue: what it said last still counts
        try:
            message = served.messages.get(timeout=0.05)
        except queue.Empty:
            now = time.monotonic()
            if ended is not None:
                problem = f"{visitor.name} exited with code {ended} before the page had answered."
            elif now - last > silence:
                problem = f"{visitor.name} sent nothing for {silence:g} s."
            elif now - started > silence * LIMIT:
                problem = f"The page in {visitor.name} did not finish within {silence * LIMIT:g} s."
            else:
                continue
            if greeted:
                raise VerificationError(problem) from BrowserLog(opened.last_lines())
            raise BrowserMissingError(problem, REMEDY) from BrowserLog(opened.last_lines())
        last = time.monotonic()
        greeted = True
        if message.kind == "result":
            return message.data
        if message.kind == "error":
            problem = f"The page in {visitor.name} failed: {_text(message.data)}"
            raise VerificationError(problem) from BrowserLog(opened.last_lines())
        if message.kind == "progress":
            progress(_text(message.data))


def _text(data: Mapping[str, Any], limit: int = 500) -> str:
    """Return the message of a page as one short, printable line."""
    return one_line(str(data.get("message", ""))[: 4 * limit])[:limit]
