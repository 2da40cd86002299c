"""What a test does with a page of a site, and what it expects to see."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo import image_grid, plugins
from ganzoo.export import exports
from ganzoo.sample import sheet
from ganzoo.site import build
from tests.support.registries import BACKENDS
from tests.support.strokes import drawings
from tests.support.visitor import pixels, until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from ganzoo.runs.run import Run
    from ganzoo.specs import FloatArray
    from tests.support.strokes import Drawing

GENERATOR = "dcgan-cond.html"
CLASSIFIER = "cnn.html"
CONVERTER = "colours.html"
RECOGNIZER = "colours-2.html"

EIGHT_BITS = 1.01 / 255

# what Chromium says of a request that failed, and of a preload that then nobody used
FAILED = "Failed to load resource|preloaded using link preload|preload .* is found|Failed to find a valid digest"


def make_site(folder: Path, *runs: Run, **options: Any) -> Path:
    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    written = [(exports.write(run, backends, folder / f"export-{run.name}").export, run) for run in runs]
    return build.build(written, folder / "site", build.SiteOptions(**options)).path


def sample(run: Run, label: str, seed: int) -> FloatArray:
    """What `ganzoo sample --label LABEL --count 1 --seed SEED` draws, (H, W, 3) in [0, 1], at the network's size."""
    picture = np.asarray(sheet(run, [label], 1, seed), np.float32) / 255
    return picture[image_grid.HEADING :: image_grid.SCALE, image_grid.GAP :: image_grid.SCALE][:28, :28]


# Making pictures


def shows(page: Page, expected: FloatArray) -> None:
    """The large picture becomes `expected`, to what eight bits tell, and soon."""
    becomes(page.locator("ganzoo-generator .stage canvas"), expected)


def becomes(canvas: Locator, expected: FloatArray, seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while True:
        shown = pixels(canvas)
        if time.monotonic() > end:
            np.testing.assert_allclose(shown, expected, atol=EIGHT_BITS)
        if shown.shape == expected.shape and np.abs(shown - expected).max() <= EIGHT_BITS:
            return


def goes_on_showing(page: Page, expected: FloatArray) -> None:
    """The large picture is `expected`, and nothing that was just done to the page has changed it."""
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 200)))")
    np.testing.assert_allclose(pixels(page.locator("ganzoo-generator .stage canvas")), expected, atol=EIGHT_BITS)


def has_hash(page: Page, text: str) -> None:
    until(page, f"location.hash === {json.dumps('#' + text)}")


def panel(page: Page, name: str) -> Locator:
    """The panel of this title, open."""
    found = page.locator("details").filter(has=page.locator("summary", has_text=re.compile(f"^{name}$")))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


# Drawing and reading


def draw(page: Page, drawing: Drawing) -> None:
    """With a mouse."""
    box = page.locator(".pad svg").bounding_box()
    assert box
    for stroke in drawing.strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


def reading(page: Page) -> str:
    """What the reader takes the drawing for, once it has said so."""
    said = page.locator("ganzoo-classifier [role=status]")
    said.filter(has_text=re.compile(r"^\S+, \d+%$")).wait_for()
    return said.inner_text().partition(",")[0]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


PEN = """([strokes]) => new Promise((resolve) => {
  const element = document.querySelector("ganzoo-classifier");
  const pad = element.shadowRoot.querySelector(".pad");
  const { left, top, width, height } = pad.querySelector("svg").getBoundingClientRect();
  const put = (type, [x, y]) => pad.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, pointerType: "pen", isPrimary: true, bubbles: true, composed: true, cancelable: true,
    clientX: left + x * width, clientY: top + y * height, buttons: type === "pointerup" ? 0 : 1,
  }));
  element.clear();
  for (const stroke of strokes) {
    put("pointerdown", stroke[0]);
    for (const point of stroke.slice(1)) put("pointermove", point);
    put("pointerup", stroke.at(-1));
  }
  element.addEventListener("ganzoo-read", ({ detail }) => resolve(detail.label), { once: true });
})"""


def seven(page: Page) -> None:
    """The reader works."""
    assert page.evaluate(PEN, [SEVEN.strokes]) == "7"


SEVEN = next(each for each in drawings("plain") if each.digit == 7)


def kept(page: Page) -> None:
    """Wait until the page says that it works offline."""
    page.locator("#offline").wait_for()


def use(page: Page, backend: str) -> None:
    """Switch to `backend`, by its name on the page."""
    how = panel(page, "How it runs")
    how.get_by_role("radio", name=backend).check()
    how.locator(".backends:not([aria-busy=true])").wait_for()
    assert how.get_by_role("radio", name=backend).is_checked()


def open_panels(page: Page) -> None:
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
