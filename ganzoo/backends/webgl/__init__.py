"""WebGL2 fragment shaders: ganzoo's own, and WebDNN's `webgl`, one descriptor for each of three texture size limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.backends._webdnn import generator, save
from ganzoo.specs import Backend, WebdnnTarget

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Program


def _compile(plan: Plan) -> Program:
    from ganzoo.backends.webgl.compile import compile  # noqa: A004 - the contract's name

    return compile(plan)


BACKEND = Backend(
    name="webgl",
    title="WebGL",
    summary="GLSL ES 3.00 fragment shaders, for browsers with WebGL2",
    compile=_compile,
    modules=(Path(__file__).with_name("webgl.js"),),
    order=2,
    webdnn=WebdnnTarget(
        generator("webgl"), save, note="with --layout webdnn: three descriptors, of which a browser loads one"
    ),
)
