"""Weights that no single buffer or texture layer of a GPU holds; the limits are made small."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.backends.webgl.compile import LAYER
from ganzoo.backends.webgl.compile import compile as compile_webgl
from ganzoo.backends.webgpu.compile import PIECE, compile_plan
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Arg, call
from ganzoo.export.plan import Box, Dense
from tests.support import plans
from tests.support.in_node import joined
from tests.support.on_device import run_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.export.plan import Plan
    from ganzoo.specs import Program
    from tests.support.tab import Tab

B = plans.Builder
TOLERANCE = 1e-4  # as in test_webgpu.py and test_webgl.py

FEW = 600  # values that a buffer of weights holds
MOST = 5  # buffers that one step reads
READERS = {"dense", "conv", "deconv", "elementwise", "move"}  # kinds of steps that read weights

COMPILERS: dict[str, Callable[[Plan], Program]] = {
    "webgpu": lambda plan: compile_plan(plan, FEW),
    "webgl": lambda plan: compile_webgl(plan, 1),  # 16384 values
}


def told(program: Program) -> dict[str, Any]:
    (content,) = program.files.values()
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.fixture(scope="module")
def heavy() -> Plan:
    """Small steps of every kind, one beside another: what a limit splits begins and ends anywhere in them."""
    found = plans.random_plans(60, seed=5).values()
    fit = [plan for plan in found if plan.weights and plan.n_weights < MOST * FEW]
    b = B((4, 9, 24))
    added = b.elementwise(call("add", Arg(0), Arg(1)), b.constant(4, 9, 24)).plan()
    b = B((4, 9, 5))
    boxes = Box(((36, 5, 28), (5, 1, 1))), Box(((36, 23, 28), (23, 1, 1)), out_offset=5)
    constant = b.move((4, 9, 28), *boxes, others=(b.constant(4, 9, 23),)).plan()
    return joined([*fit, added, constant])


def heavier(plan: Plan) -> Plan:
    """`plan`, and beside it steps that take several layers of one row."""
    conv, deconv = B((3, 4, 61)).conv(100, 3, padding=1), B((3, 2, 97)).deconv(50, 3, 2)
    return joined([B((1, 1, 300)).dense(200).plan(), conv.plan(), plan, deconv.plan()])


@pytest.mark.browser
@pytest.mark.parametrize("backend", COMPILERS)
def test_every_step_reads_its_weights_wherever_they_lie(backend: str, heavy: Plan, tab: Tab) -> None:
    spec = replace(plugins.BACKENDS.get(backend), compile=COMPILERS[backend])
    plan = heavier(heavy) if backend == "webgl" else heavy
    inputs = plans.inputs_for(plan, 2)
    (answer,) = run_cases(tab, spec, [(plan, inputs)])
    assert not answer.error
    for made, wanted in zip(answer.outputs, plans.execute(plan, inputs), strict=True):
        np.testing.assert_allclose(made, wanted, rtol=0, atol=TOLERANCE)


def test_a_step_binds_the_buffers_that_it_reads(heavy: Plan) -> None:
    program = told(compile_plan(heavy, FEW))
    several = set()
    for step, made in zip(heavy.steps, program["steps"], strict=True):
        bound = {~buffer for buffer in made["buffers"] if buffer < 0}
        read = {at // FEW for each in step.weights for at in range(each.offset, each.offset + each.size)}
        assert bound == read, step
        several |= {step.kind} if len(bound) > 1 else set()
    assert several == READERS


def beyond() -> Plan:
    """Of a network with as many weights as WebGL's one layer and WebGPU's two buffers hold, and eight more."""
    b = B((1, 1, 1 << 23))
    values = {"weight": b.weight(np.zeros((2, 1 << 23, 4), np.float32), 8), "bias": b.weight(np.zeros(8), 8)}
    return b.add(Dense, (1, 1, 8), **values).plan()


def test_only_what_is_beyond_the_promised_limits_is_split() -> None:
    large = beyond()
    assert 4 * PIECE == 128 << 20
    assert told(compile_plan(large))["piece"] == PIECE
    assert told(compile_plan(large))["steps"][0]["buffers"] == [-1, -2, -3, 0, 1]
    assert told(compile_webgl(large))["layer"] == LAYER
    small = plans.classifier()
    assert "piece" not in told(compile_plan(small))
    assert "piece" not in told(compile_plan(small, small.n_weights))
    assert "layer" not in told(compile_webgl(small))


def test_a_step_that_reads_more_buffers_than_a_shader_has_is_refused() -> None:
    plan = B((1, 1, 30)).dense(30).plan()
    with pytest.raises(UnsupportedOperatorError, match=r"'layer0' \(Dense\): it needs \d+ buffers") as caught:
        compile_plan(plan, 100)
    assert caught.value.remedy
