"""Where a site lies and when it changes: offline, in any path, a new deployment beside the old one."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.runs.run import Run
from ganzoo.site import serve
from tests.support.hosted import hosted
from tests.support.site_pages import CLASSIFIER, GENERATOR, PEN, SEVEN, kept, make_site, seven, use
from tests.support.visitor import first, visitor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playwright.sync_api import Browser


pytestmark = pytest.mark.browser


def test_after_the_first_visit_it_works_offline(browser: Browser, site: Path) -> None:
    with (
        hosted(serve.app(site)) as host,
        visitor(browser, host.url, expected="ERR_CONNECTION_REFUSED|status of 404") as found,
    ):
        page = found.open(CLASSIFIER)
        kept(page)
        host.stop()
        page.reload()
        first(page)
        seven(page)
        # by its other address, and what never was
        page.goto(host.url + "cnn")
        first(page)
        page.goto(host.url + "nowhere.html")
        assert page.get_by_text("There is no such page").is_visible()


@pytest.fixture(scope="module")
def newer(reader: Run, runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is deployed later: another reader, which takes each digit for the one before it."""
    from ganzoo.runs.snapshot import save_model

    folder = tmp_path_factory.mktemp("newer")
    copy = Run(folder / reader.name, reader.config, reader.provenance)
    shutil.copytree(reader.path, copy.path)
    model = reader.model()
    for parameter in next(
        link for _, link in model.namedlinks() if getattr(link, "W", None) is not None and link.W.shape[0] == 10
    ).params():
        parameter.array[...] = np.roll(parameter.array, -1, axis=0)
    save_model(copy.model_path, copy.config, model)
    return make_site(folder, runs["dcgan-cond"], copy)


def test_a_new_deployment_is_there_at_the_next_navigation(browser: Browser, site: Path, newer: Path) -> None:
    with hosted(serve.app(site)) as host, visitor(browser, host.url) as found:
        page = found.open(CLASSIFIER)
        kept(page)
        seven(page)
        host.app = serve.app(newer)
        page.goto(page.url)
        first(page)
        assert page.evaluate(PEN, [SEVEN.strokes]) == "6"
        kept(page)
        host.stop()
        found.expected = "ERR_CONNECTION_REFUSED"
        page.close()  # the former worker goes with the last page that it served, soon
        time.sleep(1)
        page = found.open(CLASSIFIER)
        first(page)
        assert page.evaluate(PEN, [SEVEN.strokes]) == "6"


def test_a_tab_of_the_old_deployment_and_one_of_the_new_go_on(browser: Browser, site: Path, newer: Path) -> None:
    with hosted(serve.app(site)) as host, visitor(browser, host.url) as found:
        old = found.open(CLASSIFIER)
        kept(old)
        host.app = serve.app(newer)
        new = found.open(CLASSIFIER)
        kept(new)
        old.bring_to_front()
        seven(old)
        new.bring_to_front()
        assert new.evaluate(PEN, [SEVEN.strokes]) == "6"
        # what the old tab has not fetched yet is the old one's, or it is not taken
        old.bring_to_front()
        use(old, "WebGL")
        seven(old)
        old.reload()
        first(old)
        assert old.evaluate(PEN, [SEVEN.strokes]) == "6"


@pytest.mark.parametrize("base_path", ["/", "/a/b/"])
def test_a_site_lies_in_any_path(base_path: str, browser: Browser, reader: Run, site: Path, tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    # as it is below a path that it was not told of, and as it was told
    app = Starlette(routes=[Mount("/deep/er", serve.app(site))]) if base_path == "/" else None
    folder = site if app else make_site(tmp_path, reader, base_path=base_path)
    with hosted(app or serve.app(folder)) as host, visitor(browser, host.url) as found:
        page = found.open(f"deep/er/{CLASSIFIER}" if app else "a/b/")
        kept(page)
        seven(page)
        host.stop()
        found.expected = "ERR_CONNECTION_REFUSED"
        page.reload()
        first(page)


def test_what_is_damaged_in_the_worker_s_cache_is_fetched_again(browser: Browser, site: Path) -> None:
    """The code of the page, its HTML and its network, in the worker's own cache and in the former version's."""
    with hosted(serve.app(site)) as host, visitor(browser, host.url) as found:
        page = found.open(GENERATOR)
        kept(page)
        damage = """async () => {
            let damaged = 0;
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const { url } of await cache.keys()) {
                    const { headers } = await cache.match(url);
                    await cache.put(url, new Response("damaged", { headers }));
                    damaged++;
                }
            }
            return damaged;
        }"""
        assert page.evaluate(damage) > 10
        page.reload()
        first(page)
        kept(page)  # what was not asked for is mended as well
        host.stop()
        found.expected = "ERR_CONNECTION_REFUSED"
        page.reload()
        first(page)
