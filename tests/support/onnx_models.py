"""Small ONNX models, made in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Shape = tuple[int | str, ...]


def drawn(*shape: int, scale: float = 0.5) -> np.ndarray:
    """Weights that are the same in every run."""
    return np.random.RandomState(sum(shape)).normal(0, scale, shape).astype(np.float32)


def model(
    nodes: Sequence[Any],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    constants: Mapping[str, np.ndarray] | None = None,
    opset: int = 17,
) -> Any:
    """A model of `nodes`; a text in a shape is a symbolic axis."""

    def declared(values: Mapping[str, Shape]) -> list[Any]:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in values.items()]

    tensors = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    graph = helper.make_graph(nodes, "graph", declared(inputs), declared(outputs), tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def saved(made: Any, folder: Path, name: str = "model.onnx") -> Path:
    path = folder / name
    path.write_bytes(made.SerializeToString())
    return path


def classifier() -> Any:
    """A colour classifier as PyTorch would export it: (batch, 3, 8, 8) to 5 logits."""
    nodes = [
        helper.make_node("Conv", ["x", "features.0.weight", "features.0.bias"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "fc.weight", "fc.bias"], ["scores"], transB=1),
    ]
    constants = {
        "features.0.weight": drawn(6, 3, 3, 3),
        "features.0.bias": drawn(6),
        "fc.weight": drawn(5, 96),
        "fc.bias": drawn(5),
    }
    return model(nodes, {"x": ("batch", 3, 8, 8)}, {"scores": ("batch", 5)}, constants)


def enlarger() -> Any:
    """A picture of 3x6x6 to one of 3x12x12, resized and convolved."""
    nodes = [
        helper.make_node("Resize", ["x", "", "scales"], ["a"], mode="linear"),
        helper.make_node("Conv", ["a", "w"], ["b"], auto_pad="SAME_UPPER"),
        helper.make_node("Sigmoid", ["b"], ["y"]),
    ]
    constants = {"scales": np.array([1, 1, 2, 2], np.float32), "w": drawn(3, 3, 3, 3)}
    return model(nodes, {"x": (1, 3, 6, 6)}, {"y": (1, 3, 12, 12)}, constants)


def transformer() -> Any:
    """One block of a vision transformer on 3x8x8, patches of 4: LayerNormalization, attention of two heads, GELU."""
    d, n, heads = 8, 4, 2
    nodes = [
        helper.make_node("Conv", ["x", "patch.weight"], ["p"], strides=[4, 4]),
        helper.make_node("Reshape", ["p", "tokens"], ["q"]),
        helper.make_node("Transpose", ["q"], ["t"], perm=[0, 2, 1]),
        helper.make_node("Add", ["t", "position"], ["h"]),
        helper.make_node("LayerNormalization", ["h", "norm.weight", "norm.bias"], ["l"], axis=-1),
    ]
    for name in "QKV":
        nodes += [
            helper.make_node("MatMul", ["l", f"attn.{name}"], [f"{name}0"]),
            helper.make_node("Reshape", [f"{name}0", "split"], [f"{name}1"]),
            helper.make_node("Transpose", [f"{name}1"], [name], perm=[0, 2, 3, 1] if name == "K" else [0, 2, 1, 3]),
        ]
    nodes += [
        helper.make_node("MatMul", ["Q", "K"], ["s0"]),
        helper.make_node("Mul", ["s0", "scale"], ["s1"]),
        helper.make_node("Softmax", ["s1"], ["s2"], axis=-1),
        helper.make_node("MatMul", ["s2", "V"], ["o0"]),
        helper.make_node("Transpose", ["o0"], ["o1"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["o1", "joined"], ["o2"]),
        helper.make_node("Add", ["h", "o2"], ["r"]),
        helper.make_node("MatMul", ["r", "mlp.weight"], ["m0"]),
        helper.make_node("Gelu", ["m0"], ["m1"]),
        helper.make_node("ReduceMean", ["m1", "axis"], ["m2"], keepdims=0),
        helper.make_node("Softmax", ["m2"], ["y"], axis=-1),
    ]
    constants = {
        "patch.weight": drawn(d, 3, 4, 4),
        "tokens": np.array([0, d, -1]),
        "position": drawn(1, n, d),
        "norm.weight": 1 + drawn(d),
        "norm.bias": drawn(d),
        **{f"attn.{name}": drawn(d, d) for name in "QKV"},
        "split": np.array([0, 0, heads, d // heads]),
        "scale": np.array(0.5, np.float32),
        "joined": np.array([0, 0, d]),
        "mlp.weight": drawn(d, 6),
        "axis": np.array([1]),
    }
    return model(nodes, {"x": ("batch", 3, 8, 8)}, {"y": ("batch", 6)}, constants, opset=20)


MODELS = {"classifier": classifier, "enlarger": enlarger, "transformer": transformer}


def changed(made: Any, change: Any) -> Any:
    """A copy of `made` after `change(copy)`."""
    copy = onnx.ModelProto()
    copy.CopyFrom(made)
    change(copy)
    return copy
