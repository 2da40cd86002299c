"""The JavaScript and HTML of the documents, as it stands there, in a page beside a site's files."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.documents import blocks
from tests.support.hosted import hosted
from tests.support.visitor import first, until, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PAGE = "<!doctype html><title>A page of mine</title>\n<canvas></canvas>\n"


def names(script: str) -> list[str]:
    """What a script declares at its top: `const a = ...`, `const { b, c } = ...`."""
    found = re.findall(r"^\s*const (?:\{([^}]*)\}|(\w+)) =", script, re.MULTILINE)
    return [name.strip() for several, one in found for name in (several or one).split(",")]


def told(script: str) -> str:
    """`script`, which tells when it is done and what it has in the names that it declares."""
    return f"{script}\nglobalThis.done = {{ {', '.join(names(script))} }};\n"


def test_what_a_document_shows_works_in_a_page(browser: Browser, site: Path, tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from ganzoo.serving.static import Files

    folder = shutil.copytree(site, tmp_path / "site")
    shutil.copytree(folder / "models" / "dcgan-cond", folder / "generator")  # as `ganzoo export` names it
    found = [*blocks("js"), *blocks("html")]
    assert len(found) >= 6
    app = Starlette(routes=[Mount("/", Files(directory=folder, html=True))])
    with hosted(app) as host, visitor(browser, host.url, expected="favicon") as visit:
        for number, block in enumerate(found):
            text = f'<script type="module">\n{told(block.text)}</script>\n' if block.language == "js" else block.text
            module = re.search(r'<script type="module">\n(.*?)</script>', block.text, re.DOTALL)
            if block.language == "html" and module:
                text = block.text.replace(module[1], told(module[1]))
            (folder / f"page-{number}.html").write_text(PAGE + text, encoding="utf-8")
            page = visit.open(f"page-{number}.html")
            if "globalThis.done" in text:
                until(page, "globalThis.done", 20)
                missing = page.evaluate("Object.keys(done).filter((name) => done[name] === undefined)")
                assert not missing, f"{block.place}: {missing} is undefined"
                if "y" in names(text):
                    values = page.evaluate("Array.from(done.y)")
                    assert len(values) == 784 and min(values) >= 0 and max(values) <= 1, block.place
                if "canvas" in block.text:
                    assert page.evaluate("document.querySelector('canvas').width") == 28, block.place
            elif "<ganzoo-generator" in text:
                first(page)
            else:
                page.locator("ganzoo-classifier .pad svg").wait_for()
            page.close()
