"""From Chainer to a plan: right against Chainer at every batch size, or refused by name; few steps, shared slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo import inputs, plugins
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.layouts import ExportOptions, Traced, webdnn
from ganzoo.export.layouts import ganzoo as bundles
from ganzoo.export.lowering import lower
from ganzoo.export.lowering.boxes import boxes
from ganzoo.export.lowering.buffers import _share
from ganzoo.export.lowering.graph import Node
from ganzoo.export.plan import Box, Move, Plan, pad4
from ganzoo.export.tracing import reference, trace
from tests.support import operators, plans
from tests.support.operators import IMAGE, ODD, OPERATORS, REFUSED, VECTOR, Case, chain, model, rows
from tests.support.registries import BACKENDS

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
        seen |= {type(f).__name__ for f in record(network, inputs.seeded(network.inputs, 1, 0)).functions}
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


# Refusals

X = chainer.Variable


class ReLU(chainer.FunctionNode):  # not Chainer's
    def forward(self, xs: Any) -> Any:
        return (xs[0] * 2,)


REFUSALS: dict[str, tuple[Case, str]] = {
    "no handler": (chain(VECTOR, L.Linear(10, 4), F.erf), r"erf \(layer 0 > erf\) cannot be converted"),
    "handler refuses": (
        model(VECTOR, lambda m, x: F.bilinear(x, x, np.ones((10, 10, 2), "f"))),
        r"BilinearFunction \(layer input",
    ),
    "LSTM": (
        model(VECTOR, lambda m, x: m.l(None, None, x)[1], l=L.StatelessLSTM(10, 3)),
        r"LSTM \(layer l/upward > LSTM\)",
    ),
    "EmbedID": (
        model(VECTOR, lambda m, x: m.e(x.array.argmax(1)) + x, e=L.EmbedID(10, 10)),
        r"EmbedID\w* \(layer e\) uses a value that was computed outside",
    ),
    "cast": (model(VECTOR, lambda m, x: m.e(F.cast(x[:, 0], "i")), e=L.EmbedID(4, 3)), r"Cast \(layer .*float32"),
    "no step": (
        chain(ODD, L.Convolution2D(3, 4, 1), F.sin),
        r"Sin \(layer 0 > sin\) cannot be compiled: ganzoo has no step for it",
    ),
    "local response": (chain(ODD, F.local_response_normalization), r"LocalResponseNormalization \(layer input"),
    "3-D convolution": (chain((2, 4, 4, 4), L.Convolution3D(2, 3, 2)), r"\(layer 0\) cannot be converted"),
    "1-D convolution": (chain((2, 4), L.Convolution1D(2, 3, 2)), r"\(layer 0\) cannot be converted"),
    "1-D pooling": (chain((2, 4), lambda x: F.max_pooling_1d(x, 2)), "1-dimensional pooling is not supported"),
    "foreign function": (
        chain(VECTOR, lambda x: ReLU().apply((x,))[0]),
        r"ReLU \(layer input > ReLU\).*not one of Chainer",
    ),
    "product of activations": (chain((3, 4), lambda x: F.matmul(x, x, transb=True)), r"\(layer input > "),
    "weights from activations": (
        model(ODD, lambda m, x: F.convolution_2d(x, rows(m.l(x), 3, 1, 1)[:1].reshape(1, 3, 1, 1)), l=L.Linear(105, 3)),
        "mixes the pictures|one of its parameters is not a constant",
    ),
    "where": (chain(VECTOR, lambda x: F.where(x.array > 0, x, -x)), r"Where \(layer"),
    "upsampling by indices": (
        chain(
            (1, 4, 4),
            lambda x: F.upsampling_2d(F.max_pooling_2d(x, 2), F.max_pooling_2d(x, 2, return_indices=True)[1], 2),
        ),
        "Upsampling2D",
    ),
    "corners not aligned": (
        chain(ODD, lambda x: F.resize_images(x, (9, 9), align_corners=False)),
        "align_corners=False",
    ),
    "uneven nearest": (chain(ODD, lambda x: F.resize_images(x, (7, 7), mode="nearest")), "nearest-neighbour resizing"),
    "padding by wrapping": (chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), "wrap")), "mode wrap"),
    "padding too wide": (
        chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (5, 1), (1, 1)), "reflect")),
        "border is wider",
    ),
    "list of indices": (chain(ODD, lambda x: x[:, [0, 2]]), "lists of indices"),
    "repeats": (chain(VECTOR, lambda x: F.repeat(x, tuple(range(10)), axis=1)), "it must repeat each element"),
    "cover_all": (
        chain((3, 6, 6), lambda x: F.convolution_2d(x, np.ones((2, 3, 2, 2), "f"), stride=3, cover_all=True)),
        "cover_all",
    ),
    "power": (chain(VECTOR, lambda x: 0.0 ** F.relu(x)), "only powers of positive numbers"),
    # what mixes pictures
    "flatten": (chain(ODD, F.relu, F.flatten), r"mixes the pictures of a batch"),
    "reshape of the batch": (
        chain(ODD, L.Convolution2D(3, 3, 3), lambda x: F.reshape(x, (1, -1))),
        r"Reshape \(layer 0 > Reshape\) mixes the pictures of a batch",
    ),
    "reshape to rows": (chain(ODD, lambda x: F.reshape(x, (-1, 7))), r"Reshape \(layer input > Reshape\) mixes"),
    "sum of the batch": (
        chain(ODD, F.relu, lambda x: x - F.mean(x, axis=0, keepdims=True)),
        r"Mean \(layer input > Mean\) mixes",
    ),
    "batch statistics": (
        chain(ODD, L.Convolution2D(3, 3, 1), lambda x: F.batch_normalization(x, *(np.ones(3, "f"),) * 2)),
        r"BatchNormalization \(layer 0 > BatchNormalization\) mixes",
    ),
    "softmax of the batch": (chain(ODD, lambda x: F.softmax(x, axis=0)), r"Softmax \(.*\) mixes"),
    "flip of the batch": (chain(ODD, lambda x: F.flip(x, 0)), r"Flip \(.*\) mixes"),
    "squeeze of everything": (chain((1, 5, 7), lambda x: F.squeeze(F.relu(x))), r"Squeeze \(.*\) mixes"),
    "first picture": (chain(ODD, lambda x: x - x[:1]), "mixes"),
    "batch last": (chain(VECTOR, lambda x: F.transpose(x)), r"Transpose \(.*\) mixes"),
    "minibatch discrimination": (
        chain(
            VECTOR,
            lambda x: F.concat(
                [
                    x,
                    F.broadcast_to(
                        F.sum(F.sqrt(F.mean((x - F.mean(x, 0, keepdims=True)) ** 2, 0) + 1e-6)).reshape(1, 1),
                        (len(x), 1),
                    ),
                ]
            ),
        ),
        r"Mean \(.*\) mixes",
    ),
    "one picture only": (chain(ODD, lambda x: F.reshape(x, (1, 105))), "one picture, but not for a batch of two"),
    # what leaves Chainer's graph
    "floor": (chain(VECTOR, lambda x: x + F.floor(x * 9)), r"_ \+ _ \(.*\) uses a value that was computed outside"),
    "noise": (chain(VECTOR, lambda x: x + np.random.normal(size=x.shape).astype("f")), "computed outside"),
    "constant output": (
        chain(VECTOR, lambda x: F.floor(x)),
        "An output of the network cannot be traced back to its inputs",
    ),
    "depends on data": (
        chain(VECTOR, lambda x: F.relu(x) if x.array[0, 0] > 0 else F.tanh(x)),
        "runs other functions for other inputs",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_names_layer_and_operator(name: str) -> None:
    case, words = REFUSALS[name]
    network = operators.network(case, name)
    with pytest.raises(UnsupportedOperatorError, match=words) as caught:
        lower(trace(network), network)
    assert caught.value.remedy and "\n" not in caught.value.message


REMEDIES = {
    "EmbedID": "F.matmul(onehot, embed.W)",
    "floor": "F.floor, F.ceil, F.fix and F.sign",
    "constant output": "F.floor, F.ceil, F.fix and F.sign",
    "noise": "make it an input",
    "sum of the batch": "each picture by itself",
    "no handler": "Express the layer with other functions.",
    "no step": "Express the layer with other functions.",
}


@pytest.mark.parametrize("name", REMEDIES)
def test_a_refusals_remedy_is_of_its_cause(name: str) -> None:
    network = operators.network(REFUSALS[name][0], name)
    with pytest.raises(UnsupportedOperatorError) as caught:
        lower(trace(network), network)
    assert REMEDIES[name] in caught.value.remedy
    assert ("embed" in caught.value.remedy) is (name == "EmbedID")


@pytest.mark.parametrize("operator", ["no step", "local"])
def test_webdnns_layout_is_offered_where_it_has_the_operator(operator: str) -> None:
    cases = {
        "no step": REFUSALS["no step"][0],
        "local": chain(VECTOR, L.Linear(10, 4), lambda x: F.sin(F.clip(x, 0, 1))),
    }
    network = operators.network(cases[operator])
    traced = Traced(network, trace(network), [], [])
    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    able = webdnn.LAYOUT.prepare(traced, backends, ExportOptions(), {}).made
    with pytest.raises(UnsupportedOperatorError, match="Sin") as caught:
        bundles.LAYOUT.prepare(traced, backends, ExportOptions(), {})
    offered = "".join(f" --backend {name}" for name in able)
    assert caught.value.remedy.endswith(f"Or export with: --layout webdnn{offered}") is bool(able)
    assert ("--layout" in caught.value.remedy) is bool(able)
    assert bool(able) is (operator == "no step")  # Clip is ours


OURS = {
    "GroupedConvolution2D": OPERATORS["conv-groups"],
    "SizedDeconvolution2D": OPERATORS["deconv-outsize"],
    "ResizeImages": OPERATORS["resize"],
    "Clip": OPERATORS["clip"],
    "Pad": OPERATORS["pad"],
}


@pytest.mark.parametrize("backend", [name for name in BACKENDS if plugins.BACKENDS.get(name).webdnn])
@pytest.mark.parametrize("operator", OURS)
def test_webdnn_layout_refuses_what_is_ours(operator: str, backend: str) -> None:
    network = operators.network(OURS[operator])
    traced = Traced(network, trace(network), [], [])
    with pytest.raises(
        UnsupportedOperatorError, match=rf"{backend} has no operator {operator} \(layer (0|input > \w+)"
    ):
        webdnn.LAYOUT.prepare(traced, [plugins.BACKENDS.get(backend)], ExportOptions(), {}).complete()


# Moves and slots


@st.composite
def views(draw: Any) -> Any:
    """A regular view of the values of an (h, w, c)."""
    shape = draw(st.tuples(*[st.integers(1, 6)] * draw(st.integers(1, 3))))
    view = np.arange(np.prod(shape)).reshape(shape)
    for axis, n in enumerate(shape):
        start = draw(st.integers(0, n - 1))
        step = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
        view = view[(slice(None),) * axis + (slice(start, None, step),)]
    view = view.transpose(draw(st.permutations(range(view.ndim))))
    if draw(st.booleans()):
        view = view.repeat(draw(st.integers(1, 3)), draw(st.integers(0, view.ndim - 1)))
    if draw(st.booleans()):
        view = np.tile(view, draw(st.tuples(*[st.integers(1, 3)] * view.ndim)))
    return np.prod(shape), view


def carried_out(made: list[Box], n_out: int) -> Any:
    result = np.full(n_out, -1)
    for box in made:
        sizes = [size for size, _, _ in box.dims]
        index = np.indices(sizes).reshape(len(sizes), int(np.prod(sizes)))
        at = [
            offset + sum(i * d[k] for i, d in zip(index, box.dims, strict=True))
            for k, offset in ((1, box.in_offset), (2, box.out_offset))
        ]
        assert (result[at[1]] == -1).all()
        result[at[1]] = at[0]
    return result


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(views())
def test_a_regular_view_is_one_box(drawn: Any) -> None:
    _, view = drawn
    made = boxes(view, np.arange(view.size).reshape(view.shape))
    assert len(made) == 1
    np.testing.assert_array_equal(carried_out(made, view.size), view.ravel())
    reach = 0
    for size, _, out_step in reversed(made[0].dims):
        assert size > 1 and out_step > reach
        reach += (size - 1) * out_step


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(2, 3), st.integers(2, 3), st.data())
def test_a_cropped_repetition_is_a_few_boxes(h: int, w: int, times_h: int, times_w: int, data: Any) -> None:
    whole = np.arange(h * w * 3).reshape(h, w, 3).repeat(times_h, 0).repeat(times_w, 1)
    cut = whole[: data.draw(st.integers(1, len(whole))), : data.draw(st.integers(1, whole.shape[1]))]
    made = boxes(cut, np.arange(cut.size).reshape(cut.shape))
    assert len(made) <= 4
    np.testing.assert_array_equal(carried_out(made, cut.size), cut.ravel())


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_step_writes_what_is_still_to_be_read(data: Any) -> None:
    sizes = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 9))
    given_nodes = [Node(None, "input", data.draw(sizes)) for _ in range(data.draw(st.integers(1, 3)))]
    nodes: list[Node] = []
    for _ in range(data.draw(st.integers(1, 12))):
        read = data.draw(st.lists(st.sampled_from([*given_nodes, *nodes]), min_size=1, max_size=3))
        nodes.append(Node(Move, "", data.draw(sizes), [(node, node.shape) for node in read]))
    outputs = [nodes[-1], *data.draw(st.lists(st.sampled_from(nodes), max_size=2))]
    slots, room = _share(given_nodes, nodes, outputs)
    holds: dict[int, Node] = {}
    for node in given_nodes:
        assert slots[node] not in holds
        holds[slots[node]] = node
    for node in nodes:
        assert all(holds[slots[source]] is source for source, _ in node.sources)  # type: ignore[index]
        assert slots[node] not in {slots[source] for source, _ in node.sources}  # type: ignore[index]
        holds[slots[node]] = node
        assert room[slots[node]] >= node.shape[0] * node.shape[1] * pad4(node.shape[2])
    assert all(holds[slots[node]] is node for node in outputs)
    for node in outputs:
        assert [other for other, slot in slots.items() if slot == slots[node]] == [node]


def test_slots_are_used_again() -> None:
    plan = check(chain(IMAGE, *(layer for _ in range(6) for layer in (L.Convolution2D(8, 8, 3, pad=1), F.relu))))
    assert len(plan.steps) == 6 and len(plan.slots) <= 4
