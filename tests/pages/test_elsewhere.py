"""A bundle at another origin than its page, and pages where there is no server for them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.serving.running import with_headers
from ganzoo.serving.static import Files
from tests.support.hosted import hosted
from tests.support.site_pages import GENERATOR
from tests.support.visitor import first, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from starlette.types import Receive, Scope, Send

pytestmark = pytest.mark.browser


@contextmanager
def apart(browser: Browser, site: Path, folder: Path) -> Iterator[tuple[Page, str, list[str]]]:
    """A page with the runtime, the URL of a bundle at another origin, and which of its files come without CORS."""
    (folder / "index.html").write_text("<!doctype html><title>A page of mine</title>")
    bundle = site / "models" / "dcgan-cond"
    shutil.copy(bundle / "ganzoo.js", folder)
    plain = with_headers(Files(directory=bundle), {b"cache-control": b"no-store"})
    allowed = with_headers(plain, {b"access-control-allow-origin": b"*"})
    closed: list[str] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (plain if scope["path"].endswith(tuple(closed)) else allowed)(scope, receive, send)

    with (
        hosted(answer) as theirs,
        hosted(Files(directory=folder, html=True)) as ours,
        visitor(browser, ours.url, expected=".") as someone,
    ):
        yield someone.open(), theirs.url, closed


def test_a_bundle_of_another_origin(browser: Browser, site: Path, tmp_path: Path) -> None:
    load = """async ([url, options, count]) => {
        const { load } = await import("./ganzoo.js");
        try {
            const model = await load(url, options);
            const canvas = document.createElement("canvas");
            if (count) await model.draw(canvas, { ...model.noise(1, count), label: 3 });
            return { info: model.report[0].info, height: canvas.height };
        } catch (error) {
            return { ...error, message: error.message };
        }
    }"""
    options: dict[str, Any] = {"backend": "webassembly", "worker": True}
    with apart(browser, site, tmp_path) as (page, url, closed):
        # a worker's script must be of the page's origin: one that imports the other is made
        told = page.evaluate(load, [url, options, 2])
        assert told["info"].endswith("in a worker") and told["height"] == 2 * 28
        # no canvas of Chromium's has more than 65,535 pixels a side: it takes all, and keeps nothing
        told = page.evaluate(load, [url, options, 2341])
        assert (told["code"], told["field"]) == ("input", "canvas") and "28x65548 pixels" in told["message"], told
        for ending, code in ((".js", "corrupt"), (".json", "fetch"), (".bin", "fetch")):
            closed[:] = [ending]
            page.reload()  # a page keeps the modules that it has imported
            told = page.evaluate(load, [url, options, 0])
            assert told["code"] == code and f"{url.rstrip('/')} must allow this page by CORS" in told["message"], told


def test_a_page_that_cannot_begin_says_what_it_needs(browser: Browser, site: Path) -> None:
    from starlette.applications import Starlette
    from starlette.responses import FileResponse
    from starlette.routing import Route

    async def index(_: object) -> FileResponse:
        return FileResponse(site / GENERATOR)

    words = "look at this page's address"
    bare = Starlette(routes=[Route("/demo", index)])  # as a host that leaves the address as it was typed
    with hosted(bare) as host, visitor(browser, host.url, expected=".") as someone:
        assert someone.open("demo").get_by_text(words).is_visible()
        page = someone.context.new_page()
        page.goto((site / GENERATOR).as_uri())
        late = page.get_by_text(words)
        assert not late.is_visible()  # a page on a server begins within a moment
        page.evaluate("document.getAnimations().forEach((each) => each.finish())")
        assert late.is_visible()


def test_a_page_that_has_begun_says_nothing_of_it(browser: Browser, site: Path) -> None:
    from ganzoo.site import serve

    with hosted(serve.app(site)) as host, visitor(browser, host.url) as someone:
        page = someone.open(GENERATOR)
        first(page)
        assert not page.get_by_text("look at this page's address").is_visible()
