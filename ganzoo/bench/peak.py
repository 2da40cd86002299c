"""Measure how fast one thread of WebAssembly can compute in a browser.

Each round opens a page of its own that runs `peak.c`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.browsers.session import Visitor

FLAGS = {"simd128": ("-msimd128",), "relaxed": ("-msimd128", "-mrelaxed-simd")}
WEIGHTS = 209_040  # float32, as many as the reference generator has: they stream from the second cache


def compile_into(folder: Path) -> None:
    """Compile `peak.c` with and without relaxed SIMD, each to a file `<module>.wasm` in `folder`."""
    folder.mkdir(parents=True)
    for name, flags in FLAGS.items():
        command = [
            *(sys.executable, "-m", "ziglang", "cc", str(Path(__file__).parent / "peak.c")),
            *("-o", str(folder / f"{name}.wasm"), "-target", "wasm32-freestanding", "-O3", "-nostdlib", *flags),
            *("-Wl,--no-entry", "-Wl,--export=multiply_add", "-Wl,--initial-memory=2097152"),
        ]
        subprocess.run(command, check=True, capture_output=True)


def measure(folder: Path, visitor: Visitor, silence: float) -> Mapping[str, float | None]:
    """Return the speed of each module in GFLOP/s (a multiply-add counts as two), None for one that the browser refuses.

    Raises `BrowserMissingError` when the browser does not start, `VerificationError` when it fails on the page.
    """
    from ganzoo.browsers.session import visit_page
    from ganzoo.pages import PAGES

    job = {"modules": list(FLAGS), "counts": {"weights": WEIGHTS}}
    answered = visit_page(PAGES / "peak.html", job, {"lib": folder}, visitor=visitor, silence=silence)
    return read(answered.data)


def read(data: Mapping[str, Any]) -> Mapping[str, float | None]:
    """Check the result that a page posted, and return it."""
    told = data.get("gflops")
    found: dict[str, float | None] = {}
    for name in FLAGS:
        module = told.get(name) if isinstance(told, dict) else None
        value = module.get("weights") if isinstance(module, dict) else None
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, (int, float)) or not 1e-3 < value < 1e6
        ):
            raise VerificationError("The page sent a peak that is not a valid number.")
        found[name] = value
    return found
