"""WebAssembly SIMD: ganzoo's own C kernels; in WebDNN's layout its C++ kernels, compiled here, run in a worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.backends._webdnn import generator
from ganzoo.backends.webassembly.webdnn.toolchain import COMPILERS, write
from ganzoo.specs import Backend, WebdnnTarget

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Program


def _compile(plan: Plan) -> Program:
    from ganzoo.backends.webassembly.compile import compile_plan

    return compile_plan(plan)


BACKEND = Backend(
    name="webassembly",
    title="WebAssembly",
    summary="C kernels, compiled to WebAssembly SIMD for each network",
    compile=_compile,
    modules=(Path(__file__).with_name("webassembly.js"),),
    order=1,  # it has no device to wait for and no shader to compile
    tolerance=1e-5,  # sums in another order differ by some 1e-6
    webdnn=WebdnnTarget(generator("webassembly"), write, toolchains=tuple(COMPILERS)),
)
