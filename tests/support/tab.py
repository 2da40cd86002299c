"""One tab of one Chromium for many pages, one after another: a start costs more than what most pages do.

Each page is served from a port of its own, so that it finds nothing that another one stored. Tests of how browsers are
started, and of cold starts, use `Local` instead.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganzoo.browsers.find import find_browser
from ganzoo.serving.server import serve
from tests.support.visitor import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@dataclass
class Opened:
    """A page on its way; see `ganzoo.browsers.session.Opened`."""

    lines: list[str] = field(default_factory=list)
    crashed: bool = False

    def exit_code(self) -> int | None:
        return -1 if self.crashed else None

    def last_lines(self) -> str:
        return "\n".join(self.lines[-30:])


class Tab:
    """A `ganzoo.browsers.session.Visitor`. The thread is Playwright's, whose event loop would forbid a test its own."""

    def __init__(self, browser: Browser, thread: ThreadPoolExecutor) -> None:
        self._browser, self._thread = browser, thread
        self._opened, self._page = Opened(), thread.submit(self._fresh).result()
        found = find_browser()
        self.name, self.version, self.family, self.has_run = found.name, found.version, found.family.name, True

    serve = staticmethod(serve)

    @contextmanager
    def open(self, url: str) -> Iterator[Opened]:
        opened = self._opened = Opened()
        self._thread.submit(self._page.goto, url, wait_until="commit").result()
        try:
            yield opened
        finally:
            self._thread.submit(self._leave).result()

    def _fresh(self) -> Page:
        page = self._browser.new_page()
        page.on("console", lambda message: self._opened.lines.append(message.text))
        page.on("pageerror", lambda error: self._opened.lines.append(str(error)))
        page.on("crash", self._crash)
        return page

    def _crash(self, _: Page) -> None:
        self._opened.crashed = True

    def _leave(self) -> None:
        if self._opened.crashed:
            self._page.close()
            self._page = self._fresh()
        else:
            self._page.goto("about:blank")


@contextmanager
def tab() -> Iterator[Tab]:
    """The tab of a browser that is closed at the end."""
    with ThreadPoolExecutor(1) as thread:
        running = chromium()
        browser = thread.submit(running.__enter__).result()
        try:
            yield Tab(browser, thread)
        finally:
            thread.submit(running.__exit__, None, None, None).result()
