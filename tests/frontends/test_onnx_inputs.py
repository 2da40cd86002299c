"""Inputs of integers in ONNX files: a label is a one-hot vector to a page, bytes are a picture from 0 to 255."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from ganzoo.card import Card, Told
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.frontends.onnx import FRONTEND
from ganzoo.inputs import seeded
from ganzoo.specs import Source
from tests.support.onnx_models import changed, drawn, model, saved
from tests.support.plans import execute

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.specs import Network


def read(made: Any, folder: Path, kinds: dict[str, int], card: Card = Card()) -> Network:  # noqa: B008 - frozen
    """The network of `made` with inputs of other types."""

    def retype(copy: Any) -> None:
        for value in copy.graph.input:
            value.type.tensor_type.elem_type = kinds.get(value.name, TensorProto.FLOAT)

    (network,) = FRONTEND.read(Source(str(saved(changed(made, retype), folder))), card)
    return network


def agreed(network: Network, given: list[np.ndarray]) -> np.ndarray:
    (expected,) = reference(network, given)
    (made,) = execute(lower(trace(network), network), given)
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-5)
    return expected


def painter(kind: int, *shape: int | str) -> Any:
    """A generator of noise and the number of one of 5 classes, by an embedding and by a one-hot vector of 4."""
    nodes = [
        helper.make_node("Reshape", ["label", "flat"], ["index"]),
        helper.make_node("Gather", ["embedding", "index"], ["e"]),
        helper.make_node("Mul", ["z", "e"], ["h"]),
        helper.make_node("OneHot", ["index", "four", "ends"], ["o"]),
        helper.make_node("MatMul", ["o", "other"], ["p"]),
        helper.make_node("Add", ["h", "p"], ["s"]),
        helper.make_node("Sigmoid", ["s"], ["y"]),
    ]
    constants = {
        "flat": np.array([-1]),
        "embedding": drawn(5, 6, scale=2),
        "four": np.array(4, helper.tensor_dtype_to_np_dtype(kind)),
        "ends": np.array([-0.5, 1.5], np.float32),
        "other": drawn(4, 6),
    }
    return model(nodes, {"z": ("batch", 6), "label": shape}, {"y": ("batch", 6)}, constants)


@pytest.mark.parametrize("shape", [("batch",), ("batch", 1), (1,)])
@pytest.mark.parametrize("kind", [TensorProto.INT64, TensorProto.INT32])
def test_a_label_that_is_looked_up_is_a_one_hot_vector(shape: Any, kind: int, tmp_path: Path) -> None:
    network = read(painter(kind, *shape), tmp_path, {"label": kind})
    label = network.inputs[1]
    assert (label.shape, label.meaning) == ((4,), "onehot"), "an index beyond one of the tables has no meaning"
    given = [np.repeat(drawn(1, 6), 4, 0), np.eye(4, dtype=np.float32)]
    assert len({row.tobytes() for row in agreed(network, given)}) == 4


def test_a_picture_of_bytes_has_numbers_up_to_255(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["f", "full"], ["n"]),
        helper.make_node("Conv", ["n", "w"], ["y"]),
    ]
    made = model(nodes, {"x": (1, 3, 5, 5)}, {"y": (1, 2, 3, 3)}, {"full": np.float32(255), "w": drawn(2, 3, 3, 3)})
    network = read(made, tmp_path, {"x": TensorProto.UINT8})
    (spec,) = network.inputs
    assert (spec.meaning, spec.range) == ("image", (0.0, 255.0))
    given = seeded(network.inputs, 2, 1)
    assert given[0].max() > 200 and (given[0] % 1).any()
    agreed(network, given)
    told = Card(inputs=(Told("x", range=(-1.0, 1.0)),))
    assert read(made, tmp_path, {"x": TensorProto.UINT8}, told).inputs[0].range == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("kind", "shape", "nodes"),
    [
        (TensorProto.INT64, (1, 4), [helper.make_node("Cast", ["x"], ["y"], to=1)]),
        (TensorProto.INT64, (1, 2), [helper.make_node("Gather", ["table", "x"], ["y"])]),
        (
            TensorProto.INT64,
            (1,),
            [helper.make_node("Add", ["x", "one"], ["i"]), helper.make_node("Gather", ["table", "i"], ["y"])],
        ),
        (
            TensorProto.UINT8,
            (1, 4),
            [helper.make_node("Add", ["x", "x"], ["i"]), helper.make_node("Cast", ["i"], ["y"], to=1)],
        ),
    ],
    ids=["computed with", "several", "shifted", "bytes that are added"],
)
def test_other_integers_are_refused_by_name(kind: int, shape: Any, nodes: Any, tmp_path: Path) -> None:
    made = model(nodes, {"x": shape}, {"y": (1, 4)}, {"table": drawn(5, 4), "one": np.array([1])})
    del made.graph.output[0].type.tensor_type.shape.dim[:]
    with pytest.raises(UnsupportedOperatorError, match=r"the input x is U?INT.*, but inputs must be") as caught:
        read(made, tmp_path, {"x": kind})
    assert "one-hot" in caught.value.remedy
