"""What is to be as exact on every backend as it is in float32: functions over their range, and large tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.export.expressions import OPERATIONS, X, call
from tests.support import plans
from tests.support.in_node import in_node, joined
from tests.support.on_device import run_cases
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.plan import Plan
    from tests.support.tab import Tab

# the largest operand, and the largest error of any result
FUNCTIONS = {"floor": (1e6, 0.0), "sin": (1e3, 1e-6), "atan": (1e30, 1e-6), "erf": (1e30, 5e-7)}

BROWSED = [name for name in BACKENDS if name != "webassembly"]  # whose program node runs, in both of its modules


def operands(reach: float) -> np.ndarray:
    """(1, n): evenly from end to end, and closer and closer to zero."""
    near = np.logspace(-6, np.log10(reach), 800)
    return np.concatenate([np.linspace(-reach, reach, 801), near, -near]).astype(np.float32)[np.newaxis]


def functions() -> list[tuple[Plan, list[np.ndarray]]]:
    found = []
    for name, (reach, _) in FUNCTIONS.items():
        x = operands(reach)
        found.append((plans.unary(call(name, X), (1, 1, x.size)), [x]))
    return found


def assert_exact(outputs: Sequence[np.ndarray]) -> None:
    for (name, (reach, bound)), output in zip(FUNCTIONS.items(), outputs, strict=True):
        error = np.abs(output - OPERATIONS[name].compute(operands(reach).astype(np.float64)))
        assert error.max() <= bound, (name, error.max(), operands(reach).flat[error.argmax()])  # NaN is none


@pytest.mark.browser
@pytest.mark.parametrize("backend", BROWSED)
def test_functions_on_a_device(backend: str, tab: Tab) -> None:
    answers = run_cases(tab, plugins.BACKENDS.get(backend), functions())
    assert [answer.error for answer in answers] == [""] * len(FUNCTIONS)
    assert_exact([answer.outputs[0] for answer in answers])


@pytest.mark.node
def test_functions_in_webassembly(tmp_path: Path) -> None:
    several = functions()
    plan = joined([plan for plan, _ in several])
    for ran in in_node(plan, [x for _, (x,) in several], tmp_path):
        assert_exact(ran.outputs)


@pytest.mark.node
def test_functions_where_float32_ends(tmp_path: Path) -> None:
    x = np.array([[np.inf, -np.inf, np.nan, 3.4e38, 1e9]], np.float32)
    wanted = {"sin": [np.nan] * 3, "atan": [np.pi / 2, -np.pi / 2, np.nan], "erf": [1, -1, np.nan]}
    plan = joined([plans.unary(call(name, X), (1, 1, 5)) for name in wanted])
    for ran in in_node(plan, [x] * len(wanted), tmp_path):
        for output, ends in zip(ran.outputs, wanted.values(), strict=True):
            np.testing.assert_allclose(output[0, :3], ends, rtol=1e-6)
        assert np.abs(ran.outputs[0][0, 3:]).max() <= 1.000001


def large() -> Mapping[str, Plan]:
    """Tables of 512 places with 8 taps, along each axis."""
    random = np.random.default_rng(0)
    found = {}
    for axis, shape in {"h": (300, 2, 3), "w": (2, 300, 3), "c": (2, 1, 300)}.items():
        index = random.integers(0, 300, (512, 8))
        found[axis] = plans.Builder(shape).resample(axis, index, random.normal(0, 0.3, index.shape)).plan()
    return found


@pytest.mark.browser
@pytest.mark.parametrize("backend", BACKENDS)
def test_large_tables(backend: str, tab: Tab) -> None:
    cases = [(plan, plans.inputs_for(plan, 2)) for plan in large().values()]
    for case, answer in zip(cases, run_cases(tab, plugins.BACKENDS.get(backend), cases), strict=True):
        assert not answer.error
        np.testing.assert_allclose(answer.outputs[0], plans.execute(*case)[0], rtol=0, atol=2e-6)
