"""The layers as an ONNX model: Flatten, Gemm, Conv, ConvTranspose, Reshape and the activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.peers.networks import Layer
    from ganzoo.specs import FloatArray, Network

OPSET = 17
OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax"}


def serialize(network: Network, layers: Sequence[Layer], batch: int | str = "batch") -> bytes:
    """The checked model. Input and output have the names of `network`'s specs and shape (batch, *spec.shape).

    `batch` is a number, or a name that leaves it free.
    """
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    (source,), (target,) = network.inputs, network.outputs
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, array: FloatArray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(operator: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{operator.lower()}{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    value, rank = source.name, len(source.shape)
    for i, layer in enumerate(layers):
        parameters = [constant(f"w{i}", layer.w), constant(f"b{i}", layer.b)]
        if layer.kind == "dense":
            flat = node("Flatten", [value]) if rank > 1 else value
            value, rank = node("Gemm", [flat, *parameters], transB=1), 1
        else:
            operator = "Conv" if layer.kind == "conv" else "ConvTranspose"
            value, rank = node(operator, [value, *parameters], strides=[layer.stride] * 2), 3
        last = target.name if i == len(layers) - 1 else ""
        value = node(OPERATORS[layer.activation], [value], last)
        if layer.unflatten:
            shape = constant(f"shape{i}", np.array([-1, *layer.unflatten]))
            value, rank = node("Reshape", [value, shape]), 3

    taken, given = (
        [helper.make_tensor_value_info(spec.name, TensorProto.FLOAT, [batch, *spec.shape])] for spec in (source, target)
    )
    graph = helper.make_graph(nodes, network.name, taken, given, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    serialized: bytes = model.SerializeToString()
    return serialized
