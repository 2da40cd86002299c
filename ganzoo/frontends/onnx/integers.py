"""Inputs of integers: a label that is looked up becomes a one-hot vector, a picture of bytes one of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Array
    from ganzoo.frontends.onnx.network import Node

MOVING = ("Flatten", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")  # they compute nothing


def floated(model: Any) -> set[str]:
    """Make inputs of bytes float32 where the model turns them into such before it computes with them; their names.

    It then computes the same of numbers from 0 to 255, whole ones or not.
    """
    from onnx import TensorProto

    given = {tensor.name for tensor in model.graph.initializer}
    found = set()
    for value in model.graph.input:
        if value.type.tensor_type.elem_type == TensorProto.UINT8 and value.name not in given:
            moved = _until_cast(model.graph, value.name)
            if moved:
                value.type.tensor_type.elem_type = TensorProto.FLOAT
                kept = [each for each in model.graph.value_info if each.name not in moved]
                del model.graph.value_info[:]
                model.graph.value_info.extend(kept)
                found.add(value.name)
    return found


def _until_cast(graph: Any, name: str) -> set[str]:
    """The names under which the input `name` goes until it is cast to float32; none where it is used otherwise."""
    names, casts = {name}, 0
    for node in graph.node:
        if not names & set(node.input):
            continue
        if node.op_type == "Cast" and node.attribute[0].i == 1:
            casts += 1
        elif node.op_type in MOVING and node.input[0] in names:
            names |= set(node.output)
        else:
            return set()
    return names if casts and not names & {each.name for each in graph.output} else set()


def classes(name: str, nodes: Sequence[Node], constants: Mapping[str, Array], outputs: Sequence[str]) -> int:
    """How many values the input `name` may have, by the tables in which it is an index; 0 where it is more than that.

    `nodes` are those that depend on an input, each after those that it reads.
    """
    from onnx import TensorProto

    whole = (TensorProto.INT32, TensorProto.INT64)
    names, sizes = {name}, []
    for node in nodes:
        at = [i for i, each in enumerate(node.inputs) if each in names]
        others = [constants.get(each) for each in node.inputs]
        if not at:
            continue
        if at == [0] and (node.op in MOVING or (node.op == "Cast" and node.attributes.get("to") in whole)):
            names |= set(node.outputs)
        elif at == [1] and node.op == "Gather" and others[0] is not None:
            sizes.append(others[0].shape[int(node.attributes.get("axis", 0))])
        elif at == [0] and node.op == "OneHot" and others[1] is not None:
            sizes.append(int(np.asarray(others[1]).ravel()[0]))
        else:
            return 0
    return 0 if names & set(outputs) else max(0, min(sizes, default=0))


def single(shape: Sequence[int]) -> bool:
    """Whether an input of `shape` is one number for each sample."""
    return math.prod(shape) == 1
