"""Picture in, picture out: what comes in, what the network makes of it, and what is kept of that."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from ganzoo.export.tracing import reference
from ganzoo.pictures import as_input
from ganzoo.specs import TensorSpec
from tests.support.colours import SMALL, colours
from tests.support.site_pages import CONVERTER, RECOGNIZER, press
from tests.support.visitor import decoded, first, pixels, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from ganzoo.specs import FloatArray

pytestmark = pytest.mark.browser
SIZE = (60, 37)  # no multiple of anything of the network's


def png(size: tuple[int, int] = SIZE, seed: int = 1) -> bytes:
    """A picture of waves, each channel another."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / (5 + c + seed) + c) * np.cos(y / (7 - c)) for c in range(3)]
    packed = BytesIO()
    Image.fromarray((127.5 + 127.5 * np.stack(waves, axis=2)).astype(np.uint8)).save(packed, "png")
    return packed.getvalue()


def enlarged(image: FloatArray) -> FloatArray:
    """What Chainer makes of an input (3, 24, 24), as (48, 48, 3)."""
    network = colours(Path()).own[0]
    made: FloatArray = reference(network, [image[None]])[0][0].transpose(1, 2, 0)
    return made


def own(picture: bytes) -> FloatArray:
    """The result at the network's own size."""
    return enlarged(as_input(decoded(picture), TensorSpec("small", SMALL, "image", (0.0, 1.0))))


@pytest.fixture
def converter(visit: Callable[..., Any]) -> Iterator[Page]:
    with visit(accept_downloads=True, permissions=["camera"]) as found:
        page = found.open(CONVERTER)
        first(page)
        page.evaluate("""() => {
            window.done = [];
            document.addEventListener("ganzoo-convert", ({ detail }) => done.push(detail));
        }""")
        yield page


def choose(page: Page, content: bytes, mime: str = "image/png") -> None:
    file = {"name": "mine", "mimeType": mime, "buffer": content}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]


def result(page: Page, n: int = 1) -> dict[str, int]:
    """The size of the result after the `n`-th conversion since the page was opened."""
    until(page, f"window.done.length >= {n}", 20)
    told: dict[str, int] = page.evaluate("window.done.at(-1)")
    return told


def saved(page: Page) -> FloatArray:
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Save as PNG")).click()
    assert re.fullmatch(r"picture-\d+x\d+\.png", download.value.suggested_filename)
    return decoded(Path(download.value.path()).read_bytes())


def test_a_picture_of_any_size_becomes_what_chainer_makes_of_it(converter: Page) -> None:
    """Through the page's decoder and preprocessing into the network, and out again as a file."""
    converter.get_by_role("radio", name=re.compile("The model's own: 24 × 24 → 48 × 48")).check()
    result(converter)
    choose(converter, png())
    assert result(converter, 2) == {"width": 48, "height": 48}
    np.testing.assert_allclose(saved(converter), own(png()), atol=1.01 / 255)


def test_a_larger_picture_goes_through_piece_by_piece(converter: Page) -> None:
    choose(converter, png())
    assert result(converter) == {"width": 120, "height": 74}
    made = saved(converter)
    assert made.shape == (74, 120, 3)
    # a corner lies in one piece alone
    whole = as_input(decoded(png()), TensorSpec("x", (3, SIZE[1], SIZE[0]), "image", (0.0, 1.0)))
    np.testing.assert_allclose(made[:20, :20], enlarged(whole[:, :24, :24])[:20, :20], atol=1.01 / 255)
    np.testing.assert_allclose(made[-20:, -20:], enlarged(whole[:, -24:, -24:])[-20:, -20:], atol=1.01 / 255)


