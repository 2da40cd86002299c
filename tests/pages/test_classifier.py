"""Drawing and reading: what is drawn is read, by mouse, pen and keys."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.preprocess import preprocess
from tests.support.places import ROOT
from tests.support.site_pages import CLASSIFIER, PEN, draw, press, reading
from tests.support.strokes import drawings
from tests.support.visitor import first, pixels, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from ganzoo.runs.run import Run
    from tests.support.hosted import Hosted


pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pad(browser: Browser, host: Hosted) -> Iterator[Page]:
    """The reader's page, for test after test: each clears what was drawn before."""
    with visitor(browser, host.url) as found:
        page = found.open(CLASSIFIER)
        first(page)
        yield page
        found.check()


@pytest.fixture
def clean(pad: Page) -> Page:
    pad.get_by_role("button", name="Clear").click()
    pad.locator("ganzoo-classifier [role=status]").evaluate("(node) => node.textContent = ''")
    return pad


def test_what_is_drawn_with_a_pen_is_read(pad: Page, reader: Run) -> None:
    """Every style of every digit: 9 of 10 in each variation, or what a reader makes of them that never saw MNIST."""
    least = 0.9 if reader.config.dataset == "mnist" else 0.7
    for variation in ("plain", "shifted", "small", "thick"):
        drawn = list(drawings(variation))
        read = [pad.evaluate(PEN, [each.strokes]) for each in drawn]
        wrong = [
            (each.digit, each.style, told) for each, told in zip(drawn, read, strict=True) if str(each.digit) != told
        ]
        assert len(wrong) <= (1 - least) * len(drawn), (variation, wrong)


def test_a_reading_is_told_in_words_and_bars(clean: Page) -> None:
    draw(clean, next(each for each in drawings("plain") if each.digit == 7))
    assert reading(clean) == "7"
    bars = clean.locator("ganzoo-classifier ol li")
    assert bars.count() == 10
    assert bars.nth(7).get_attribute("class") == "best"
    shares = [int(text.rstrip("%")) for text in bars.locator("span").all_inner_texts()]
    assert shares[7] == max(shares) and 98 <= sum(shares) <= 102
    assert re.search(r"7, \d+%", clean.locator(".pad").get_attribute("aria-label") or "")


RASTER = """
import { rasterOf } from "%s";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map((strokes) => {
  const { ink, width } = rasterOf(strokes, 56);
  return { ink: [...ink], width };
})));
"""


def test_the_picture_shown_is_that_of_ganzoo_s_preprocessing(clean: Page, tmp_path: Path) -> None:
    strokes, shown = [], []
    for digit, variation in ((3, "plain"), (5, "shifted"), (8, "small"), (1, "thick")):
        clean.get_by_role("button", name="Clear").click()
        draw(clean, next(each for each in drawings(variation) if each.digit == digit))
        reading(clean)
        strokes.append(clean.evaluate("document.querySelector('ganzoo-classifier').strokes"))
        shown.append(pixels(clean.locator("ganzoo-classifier figure canvas")))
        clean.locator("ganzoo-classifier [role=status]").evaluate("(node) => node.textContent = ''")
    script = tmp_path / "raster.mjs"
    script.write_text(RASTER % (ROOT / "ganzoo" / "site" / "web" / "classifier" / "strokes.js").as_uri())
    told = subprocess.run(["node", script], input=json.dumps(strokes), capture_output=True, text=True, check=True)
    for raster, picture in zip(json.loads(told.stdout), shown, strict=True):
        seen = preprocess(np.reshape(raster["ink"], (-1, raster["width"])), (1, 28, 28))[0]
        assert picture.shape == (28, 28, 3)
        np.testing.assert_allclose(picture, np.repeat(seen[..., np.newaxis], 3, axis=2), atol=1.01 / 255)


def test_undo_and_clear(clean: Page) -> None:
    four = next(each for each in drawings("plain") if each.digit == 4 and len(each.strokes) > 1)
    count = "document.querySelector('ganzoo-classifier').strokes.length"
    draw(clean, four)
    assert clean.evaluate(count) == len(four.strokes)
    clean.get_by_role("button", name="Undo").click()
    assert clean.evaluate(count) == len(four.strokes) - 1
    press(clean, "Tab")
    clean.locator(".pad").focus()
    press(clean, "Delete")
    assert clean.evaluate(count) == 0
    press(clean, "Control+z")
    assert clean.evaluate(count) == len(four.strokes) - 1


def test_a_one_is_drawn_with_keys(clean: Page) -> None:
    clean.locator(".pad").focus()
    press(clean, *["ArrowUp"] * 6, " ", *["ArrowDown"] * 12, " ")
    assert reading(clean) == "1"


def test_a_pen_draws_though_the_palm_was_first(clean: Page) -> None:
    strokes = clean.evaluate("""() => {
        const element = document.querySelector("ganzoo-classifier");
        const pad = element.shadowRoot.querySelector(".pad");
        pad.setPointerCapture = () => {}; // these pointers are made up
        const { left, top, width } = pad.getBoundingClientRect();
        const point = (kind, pointerId, pointerType, x, y) => pad.dispatchEvent(new PointerEvent(kind,
            { pointerId, pointerType, clientX: left + x * width, clientY: top + y * width }));
        point("pointerdown", 1, "touch", 0.9, 0.9);
        point("pointermove", 1, "touch", 0.9, 0.8);
        point("pointerdown", 2, "pen", 0.25, 0.25);
        point("pointermove", 1, "touch", 0.9, 0.7);
        point("pointermove", 2, "pen", 0.25, 0.75);
        point("pointerdown", 3, "touch", 0.5, 0.5);
        point("pointerup", 1, "touch", 0.9, 0.7);
        point("pointermove", 2, "pen", 0.5, 0.75);
        point("pointerup", 2, "pen", 0.5, 0.75);
        point("pointerdown", 4, "touch", 0.5, 0.5); // a finger alone draws
        point("pointerup", 4, "touch", 0.5, 0.5);
        return element.strokes.map((stroke) => stroke.map((place) => place.map((each) => +each.toFixed(2))));
    }""")
    assert strokes == [[[0.25, 0.25], [0.25, 0.75], [0.5, 0.75]], [[0.5, 0.5]]]
