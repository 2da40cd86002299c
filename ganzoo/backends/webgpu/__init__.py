"""WGSL compute shaders for WebGPU; in WebDNN's layout its Metal kernels, which no browser of today runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.backends._webdnn import generator, save
from ganzoo.specs import Backend, WebdnnTarget

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Program


def _compile(plan: Plan) -> Program:
    from ganzoo.backends.webgpu.compile import compile_plan

    return compile_plan(plan)


BACKEND = Backend(
    name="webgpu",
    title="WebGPU",
    summary="WGSL compute shaders, for browsers with WebGPU",
    compile=_compile,
    modules=(Path(__file__).with_name("webgpu.js"),),
    order=3,  # a browser takes the longest to hand out its device
    webdnn=WebdnnTarget(
        generator("webgpu"),
        save,
        runs=False,
        note="with --layout webdnn: Metal source, which no browser of today runs",
    ),
)
