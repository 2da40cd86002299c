"""The pages in Chromium, by Playwright: contexts that tell of everything a sound page does not do, and pixels."""

from __future__ import annotations

import re
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

    from ganzoo.specs import FloatArray

# Chromium's own talk about a driver: reading pixels back from SwiftShader is slow, and it says so
TALK = re.compile(r"GPU stall due to ReadPixels|performance warning: READ-usage|WebGPU is experimental|powerPreference")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that ganzoo finds, as ganzoo starts it, under Playwright."""
    from playwright.sync_api import sync_playwright

    from ganzoo.browsers.families import CHROMIUM
    from ganzoo.browsers.find import find_browser

    # a profile and headless are Playwright's to give
    flags = [flag for flag in (*CHROMIUM.flags, *CHROMIUM.root_flags) if "{profile}" not in flag]
    arguments = [flag for flag in flags if not flag.startswith(("--headless", "--enable-logging"))]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser().path,
            args=[*arguments, "--headless=new", "--use-fake-device-for-media-stream"],
            chromium_sandbox=False,
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One visitor's browser, and what went wrong in its pages. `origin` is all that they may ask."""

    context: BrowserContext
    origin: str
    expected: str = ""
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "", *, fragment: str = "") -> Page:
        page = self.context.new_page()
        page.goto(self.origin + path + (f"#{fragment}" if fragment else ""))
        return page

    def watch(self) -> None:
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self.context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports a breach of the Content-Security-Policy, or an unused preload, here too
        if message.type in ("error", "warning") and not TALK.search(message.text):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.complaints.append(f"asked {request.url}")

    def check(self) -> None:
        unexpected = [text for text in self.complaints if not (self.expected and re.search(self.expected, text))]
        assert not unexpected, unexpected


@contextmanager
def visitor(browser: Browser, origin: str, *, expected: str = "", **options: Any) -> Iterator[Visitor]:
    """A fresh visitor of `origin`, in English unless told otherwise. What its pages do wrong, and is not `expected`
    (a pattern), fails the test at the end."""
    options = {"locale": "en-US", "viewport": {"width": 1000, "height": 800}, **options}
    context = browser.new_context(**options)
    context.set_default_timeout(8_000)
    found = Visitor(context, origin, expected)
    found.watch()
    try:
        yield found
        found.check()
    finally:
        context.close()


def until(page: Page, condition: str, seconds: float = 8) -> None:
    """Wait for `condition`, an expression. Playwright's own way evaluates it by what the pages' policy forbids."""
    held = page.evaluate(f"""async () => {{
        const end = performance.now() + {1000 * seconds};
        while (!({condition}) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
        return !!({condition});
    }}""")
    assert held, condition


def first(page: Page) -> None:
    """Wait until the first picture is painted, and where the page has menus, until they are there: the visitor's
    language comes before them, and draws the element anew."""
    until(page, "performance.getEntriesByName('ganzoo:first').length")
    until(page, "document.getElementById('menus')?.hidden !== true")


def pixels(canvas: Locator) -> FloatArray:
    """What a canvas shows, (H, W, 3) in [0, 1], at its own resolution. A GPU's canvas is read in the frame."""
    url = canvas.evaluate("""(canvas) => new Promise((resolve) => requestAnimationFrame(() => {
        const copy = document.createElement("canvas");
        [copy.width, copy.height] = [canvas.width, canvas.height];
        copy.getContext("2d").drawImage(canvas, 0, 0);
        resolve(copy.toDataURL());
    }))""")
    return decoded(b64decode(url.partition(",")[2]))


def decoded(png: bytes) -> FloatArray:
    """A PNG, (H, W, 3) in [0, 1]."""
    from PIL import Image

    return np.asarray(Image.open(BytesIO(png)).convert("RGB"), np.float32) / 255
