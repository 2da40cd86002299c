"""ganzoo's own WebGPU: what it computes in a real browser against NumPy, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import brotli
import numpy as np
import pytest

from ganzoo.assets.minify import javascript
from ganzoo.backends.webgpu import BACKEND
from ganzoo.backends.webgpu import compile as compiling
from ganzoo.backends.webgpu.compile import compile_plan
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Arg, X, call
from ganzoo.export.plan import Box, Step, Tensor
from ganzoo.serving.arrays import decode
from ganzoo.specs import Program
from tests.support import plans
from tests.support.on_device import Answer, run_cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.plan import Plan
    from ganzoo.specs import FloatArray
    from tests.support.tab import Tab

# float32 sums in another order, and WGSL grants exp some ulp and log 2**-21: some 1e-6 for values around one
TOLERANCE = 1e-4

B = plans.Builder
TANH = "pictures in [-1, 1]"


def ask(tab: Tab, found: Mapping[str, Plan], *batches: int, **more: Any) -> dict[str, tuple[list[FloatArray], Answer]]:
    """What NumPy and what the browser says to each plan, `batches` in turn."""
    jobs = [(plan, plans.inputs_for(plan, batches[i % len(batches)])) for i, plan in enumerate(found.values())]
    answers = run_cases(tab, BACKEND, jobs, **more)
    return {name: (plans.execute(*job), answer) for name, job, answer in zip(found, jobs, answers, strict=True)}


def error(outputs: Sequence[FloatArray], expected: Sequence[FloatArray]) -> float:
    return max(float(np.abs(a - e).max()) for a, e in zip(outputs, expected, strict=True))


def wrong(asked: Mapping[str, tuple[list[FloatArray], Answer]]) -> list[str]:
    return [
        f"{name}: {answer.error or error(answer.outputs, expected)}"
        for name, (expected, answer) in asked.items()
        if answer.error or not error(answer.outputs, expected) <= TOLERANCE  # NaN is wrong
    ]


def turns() -> dict[str, Plan]:
    """What only this backend could get wrong."""
    square, cube = (plans.unary(call("pow", X, exponent)) for exponent in (2, 3))
    unused = B((3, 4, 5)).elementwise(plans.RELU, Tensor("other", 3, 4, 5, slot=0)).plan()
    both = B((2, 3, 5)).conv(3, 1).elementwise(plans.TANH).plan()
    tanh = B((4, 6, 2)).conv(3, 1).elementwise(plans.TANH).plan()
    middle = both.steps[0].output
    found = {
        "pow of negative values": square,
        "odd pow of negative values": cube,
        "clip to infinity": plans.unary(call("min", call("max", X, -0.5), float("inf"))),
        "an input that is not used": unused,
        "two outputs": replace(
            both, outputs=(middle, *both.outputs), specs=(both.specs[0], (both.specs[1][0], both.specs[1][0]))
        ),
        "dense in slices, to an image": B((5, 7, 11)).dense((2, 3, 4), plans.SIGMOID).plan(),
        "dense without slices": B((1, 1, 30)).dense(1100).plan(),
        TANH: replace(tanh, specs=(tanh.specs[0], (replace(tanh.specs[1][0], range=(-1.0, 1.0)),))),
    }
    # exp and sigmoid fill the padding with what a sum or a maximum would take up
    for name, after in {
        "softmax": lambda b: b.softmax(),
        "sum": lambda b: b.reduce("sum", "c"),
        "max": lambda b: b.reduce("max", "hwc"),
        "dense": lambda b: b.dense(6),
        "conv": lambda b: b.conv(5, 2),
        "groups": lambda b: b.conv(10, 2, groups=5),
        "deconv": lambda b: b.deconv(3, 3, 2),
        "reshape": lambda b: b.move((5, 3, 2), Box(((30, 1, 1),))),
    }.items():
        found[f"{name} of padded channels"] = after(B((2, 3, 5)).elementwise(call("exp", call("add", X, 1)))).plan()
    return found


N = 3


@pytest.fixture(scope="module")
def table(tab: Tab) -> dict[str, tuple[list[FloatArray], Answer]]:
    """Every case in one page: the outputs of a first run of three, and what tests/support/pages/webgpu.js tells."""
    return ask(tab, {**plans.cases(), **turns()}, N, after="webgpu.js")


@pytest.mark.browser
def test_every_step(table):
    assert wrong(table) == []
    assert all(answer.info for _, answer in table.values())


@pytest.mark.browser
def test_a_device_takes_any_batch(table):
    check_batches(table)
    for _, answer in table.values():
        assert answer.extra["remade"] == 0, "a batch that fits needs no new buffers"


def check_batches(table):
    for name, (expected, answer) in table.items():
        for n, told in ((1, answer.extra["one"]), (2 * N, answer.extra["two"])):
            outputs = [array[0] for array in decode([told], [(1, n, *each.shape[1:]) for each in expected])]
            assert error(outputs, [np.concatenate([each, each])[:n] for each in expected]) <= TOLERANCE, (name, n)


@pytest.mark.browser
def test_what_is_beyond_the_limits_takes_turns(tab):
    def compile_few(plan: Plan) -> Program:
        return Program({"webgpu.json": json.dumps(program(plan) | {"batch": 2}).encode()}, {"program": "webgpu.json"})

    cases = {**plans.cases(), **turns()}
    names = ("generator", "classifier", "deconv-to-three", "concatenate", "two outputs")
    jobs = [(cases[name], plans.inputs_for(cases[name], N)) for name in names]
    answers = run_cases(tab, replace(BACKEND, compile=compile_few), jobs, after="webgpu.js")
    found = {name: (plans.execute(*job), answer) for name, job, answer in zip(names, jobs, answers, strict=True)}
    assert wrong(found) == []
    check_batches(found)
    check_drawn(found)


@pytest.mark.browser
def test_more_images_than_the_grid_is_deep(tab):
    assert wrong(ask(tab, {"tanh": plans.unary(plans.TANH, (1, 1, 4))}, 65536)) == []


@pytest.mark.browser
def test_steps_of_random_sizes(tab):
    assert wrong(ask(tab, plans.random_plans(40, seed=3), 1, 2)) == []


@pytest.mark.browser
def test_draws_what_it_computes(table):
    check_drawn(table)


@pytest.mark.browser
def test_what_it_cannot_draw_on_it_leaves_alone(table):
    for _, answer in table.values():
        assert answer.extra["tall"] is False
        assert answer.extra["taken"] is False


def check_drawn(table):
    for name, (expected, answer) in table.items():
        if expected[0].ndim != 4 or expected[0].shape[1] not in (1, 3):
            continue
        n, _, h, w = expected[0].shape
        drawn = answer.extra["drawn"]
        assert (drawn["width"], drawn["height"]) == (w, n * h), name
        (rgba,) = decode([[drawn["data"]]], [(1, n, h, w, 4)])
        picture = np.broadcast_to(expected[0], (n, 3, h, w)).transpose(0, 2, 3, 1)
        picture = ((picture + 1) / 2 if name == TANH else picture).clip(0, 1)
        assert np.abs(rgba[0][..., :3] - picture).max() < 0.6 / 255, name
        assert (rgba[0][..., 3] == 1).all()
    drawn_names = [name for name, (expected, _) in table.items() if expected[0].ndim == 4 and expected[0].shape[1] == 3]
    assert drawn_names, "no case in colour"


@pytest.mark.browser
def test_an_error_on_the_device_is_no_result(table):
    for name, (_, answer) in table.items():
        assert "destroyed" in answer.extra["broken"], name


@pytest.mark.browser
def test_a_lost_device_says_so(table):
    for name, (_, answer) in table.items():
        assert "destroy" in answer.extra["lost"], name
        assert answer.extra["gone"], name


@pytest.mark.browser
def test_a_shader_that_does_not_compile_names_its_step(tab):
    def compile_wrong(plan: Plan) -> Program:
        program = json.loads(compile_plan(plan).files["webgpu.json"])
        program["shaders"][1] = program["shaders"][1].replace("fn act", "fn other")
        return Program({"webgpu.json": json.dumps(program).encode()}, {"program": "webgpu.json"})

    plan = plans.generator()
    (answer,) = run_cases(tab, replace(BACKEND, compile=compile_wrong), [(plan, plans.inputs_for(plan, 1))])
    assert "layer1: " in answer.error
    assert "act" in answer.error


@pytest.mark.browser
def test_a_device_that_came_to_nothing_is_closed(tab):
    plan = plans.generator()
    (answer,) = run_cases(tab, BACKEND, [(plan, plans.inputs_for(plan, 1))], after="webgpu_failed.js")
    assert answer.extra["weights"] == {"error": "no weights", "reason": "destroyed"}
    assert "layer0: " in answer.extra["shaders"]["error"]
    assert answer.extra["shaders"]["reason"] == "destroyed"


@pytest.mark.browser
def test_without_an_adapter_it_says_so(tab):
    plan = plans.generator()
    (answer,) = run_cases(tab, BACKEND, [(plan, plans.inputs_for(plan, 1))], after="no-webgpu.js")
    assert "no WebGPU adapter" in answer.error


@pytest.mark.browser
def test_more_workgroups_than_a_row_of_the_grid_takes(tab, monkeypatch):
    monkeypatch.setattr(compiling, "MAX_GROUPS", 3)
    found = {
        "elementwise": plans.unary(plans.TANH, (9, 17, 20)),
        "conv": B((20, 21, 8)).conv(16, 3).plan(),
        "deconv": B((9, 11, 8)).deconv(12, 3, 2).plan(),
        "dense": B((1, 1, 40)).dense(1200).plan(),
        "sliced dense": B((1, 1, 400)).dense(300).plan(),
    }
    assert all(step["groups"][1] > 1 for plan in found.values() for step in program(plan)["steps"])
    assert wrong(ask(tab, found, 2)) == []


def program(plan: Plan) -> dict[str, Any]:
    return json.loads(compile_plan(plan).files["webgpu.json"])


def test_one_dispatch_a_step_and_few_bytes():
    for plan, dispatches in ((plans.generator(), 4), (plans.classifier(), 5)):
        assert len(program(plan)["steps"]) == dispatches
        assert len(brotli.compress(compile_plan(plan).files["webgpu.json"])) <= 3000
    (module,) = BACKEND.modules
    assert len(brotli.compress(javascript(module.read_text(), module.name).encode())) <= 2300


def test_a_turn_is_within_the_limits():
    assert program(plans.generator())["batch"] == 5349
    assert program(plans.unary(plans.RELU, (1, 1, 1)))["batch"] == 65535
    many = plans.unary(plans.RELU, (256, 256, 4))
    outputs = replace(many, outputs=many.outputs * 4, specs=(many.specs[0], many.specs[1] * 4))
    assert (program(many)["batch"], program(outputs)["batch"]) == (128, 32), "outputs are read together"


def test_equal_shaders_are_kept_once():
    b = B((4, 4, 8))
    told = program(b.elementwise(plans.RELU).elementwise(plans.RELU).elementwise(plans.TANH).plan())
    assert [step["shader"] for step in told["steps"]] == [0, 0, 1]


def refused(plan: Plan) -> str:
    with pytest.raises(UnsupportedOperatorError) as caught:
        compile_plan(plan)
    assert caught.value.remedy
    return caught.value.message


def test_what_it_cannot_run_is_refused_by_name():
    class Other(Step):
        pass

    assert "'layer0' (Other): there is no kernel" in refused(B((2, 2, 2)).add(Other, (2, 2, 2)).plan())

    b = B((2, 2, 4))
    total = Arg(0)
    for i in range(7):
        total = call("add", total, Arg(i + 1))
    many = b.elementwise(total, *(b.another_input(2, 2, 4) for _ in range(7))).plan()
    assert "'layer0' (Elementwise): it needs 9 buffers, but a shader can have only 8" in refused(many)

    rows = B((1, 1, 3)).resample("c", [[0]] * 2048).plan()
    assert "'layer0' (Resample): it selects 2048 places, but a shader can have only 2047" in refused(rows)

    large = B((4096, 4096, 1)).elementwise(plans.RELU).plan()
    assert "'layer0' (Elementwise): it needs a buffer of 256 MiB" in refused(large)