DROP = """([host, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "mine.png", { type: "image/png" }));
    const element = document.querySelector(host);
    const over = new DragEvent("dragover", { dataTransfer, cancelable: true, bubbles: true });
    element.dispatchEvent(over);
    const shown = element.hasAttribute("data-over");
    element.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true, bubbles: true }));
    return [over.defaultPrevented, shown, element.hasAttribute("data-over")];
}"""
PASTE = """(base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "mine.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def test_pictures_are_dropped_and_pasted(converter: Page) -> None:
    converter.get_by_role("radio", name=re.compile("The model's own")).check()
    result(converter)
    first, second = png((50, 20), 2), png((20, 50), 3)
    told = converter.evaluate(DROP, ["ganzoo-converter", b64encode(first).decode()])
    assert told == [True, True, False]
    result(converter, 2)
    np.testing.assert_allclose(saved(converter), own(first), atol=1.01 / 255)
    converter.evaluate(PASTE, b64encode(second).decode())
    result(converter, 3)
    np.testing.assert_allclose(saved(converter), own(second), atol=1.01 / 255)


def test_a_picture_is_drawn(converter: Page) -> None:
    converter.get_by_role("radio", name=re.compile("The model's own")).check()
    result(converter)
    converter.locator("summary", has_text="Draw a picture").click()
    converter.locator(".pad").focus()
    press(converter, " ", *["ArrowRight"] * 6, " ")
    until(converter, "window.done.length > 6")
    drawing = converter.evaluate("""() => {
        const { data, width, height } = document.querySelector("ganzoo-converter").picture;
        return { pixels: [...data], width, height };
    }""")
    assert (drawing["width"], drawing["height"]) == (256, 256)
    picture = np.reshape(drawing["pixels"], (256, 256, 4)) / 255
    assert picture[128, 130:200, 0].max() < 0.1 and picture[:100].min() == 1  # black on white
    expected = enlarged(as_input(picture, TensorSpec("small", SMALL, "image", (0.0, 1.0))))
    np.testing.assert_allclose(saved(converter), expected, atol=1.01 / 255)


def test_the_camera_starts_by_its_button_and_stops_after_a_picture(converter: Page) -> None:
    live = """async () => {
        const root = document.querySelector("ganzoo-converter").shadowRoot;
        return root.querySelector("video")?.srcObject.getTracks().map(({ readyState }) => readyState);
    }"""
    assert converter.evaluate(live) is None
    converter.get_by_role("button", name="Use the camera").click()
    converter.get_by_role("button", name="Take the picture").wait_for()
    until(converter, "document.querySelector('ganzoo-converter').shadowRoot.querySelector('video').videoWidth > 0")
    assert converter.evaluate(live) == ["live"]
    tracks = "document.querySelector('ganzoo-converter').shadowRoot.querySelector('video').srcObject.getTracks()"
    converter.evaluate(f"window.tracks = {tracks}")
    converter.get_by_role("button", name="Take the picture").click()
    made = result(converter)
    assert made["width"] > 48 and converter.evaluate("tracks.map(({ readyState }) => readyState)") == ["ended"]
    assert converter.locator("video").count() == 0
    converter.get_by_role("button", name="Use the camera").click()
    converter.get_by_role("button", name="Take the picture").wait_for()
    converter.evaluate(f"window.tracks = {tracks}; document.querySelector('ganzoo-converter').remove()")
    assert converter.evaluate("tracks.map(({ readyState }) => readyState)") == ["ended"]


def test_a_camera_that_is_not_allowed_is_told(visit: Callable[..., Any]) -> None:
    with visit() as found:
        page = found.open(RECOGNIZER)
        first(page)
        page.get_by_role("button", name="Use the camera").click()
        page.get_by_text("The camera cannot be used").wait_for()
        assert page.locator("video").count() == 0


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload='1'/>", png()[:60]], ids=repr)
def test_what_is_no_picture_is_told_and_changes_nothing(content: bytes, converter: Page) -> None:
    choose(converter, content)
    converter.get_by_role("alert").filter(has_text="not a picture that this browser can read").wait_for()
    assert converter.evaluate("window.done.length") == 0
    choose(converter, png())
    result(converter)
    assert not converter.get_by_text("not a picture that this browser").count()


def test_a_browser_that_falsifies_pixels_is_told_and_nothing_is_made_of_them(converter: Page) -> None:
    converter.evaluate("""() => {
        const { getImageData } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.getImageData = function (...place) {
            const image = getImageData.call(this, ...place);
            image.data.fill(255);
            return image;
        };
    }""")
    choose(converter, png())
    converter.get_by_role("alert").filter(has_text="does not let pages read pictures").wait_for()
    assert converter.evaluate("window.done.length") == 0


def test_the_divider_is_moved_by_keys_and_by_a_pointer(converter: Page) -> None:
    converter.get_by_role("radio", name=re.compile("The model's own")).check()
    result(converter)
    choose(converter, png())
    result(converter, 2)
    canvas = converter.locator(".compare canvas")
    slider = converter.get_by_role("slider", name="Divider between before and after")
    after = own(png())
    slider.focus()
    press(converter, "Home")
    np.testing.assert_allclose(pixels(canvas), after, atol=1.01 / 255)
    assert slider.get_attribute("aria-valuetext") == "0% before"
    press(converter, "End")
    before = pixels(canvas)
    small = as_input(decoded(png()), TensorSpec("small", SMALL, "image")).transpose(1, 2, 0)
    np.testing.assert_allclose(before, small.repeat(2, axis=0).repeat(2, axis=1), atol=1.01 / 255)
    box = canvas.bounding_box()
    assert box
    converter.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 10)
    converter.mouse.down()
    converter.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 10, steps=3)
    converter.mouse.up()
    assert slider.input_value() == "25"
    np.testing.assert_allclose(pixels(canvas), np.concatenate([before[:, :12], after[:, 12:]], 1), atol=1.01 / 255)


def test_the_example_is_shown_at_once_and_its_language_changes(visit: Callable[..., Any]) -> None:
    with visit(locale="ja-JP") as found:
        page = found.open(CONVERTER)
        first(page)
        assert page.title().startswith("画像を変える")
        page.get_by_text("これは見本です").wait_for()
        shown = pixels(page.locator(".compare canvas"))
        assert shown.shape == (384, 384, 3) and shown.std() > 0.05
        page.locator("#language").select_option("en")
        page.get_by_text("This is an example").wait_for()
        np.testing.assert_array_equal(pixels(page.locator(".compare canvas")), shown)


def test_a_newer_picture_takes_the_place_of_one_that_takes_long(converter: Page) -> None:
    choose(converter, png((900, 700)))
    until(converter, "!document.querySelector('ganzoo-converter').shadowRoot.querySelector('progress').hidden")
    choose(converter, png((30, 30)))
    assert result(converter) == {"width": 60, "height": 60}
    assert converter.evaluate("window.done.length") == 1
