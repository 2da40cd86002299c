"""From Chainer to a plan: right against Chainer at every batch size; few steps, shared slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo import inputs
from ganzoo.export.lowering import lower
from ganzoo.export.plan import Plan, pad4
from ganzoo.export.tracing import reference, trace
from tests.support import operators, plans
from tests.support.operators import IMAGE, OPERATORS, REFUSED, Case, chain, model, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run


def check(case: Case, name: str = "network") -> Plan:
    """The plan of `case`, which agrees with Chainer for one picture and for three, and fits its slots."""
    network = operators.network(case, name)
    plan = lower(trace(network), network)
    for n in (1, 3):
        drawn = inputs.seeded(network.inputs, n, seed=n)
        for made, expected in zip(plans.execute(plan, drawn), reference(network, drawn), strict=True):
            # a window that sees nothing but padding has no largest value: -inf in both
            atol = 1e-5 * float(np.abs(expected[np.isfinite(expected)]).max(initial=1.0))
            np.testing.assert_allclose(made, expected, rtol=0, atol=atol)
    for step in plan.steps:
        for tensor in (*step.inputs, step.output):
            assert tensor.weight or plan.slots[tensor.slot] >= tensor.h * tensor.w * pad4(tensor.c)
    return plan


# Operators


@pytest.mark.parametrize("name", OPERATORS)
def test_operator(name: str) -> None:
    plan = check(OPERATORS[name], name)
    steps = OPERATORS[name].steps
    assert steps is None or len(plan.steps) == steps, [step.kind for step in plan.steps]


def test_every_function_that_is_converted_is_in_the_table() -> None:
    from webdnn.frontend.chainer import ChainerConverter

    from ganzoo.export.tracing.functions import FUNCTIONS
    from ganzoo.export.tracing.tape import record

    seen = set()
    for name, case in OPERATORS.items():
        network = operators.network(case, name)
        recorded = record(network, inputs.seeded(network.inputs, 1, 0)).functions
        seen |= {type(getattr(f, "function", f)).__name__ for f in recorded}
    handled = {*FUNCTIONS, *ChainerConverter._handler_map["ChainerConverter"]}
    assert not seen & set(REFUSED)
    assert handled == seen | set(REFUSED)


@pytest.mark.parametrize(
    ("arch", "kinds"),
    [
        ("dcgan-cond", ["dense", "deconv", "deconv", "deconv"]),
        ("wgan-gp", ["dense", "deconv", "deconv", "deconv"]),
        ("cnn", ["conv", "conv", "dense", "dense", "softmax"]),
    ],
)
def test_the_reference_models_are_few_steps(arch: str, kinds: list[str], runs: Mapping[str, Run]) -> None:
    run = runs[arch]
    (network,) = run.arch.export(run.config, run.model())
    plan = lower(trace(network), network)
    assert [step.kind for step in plan.steps] == kinds
    assert len(plan.slots) <= 4  # the input, the output, and two that take turns
    drawn = inputs.seeded(network.inputs, 3, 0)
    np.testing.assert_allclose(plans.execute(plan, drawn)[0], reference(network, drawn)[0], rtol=0, atol=1e-5)


def test_layers_are_named_after_their_links() -> None:
    plan = check(
        model(
            IMAGE,
            lambda m, x: F.softmax(m.fc(F.max_pooling_2d(F.relu(m.bn(m.conv(x))), 2))),
            conv=L.DepthwiseConvolution2D(8, 2, 3, nobias=True),
            bn=L.BatchNormalization(16),
            fc=L.Linear(64, 4),
        )
    )
    assert [step.layer for step in plan.steps] == ["conv", "bn > MaxPoolingND", "fc", "fc > Softmax"]
    assert [(weight.name, weight.layer) for weight in plan.weights] == [
        ("conv/W", "conv"), ("conv/b", "conv"), ("fc/W", "fc"), ("fc/b", "fc"),
    ]  # fmt: skip


def test_a_sum_of_many_layers_is_steps_that_a_shader_has_room_for() -> None:
    links = {f"l{i}": L.Convolution2D(3, 4, 1) for i in range(20)}
    sums = check(model((3, 5, 5), lambda m, x: sum(F.sin(getattr(m, name)(x)) * 2 for name in links), **links))
    assert max(len(step.inputs) for step in sums.steps) <= 6


# Any shape

SIZES = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 7)),
    data=st.data(),
    kernel=st.tuples(SIZES, SIZES),
    stride=st.tuples(SIZES, SIZES),
    pad=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    dilate=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    groups=st.integers(1, 3),
    transposed=st.booleans(),
)
def test_convolutions_of_any_shape(
    shape: Any, data: Any, kernel: Any, stride: Any, pad: Any, dilate: Any, groups: int, transposed: bool
) -> None:
    c, *sizes = shape
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilate, strict=True)]
    options: dict[str, Any] = {"stride": stride, "dilate": dilate, "groups": groups}
    if transposed:
        usual = [(n - 1) * s + r for n, s, r in zip(sizes, stride, reach, strict=True)]
        pad = [min(p, (n - 1) // 2) for p, n in zip(pad, usual, strict=True)]
        more = [data.draw(st.integers(0, s - 1)) for s in stride]
        outsize = tuple(n - 2 * p + m for n, p, m in zip(usual, pad, more, strict=True))
        link = L.Deconvolution2D(c * groups, 2 * groups, kernel, pad=tuple(pad), outsize=outsize, **options)
    else:
        pad = [max(p, -((n - r) // 2)) for p, n, r in zip(pad, sizes, reach, strict=True)]
        link = L.Convolution2D(c * groups, 2 * groups, kernel, pad=tuple(pad), **options)
    assert len(check(chain((c * groups, *sizes), link, F.relu)).steps) == 1


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(SIZES, st.integers(4, 8), st.integers(4, 8)),
    kernel=st.tuples(SIZES, SIZES),
    stride=st.tuples(SIZES, SIZES),
    pad=st.tuples(SIZES, SIZES),
    cover_all=st.booleans(),
    kind=st.sampled_from(["max", "average", "without padding", "unpooling"]),
)
def test_windows_of_any_shape(shape: Any, kernel: Any, stride: Any, pad: Any, cover_all: bool, kind: str) -> None:
    pad = tuple(min(p, k) - 1 for p, k in zip(pad, kernel, strict=True))
    pool: Callable[[Any], Any] = {
        "max": lambda x: F.max_pooling_2d(x, kernel, stride, pad, cover_all),
        "average": lambda x: F.average_pooling_2d(x, kernel, stride, pad),
        "without padding": lambda x: F.average_pooling_nd(x, kernel, stride, pad, pad_value=None),
        "unpooling": lambda x: F.unpooling_2d(x, kernel, stride, pad, cover_all=cover_all),
    }[kind]
    check(chain(shape, pool))


# Any chain: what makes of a shape a layer for it


def _conv(shape: Any, draw: Any) -> Any:
    k = draw(st.integers(1, min(3, *shape[1:])))
    return L.Convolution2D(
        shape[0], draw(st.sampled_from([1, 3, 4])), k, draw(st.integers(1, 2)), draw(st.integers(0, 1))
    )


def _deconv(shape: Any, draw: Any) -> Any:
    k = draw(st.integers(2, 3))
    return L.Deconvolution2D(
        shape[0], draw(st.sampled_from([2, 4])), k, draw(st.integers(1, 2)), draw(st.integers(0, k - 2))
    )


def _dense(shape: Any, draw: Any) -> Any:
    made = draw(st.sampled_from([(4, 2, 3), (3, 3, 2), (8, 1, 1), (1, 4, 4)]))
    linear = L.Linear(int(np.prod(shape)), int(np.prod(made)))
    return chainer.Sequential(linear, lambda x: rows(x, *made))


def _residual(shape: Any, draw: Any) -> Any:
    before = draw(st.sampled_from([F.relu, F.identity, F.tanh]))
    return operators.Model(lambda m, x: x + m.c(before(x)), c=L.Convolution2D(shape[0], shape[0], 1))


def _concat(shape: Any, draw: Any) -> Any:
    axis = draw(st.integers(1, 3))
    change = draw(st.sampled_from([F.relu, lambda x: F.flip(x, 2), lambda x: x[:, ::-1], F.identity]))
    return lambda x: F.concat([x, change(x)], axis)


def _arithmetic(shape: Any, draw: Any) -> Any:
    sizes = [n if draw(st.booleans()) else 1 for n in shape]
    constant = operators.fixed(1, *sizes)
    return draw(
        st.sampled_from([lambda x: x * constant, lambda x: constant - x, lambda x: x / (abs(constant) + 0.5) + 0.25])
    )


def _reduction(shape: Any, draw: Any) -> Any:
    axes = draw(st.sampled_from([1, 2, 3, (2, 3), (1, 3)]))
    op = draw(st.sampled_from([F.sum, F.mean, F.max]))
    scale = draw(st.booleans())
    return lambda x: x * F.sigmoid(op(x, axes, keepdims=True)) if scale else op(x, axes, keepdims=True)


def _some(*functions: Any) -> Any:
    return lambda shape, draw: draw(st.sampled_from(functions))


LAYERS: list[Callable[[Any, Any], Any]] = [
    _conv,
    _deconv,
    _dense,
    _residual,
    _concat,
    _arithmetic,
    _reduction,
    lambda shape, draw: L.BatchNormalization(shape[0]),
    lambda shape, draw: L.GroupNormalization(shape[0], shape[0], eps=0.1),
    lambda shape, draw: lambda x: F.reshape(x, (x.shape[0], *shape[::-1])),
    _some(F.relu, F.leaky_relu, F.tanh, F.sigmoid, lambda x: F.elu(x, 0.5), lambda x: x * F.sigmoid(x), F.softmax),
    _some(lambda x: F.transpose(x, (0, 2, 3, 1)), lambda x: F.swapaxes(x, 2, 3), lambda x: F.flip(x, 1), F.crelu),
    _some(
        lambda x: x[:, ::-1, 1:] if x.shape[2] > 1 else x,
        lambda x: F.pad(x, ((0, 0), (0, 1), (1, 0), (0, 0)), "constant", constant_values=0.5),
        lambda x: F.repeat(x, 2, axis=2),
        lambda x: F.tile(x, (1, 1, 1, 2)),
        lambda x: F.depth2space(x, 2) if x.shape[1] % 4 == 0 else x,
        lambda x: F.relu(x[:, : x.shape[1] // 2]) + x[:, x.shape[1] // 2 :] if x.shape[1] % 2 == 0 else x,
    ),
    _some(
        lambda x: F.max_pooling_2d(x, 2),
        lambda x: F.unpooling_2d(x, 2),
        lambda x: F.resize_images(x, (3, 4)),
        lambda x: F.average_pooling_2d(x, x.shape[2:]),
    ),
]


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_chains_of_any_layers(data: Any) -> None:
    shape: Any = data.draw(st.sampled_from([(3, 5, 4), (4, 4, 4), (8, 3, 3), (1, 6, 5)]))
    first = shape
    layers: list[Any] = []
    for _ in range(data.draw(st.integers(3, 6))):
        if np.prod(shape) > 600:  # enough
            break
        layers.append(data.draw(st.sampled_from(LAYERS))(shape, data.draw))
        with chainer.using_config("train", False):
            y = layers[-1](chainer.Variable(np.zeros((1, *shape), np.float32)))
        shape = y.shape[1:]
    # outputs on the way keep their values from being fused
    watched = data.draw(st.sets(st.integers(0, len(layers) - 1), max_size=2))

    def forward(m: Any, x: Any) -> Any:
        outputs = []
        for i in range(len(layers)):
            x = getattr(m, f"l{i}")(x)
            if i in watched or i == len(layers) - 1:
                outputs.append(x)
        return tuple(outputs)

    links = {
        f"l{i}": layer if isinstance(layer, chainer.Link) else operators.Model(lambda m, x, layer=layer: layer(x))
        for i, layer in enumerate(layers)
    }
    check(model(first, forward, **links))


def test_slots_are_used_again() -> None:
    plan = check(chain(IMAGE, *(layer for _ in range(6) for layer in (L.Convolution2D(8, 8, 3, pad=1), F.relu))))
    assert len(plan.steps) == 6 and len(plan.slots) <= 4
