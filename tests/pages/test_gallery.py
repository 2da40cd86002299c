"""A site with five networks of five architectures, clicked through on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.export import exports
from ganzoo.site import build, serve
from tests.pages.test_accessibility import AXE, STATES, violations
from tests.support.hosted import hosted
from tests.support.site_pages import PEN, SEVEN, has_hash, kept, open_panels, panel
from tests.support.visitor import first, pixels, until, visitor
from tests.support.zoo import DATA, LETTERS, zoo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from ganzoo.specs import FloatArray

pytestmark = pytest.mark.browser

INSIDE = "document.querySelector('main [src]').shadowRoot"
CUT = f"""[...{INSIDE}.querySelectorAll(".classes label, ol b")].filter((node) =>
    node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight).map((node) => node.textContent)"""


def test_a_site_of_five_architectures_is_clicked_through(browser: Browser, tmp_path: Path) -> None:
    only = [plugins.BACKENDS.get("webassembly")]
    made = [(exports.write(run, only, tmp_path / f"export-{run.name}").export, run) for run in zoo(tmp_path)]
    click_through(browser, build.build(made, tmp_path / "site").path)


def click_through(browser: Browser, site: Path) -> None:
    visits: dict[str, Callable[[Page], None]] = {
        "style": one_class,
        "sngan": many_classes,
        "pix2pix": converted,
        "cnn": drawn,
        "resnet": seen,
    }
    assert visits.keys() == DATA.keys()
    phone: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "bypass_csp": True}
    with hosted(serve.app(site)) as host, visitor(browser, host.url, **phone) as found:
        page = found.open()
        first(page)
        asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        assert not [url for url in asked if "/models/" in url or "/elements.js" in url]
        cards = page.locator("#gallery a")
        assert [text.split()[0] for text in cards.all_inner_texts()] == list(DATA)
        until(page, "[...document.images].every((image) => image.complete && image.naturalWidth)")
        page.evaluate(AXE.read_text())
        for language, theme in (("en", "light"), ("ja", "dark")):
            page.locator("#language").select_option(language)
            page.locator("#theme").select_option(theme)
            assert not violations(page)
            told = page.evaluate(STATES)
            assert told["wide"] <= 0 and not told["bad"], told
        assert cards.first.locator("span").first.inner_text() == "画像をつくる"
        page.locator("#language").select_option("en")
        kept(page)
        for name, visit in visits.items():
            page.locator("#gallery a").filter(has_text=name).click()
            page.wait_for_url(f"**/{name}.html")
            first(page)
            visit(page)
            if visit is not many_classes:  # its sheet of twenty columns scrolls in itself
                open_panels(page)
            told = page.evaluate(STATES)
            assert told["wide"] <= 0 and not told["bad"], (name, told)
            assert page.evaluate(CUT) == [], name
            page.locator("#home").click()
            page.locator("#gallery").wait_for()
        host.stop()
        found.expected = "ERR_CONNECTION_REFUSED"
        page.reload()
        until(page, "document.images.length === 5 && [...document.images].every((image) => image.naturalWidth)")


def one_class(page: Page) -> None:
    """Colours, 64 pixels: smooth or not, as the visitor likes; the truncation is of styles."""
    stage = page.locator(".stage canvas")
    rendering = "(canvas) => getComputedStyle(canvas).imageRendering"
    assert not page.locator(".classes").count() and stage.evaluate(rendering) == "auto"
    page.get_by_label("Smooth").uncheck()
    has_hash(page, "seed=0&smooth=0")
    page.reload()
    first(page)
    assert stage.evaluate(rendering) == "pixelated" and not page.get_by_label("Smooth").is_checked()
    variety = panel(page, "Variety")
    variety.get_by_role("slider").nth(1).wait_for()
    variety.get_by_role("slider").first.fill("0")
    has_hash(page, "seed=0&truncation=0&smooth=0")
    mean = painted(page)
    page.get_by_label("Seed", exact=True).fill("5")
    has_hash(page, "seed=5&truncation=0&smooth=0")
    np.testing.assert_allclose(painted(page), mean, atol=2 / 255)
    variety.get_by_role("button", name="Reset").click()
    has_hash(page, "seed=5&smooth=0")
    assert np.abs(painted(page) - mean).max() > 0.05


def painted(page: Page) -> FloatArray:
    """The large picture, when it is what was asked for last."""
    page.evaluate("document.querySelector('ganzoo-generator').show()")
    return pixels(page.locator(".stage canvas"))


def many_classes(page: Page) -> None:
    """All of them have their pictures, and their names are whole."""
    cells = f"[...{INSIDE}.querySelectorAll('.classes canvas')]"
    until(page, f"{cells}.length === {len(LETTERS)} && {cells}.every(({{ width }}) => width === 32)", 20)
    assert not page.get_by_label("Smooth").is_checked()
    page.get_by_role("radio", name="at sign").evaluate("(input) => input.click()")
    has_hash(page, "label=at%20sign&seed=0")


def converted(page: Page) -> None:
    page.locator("ganzoo-converter canvas").first.wait_for()


def drawn(page: Page) -> None:
    """The best of 62 classes are near what is drawn: in view with the pad."""
    assert page.evaluate(PEN, [SEVEN.strokes]) in LETTERS
    assert page.locator("ol li").count() == 5
    page.locator(".pad").evaluate("(pad) => pad.scrollIntoView({ block: 'start' })")
    box = page.locator("ol .best").bounding_box()
    assert box and box["y"] + box["height"] <= 640


def seen(page: Page) -> None:
    page.evaluate("""() => {
        const picture = { data: new Uint8ClampedArray(64).fill(200), width: 4, height: 4 };
        document.querySelector("ganzoo-recognizer").picture = picture;
    }""")
    until(page, f"{INSIDE}.querySelector('.best b')")
    assert page.locator("ol li").count() == 5
