"""ganzoo's own WebGL2: what it draws in a real browser against NumPy, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import brotli
import numpy as np
import pytest

from ganzoo.assets.minify import javascript
from ganzoo.backends.webgl import BACKEND
from ganzoo.backends.webgl import shader as shaders
from ganzoo.backends.webgl.compile import FILE, SAMPLERS
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.plan import Box
from ganzoo.serving.arrays import decode
from tests.support import plans
from tests.support.on_device import Answer, run_cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.plan import Plan
    from tests.support.tab import Tab

# float32 sums in another order, and exp and pow as exact as GLSL demands: some 1e-6 for values around one
TOLERANCE = 1e-4

B = plans.Builder


def folded() -> dict[str, Plan]:
    """Rows longer than a texture, and more rows than one holds of a batch."""
    tall = B((1500, 1, 1)).elementwise(plans.RELU)  # two images at once
    return {
        "conv from folded": B((2, 70, 256)).conv(5, 1).plan(),
        "conv to folded": B((2, 70, 3)).conv(256, 2, padding=1).plan(),
        "deconv to folded": B((2, 35, 8)).deconv(256, 2, 2).plan(),
        "pool of folded": B((4, 70, 256)).pool("max", 2, 2).plan(),
        "vector": B((1, 1, 20001)).elementwise(plans.SIGMOID).plan(),
        "vector to vector": B((1, 1, 20001)).dense(3).plan(),
        "view of folded": B((2, 70, 256)).elementwise(plans.RELU).view(70, 8, 64).pool("average", 2, 2).plan(),
        "view of an image": B((3, 5, 8)).conv(4, 1).view(1, 1, 60).dense(7).plan(),
        "view of a vector": B((1, 1, 9)).dense(48).view(3, 4, 4).deconv(3, 3, 2).plan(),
        "batch in turns": tall.plan(),
        # rows of weights that begin in one row of their texture and end in the next
        "dense of 13": B((8, 10, 13)).dense(28).plan(),
        "conv of 29": B((3, 3, 29)).conv(64, 3).plan(),
        "dense of 8, shifted": B((1, 1, 8)).dense(4).dense(400).dense(400).plan(),
    }


def banded() -> dict[str, Plan]:
    """Convolutions whose output is drawn in four bands, which a network's own output never is."""
    found = {}
    for kernel in (1, 2, 3, 5):
        for stride in (1, 2, 3):
            conv = B((6, 8 * stride + kernel - 1, 5)).conv(6, kernel, stride, kernel // 2)
            found[f"conv k{kernel}s{stride}"] = conv.elementwise(plans.LEAKY).plan()
            deconv = B((4, 9, 6)).deconv(8, kernel, stride, kernel // 3, activation=plans.RELU)
            found[f"deconv k{kernel}s{stride}"] = deconv.dense(7).plan()
    dilated = B((9, 15, 4)).conv(8, 3, padding=2, dilation=2).view(5, 9, 24).pool("max", 2, 2)
    return found | {
        "dilated, viewed": dilated.plan(),
        "groups": B((5, 8, 16)).conv(8, 3, padding=1, groups=2).resize(9, 11).plan(),
        "one channel": B((5, 12, 3)).conv(1, 3, padding=1).deconv(4, 2, 2).softmax().plan(),
        "band to band": B((8, 7, 9)).conv(10, 3, padding=1).conv(11, 2).deconv(12, 3, 2).conv(3, 3).plan(),
    }


def answers(tab: Tab, found: Mapping[str, Plan], n: int = 3, **more: Any) -> list[tuple[str, list[Any], Answer]]:
    """(name, what NumPy says, what the browser says) of each plan."""
    jobs = [(plan, plans.inputs_for(plan, n)) for plan in found.values()]
    told = run_cases(tab, BACKEND, jobs, **more)
    return [
        (name, plans.execute(plan, inputs), answer)
        for name, (plan, inputs), answer in zip(found, jobs, told, strict=True)
    ]


def far(outputs: Sequence[Any], expected: Sequence[Any], tolerance: float) -> bool:
    return not all(np.abs(a - e).max() <= tolerance for a, e in zip(outputs, expected, strict=True))  # NaN is far


def wrong(found: Sequence[tuple[str, list[Any], Answer]], tolerance: float = TOLERANCE) -> list[str]:
    return [f"{name} {a.error}" for name, expected, a in found if a.error or far(a.outputs, expected, tolerance)]


@pytest.mark.browser
def test_every_step_alone_and_in_a_batch(tab):
    found = answers(tab, plans.cases(), runs=1, after="webgl.js")
    assert wrong(found) == []
    for name, expected, answer in found:
        one = decode([answer.extra["one"]], [(1, 1, *e.shape[1:]) for e in expected])
        assert not far([array[0] for array in one], [e[:1] for e in expected], TOLERANCE), name
        assert "lost" in answer.extra["lost"]
        assert answer.extra["rounding"] == 0
        assert answer.extra["error"] == answer.extra["lost"], "a device without context gives no picture"
    assert {bool(answer.info) for *_, answer in found} == {True}


@pytest.mark.browser
@pytest.mark.parametrize("n", [1, 2])
def test_steps_of_random_sizes(tab, n):
    assert wrong(answers(tab, plans.random_plans(40, seed=n), n)) == []


@pytest.mark.browser
def test_what_does_not_fit_a_row_or_a_texture_is_folded_or_drawn_in_turns(tab):
    assert wrong(answers(tab, folded(), 5)) == []


@pytest.mark.browser
def test_bands(tab):
    found = banded()
    programs = [json.loads(BACKEND.compile(plan).files[FILE]) for plan in found.values()]
    assert sum(any(each["bands"] == 4 for each in program["passes"]) for program in programs) > 12
    assert wrong(answers(tab, found)) == []


@pytest.mark.browser
def test_half_floats_where_there_are_no_others(tab):
    names = ("generator", "classifier", "conv", "conv-one-channel", "deconv-to-three", "concatenate", "softmax")
    cases = plans.cases()
    found = answers(tab, {name: cases[name] for name in names}, options={"half": True}, after="webgl.js")
    # each step's output keeps 11 bits: 5e-4 of values up to 4, a few times over
    assert wrong(found, 5e-3) == []
    assert wrong(found, 1e-6), "these are full floats"
    for name, expected, answer in found:
        assert "half floats" in answer.info
        assert answer.extra["rounding"] == 2**-10
        if name in ("generator", "classifier"):  # what the runtime's self-test allows
            assert not far(answer.outputs, expected, TOLERANCE + 2**-10)


@pytest.mark.browser
def test_a_run_that_takes_long_leaves_the_core_alone(tab):
    ((_, _, answer),) = answers(tab, {"relu": plans.cases()["relu"]}, after="webgl_slow.js")
    assert 1 < answer.extra["asked"] <= 101, "once in a millisecond at most"


@pytest.mark.browser
def test_a_context_is_given_back_when_the_weights_do_not_come(tab):
    ((_, _, answer),) = answers(tab, {"relu": plans.cases()["relu"]}, after="webgl_failed.js")
    assert answer.extra == {"error": "no weights", "closed": True}


@pytest.mark.browser
def test_a_device_that_draws_no_floats_says_so(tab):
    ((_, _, answer),) = answers(tab, {"relu": plans.cases()["relu"]}, after="webgl_bare.js")
    assert "cannot draw floats" in answer.error


@pytest.mark.browser
def test_a_shader_that_does_not_compile_names_its_step(tab, monkeypatch):
    monkeypatch.setitem(shaders.LANGUAGE.templates, "tanh", "no_such_thing({})")
    ((_, _, answer),) = answers(tab, {"tanh": plans.unary(plans.TANH)})
    assert "layer0 (elementwise)" in answer.error
    assert "no_such_thing" in answer.error


def too_many_inputs() -> Plan:
    b = B((2, 2, 4))
    others = [b.another_input(2, 2, 4) for _ in range(SAMPLERS - 1)]
    boxes = [Box(((4, 4, 4 * SAMPLERS), (4, 1, 1)), out_offset=4 * i) for i in range(SAMPLERS)]
    return b.move((2, 2, 4 * SAMPLERS), *boxes, others=tuple(others)).plan()


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (too_many_inputs, "move of layer 'layer0'.*16 inputs"),
        (lambda: B((5000, 1, 4)).elementwise(plans.RELU).plan(), "elementwise of layer 'layer0'.*texture"),
        (lambda: B((1, 1, 3)).resample("c", [[0, 1]] * 2049).plan(), "resample of layer 'layer0'.*4098 taps"),
        (lambda: B((8, 8, 4)).conv(4, 1).resize(5000, 1).plan(), "resize of layer 'layer1'.*texture"),
    ],
)
def test_what_is_beyond_the_limits_is_refused_by_name(plan, reason):
    with pytest.raises(UnsupportedOperatorError, match=f"WebGL cannot run {reason}") as caught:
        BACKEND.compile(plan())
    assert "webgl" in caught.value.remedy


def test_a_turn_is_bounded_in_bytes():
    program = json.loads(BACKEND.compile(B((4, 1024, 4)).elementwise(plans.RELU).plan()).files[FILE])
    assert program["batch"] == 1024  # of 64 KiB
    program = json.loads(BACKEND.compile(B((2048, 4096, 4)).elementwise(plans.RELU).plan()).files[FILE])
    assert program["batch"] == 1  # of 128 MiB


def test_the_same_shader_is_there_once():
    b = B((3, 4, 5))
    for _ in range(3):
        b.elementwise(plans.RELU)
    program = BACKEND.compile(b.plan())
    assert program.entry == {"program": FILE}
    assert program.files[FILE].count(b"#version") == 2  # one for the vertices


def test_bytes():
    module = javascript(BACKEND.modules[0].read_text(), "webgl.js")
    assert len(brotli.compress(module.encode())) <= 2500
    assert len(brotli.compress(BACKEND.compile(plans.generator()).files[FILE])) <= 3000
    assert len(brotli.compress(BACKEND.compile(plans.classifier()).files[FILE])) <= 3000
