"""Time an export on one backend in a fresh, real browser: raw samples come back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.browser.find import Browser
    from ganzoo.browser.session import Progress
    from ganzoo.browser.verify import Model
    from ganzoo.specs import FloatArray

RUNS = 100
SECONDS = 2.0  # a fast backend goes on for so long, up to 10 times the runs asked for

# Rasterisers on the CPU, as they name themselves: Chromium's, Mesa's two, Windows' WARP.
SOFTWARE = re.compile("swiftshader|llvmpipe|softpipe|basic render", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One backend's figures in one browser. Times are in ms, for batch 1, from inputs set to outputs read.

    `load_ms` is from asking the loader for the network to its being ready, without the loader's own script.
    `n` runs stand behind `median_ms` and `p95_ms`. `hardware` is None for the CPU, which has no adapter.
    `clock_ms` is the smallest step of the page's clock: finer differences are noise. A backend that
    failed has its `reason`, and None for every figure.
    """

    backend: str
    browser: str
    reason: str = ""
    load_ms: float | None = None
    first_ms: float | None = None
    median_ms: float | None = None
    p95_ms: float | None = None
    n: int = 0
    renderer: str = ""
    hardware: bool | None = None
    clock_ms: float | None = None
    isolated: bool | None = None
    user_agent: str = ""


def bench(
    model: Model,
    backend: str,
    inputs: Sequence[FloatArray],
    expected: Sequence[FloatArray],
    *,
    runs: int = RUNS,
    seconds: float = SECONDS,
    browser: Browser | None = None,
    progress: Progress | None = None,
) -> Row:
    """Time `model` on `backend`.

    `inputs` and `expected` hold one float32 array (N, ...) per input and output of the network, `expected` being
    Chainer's; the runs take the samples in turn. An output that differs is a reason, and its times are not given.
    At least `runs` runs are timed, and more for `seconds` seconds, up to ten times `runs`.

    A backend that fails or hangs yields a `Row` with the reason. Raises `BrowserMissingError` when no browser starts,
    `ToolMissingError` when WebDNN's `webdnn.js` cannot be had.
    """
    from ganzoo.browser.arrays import encode
    from ganzoo.browser.find import find_browser
    from ganzoo.browser.session import PAGES, run_page
    from ganzoo.browser.verify import compare

    browser = browser or find_browser()
    name = f"{browser.name} {browser.version}"
    folders = {"model": model.folder} | model.loader
    job = {"layout": model.layout, "backend": backend, "inputs": encode(inputs), "runs": runs, "seconds": seconds}
    try:
        result = run_page(PAGES / "bench.html", job, folders, browser=browser, progress=progress)
        _, wrong = compare(result.get("outputs"), expected, model.tolerance)
        return Row(backend, name, wrong) if wrong else _row(backend, name, result, runs)
    except VerificationError as failure:
        return Row(backend, name, failure.message)


def summarise(times: Sequence[float]) -> tuple[float, float]:
    """(median, 95th percentile) of raw samples, linear between neighbours."""
    import numpy as np

    median, p95 = np.percentile(np.asarray(times, np.float64), [50, 95])
    return float(median), float(p95)


def _row(backend: str, browser: str, result: dict[str, Any], runs: int) -> Row:
    """A page's result, checked. Raises `VerificationError` when it is not what a page of ours posts."""
    times = result.get("times")
    if not isinstance(times, list) or len(times) < runs:
        raise VerificationError(f"The page did not give the times of {runs} runs.")
    median, p95 = summarise([_ms(time) for time in times])
    renderer = str(result.get("renderer", ""))[:200]
    return Row(
        backend,
        browser,
        load_ms=_ms(result.get("loadMs")),
        first_ms=_ms(result.get("firstMs")),
        median_ms=median,
        p95_ms=p95,
        n=len(times),
        renderer=renderer,
        hardware=None if backend == "webassembly" else not SOFTWARE.search(renderer),
        clock_ms=_ms(result.get("clockMs")),
        isolated=result.get("crossOriginIsolated") is True,
        user_agent=str(result.get("userAgent", ""))[:300],
    )


def _ms(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise VerificationError("The page gave a time that is none.")
    return float(value)
