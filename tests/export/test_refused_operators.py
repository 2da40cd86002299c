"""What cannot be compiled is refused, with its layer, its operator and a remedy that is of its cause."""

from __future__ import annotations

from typing import Any, cast

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.layouts import ExportOptions, Traced, webdnn
from ganzoo.export.layouts import ganzoo as bundles
from ganzoo.export.lowering import driver, lower
from ganzoo.export.tracing import trace
from tests.support import operators
from tests.support.operators import ODD, OPERATORS, VECTOR, Case, chain, model, rows
from tests.support.registries import BACKENDS


class ReLU(chainer.FunctionNode):  # not Chainer's
    def forward(self, xs: Any) -> Any:
        return (xs[0] * 2,)


REFUSALS: dict[str, tuple[Case, str]] = {
    "no handler": (chain(VECTOR, L.Linear(10, 4), F.erfc), r"erfc \(layer 0 > erfc\) cannot be converted"),
    "1-D unpooling": (chain((2, 4), lambda x: F.unpooling_1d(x, 2)), r"UnpoolingND \(layer input"),
    "3-D pooling": (chain((2, 4, 4, 4), lambda x: F.max_pooling_3d(x, 2)), "3 dimensions are not supported"),
    "lists of indices": (chain(ODD, lambda x: x[:, [0, 2], [1, 1]]), "only one list of indices"),
    "a list that depends on data": (
        chain(ODD, lambda x: F.concat([x, x[:, [int(x.array[0, 0, 0, 0] > 0)]]])),
        "mixes|runs other",
    ),
    "where": (
        chain(VECTOR, lambda x: F.where(x.array > 0, x, -x)),
        r"Where \(layer .*a condition that was computed outside",
    ),
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
    "3-D convolution": (chain((2, 4, 4, 4), L.Convolution3D(2, 3, 2)), r"\(layer 0\) cannot be converted"),
    "foreign function": (
        chain(VECTOR, lambda x: ReLU().apply((x,))[0]),
        r"ReLU \(layer input > ReLU\).*not one of Chainer",
    ),
    "weights from activations": (
        model(ODD, lambda m, x: F.convolution_2d(x, rows(m.l(x), 3, 1, 1)[:1].reshape(1, 3, 1, 1)), l=L.Linear(105, 3)),
        "mixes the pictures|one of its parameters is not a constant",
    ),
    "upsampling by indices": (
        chain(
            (1, 4, 4),
            lambda x: F.upsampling_2d(F.max_pooling_2d(x, 2), F.max_pooling_2d(x, 2, return_indices=True)[1], 2),
        ),
        "Upsampling2D",
    ),
    "padding by wrapping": (chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), "wrap")), "mode wrap"),
    "padding too wide": (
        chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (5, 1), (1, 1)), "reflect")),
        "border is wider",
    ),
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
    "constant output": (
        chain(VECTOR, lambda x: chainer.Variable(np.floor(x.array))),
        "An output of the network cannot be traced back to its inputs",
    ),
    "noise": (chain(VECTOR, lambda x: x + np.random.normal(size=x.shape).astype("f")), "computed outside"),
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
    "EmbedID": "embed(ganzoo.functions.label(onehot))",
    "where": "ganzoo.functions, such as where(condition, x, y)",
    "constant output": "x.array and in NumPy",
    "noise": "make it an input",
    "sum of the batch": "each picture by itself",
    "no handler": "Express the layer with other functions.",
}


@pytest.mark.parametrize("name", REMEDIES)
def test_a_refusals_remedy_is_of_its_cause(name: str) -> None:
    network = operators.network(REFUSALS[name][0], name)
    with pytest.raises(UnsupportedOperatorError) as caught:
        lower(trace(network), network)
    assert REMEDIES[name] in caught.value.remedy
    assert ("embed" in caught.value.remedy) is (name == "EmbedID")


@pytest.mark.parametrize("local", [False, True])
def test_webdnns_layout_is_offered_where_it_has_the_operator(local: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ganzoo has no step for an operator of WebDNN's. It has one for all of them, so one is taken away."""
    monkeypatch.delitem(cast("dict[str, Any]", driver.HANDLERS), "Tanh")
    clipped = [lambda x: F.clip(x, 0, 1)] if local else []  # Clip is ours
    network = operators.network(chain(VECTOR, L.Linear(10, 4), *clipped, F.tanh))
    traced = Traced(network, trace(network), [], [])
    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    able = webdnn.LAYOUT.prepare(traced, backends, ExportOptions(), {}).made
    with pytest.raises(UnsupportedOperatorError, match=r"Tanh .* ganzoo has no step for it") as caught:
        bundles.LAYOUT.prepare(traced, backends, ExportOptions(), {})
    offered = "".join(f" --backend {name}" for name in able)
    assert caught.value.remedy.endswith(f"Or export with: --layout webdnn{offered}") is bool(able)
    assert ("--layout" in caught.value.remedy) is bool(able)
    assert bool(able) is not local


OURS = {
    "GroupedConvolution2D": OPERATORS["conv-groups"],
    "SizedDeconvolution2D": OPERATORS["deconv-outsize"],
    "ResizeImages": OPERATORS["resize"],
    "Clip": OPERATORS["clip"],
    "Pad": OPERATORS["pad"],
    "MatMul": OPERATORS["product-with-itself"],
    "Resample": OPERATORS["list-of-a-vector"],
    "Scalar": OPERATORS["erf"],
    "Choose": OPERATORS["where-broadcast"],
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
