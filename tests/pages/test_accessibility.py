"""Small, large, and for everybody: nothing is cut off, and axe finds no fault."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.site import serve
from tests.support.hosted import hosted
from tests.support.places import JS
from tests.support.site_pages import CLASSIFIER, CONVERTER, FAILED, GENERATOR, RECOGNIZER, open_panels
from tests.support.visitor import first, visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page


pytestmark = pytest.mark.browser
AXE = JS / "node_modules" / "axe-core" / "axe.min.js"


# Small, large, and for everybody
STATES = """() => {
  const wide = document.scrollingElement.scrollWidth - innerWidth;
  const controls = [document, ...[...document.querySelectorAll("*")].flatMap((node) => node.shadowRoot ?? [])]
    .flatMap((root) => [...root.querySelectorAll("a, button, input, select, summary, canvas, [tabindex]")]);
  const bad = controls.filter((node) => node.checkVisibility({ visibilityProperty: true })).flatMap((node) => {
    const { left, right, width, height } = node.getBoundingClientRect();
    const isCut = node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== "visible";
    const isSmall = !node.matches("canvas, p a, input") && Math.min(width, height) < 23.9;
    const out = left < -0.5 || right > innerWidth + 0.5;
    return out || isCut || isSmall ? [`${node.outerHTML.slice(0, 80)}: ${[left, right, width, height]}`] : [];
  });
  return { wide, bad };
}"""


@pytest.mark.parametrize(
    ("width", "letters"), [(320, "100%"), (640, "200%"), (3840, "100%")], ids=["320 px", "200%", "wall"]
)
@pytest.mark.parametrize("path", [GENERATOR, CLASSIFIER, CONVERTER, RECOGNIZER])
def test_nothing_is_cut_off(width: int, letters: str, path: str, visit: Callable[..., Any]) -> None:
    with visit(viewport={"width": width, "height": 640}) as found:
        page = found.open(path)
        first(page)
        page.evaluate("(size) => document.documentElement.style.fontSize = size", letters)
        for language in ("en", "ja"):
            page.locator("#language").select_option(language)
            open_panels(page)
            told = page.evaluate(STATES)
            assert told["wide"] <= 0 and not told["bad"], told


def violations(page: Page) -> list[str]:
    """What axe-core finds fault with. It sets styles of its own, for which the policy is off."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for each in found for node in each["nodes"]
    ]


@pytest.mark.parametrize("path", [GENERATOR, CLASSIFIER, CONVERTER, RECOGNIZER])
def test_axe_finds_no_fault(path: str, browser: Browser, site: Path) -> None:
    source = AXE.read_text()
    found: dict[str, list[str]] = {}

    def judge(page: Page, state: str) -> None:
        for language in ("en", "ja"):
            for theme in ("light", "dark"):
                page.locator("#language").select_option(language)
                page.locator("#theme").select_option(theme)
                faults = violations(page)
                if faults:
                    found[f"{state}, {language}, {theme}"] = faults

    with hosted(serve.app(site)) as host, visitor(browser, host.url, expected=FAILED, bypass_csp=True) as visited:
        host.faults["/weights-"] = "held"
        page = visited.open(path)
        page.evaluate(source)
        page.get_by_role("progressbar").wait_for()
        judge(page, "loading")
        host.faults["/weights-"] = "missing"
        page.get_by_role("alert").filter(has_text=re.compile(".")).wait_for()
        judge(page, "failed")
        host.faults.clear()
        page.get_by_role("alert").get_by_role("button").click()
        first(page)
        judge(page, "ready")
        open_panels(page)
        judge(page, "open")
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
