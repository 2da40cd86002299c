"""Does a browser compute what Chainer computes? WebDNN's own loader runs the export, and we compare."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.browser.find import Browser
    from ganzoo.browser.session import Progress
    from ganzoo.specs import FloatArray

TOLERANCE = 1e-4  # absolute; float32 sums of some thousand terms in another order differ by 1e-6 to 1e-5


@dataclass(frozen=True)
class Check:
    """One backend's agreement with Chainer.

    `max_abs_error` is None where there is no output to compare or it is not finite; `reason` says what is
    wrong, empty where `ok`. `renderer` is the adapter that drew, "CPU" for WebAssembly. `seconds` is the
    time of the whole check, the browser's start included.
    """

    backend: str
    ok: bool
    max_abs_error: float | None
    reason: str
    renderer: str
    seconds: float


def verify(
    model_dir: Path,
    backend: str,
    inputs: Sequence[FloatArray],
    expected: Sequence[FloatArray],
    *,
    tolerance: float = TOLERANCE,
    browser: Browser | None = None,
    progress: Progress | None = None,
) -> Check:
    """Run the WebDNN export in `model_dir` on `backend`, in a fresh browser, and compare with `expected`.

    `inputs` and `expected` hold one float32 array (N, ...) per input and output of the network, in the
    descriptor's order; the network sees one sample at a time. `progress` takes a line for the user now
    and then.

    A backend that fails, hangs or differs yields a `Check` that is not ok. Raises `BrowserMissingError`
    when no browser starts, `ToolMissingError` when WebDNN's `webdnn.js` cannot be had.
    """
    from ganzoo.browser.arrays import encode
    from ganzoo.browser.session import PAGES, run_page
    from ganzoo.browser.webdnn_js import webdnn_js

    started = time.monotonic()
    job = {"backend": backend, "inputs": encode(inputs)}
    folders = {"model": model_dir, "webdnn": webdnn_js().parent}
    try:
        result = run_page(PAGES / "verify.html", job, folders, browser=browser, progress=progress)
    except VerificationError as failure:
        error, reason, renderer = None, failure.message, ""
    else:
        error, reason = compare(result.get("outputs"), expected, tolerance)
        renderer = str(result.get("renderer", ""))[:200]
    return Check(backend, not reason, error, reason, renderer, time.monotonic() - started)


def compare(outputs: Any, expected: Sequence[FloatArray], tolerance: float) -> tuple[float | None, str]:
    """(largest absolute error, what is wrong) of a page's outputs; the second is empty where all is well."""
    import numpy as np

    from ganzoo.browser.arrays import decode

    if not all(np.isfinite(array).all() for array in expected):
        return None, "Chainer's own output is not finite."
    try:
        actual = decode(outputs, [array.shape for array in expected])
    except ValueError as problem:
        return None, f"The page gave {problem}."
    wrong = sum(int((~np.isfinite(array)).sum()) for array in actual)
    if wrong:
        return None, f"{wrong} of {sum(array.size for array in actual)} output values are NaN or infinite."
    error = max(float(np.abs(a.astype(np.float64) - e).max(initial=0)) for a, e in zip(actual, expected, strict=True))
    if error > tolerance:
        return error, f"The output differs from Chainer's by {error:.2g}, more than {tolerance:g}."
    return error, ""
