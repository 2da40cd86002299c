"""The webassembly backend's kernels on random shapes, against NumPy: both modules, one image and more.

Compiling takes longer than running, so plans are joined: one program computes many cases side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brotli
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganzoo.backends.webassembly import compile as compiler
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import X, call
from ganzoo.export.plan import Box, Elementwise, Plan, Step
from tests.support import plans
from tests.support.in_node import BACKEND, in_node, joined
from tests.support.on_device import run_cases
from tests.support.plans import ELU, LEAKY, RELU, SIGMOID, TANH, Builder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.tab import Tab

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


# Of the sum of the magnitudes' order: float32 sums of some hundred products, in another order than NumPy's float64
TOLERANCE = 1e-5


def assert_right(names: Sequence[str], several: Sequence[Plan], n: int, folder: Path) -> None:
    """Each of `several` has one output."""
    drawn = [plans.inputs_for(plan, n, seed=i) for i, plan in enumerate(several)]
    for ran in in_node(joined(several), [array for each in drawn for array in each], folder):
        for name, plan, inputs, output in zip(names, several, drawn, ran.outputs, strict=True):
            (expected,) = plans.execute(plan, inputs)
            worst = np.max(np.abs(output - expected) / (1 + np.abs(expected)), initial=0)
            assert worst < TOLERANCE, f"{name}: {worst}, {ran.info}"


def check(data: st.DataObject, case: st.SearchStrategy[Plan], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Draw a dozen plans and a batch and compare."""
    several = data.draw(st.lists(case, min_size=12, max_size=12))
    n = data.draw(st.integers(1, 5))
    names = [repr(plan.steps) for plan in several]
    assert_right(names, several, n, tmp_path_factory.mktemp("wasm"))


drawn = settings(max_examples=4, deadline=None, suppress_health_check=SLOW)

sizes = st.integers(1, 9)

channels = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 12, 16, 19])

activations = st.sampled_from([X, RELU, LEAKY, ELU, SIGMOID, TANH])


@pytest.mark.node
@pytest.mark.parametrize("n", [1, 2, 7])
def test_every_case_of_the_table(n: int, tmp_path: Path) -> None:
    cases = plans.cases()
    assert_right(list(cases), list(cases.values()), n, tmp_path)


@pytest.mark.node
@pytest.mark.slow
def test_batch_beyond_what_a_run_takes(tmp_path: Path) -> None:
    plan = plans.generator()
    assert BACKEND.compile(plan).entry["batch"] < 19
    assert_right(["generator"], [plan], 19, tmp_path)
    small = plans.cases()["conv-uneven"]
    assert_right(["small"], [small], 2 * BACKEND.compile(small).entry["batch"] + 1, tmp_path)


@pytest.mark.node
def test_engine_chooses_the_module(tmp_path: Path) -> None:
    plan = plans.cases()["dense"]
    fused, plain = in_node(plan, plans.inputs_for(plan, 1), tmp_path)
    assert "fused" in fused.info
    assert "fused" not in plain.info


@pytest.mark.browser
@pytest.mark.parametrize("worker", [False, True])
def test_module_in_a_browser(worker: bool, tab: Tab) -> None:
    """Channels first at the interface, more images than a run takes, and in a worker the same."""
    chosen = [plans.cases()[name] for name in ("generator", "deconv-to-three", "transpose")]
    drawn = [plans.inputs_for(plan, 9) for plan in chosen]
    options = {"worker": worker}
    answers = run_cases(tab, BACKEND, list(zip(chosen, drawn, strict=True)), options=options)
    for plan, inputs, answer in zip(chosen, drawn, answers, strict=True):
        assert not answer.error
        assert ("worker" in answer.info) == worker
        np.testing.assert_allclose(answer.outputs[0], plans.execute(plan, inputs)[0], atol=TOLERANCE, rtol=TOLERANCE)


@st.composite
def dense(draw: st.DrawFn) -> Plan:
    shape = draw(st.tuples(sizes, sizes, channels))
    out = draw(st.one_of(st.integers(1, 90), st.tuples(sizes, sizes, st.sampled_from([4, 8, 12]))))
    return Builder(shape).dense(out, draw(activations)).plan()


