"""One page, one browser, one answer."""

from __future__ import annotations

import queue
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.browser.find import REMEDY, Browser, find_browser
from ganzoo.browser.launch import Launched, launch
from ganzoo.browser.server import Served, serve
from ganzoo.errors import BrowserMissingError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Progress = Callable[[str], None]

PAGES = Path(__file__).parent / "pages"

SILENCE = 60.0  # seconds; the longest a sound page is silent is while a driver compiles one network's shaders
LIMIT = 20  # silences that a page may take in all, however much it talks


class BrowserLog(Exception):  # noqa: N818 - it is no error, it goes with one
    """The browser's last lines, chained to an error so that the traceback of `--debug` shows them."""


def run_page(
    page: Path,
    job: Mapping[str, Any],
    folders: Mapping[str, Path],
    *,
    browser: Browser | None = None,
    silence: float = SILENCE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Open `page` (a file, served with its folder) in a fresh browser and return the result that it posts.

    The page finds `job` at `job.json` and `folders` by their names, all beside itself. `silence` is how
    many seconds the page may say nothing; `progress` is called with what it says on the way.

    Raises `BrowserMissingError` when no browser is found, or it ends or stays silent before the page's
    script runs; `VerificationError` when the page then reports an error, posts garbage, falls silent, or
    takes the browser down with it.
    """
    browser = browser or find_browser()
    with (
        serve({"": page.parent, **folders}, job) as served,
        launch(browser, served.url + page.name) as launched,
    ):
        return _await_result(served, launched, browser, silence, progress or (lambda text: None))


def _await_result(
    served: Served, launched: Launched, browser: Browser, silence: float, progress: Progress
) -> dict[str, Any]:
    started = last = time.monotonic()
    greeted = False
    while True:
        ended = launched.exit_code()  # before looking at the queue: what it said last still counts
        try:
            message = served.messages.get(timeout=0.05)
        except queue.Empty:
            now = time.monotonic()
            if ended is not None:
                problem = f"{browser.name} ended with code {ended} before the page had answered."
            elif now - last > silence:
                problem = f"{browser.name} was silent for {silence:g} s."
            elif now - started > silence * LIMIT:
                problem = f"The page in {browser.name} came to no end in {silence * LIMIT:g} s."
            else:
                continue
            if greeted:
                raise VerificationError(problem) from BrowserLog(launched.last_lines())
            raise BrowserMissingError(problem, REMEDY) from BrowserLog(launched.last_lines())
        last = time.monotonic()
        greeted = True
        if message.kind == "result":
            return message.data
        if message.kind == "error":
            problem = f"The page in {browser.name} failed: {_text(message.data)}"
            raise VerificationError(problem) from BrowserLog(launched.last_lines())
        if message.kind == "progress":
            progress(_text(message.data))


def _text(data: Mapping[str, Any], limit: int = 500) -> str:
    """A page's own words, fit for a terminal: one line, printable, not long."""
    words = str(data.get("message", ""))[: 4 * limit]
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:limit]
