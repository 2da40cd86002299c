"""Operators of ONNX files that ganzoo puts together itself, compared with ONNX Runtime."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from ganzoo.card import Card
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.frontends.onnx import FRONTEND
from ganzoo.inputs import seeded
from ganzoo.specs import Source
from tests.support.onnx_models import model, saved
from tests.support.plans import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def agreed(made: Any, folder: Path, given: Sequence[np.ndarray] = ()) -> None:
    """The plan of the model computes what ONNX Runtime does, for `given` or seeded inputs."""
    (network,) = FRONTEND.read(Source(str(saved(made, folder))), Card())
    plan = lower(trace(network), network)
    arrays = list(given) or seeded(network.inputs, 3, seed=5)
    for spec, y, expected in zip(network.outputs, execute(plan, arrays), reference(network, arrays), strict=True):
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-4, err_msg=spec.name)


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
def test_a_grid_that_is_computed_samples_like_a_constant_one(mode: str, tmp_path: Path) -> None:
    ways = list(product(["zeros", "border", "reflection"], [0, 1]))
    # the grid is turned, scaled beyond the picture, and its x is no multiple of a half pixel
    nodes = [
        helper.make_node("MatMul", ["g", "turn"], ["grid"]),
        *(
            helper.make_node(
                "GridSample", ["x", "grid"], [f"y{i}"], mode=mode, padding_mode=border, align_corners=corners
            )
            for i, (border, corners) in enumerate(ways)
        ),
    ]
    turn = np.array([[1.7, 0.4], [-0.3, 2.1]], np.float32)
    shapes = {"x": (1, 3, 5, 4), "g": (1, 3, 6, 2)}
    made = model(nodes, shapes, {f"y{i}": (1, 3, 3, 6) for i in range(len(ways))}, {"turn": turn}, opset=20)
    agreed(made, tmp_path)


def test_a_spatial_transformer_finds_its_own_grid(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["m"], keepdims=0),
        helper.make_node("MatMul", ["m", "w"], ["t"]),
        helper.make_node("Reshape", ["t", "shape"], ["theta"]),
        helper.make_node("AffineGrid", ["theta", "size"], ["grid"]),
        helper.make_node("GridSample", ["x", "grid"], ["y"], padding_mode="border"),
    ]
    constants = {
        "axes": np.array([2, 3]),
        "w": np.random.RandomState(0).normal(size=(3, 6)).astype(np.float32),
        "shape": np.array([-1, 2, 3]),
        "size": np.array([1, 3, 7, 7]),
    }
    agreed(model(nodes, {"x": (1, 3, 7, 7)}, {"y": (1, 3, 7, 7)}, constants, opset=20), tmp_path)


def test_the_largest_elements_come_in_order_and_the_first_of_equal_ones_first(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("TopK", ["x", "three"], ["high", "at"], axis=1),
        helper.make_node("TopK", ["x", "two"], ["low", "below"], axis=2, largest=0),
        helper.make_node("Cast", ["at"], ["places"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["below"], ["others"], to=TensorProto.FLOAT),
    ]
    constants = {"three": np.array([3]), "two": np.array([2])}
    outputs = {"high": (1, 3, 5), "low": (1, 6, 2), "places": (1, 3, 5), "others": (1, 6, 2)}
    given = np.random.RandomState(3).randint(-3, 4, (4, 6, 5)).astype(np.float32)
    agreed(model(nodes, {"x": (1, 6, 5)}, outputs, constants), tmp_path, [given])


def test_more_elements_than_are_cheap_are_refused_by_name(tmp_path: Path) -> None:
    nodes = [helper.make_node("TopK", ["x", "k"], ["y", "at"], name="best")]
    made = model(nodes, {"x": (1, 100)}, {"y": (1, 50)}, {"k": np.array([50])})
    with pytest.raises(UnsupportedOperatorError, match=r"TopK \(node best\) .* 50 elements, not 1 to 32"):
        agreed(made, tmp_path)