@st.composite
def conv(draw: st.DrawFn) -> Plan:
    groups = draw(st.sampled_from([1, 1, 1, 2, 3, 4, 5, 8]))
    ic, oc = (groups * draw(st.sampled_from([1, 1, 2, 3, 4, 5, 8])) for _ in range(2))
    if draw(st.booleans()):
        oc = ic  # depthwise, where each group has one channel
    two = st.tuples
    kernel = draw(two(st.integers(1, 5), st.integers(1, 5)))
    stride = draw(two(st.integers(1, 3), st.integers(1, 3)))
    dilation = draw(two(st.integers(1, 3), st.integers(1, 3)))
    padding = draw(two(st.integers(0, 4), st.integers(0, 4)))
    reach = [max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    h, w = (r + draw(sizes) - 1 for r in reach)
    builder = Builder((h, w, ic), seed=draw(st.integers(0, 9)))
    return builder.conv(oc, kernel, stride, padding, dilation, groups, draw(activations)).plan()


@st.composite
def deconv(draw: st.DrawFn) -> Plan:
    kernel, stride = (draw(st.tuples(st.integers(1, 5), st.integers(1, 4))) for _ in range(2))
    h, w = draw(sizes), draw(sizes)
    if draw(st.booleans()):  # taps that neither overlap nor leave anything out
        builder = Builder((h, w, draw(channels)))
        return builder.deconv(draw(channels), kernel, kernel, activation=draw(activations)).plan()
    most = [min(k, ((n - 1) * s + k - 1) // 2) for n, k, s in zip((h, w), kernel, stride, strict=True)]
    padding = tuple(draw(st.integers(0, each)) for each in most)
    more = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    return (
        Builder((h, w, draw(channels))).deconv(draw(channels), kernel, stride, padding, more, draw(activations)).plan()
    )


@st.composite
def pool(draw: st.DrawFn) -> Plan:
    kernel, stride = (draw(st.tuples(st.integers(1, 4), st.integers(1, 4))) for _ in range(2))
    padding = tuple(draw(st.integers(0, k - 1)) for k in kernel)
    h, w = (max(1, k - 2 * p) + draw(sizes) for k, p in zip(kernel, padding, strict=True))
    op = draw(st.sampled_from(["max", "average"]))
    # ceil mode may put a whole window beyond the input only where the stride exceeds the kernel
    cover = draw(st.booleans()) and all(s <= k - p for s, k, p in zip(stride, kernel, padding, strict=True))
    return Builder((h, w, draw(channels))).pool(op, kernel, stride, padding, cover).plan()


@st.composite
def elementwise(draw: st.DrawFn) -> Plan:
    shape = draw(st.tuples(sizes, sizes, channels))
    some = [tuple(draw(st.sampled_from([1, size])) for size in shape) for _ in range(2)]
    builder = Builder(shape)
    others = [builder.another_input(*some[0]), builder.constant(*some[1])]
    expr = call("add", call("mul", plans.Arg(0), plans.Arg(1)), call("tanh", plans.Arg(2)))
    return builder.elementwise(expr, *others).plan()


@st.composite
def others(draw: st.DrawFn) -> Plan:
    builder = Builder(draw(st.tuples(sizes, sizes, channels)))
    kind = draw(st.sampled_from(["reduce", "softmax", "resize"]))
    if kind == "softmax":
        return builder.softmax().plan()
    if kind == "resize":
        return builder.resize(draw(sizes), draw(sizes)).plan()
    axes = draw(st.sets(st.sampled_from("hwc"), min_size=1))
    return builder.reduce(draw(st.sampled_from(["sum", "max", "min"])), "".join(sorted(axes))).plan()


@st.composite
def matmul(draw: st.DrawFn) -> Plan:
    builder = Builder(draw(st.tuples(st.integers(1, 4), st.integers(1, 20), channels)))
    right = builder.another_input(draw(st.sampled_from([1, builder.at.h])), builder.at.c, draw(channels))
    return builder.matmul(right, draw(activations)).plan()


@st.composite
def resample(draw: st.DrawFn) -> Plan:
    builder = Builder(draw(st.tuples(sizes, sizes, channels)))
    axis = draw(st.integers(0, 2))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    index = random.integers(0, builder.at.shape[axis], draw(st.tuples(st.integers(1, 20), st.integers(1, 8))))
    return builder.resample("hwc"[axis], index, random.normal(0, 1, index.shape), draw(activations)).plan()


@st.composite
def gridsample(draw: st.DrawFn) -> Plan:
    builder = Builder(draw(st.tuples(sizes, sizes, channels)))
    grid = builder.another_input(draw(sizes), draw(sizes), 2)
    spread = call("mul", plans.Arg(0), draw(st.sampled_from([0, 1, 4, 1e10])))
    places = builder.add(Elementwise, grid.shape, (grid,), activation=spread).at
    builder.at = builder.input
    return builder.gridsample(places, draw(activations)).plan()


@st.composite
def move(draw: st.DrawFn) -> Plan:
    """A transposition of (h, w, c) into the middle of a larger output, with a constant behind."""
    shape = draw(st.tuples(sizes, sizes, channels))
    builder = Builder(shape)
    steps = (shape[1] * shape[2], shape[2], 1)
    order = draw(st.permutations(range(3)))
    a, b, c = (shape[axis] for axis in order)
    before, gap = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    line = c + gap
    dims = tuple((shape[axis], steps[axis], out) for axis, out in zip(order, (b * line, line, 1), strict=True))
    constant = builder.constant(1, 2, draw(channels))
    end = before + a * b * line
    boxes = Box(dims, out_offset=before), Box(((constant.size, 1, 1),), out_offset=end)
    return builder.move((1, 1, end + constant.size), *boxes, others=(constant,), fill=-1.5).plan()


KINDS = [dense, conv, deconv, pool, elementwise, others, move, matmul, resample, gridsample]


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("case", KINDS, ids=lambda f: str(f.__name__))
def test_any_shape(case: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    @drawn
    @given(st.data())
    def run(data: st.DataObject) -> None:
        check(data, case(), tmp_path_factory)

    run()


TINY = 1.2e-38  # about the smallest normal float32

FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x),
}


@pytest.mark.node
@pytest.mark.parametrize("power", [0.5, 3, -2])
def test_functions_over_the_whole_range(power: float, tmp_path: Path) -> None:
    """Within 4 units in the last place of the result, or of 1 where a difference is taken; inf and 0 at the ends.

    Below the smallest normal number 0 will do.
    """
    x = np.concatenate(
        [np.linspace(-110, 110, 2001), np.logspace(-40, 38, 1001), -np.logspace(-40, 38, 1001), [0, -0.0]]
    ).astype(np.float32)
    calls = [call(name, X) for name in FUNCTIONS] + [call("pow", X, power)]
    several = [plans.unary(each, (1, 1, len(x))) for each in calls]
    wanted = [*FUNCTIONS.values(), lambda x: x**power]
    for ran in in_node(joined(several), [x[np.newaxis]] * len(several), tmp_path):
        with np.errstate(all="ignore"):
            for each, function, found in zip(calls, wanted, ran.outputs, strict=True):
                exact = function(x.astype(np.float64))
                expected = exact.astype(np.float32)
                # the logarithm of a subnormal number is that of the smallest normal one
                known = np.abs(x) >= TINY if each.operation in ("log", "pow") else np.full(x.shape, True)
                known |= x == 0
                if each.operation == "pow":  # an error of y ln(x) grows with its size
                    bound = 4e-7 * (1 + np.abs(power * np.log(np.abs(x)))) * np.abs(expected) + TINY
                else:
                    bound = 5e-7 * np.maximum(np.abs(expected), 1 if each.operation == "softplus" else 0) + TINY
                wrong = known & ~(np.abs(found[0] - exact) <= bound) & ~_same(found[0], expected)
                assert not wrong.any(), (each, ran.info, x[wrong][:5], found[0][wrong][:5], expected[wrong][:5])


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a == b) | (np.isnan(a) & np.isnan(b))


@pytest.mark.node
def test_numbers_that_c_spells_otherwise(tmp_path: Path) -> None:
    plan = plans.unary(call("min", call("max", X, -np.inf), 1e-30))
    assert_right(["inf"], [plan], 1, tmp_path)


def test_unknown_step_is_refused_by_name() -> None:
    class Sort(Step):
        pass

    builder = Builder((1, 1, 4))
    builder.add(Sort, (1, 1, 4))
    with pytest.raises(UnsupportedOperatorError, match=r"layer0.*webassembly.*sort"):
        BACKEND.compile(builder.plan())


def test_equal_tables_are_there_once() -> None:
    doubled = [[i // 2] for i in range(10)]
    text, _ = compiler.source(Builder((5, 5, 3)).resample("h", doubled).resample("w", doubled).plan())
    assert text.count("Tap table_") == 1 and text.count("table_0") == 3


def test_constant_is_refused_where_no_kernel_takes_it() -> None:
    builder = Builder((3, 3, 5))
    builder.at = builder.constant(3, 3, 5)
    with pytest.raises(UnsupportedOperatorError, match=r"layer0.*webassembly.*softmax of a constant"):
        BACKEND.compile(builder.softmax().plan())


def test_plan_beyond_memory_is_refused_before_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "zig", lambda *args, **kwargs: pytest.fail("zig was started"))
    builder = Builder((20000, 20000, 1)).pool("max", 1, 1)
    with pytest.raises(UnsupportedOperatorError, match=r"webassembly.*pool of layer layer0"):
        BACKEND.compile(builder.plan())


def test_reference_programs_are_small() -> None:
    for plan in (plans.generator(), plans.classifier()):
        for name, content in BACKEND.compile(plan).files.items():
            assert len(brotli.compress(content)) <= 3000, name


@pytest.mark.node
def test_equal_columns_of_a_dense_layer_stay_equal(tmp_path: Path) -> None:
    """Sums of all columns are in one order: a softmax over huge equal values would make a last bit a whole class."""
    several = []
    for columns in (24, 1000, 36):  # what is left of sixteen at a time: 8, 8, 4
        plan = Builder((1, 1, 777)).dense(columns).plan()
        for weight in plan.weights:
            if weight.array.ndim == 3:
                weight.array[...] = weight.array[:1, :, :1]
            else:
                weight.array[...] = 0
        several.append(plan)
    drawn = [plans.inputs_for(plan, 1, seed=i) for i, plan in enumerate(several)]
    for ran in in_node(joined(several), [array for each in drawn for array in each], tmp_path):
        for output in ran.outputs:
            assert len(np.unique(output)) == 1


@pytest.mark.node
def test_a_plan_of_a_thousand_steps_has_room_on_the_stack(tmp_path: Path) -> None:
    builder = Builder((6, 6, 4))
    for _ in range(1000):
        builder.pool("max", 3, 1, 1)
    plan = builder.plan()
    assert_right(["a thousand pools"], [plan], 1, tmp_path)
