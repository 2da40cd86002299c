"""WebAssembly SIMD: ganzoo's own C kernels; in WebDNN's layout its C++ kernels, compiled here, run in a worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.backends._webdnn import generator
from ganzoo.backends.webassembly.toolchain import COMPILERS, write
from ganzoo.specs import Backend

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Program


def _compile(plan: Plan) -> Program:
    from ganzoo.backends.webassembly.compile import compile_plan

    return compile_plan(plan)


BACKEND = Backend(
    name="webassembly",
    summary="C kernels, compiled to WebAssembly SIMD for each network",
    generate=generator("webassembly"),
    write=write,
    tolerance=1e-5,  # sums in another order differ by some 1e-6
    toolchains=tuple(COMPILERS),
    compile=_compile,
    modules=(Path(__file__).with_name("webassembly.js"),),
)
