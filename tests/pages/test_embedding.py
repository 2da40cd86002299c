"""In somebody else's page, and with networks that the pages have never heard of."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ganzoo import inputs
from ganzoo.export.tracing import reference
from ganzoo.site import serve
from tests.support.hosted import hosted
from tests.support.site_pages import make_site, panel, sample, shows
from tests.support.toy import toy
from tests.support.visitor import first, pixels, until, visitor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playwright.sync_api import Browser

    from ganzoo.runs.run import Run


pytestmark = pytest.mark.browser
RENDERING = "(canvas) => getComputedStyle(canvas).imageRendering"


def test_two_lines_of_html_show_a_picture(browser: Browser, site: Path, tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from ganzoo.serving.static import Files

    (tmp_path / "index.html").write_text(
        "<!doctype html><title>A page of mine</title>\n"
        '<script type="module" src="generator.js"></script>\n'
        '<ganzoo-generator src="model/"></ganzoo-generator>\n'
    )
    for name in ("generator.js", "generator.css", "elements.js"):
        shutil.copy(site / name, tmp_path)
    shutil.copytree(site / "models" / "dcgan-cond", tmp_path / "model")
    app = Starlette(routes=[Mount("/", Files(directory=tmp_path, html=True))])
    with hosted(app) as host, visitor(browser, host.url, expected="favicon") as found:
        page = found.open()
        first(page)
        assert float(pixels(page.locator("ganzoo-generator canvas").first).std()) > 0.02
        # the page's own anchors are its own, and what docs/embedding.md names is there
        told = page.evaluate("""async () => {
            const element = document.querySelector("ganzoo-generator");
            [element.label, element.seed] = ["5", 77];
            location.hash = "chapter";
            await new Promise((resolve) => setTimeout(resolve, 50));
            const { network } = element;
            const { y } = await network.run({ ...network.model.noise(77), label: 5 });
            return [element.label, element.seed, location.hash, y.length];
        }""")
        assert told == ["5", 77, "#chapter", 784]


def test_a_plugin_s_networks_have_pages_too(browser: Browser, tmp_path: Path) -> None:
    """Of colours, without classes, with noise in two parts: all of it is known from the manifest alone."""
    run = toy(tmp_path / "run")
    painter = run.own[0]
    with hosted(serve.app(make_site(tmp_path, run))) as host, visitor(browser, host.url) as found:
        page = found.open("toy.html", fragment="seed=9")
        first(page)
        expected = reference(painter, inputs.seeded(painter.inputs, 1, 9))[0][0].transpose(1, 2, 0)
        assert expected.shape == (12, 20, 3)
        shows(page, expected)
        assert page.locator(".stage canvas").evaluate(RENDERING) == "pixelated"
        assert not page.locator(".classes").count()
        sliders = panel(page, "Variety").get_by_role("slider")
        sliders.nth(3).wait_for()
        assert sliders.count() == 4  # truncation, and as many directions as the first part has
        panel(page, "Many").get_by_role("gridcell").nth(8 * 8 - 1).wait_for()
        panel(page, "Reader").get_by_role("button").click()
        until(
            page,
            "/^The reader sees (dawn|noon|dusk)/.test(document.querySelector('ganzoo-generator')"
            ".shadowRoot.querySelector('.reading').textContent)",
        )
        page = found.open("toy-2.html")
        first(page)
        page.evaluate("""() => {
            const picture = { data: new Uint8ClampedArray(64).fill(200), width: 4, height: 4 };
            document.querySelector("ganzoo-recognizer").picture = picture;
        }""")
        until(page, "document.querySelector('ganzoo-recognizer').shadowRoot.querySelector('.best b')")
        assert sorted(page.locator("ol b").all_inner_texts()) == ["dawn", "dusk", "noon"]
        assert pixels(page.locator("figure canvas")).shape == (12, 20, 3)


def test_a_generator_of_large_pictures_shows_them_smooth_and_draws_a_few_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    run = toy(tmp_path / "run", (3, 64, 96))
    with hosted(serve.app(make_site(tmp_path, run))) as host, visitor(browser, host.url) as found:
        page = found.open("toy.html", fragment="seed=9")
        first(page)
        painter = run.own[0]
        shows(page, reference(painter, inputs.seeded(painter.inputs, 1, 9))[0][0].transpose(1, 2, 0))
        assert page.locator(".stage canvas").evaluate(RENDERING) == "auto"
        sizes = page.evaluate("""async () => {
            const element = document.querySelector("ganzoo-generator");
            const { network, state } = element;
            const { run } = network;
            const sizes = [];
            network.run = async (values) => {
                const made = await run.call(network, values);
                sizes.push(made.picture.length);
                return made;
            };
            await element.draw(Array(32).fill(state));
            return sizes;
        }""")
        assert sum(sizes) == 32 * 3 * 64 * 96 and max(sizes) <= 2**18


def test_another_architecture_has_the_same_page(browser: Browser, runs: Mapping[str, Run], tmp_path: Path) -> None:
    run = runs["wgan-gp"]
    with hosted(serve.app(make_site(tmp_path, run))) as host, visitor(browser, host.url) as found:
        page = found.open(fragment="label=4&seed=3")
        first(page)
        shows(page, sample(run, "4", 3))
