"""Plan to WebGL2: each step is a fragment shader that draws its output into a texture of floats, four channels a texel.

In its texture a tensor (h, w, c) has a pixel's texels side by side and the pixels of a row side by side; images stand
one below the other. A row longer than `SIZE` is folded: an image's texels then fill rows of `SIZE`. A convolution draws
four bands of its columns at once, each into a layer of its texture: four pixels then share each fetch of weights.
A step may see a slot's values under another shape than they were written with, so what counts is how the last writer
laid them out. All weights are one texture, `SIZE` wide, of several layers where one cannot hold them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ganzoo.backends.webgl.shader import SIZE, VERTEX, Layout, shader
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import X
from ganzoo.export.plan import Dense, Reduce, Resample, Tensor
from ganzoo.specs import Program

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan, Step

TURN = 64 << 20  # bytes of a texture; a batch whose textures would be larger takes turns
SAMPLERS = 16  # textures that a shader can read, by WebGL2's minimum; the weights are one of them
TAPS = 4096  # of a table in a shader: so many constants can Direct3D index, on which WebGL runs on Windows
LONG = 64  # texels; a dense step with a longer sum is done in parts, one for each row of its input
LAYER = 1024  # rows of a layer of weights where they take several; WebGL2 promises 256 layers, more than a bundle fills

FILE = "webgl.json"


def compile(plan: Plan, layer: int = 0) -> Program:  # noqa: A001 - the contract's name
    """`webgl.json`: the shaders, the textures, and the passes in their order.

    The weights lie in layers of `layer` rows if that is given, else of `LAYER` where one layer cannot hold them.
    Raises `UnsupportedOperatorError` where a tensor or the inputs of a step are beyond the limits.
    """
    if not layer and plan.n_weights > 4 * SIZE * SIZE:
        layer = LAYER
    drawing = _Drawing([Texture() for _ in plan.slots], {tensor.slot for tensor in plan.outputs}, layer)
    first = plan.steps[0]
    for tensor in plan.inputs:
        drawing.place(first, tensor, Layout.of(tensor))
    layouts = dict(drawing.layouts)  # an input's slot may be written again
    for step in plan.steps:
        drawing.draw(step)
    program = {
        "size": SIZE,
        **({"layer": layer} if layer else {}),
        # images drawn at once; a larger batch takes turns
        "batch": max(1, min(min(SIZE // each.rows, TURN // each.bytes) for each in drawing.textures)),
        "textures": [vars(texture) for texture in drawing.textures],
        "inputs": [drawing.port(tensor, layouts[tensor.slot]) for tensor in plan.inputs],
        "outputs": [drawing.port(tensor, drawing.layouts[tensor.slot]) for tensor in plan.outputs],
        "passes": drawing.passes,
        "vertex": VERTEX,
        "shaders": list(drawing.shaders),
    }
    return Program({FILE: json.dumps(program, separators=(",", ":")).encode()}, {"program": FILE})


@dataclass
class Texture:
    """The texture of a slot, for one image: room for all that lies there. `lanes` is 1 where all have one channel."""

    width: int = 1
    rows: int = 1
    bands: int = 1
    lanes: int = 1

    @property
    def bytes(self) -> int:
        return 4 * self.width * self.rows * self.bands * self.lanes


@dataclass
class _Drawing:
    """What is gathered on the way through a plan's steps, whose results for JavaScript lie in the slots `outputs`.

    `layer` is what `shader` calls so. `layouts` and `writers`, passes, are by slot, as last written.
    """

    textures: list[Texture]
    outputs: set[int]
    layer: int
    writers: dict[int, int] = field(default_factory=dict)
    layouts: dict[int, Layout] = field(default_factory=dict)
    shaders: dict[str, int] = field(default_factory=dict)
    passes: list[dict[str, Any]] = field(default_factory=list)

    def draw(self, step: Step) -> None:
        """Append the passes of `step`."""
        if isinstance(step, Dense) and _is_long(step):
            # a few long sums would leave most of a GPU idle
            sums = Tensor("sums", step.inputs[0].h, 1, step.output.c, slot=len(self.textures))
            self.textures.append(Texture())
            self._draw(replace(step, output=sums, activation=X))
            step = Reduce(
                layer=step.layer, inputs=(sums,), output=step.output, activation=step.activation, op="sum", axes="h"
            )
        self._draw(step)

    def _draw(self, step: Step) -> None:
        read = [-1 if tensor.weight else tensor.slot for tensor in step.inputs]
        if len(read) >= SAMPLERS:
            raise _beyond(step, f"it has {len(read)} inputs, but a shader can read only {SAMPLERS - 1}")
        if isinstance(step, Resample) and (taps := sum(map(len, step.index))) > TAPS:
            raise _beyond(step, f"it has {taps} taps, but a shader can have only {TAPS}")
        sources = [None if tensor.weight else self.layouts[tensor.slot] for tensor in step.inputs]
        # an output is read in one piece
        target = Layout.of(step.output) if step.output.slot in self.outputs else Layout.of_output(step)
        self.place(step, step.output, target)
        text = shader(step, sources, target, self.layer)
        self.passes.append(
            {
                "step": f"{step.layer} ({step.kind})",
                "shader": self.shaders.setdefault(text, len(self.shaders)),
                "inputs": read,
                "output": step.output.slot,
                "width": target.width,
                "rows": target.rows,
                "bands": target.bands,
            }
        )

    def place(self, step: Step, tensor: Tensor, layout: Layout) -> None:
        """Make room for `tensor`, which is written now."""
        if layout.rows > SIZE:
            raise _beyond(step, f"{tensor.shape} does not fit into a texture of {SIZE} x {SIZE} texels")
        texture = self.textures[tensor.slot]
        texture.width = max(texture.width, layout.width)
        texture.rows = max(texture.rows, layout.rows)
        texture.lanes = max(texture.lanes, 4 if tensor.c > 1 else 1)
        texture.bands = max(texture.bands, layout.bands)
        self.layouts[tensor.slot] = layout
        self.writers[tensor.slot] = len(self.passes)

    def port(self, tensor: Tensor, layout: Layout) -> dict[str, int]:
        """Where an input or output lies."""
        return {
            "texture": tensor.slot,
            "pass": self.writers[tensor.slot],
            "width": layout.width,
            "rows": layout.rows,
            "pixels": tensor.h * tensor.w,
            "depth": tensor.c,
            "lanes": self.textures[tensor.slot].lanes,
        }


def _is_long(step: Dense) -> bool:
    texels = step.weight.shape[1] // 4
    return texels > LONG and step.inputs[0].h > 1 and step.output.h * step.output.w == 1


def _beyond(step: Step, reason: str) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(
        f"WebGL cannot run {step.kind} of layer '{step.layer}': {reason}.",
        "Make the network smaller, or export without the backend 'webgl'.",
    )
