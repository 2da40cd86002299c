"""Constants that stay in an ONNX file until they are wanted."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from chainer import Variable
from onnx import helper, numpy_helper

from ganzoo.frontends.onnx import stored
from ganzoo.frontends.onnx.load import STORED, load
from ganzoo.frontends.onnx.network import compute
from ganzoo.frontends.onnx.reference import Reference

if TYPE_CHECKING:
    from pathlib import Path

WEIGHT = np.random.RandomState(0).standard_normal((STORED // 4, 2)).astype(np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    nodes = [
        helper.make_node("Relu", ["x"], ["h"]),
        helper.make_node("MatMul", ["h", "W"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["y"]),
    ]
    values = [helper.make_tensor_value_info(*each) for each in (("x", 1, [1, len(WEIGHT)]), ("y", 1, [1, 2]))]
    constants = [numpy_helper.from_array(WEIGHT, "W"), numpy_helper.from_array(np.ones(2, np.float32), "b")]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], constants)
    file = tmp_path / "model.onnx"
    file.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    )
    return file


def test_large_constants_are_read_when_they_are_wanted(path: Path) -> None:
    graph = load(path, {})
    np.testing.assert_array_equal(graph.constants["W"], WEIGHT)
    content = path.read_bytes()
    assert content.count(WEIGHT.tobytes()) == 1
    path.write_bytes(content.replace(WEIGHT.tobytes(), (2 * WEIGHT).tobytes()))
    np.testing.assert_array_equal(graph.constants["W"], 2 * WEIGHT)
    np.testing.assert_array_equal(graph.constants["b"], [1, 1])


def test_a_model_without_the_data_of_its_constants_is_small_and_runs(path: Path) -> None:
    small = onnx.ModelProto.FromString(stored.model(path, STORED))
    whole = onnx.load(str(path))
    assert small.ByteSize() < 1000 and small.graph.node == whole.graph.node
    assert [tensor.dims for tensor in small.graph.initializer] == [tensor.dims for tensor in whole.graph.initializer]
    x = np.ones((1, len(WEIGHT)), np.float32)
    graph = load(path, {})
    (expected,) = Reference(path, graph)([x])
    np.testing.assert_allclose(expected, x @ WEIGHT + 1, rtol=1e-4)
    content = small.SerializeToString()
    changed = type(graph)(graph.nodes, graph.constants, graph.inputs, graph.outputs, content)
    np.testing.assert_array_equal(Reference(path, changed)([x])[0], expected)  # as models that are changed are run


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_what_is_no_message_is_left_as_it_is(at: int, path: Path) -> None:
    content = path.read_bytes()
    for wrong in (
        content[: len(content) - 1 - at],
        content[:at],
        b"\xff" * at,
        content[:at] + struct.pack("<Q", 2**63),
    ):
        path.write_bytes(wrong)
        assert stored.model(path, STORED) in (wrong, stored.model(path, 1 << 40))


def test_values_go_when_the_last_node_has_read_them(path: Path) -> None:
    graph = load(path, {})
    values = {"x": Variable(np.ones((1, len(WEIGHT)), np.float32))}
    compute(graph.nodes, graph.constants, values, graph.outputs)
    assert set(values) == {"y"}
