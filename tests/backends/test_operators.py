"""Every operator on every backend, in a real browser, against Chainer: the table of tests/support/operators.py.

Each case is a plan of its own, but for WebAssembly: the C compiler would take minutes for that, so one module computes
them all. It runs outside of a browser as well, with and without fused multiply-add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import inputs, plugins
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.serving.arrays import decode
from tests.support.in_node import in_node, joined
from tests.support.on_device import run_cases
from tests.support.operators import OPERATORS, network
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.plan import Plan
    from ganzoo.specs import FloatArray

    Judged = Mapping[str, tuple[Plan, Sequence[FloatArray], Sequence[FloatArray], Sequence[FloatArray]]]

BATCH = 3
COMPILED = "webassembly"


@pytest.fixture(scope="module")
def judged() -> Judged:
    """Plan, inputs of three samples, and Chainer's outputs of each operator: of all, and of the first one alone."""
    found = {}
    for name, case in OPERATORS.items():
        net = network(case, name)
        drawn = inputs.seeded(net.inputs, BATCH, seed=3)
        alone = reference(net, [array[:1] for array in drawn])
        found[name] = lower(trace(net), net), drawn, reference(net, drawn), alone
    return found


def assert_right(backend: str, name: str, outputs: Sequence[FloatArray], expected: Sequence[FloatArray]) -> None:
    assert len(outputs) == len(expected)
    for actual, wanted in zip(outputs, expected, strict=True):
        # of the largest value, where that exceeds 1
        bound = plugins.BACKENDS.get(backend).tolerance * max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(actual, wanted, rtol=0, atol=bound, err_msg=f"{name} on {backend}")


@pytest.mark.browser
@pytest.mark.parametrize("backend", [name for name in BACKENDS if name != COMPILED])
def test_in_a_plan_of_its_own(backend: str, judged: Judged) -> None:
    cases = [(plan, drawn) for plan, drawn, _, _ in judged.values()]
    answers = run_cases(plugins.BACKENDS.get(backend), cases, after="alone.js")
    for (name, (plan, _, expected, alone)), answer in zip(judged.items(), answers, strict=True):
        assert not answer.error, f"{name}: {answer.error}"
        assert_right(backend, name, answer.outputs, expected)
        one = decode([answer.extra], [(1, 1, *spec.shape) for spec in plan.specs[1]])
        assert_right(backend, f"{name}, one alone", [array[0] for array in one], alone)


@pytest.mark.browser
@pytest.mark.parametrize("n", [1, BATCH])
def test_in_webassembly(n: int, judged: Judged, tmp_path: Path) -> None:
    plan = joined([plan for plan, _, _, _ in judged.values()])
    drawn = [array[:n] for _, arrays, _, _ in judged.values() for array in arrays]
    (answer,) = run_cases(plugins.BACKENDS.get(COMPILED), [(plan, drawn)])
    assert not answer.error, answer.error
    for outputs in (answer.outputs, *(ran.outputs for ran in in_node(plan, drawn, tmp_path))):
        left = iter(outputs)
        for name, (_, _, whole, alone) in judged.items():
            expected = alone if n == 1 else whole
            assert_right(COMPILED, name, [next(left) for _ in expected], expected)
