"""What goes wrong on the way: policy, files that do not arrive, lost devices, slow links."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.serving.link import Link, throttled
from ganzoo.site import serve
from tests.support.hosted import hosted
from tests.support.site_pages import CLASSIFIER, FAILED, seven, use
from tests.support.visitor import first, visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser


pytestmark = pytest.mark.browser


def test_a_policy_stands_and_the_guard_tells_of_a_breach(visit: Callable[..., Any]) -> None:
    with visit(expected="Content Security Policy") as found:
        page = found.open()
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.broken = 1'}))"
        )
        assert page.evaluate("window.broken") is None
        assert found.complaints
    with visit(expected="asked http://localhost|Content Security Policy|ERR_") as found:
        page = found.open()
        page.evaluate("fetch('http://localhost:9/').catch(() => {})")
        assert found.complaints


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", "could not be loaded"),
        ("cut", "could not be loaded"),
        ("short", "not as it was"),
        ("wrong", "not as it was"),
    ],
)
def test_weights_that_do_not_arrive_are_told_and_tried_again(
    fault: Any, words: str, browser: Browser, site: Path
) -> None:
    with hosted(serve.app(site)) as host, visitor(browser, host.url, expected=FAILED) as found:
        host.faults["models/cnn/weights-"] = fault
        page = found.open(CLASSIFIER)
        alert = page.locator("[role=alert]")
        alert.filter(has_text=words).wait_for()
        assert re.search(r"weights-\S+\.bin", alert.inner_text())
        host.faults.clear()
        page.get_by_role("button", name="Try again").click()
        first(page)
        assert alert.text_content() == ""
        seven(page)


def test_modules_that_git_rewrote_are_told_as_altered_and_no_browser_is_blamed(browser: Browser, site: Path) -> None:
    with hosted(serve.app(site)) as host, visitor(browser, host.url, expected=FAILED) as found:
        host.faults["models/cnn/web"] = "wrong"
        alert = found.open(CLASSIFIER).locator("[role=alert]")
        alert.filter(has_text="not as it was published").wait_for()
        assert re.search(r"^web\w+\.js is not", alert.inner_text()) and "Chrome" not in alert.inner_text()


LOSE = """
globalThis.lose = {};
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  const context = getContext.call(this, kind, ...more);
  if (kind === "webgl2") lose.WebGL = () => context.getExtension("WEBGL_lose_context").loseContext();
  return context;
};
if (globalThis.GPUAdapter) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    lose.WebGPU = () => device.destroy();
    return device;
  };
}
"""


@pytest.mark.parametrize("backend", ["WebGL", "WebGPU"])
def test_a_device_lost_in_the_middle_costs_nothing(backend: str, visit: Callable[..., Any]) -> None:
    with visit(expected="CONTEXT_LOST|context lost|Device is destroyed|device was destroyed") as found:
        found.context.add_init_script(LOSE)
        page = found.open(CLASSIFIER)
        first(page)
        use(page, backend)
        seven(page)
        page.evaluate(f"lose.{backend}()")
        seven(page)


@pytest.mark.alone
def test_progress_has_true_totals(browser: Browser, site: Path) -> None:
    """As the weights trickle in: one total from the first, which is that of all that comes."""
    watch = """
        globalThis.seen = [];
        const look = () => {
            const bar = document.querySelector("ganzoo-classifier")?.shadowRoot?.querySelector("progress");
            if (bar?.max > 1) seen.push([bar.value, bar.max, bar.labels[0]?.textContent]);
            setTimeout(look, 4);  // whether or not a frame is drawn
        };
        look();
    """
    with hosted(throttled(serve.app(site), Link(5e5, 0.02))) as host, visitor(browser, host.url) as found:
        found.context.add_init_script(watch)
        page = found.open(CLASSIFIER)
        first(page)
        seen = page.evaluate("seen")
    values, totals, words = zip(*seen, strict=True)
    assert list(values) == sorted(values) and len(set(values)) > 5
    files = json.loads((site / "models" / "cnn" / "manifest.json").read_text())["files"]
    known = sum(told["bytes"] for name, told in files.items() if re.match(r"weights-|golden|webassembly\.js", name))
    programs = [told["bytes"] for name, told in files.items() if name.endswith(".wasm")]
    # which program it is to be is known when the browser has been looked at
    assert list(totals) == sorted(totals) and len(set(totals)) <= 2
    assert known - 20_000 <= totals[0] <= totals[-1] <= known + max(programs)
    assert values[-1] > 0.9 * totals[-1]
    assert re.fullmatch(r"Loading the model: \S+ kB of 1\.\d+ MB", words[len(words) // 2])
