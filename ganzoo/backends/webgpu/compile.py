"""A plan to WGSL modules and the list of dispatches: one a step.

Activations are NHWC with channels padded to four. What padded lanes hold is open: no kernel lets it into a value.
The program, `webgpu.json`:

    shaders           WGSL modules, equal ones once; the entry point is main
    steps             {shader, buffers, groups, layer}: what is bound as 0, 1, ..., -1 the weights, else a slot;
                      the workgroups (x, y) of one image, z is the image
    piece             float32 values of the weights in one buffer, only where they take several: -1, -2, ... are these
    slots             float32 values of each buffer for one image
    batch             images computed at once, as many as the limits allow; a larger batch takes turns
    inputs, outputs   {slot, pixels, width, channels}
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ganzoo.backends.webgpu.steps import KERNELS, blocks, name
from ganzoo.backends.webgpu.template import GROUP, module
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.plan import Resample
from ganzoo.specs import Program

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan, Step, Tensor

# What every adapter grants without being asked: https://www.w3.org/TR/webgpu/#limits
MAX_BINDING = 128 << 20  # bytes
MAX_GROUPS = 65535  # workgroups along an axis
MAX_BUFFERS = 8  # of one shader
PIECE = MAX_BINDING // 4  # float32 values of the weights that one buffer holds; a multiple of four
MAX_ROWS = 2047  # of a table in a shader: https://www.w3.org/TR/WGSL/#limits

REMEDY = "Export for the other backends; choose them with --backend."


def compile_plan(plan: Plan, piece: int = PIECE) -> Program:
    """`webgpu.json`, for weights in buffers of `piece` values where they are more.

    Raises `UnsupportedOperatorError` where the plan is beyond WebGPU's default limits.
    """
    several = plan.n_weights > piece
    shaders: dict[str, int] = {}
    steps = []
    for step in plan.steps:
        text, buffers, groups = _dispatch(step, piece if several else 0)
        shader = shaders.setdefault(text, len(shaders))
        steps.append({"shader": shader, "buffers": buffers, "groups": groups, "layer": step.layer})
    read = sum(4 * blocks(tensor) for tensor in plan.outputs)  # together, in one buffer
    program = {
        "shaders": list(shaders),
        "steps": steps,
        "slots": plan.slots,
        "batch": max(1, min(MAX_GROUPS, MAX_BINDING // (4 * max(*plan.slots, read)))),
        "inputs": [_port(tensor) for tensor in plan.inputs],
        "outputs": [_port(tensor) for tensor in plan.outputs],
        **({"piece": piece} if several else {}),
    }
    return Program({"webgpu.json": json.dumps(program, separators=(",", ":")).encode()}, {"program": "webgpu.json"})


def _port(tensor: Tensor) -> dict[str, int]:
    return {"slot": tensor.slot, "pixels": tensor.h * tensor.w, "width": tensor.w, "channels": tensor.c}


def _dispatch(step: Step, piece: int) -> tuple[str, list[int], list[int]]:
    """(WGSL, buffers, workgroups of one image) of a step. `piece` is 0 where all weights are in one buffer."""
    if type(step) not in KERNELS:
        raise _unsupported(step, "there is no kernel for it")
    pieces = _pieces(step, piece) if piece else []
    buffers = {f"weights{number}": ~number for number in pieces}
    if step.weights and not piece:
        buffers["w"] = -1
    buffers |= {name(step, i): tensor.slot for i, tensor in enumerate(step.inputs) if not tensor.weight}
    buffers["y"] = step.output.slot
    if len(buffers) > MAX_BUFFERS:
        raise _unsupported(step, f"it needs {len(buffers)} buffers, but a shader can have only {MAX_BUFFERS}")
    if isinstance(step, Resample) and len(step.index) > MAX_ROWS:
        raise _unsupported(step, f"it selects {len(step.index)} places, but a shader can have only {MAX_ROWS} of them")
    largest = max(16 * blocks(tensor) for tensor in (*step.inputs, step.output))
    if largest > MAX_BINDING:
        raise _unsupported(
            step, f"it needs a buffer of {largest >> 20} MiB, but only {MAX_BINDING >> 20} MiB can be bound"
        )
    kernel = KERNELS[type(step)](step)
    groups = -(-kernel.invocations // GROUP)
    across = min(groups, MAX_GROUPS)
    kernel = replace(kernel, values={"COUNT": kernel.invocations, "ROW": across * GROUP, **kernel.values})
    text, bound = module(kernel, buffers, step, {f"weights{number}": number * piece for number in pieces})
    return text, bound, [across, -(-groups // across)]


def _pieces(step: Step, piece: int) -> list[int]:
    """The numbers of the buffers, each of `piece` values of the weights file, in which the step's weights lie."""
    spans = [(each.offset // piece, (each.offset + each.size - 1) // piece) for each in step.weights]
    return sorted({number for first, last in spans for number in range(first, last + 1)})


def _unsupported(step: Step, why: str) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(f"webgpu cannot run '{step.layer}' ({type(step).__name__}): {why}.", REMEDY)
