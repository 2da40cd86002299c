"""Compare the outputs of a network in a browser with the original's. The export's own loader runs it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import VerificationError
from ganzoo.export.checks import Check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.browsers.find import Browser
    from ganzoo.browsers.session import Progress
    from ganzoo.specs import FloatArray, LabelArray

TOLERANCE = 1e-4  # absolute, of WebDNN's own files; float32 sums in another order differ by 1e-6 to 1e-5
SECONDS = 20.0  # that a model may take for its samples, and for the test images: a third of the silence that is allowed
LEAST = 2  # samples that are compared, however long one takes
ENOUGH = 100  # test images of which a share of right answers says something


@dataclass(frozen=True)
class Model:
    """One network in one encoding of its weights: a folder for the loader of `layout`.

    `tolerance` is the largest allowed absolute difference. `asked` is False for an encoding that is only tried, to know
    its cost.
    """

    folder: Path
    layout: str = "webdnn"
    tolerance: float = TOLERANCE
    encoding: str = "f32"
    asked: bool = True

    @property
    def runner(self) -> Path:
        """The folder whose runner.js loads the layout's files."""
        from ganzoo.pages import RUNNERS

        return RUNNERS / self.layout

    @property
    def loader(self) -> dict[str, Path]:
        """The folder of the layout's loader, by the name that pages know it by; a bundle carries its own."""
        from ganzoo.verify.webdnn_js import webdnn_js

        return {"lib": webdnn_js().parent} if self.layout == "webdnn" else {}

    @property
    def batches(self) -> bool:
        """Whether the loader takes several samples at once."""
        return self.layout != "webdnn"


def verify(
    models: Sequence[Model],
    backend: str,
    inputs: Sequence[FloatArray],
    expected: Sequence[FloatArray],
    *,
    test: tuple[FloatArray, LabelArray] | None = None,
    browser: Browser | None = None,
    progress: Progress | None = None,
) -> list[Check]:
    """Run `models`, all of one layout and each of another encoding, on `backend` in a fresh browser.

    `inputs` and `expected` hold one float32 array (N, ...) per input and output of the network, in the
    manifest's order. The network sees one sample at a time and, where it can, several at once as well; the outputs
    are compared with `expected`. Of a network that takes long only the first few are, two at least: a check tells how
    many. `test` are a classifier's images and labels. `progress` takes a line for the user now and then.

    A model that fails, hangs or differs yields a `Check` that is not ok. Raises `BrowserMissingError`
    when no browser starts, `ToolMissingError` when WebDNN's `webdnn.js` cannot be had.
    """
    from ganzoo.browsers.session import run_page
    from ganzoo.pages import PAGES
    from ganzoo.serving.arrays import encode, encoded_bytes
    from ganzoo.serving.server import MAX_BYTES

    started = time.monotonic()
    first = models[0]
    folders = {model.encoding: model.folder for model in models} | first.loader | {"runner": first.runner}
    test = test if first.batches else None
    job = {
        "backend": backend,
        "models": [model.encoding for model in models],
        "inputs": encode(inputs),
        "batch": first.batches,
        "test": encode([test[0]]) if test else [],
        "seconds": SECONDS,
    }
    # alone and in a batch; twice as much again, for what is around them and the test's outputs
    most = max(MAX_BYTES, 4 * len(models) * encoded_bytes(expected))
    results: Any
    try:
        answer = run_page(PAGES / "verify.html", job, folders, browser=browser, most=most, progress=progress)
    except VerificationError as failure:
        results, renderer = {model.encoding: {"error": failure.message} for model in models}, ""
    else:
        results, renderer = answer.get("results"), str(answer.get("renderer", ""))[:200]
    seconds = time.monotonic() - started
    checks = []
    for model in models:
        result = results.get(model.encoding) if isinstance(results, dict) else None
        error, reason = _judge(result, expected, model)
        accuracy = _accuracy(result, expected, test) if test and not reason else None
        tested = len(result["outputs"]) if result and not reason else 0
        told = (model.encoding, accuracy, model.asked, model.tolerance, tested)
        checks.append(Check(backend, not reason, error, reason, renderer, seconds, *told))
    return checks


def _judge(result: Any, expected: Sequence[FloatArray], model: Model) -> tuple[float | None, str]:
    if not isinstance(result, dict):
        return None, "The page sent no outputs."
    if "error" in result:
        return None, " ".join(str(result["error"]).split())[:500]
    error, reason = compare_some(result.get("outputs"), expected, model.tolerance)
    if model.batches and not reason:
        together, reason = compare_some(result.get("batched"), expected, model.tolerance)
        reason = reason and f"Run as a batch: {reason}"
        error = max(error or 0.0, together or 0.0)
    return error, reason


def _accuracy(result: Any, expected: Sequence[FloatArray], test: tuple[FloatArray, LabelArray]) -> float | None:
    from ganzoo.serving.arrays import decode

    images, labels = test
    tested = result.get("tested")
    n = _some(tested, len(images), ENOUGH)
    try:
        (outputs,) = decode(tested, [(n, *expected[0].shape[1:])])
    except ValueError:
        return None
    return float((outputs.reshape(n, -1).argmax(1) == labels[:n]).mean())


def _some(samples: Any, n: int, least: int) -> int:
    """How many of `n` samples a page gave outputs for, where that is `least` or more; else `n`: all were wanted."""
    given = len(samples) if isinstance(samples, list) else 0
    return given if min(least, n) <= given <= n else n


def compare_some(outputs: Any, expected: Sequence[FloatArray], tolerance: float) -> tuple[float | None, str]:
    """`compare`, with as many of the first samples as the page gave outputs for, `LEAST` at least."""
    n = _some(outputs, len(expected[0]), LEAST)
    return compare(outputs, [array[:n] for array in expected], tolerance)


def compare(outputs: Any, expected: Sequence[FloatArray], tolerance: float) -> tuple[float | None, str]:
    """The largest absolute error of a page's outputs, and what is wrong with them; empty if nothing is."""
    import numpy as np

    from ganzoo.serving.arrays import decode

    if not all(np.isfinite(array).all() for array in expected):
        return None, "The original network's output is NaN or infinite."
    try:
        actual = decode(outputs, [array.shape for array in expected])
    except ValueError as problem:
        return None, f"The page sent {problem}."
    wrong = sum(int((~np.isfinite(array)).sum()) for array in actual)
    if wrong:
        return None, f"{wrong} of {sum(array.size for array in actual)} output values are NaN or infinite."
    error = max(float(np.abs(a.astype(np.float64) - e).max(initial=0)) for a, e in zip(actual, expected, strict=True))
    if error > tolerance:
        told = f"The output differs from the original network's by {error:.2g}, but the tolerance is {tolerance:g}."
        return error, told
    return error, ""
