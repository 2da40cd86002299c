"""One peer on one model in one fresh browser: what came of it, checked against Chainer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.browser.find import Browser
    from ganzoo.specs import FloatArray

PAGES = Path(__file__).parent / "pages"
TOLERANCE = 1e-4  # as `ganzoo verify`: sums in another order
BATCH = 64


@dataclass(frozen=True)
class Sample:
    """One round of one peer. Times are in ms; a failure has its `reason` and no times.

    `script_ms` is its own code fetched and run, `load_ms` from calling load to a network ready to run, `first_ms` the
    first run: from an input in an array to the output in an array on the CPU, as in all that follow. `early` are the
    runs after it. Engines still optimise then, and a visitor's page seldom gets beyond. `steady` are means of `block`
    runs after half a second more; empty for GPUs, where nothing changes. `batches` are runs of `BATCH` pictures.
    """

    reason: str = ""
    script_ms: float = 0
    load_ms: float = 0
    first_ms: float = 0
    early: tuple[float, ...] = ()
    block: int = 1
    steady: tuple[float, ...] = ()
    batches: tuple[float, ...] = ()
    error: float = 0
    fetched: tuple[str, ...] = field(default=(), repr=False)
    adapter: str = ""

    @property
    def cold_ms(self) -> float:
        """From asking for the peer's code to the first output, on loopback, nothing cached."""
        return self.script_ms + self.load_ms + self.first_ms


def measure(
    peer: str,
    backend: str,
    library: Path,
    model: Path,
    inputs: FloatArray,
    expected: FloatArray,
    *,
    runs: int,
    batch: bool,
    browser: Browser,
) -> Sample:
    """Time `peer`; `inputs` and `expected` are `BATCH` samples, the second Chainer's. A wrong answer is a failure."""
    from ganzoo.browser.arrays import encode
    from ganzoo.browser.session import PAGES as SHARED
    from ganzoo.browser.session import run_page
    from ganzoo.browser.verify import compare

    job = {
        "peer": peer,
        "backend": backend,
        "shape": inputs.shape[1:],
        "inputs": encode([inputs]),
        "runs": runs,
        "batch": BATCH if batch else 0,
    }
    folders = {"lib": library, "model": model, "browser": SHARED}
    try:
        result = run_page(PAGES / "peer.html", job, folders, browser=browser)
    except VerificationError as failure:
        return Sample(reason=failure.message)
    once = [expected, expected] if batch else [expected]
    import numpy as np

    error, wrong = compare(result["outputs"], [np.concatenate(once)], TOLERANCE)
    if wrong:
        return Sample(reason=wrong, adapter=result["adapter"])
    return Sample(
        script_ms=result["scriptMs"],
        load_ms=result["loadMs"],
        first_ms=result["firstMs"],
        early=tuple(result["early"]),
        block=result["block"],
        steady=tuple(result["steady"]),
        batches=tuple(result["batches"]),
        error=error or 0,
        fetched=tuple(result["fetched"]),
        adapter=result["adapter"],
    )


def peak(folder: Path, modules: Sequence[str], counts: Mapping[str, int], browser: Browser) -> Mapping[str, Any]:
    """GFLOP/s of peak.c's `modules` in `folder`, by module and by the name of the number of weights."""
    from ganzoo.browser.session import PAGES as SHARED
    from ganzoo.browser.session import run_page

    job = {"modules": list(modules), "counts": dict(counts)}
    gflops: Mapping[str, Any] = run_page(PAGES / "peak.html", job, {"lib": folder, "browser": SHARED}, browser=browser)[
        "gflops"
    ]
    return gflops
