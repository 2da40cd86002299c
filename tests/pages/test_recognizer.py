"""Classifiers of colour pictures: what they see is preprocessed as in Python, and the five likeliest are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from ganzoo.export.tracing import reference
from ganzoo.pictures import as_input, read
from tests.support.colours import KINDS, SEEN, colours
from tests.support.site_pages import RECOGNIZER
from tests.support.visitor import first, pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def recognizer(visit: Callable[..., Any]) -> Iterator[Page]:
    with visit() as found:
        page = found.open(RECOGNIZER)
        first(page)
        yield page


def odd(path: Path, seed: int) -> Path:
    """A picture of an odd size, partly transparent, on its side by its EXIF."""
    random = np.random.RandomState(seed)
    coarse = Image.fromarray(random.randint(0, 256, (5, 4, 3), dtype=np.uint8)).resize(
        (83, 41), Image.Resampling.BICUBIC
    )
    picture = coarse.convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(path, exif=exif)
    return path


TOLD = """() => new Promise((resolve) => {
    const element = document.querySelector("ganzoo-recognizer");
    element.addEventListener("ganzoo-read", ({ detail }) => resolve(detail), { once: true });
})"""


def test_an_odd_picture_is_read_as_in_python(recognizer: Page, tmp_path: Path) -> None:
    file = odd(tmp_path / "odd.png", 3)
    recognizer.evaluate(f"window.told = ({TOLD})(), undefined")
    recognizer.locator("input[type=file]").set_input_files(file)
    told = recognizer.evaluate("window.told")
    network = colours(Path()).own[1]
    picture = read(file)
    assert picture.shape == (83, 41, 4)  # upright
    logits = reference(network, [as_input(picture, network.inputs[0])[None]])[0][0]
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(told["probabilities"], expected, atol=1e-4)
    order = np.argsort(-expected)
    assert told["label"] == KINDS[order[0]]
    rows = recognizer.locator("ganzoo-recognizer ol li")
    assert rows.locator("b").all_inner_texts() == [KINDS[i] for i in order[:5]]
    assert rows.locator("span").all_inner_texts() == [f"{round(100 * float(expected[i]))}%" for i in order[:5]]
    assert rows.first.get_attribute("class") == "best"
    recognizer.get_by_role("status").filter(has_text=re.compile(f"^{re.escape(KINDS[order[0]])}, \\d+%$")).wait_for()
    seen = pixels(recognizer.locator("figure canvas"))
    plain = as_input(picture, type(network.inputs[0])("seen", SEEN, "image"))
    np.testing.assert_allclose(seen, plain.transpose(1, 2, 0), atol=1.01 / 255)


def test_before_a_picture_there_is_no_reading_and_after_a_change_of_language_it_stays(
    recognizer: Page, tmp_path: Path
) -> None:
    assert recognizer.locator("ol li").all_inner_texts() == ["No picture yet"]
    assert not recognizer.locator("figure canvas").is_visible()
    recognizer.locator("input[type=file]").set_input_files(odd(tmp_path / "odd.png", 4))
    recognizer.locator("ol li").nth(4).wait_for()
    names = recognizer.locator("ol b").all_inner_texts()
    recognizer.locator("#language").select_option("ja")
    recognizer.get_by_role("heading", name="可能性の高い順").wait_for()
    assert recognizer.locator("ol b").all_inner_texts() == names
    assert recognizer.locator("figure canvas").is_visible()


def test_a_long_name_is_whole(recognizer: Page) -> None:
    """On a phone too: it wraps, and stands above its bar."""
    recognizer.set_viewport_size({"width": 320, "height": 700})
    recognizer.evaluate("""async () => {
        const element = document.querySelector("ganzoo-recognizer");
        const { network } = element;
        const { run } = network;
        network.run = async (values) => {
            const { kinds } = await run.call(network, values);
            return { kinds: kinds.fill(0, 0, 11).fill(9, 11) };
        };
        element.picture = { data: new Uint8Array(4).fill(255), width: 1, height: 1 };
    }""")
    best = recognizer.locator("ol .best")
    best.get_by_text(KINDS[-1]).wait_for()
    name, bar = best.locator("b").bounding_box(), best.locator("i").bounding_box()
    assert name and bar
    assert name["x"] >= 0 and name["x"] + name["width"] <= 320 and name["y"] + name["height"] <= bar["y"] + 1
    assert recognizer.evaluate("document.scrollingElement.scrollWidth") <= 320
