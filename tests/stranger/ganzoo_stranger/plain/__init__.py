"""A backend: plain JavaScript, one value after another. It is slow, and every browser has it.

`compile_plan` writes the steps as JSON, and `plain.js` computes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Language
from ganzoo.export.plan import Dense, Softmax
from ganzoo.specs import Backend, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.plan import Plan, Step, Tensor

NAME = "plain"
FILE = "plain.json"

# An expression is JSON: null is the value, a call is a list. plain.js has a function for each of these names.
EXPRESSIONS = Language(
    NAME,
    {
        "add": '["add",{},{}]',
        "mul": '["mul",{},{}]',
        "max": '["max",{},{}]',
        "exp": '["exp",{}]',
        "tanh": '["tanh",{}]',
        "sigmoid": '["sigmoid",{}]',
    },
)


def compile_plan(plan: Plan) -> Program:
    """`plain.json`. Raises `UnsupportedOperatorError` for any step or scalar operation that plain.js does not know."""
    program = {
        "slots": plan.slots,
        "inputs": [_port(tensor) for tensor in plan.inputs],
        "outputs": [_port(tensor) for tensor in plan.outputs],
        "steps": [_step(step) for step in plan.steps],
    }
    return Program({FILE: json.dumps(program).encode()}, {"program": FILE})


def _port(tensor: Tensor) -> dict[str, int]:
    return {"slot": tensor.slot, "pixels": tensor.h * tensor.w, "channels": tensor.c}


def _step(step: Step) -> dict[str, Any]:
    if type(step) not in KINDS or any(tensor.weight for tensor in step.inputs):
        raise UnsupportedOperatorError(
            f"Layer {step.layer}: the backend {NAME} does not compute {step.kind}.", "Export for another backend."
        )
    return {
        "kind": step.kind,
        "x": step.inputs[0].slot,
        "y": step.output.slot,
        "size": step.output.size,
        "activation": json.loads(EXPRESSIONS.render(step.activation, ["null"], step.layer)),
        **KINDS[type(step)](step),
    }


def _dense(step: Dense) -> dict[str, int]:
    return {"inputs": step.inputs[0].size, "weight": step.weight.offset, "bias": step.bias.offset}


def _softmax(step: Softmax) -> dict[str, int]:
    return {"channels": step.output.c}


# What a kind of step needs besides, by its class
KINDS: Mapping[type[Step], Callable[[Any], dict[str, int]]] = {Dense: _dense, Softmax: _softmax}

BACKEND = Backend(
    name=NAME,
    title="Plain JavaScript",
    summary="dense layers in JavaScript alone",
    compile=compile_plan,
    modules=(Path(__file__).with_name("plain.js"),),
    tolerance=1e-5,
)
