"""Every operator on every backend, in a real browser, against Chainer: the table of tests/support/operators.py.

Many cases are joined in one plan: a device of its own for each takes longer, and a C compiler much longer. The
module for WebAssembly computes them all. It runs outside of a browser as well, with and without fused multiply-add.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.plan import Plan
    from ganzoo.specs import FloatArray
    from tests.support.tab import Tab

    Judged = Mapping[str, tuple[Plan, Sequence[FloatArray], Sequence[FloatArray], Sequence[FloatArray]]]

T = TypeVar("T")
BATCH = 3

TOGETHER = 30  # cases on one device
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
def test_on_a_device(backend: str, judged: Judged, tab: Tab) -> None:
    groups = [dict(group) for group in batched(judged.items(), TOGETHER)]
    cases = [
        (
            joined([plan for plan, _, _, _ in group.values()]),
            [array for _, drawn, _, _ in group.values() for array in drawn],
        )
        for group in groups
    ]
    answers = run_cases(tab, plugins.BACKENDS.get(backend), cases, after="alone.js")
    for group, (plan, _), answer in zip(groups, cases, answers, strict=True):
        assert not answer.error, f"{list(group)}: {answer.error}"
        left = iter(answer.outputs)
        left_alone = iter(decode([answer.extra], [(1, 1, *spec.shape) for spec in plan.specs[1]]))
        for name, (_, _, expected, alone) in group.items():
            assert_right(backend, name, [next(left) for _ in expected], expected)
            assert_right(backend, f"{name}, one alone", [next(left_alone)[0] for _ in alone], alone)
        assert not [*left, *left_alone]


def batched(items: Iterable[T], n: int) -> Iterator[list[T]]:
    """`items` in lists of `n`, the last one of what is left."""
    left = iter(items)
    return iter(lambda: list(islice(left, n)), [])


@pytest.mark.browser
def test_in_webassembly(judged: Judged, tmp_path: Path, tab: Tab) -> None:
    plan = joined([plan for plan, _, _, _ in judged.values()])
    drawn = [array for _, arrays, _, _ in judged.values() for array in arrays]
    alone = [array[:1] for array in drawn]
    backend = plugins.BACKENDS.get(COMPILED)
    program = backend.compile(plan)
    compiled = replace(backend, compile=lambda _: program)
    several, one = run_cases(tab, compiled, [(plan, drawn), (plan, alone)])
    in_browser = [(several, False), (one, True)]
    under_node = [(ran, n == 1) for n, x in ((BATCH, drawn), (1, alone)) for ran in in_node(plan, x, tmp_path, program)]
    for answer, _ in in_browser:
        assert not answer.error, answer.error
    for ran, is_alone in (*in_browser, *under_node):
        left = iter(ran.outputs)
        for name, (_, _, whole, first) in judged.items():
            expected = first if is_alone else whole
            assert_right(COMPILED, name, [next(left) for _ in expected], expected)
