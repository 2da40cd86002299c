"""An ONNX graph as a network of Chainer's functions: what export traces.

Every value is an array as long as it depends on constants alone, and a `chainer.Variable` from where it depends on an
input. Nodes of constants are computed once, when the file is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
from chainer import Variable
from chainer import functions as F

from ganzoo.card import Told
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.frontends.onnx import bounds
from ganzoo.frontends.onnx.call import Call, RefusedError
from ganzoo.frontends.onnx.operators import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Array, Tensor

REMEDY = "Export the model again without it: for inference, in float32, with sizes that are known."
SHAPES = ("Shape", "Size")  # of what depends on an input too, they are constants


@dataclass(frozen=True)
class Node:
    """One operation: names of its inputs and outputs, "" for one that is left out, and its attributes."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    proto: Any


@dataclass(frozen=True)
class Input:
    """An input of a graph. `shape` is that for one sample, with all the axes that the file has.

    The first axis is the batch where it is 1 or open; it is `open` where the file allows any number of samples. A label
    has `classes`: the file takes its number, and the network a one-hot vector. `range` is that of a picture of bytes.
    """

    name: str
    shape: tuple[int, ...]
    open: bool = False
    classes: int = 0
    range: tuple[float, float] | None = None

    @property
    def batched(self) -> bool:
        return bool(self.classes) or (len(self.shape) > 1 and self.shape[0] == 1)

    @property
    def sample(self) -> tuple[int, ...]:
        """The shape without the batch."""
        if self.classes:
            return (self.classes,)
        return self.shape[1:] if self.batched else self.shape or (1,)

    def told(self) -> Told:
        """What the file itself tells of it, as a card would."""
        return Told(meaning="onehot" if self.classes else None, range=self.range)

    def fed(self, samples: Array) -> Array:
        """What the file takes for `samples` (N, *sample)."""
        values = samples.argmax(1) if self.classes else samples
        return values.reshape((-1, *self.shape[1:]) if self.batched and self.shape else self.shape)

    def taken(self, sample: Variable) -> Variable:
        """As `fed` does, what the graph takes for a sample (1, *sample)."""
        if self.classes:
            sample = F.matmul(sample, np.arange(self.classes, dtype=sample.dtype).reshape(-1, 1))
        return sample if sample.shape == self.shape else F.reshape(sample, self.shape)


@dataclass(frozen=True)
class Graph:
    """A checked graph: `nodes` in an order in which they can be computed, `constants` by name, names of `outputs`.

    `content` is the model, which refers to files for the data of its large constants. `grids` are the scales of
    quantised weights, by the name of the node that takes them.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    content: bytes
    grids: Mapping[str, Array] = field(default_factory=dict)

    def sampled(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape (1, ...) of one sample of an output that has `shape` in the file."""
        batched = any(each.batched for each in self.inputs) and len(shape) > 1 and shape[0] == 1
        return shape if batched else (1, *(shape or (1,)))


def forward(graph: Graph, *variables: Variable) -> tuple[Variable, ...]:
    """The outputs of `graph`, each (N, ...), for inputs (N, ...) without the axes that ONNX has for one sample."""
    n = len(variables[0])
    samples = [_sample(graph, [x[i : i + 1] if n > 1 else x for x in variables]) for i in range(n)]
    return tuple(F.concat(parts, 0) if n > 1 else parts[0] for parts in zip(*samples, strict=True))


def _sample(graph: Graph, variables: Sequence[Variable]) -> list[Variable]:
    values: dict[str, Tensor] = {}
    dtype = variables[0].dtype
    for each, x in zip(graph.inputs, variables, strict=True):
        values[each.name] = each.taken(x)
    compute(graph.nodes, graph.constants, values, graph.outputs, dtype)
    made = []
    for name in graph.outputs:
        y = values.get(name)
        if not isinstance(y, Variable):
            raise UnsupportedOperatorError(
                f"The output {name} of the network does not depend on its inputs.",
                "Leave it out of the exported model, or check that the model was exported with the right inputs.",
            )
        made.append(F.reshape(y, graph.sampled(y.shape)))
    return made


def compute(
    nodes: Sequence[Node],
    constants: Mapping[str, Array],
    values: dict[str, Tensor],
    outputs: Sequence[str],
    dtype: Any = np.float32,
) -> None:
    """Compute `nodes` into `values`, where `outputs` stay; others go when their last reader has read them.

    Raises `UnsupportedOperatorError` naming node and operator.
    """
    last = {name: node for node in nodes for name in node.inputs}

    def value(name: str) -> Tensor | None:
        if not name:
            return None
        found = values[name] if name in values else constants[name]
        if not isinstance(found, Variable) and found.dtype.kind == "f" and found.dtype != dtype:
            return found.astype(dtype)
        return found

    for node in nodes:
        if node.outputs and all(name in values or name in constants for name in node.outputs if name):
            continue
        inputs = [value(name) for name in node.inputs]
        with chainer.using_config("layer", node.name):
            made = _computed(node, inputs)
        for name, each in zip(node.outputs, made, strict=False):
            if name:
                values[name] = each
        for name in node.inputs:
            if last[name] is node and name not in outputs:
                values.pop(name, None)


def _computed(node: Node, inputs: Sequence[Tensor | None]) -> Sequence[Tensor]:
    if not any(isinstance(x, Variable) for x in inputs):
        return folded(node, inputs)
    if node.op in SHAPES:
        return folded(node, [np.empty(x.shape, np.float32) if isinstance(x, Variable) else x for x in inputs])
    operator = OPERATORS.get(node.op)
    if operator is None:
        raise refused(node, "it is not supported")
    call = Call(node.op, node.name, node.attributes, len([name for name in node.outputs if name]))
    try:
        made = operator(call, *inputs)
    except RefusedError as error:
        raise refused(node, error.message) from error
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        chainer.utils.type_check.InvalidType,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise refused(node, f"its inputs or attributes do not fit: {reason}") from error
    made = made if isinstance(made, list) else [made]
    return [x if isinstance(x, Variable) else chainer.as_variable(np.asarray(x)) for x in made]


def folded(node: Node, inputs: Sequence[Array | None]) -> list[Array]:
    """The outputs of a node of constants, by ONNX's own reference implementation."""
    from onnx.defs import onnx_opset_version

    feeds = {name: array for name, array in zip(node.inputs, inputs, strict=True) if name and array is not None}
    # what replaced a function may be of a newer opset than the model
    problem: Exception = ValueError("nothing computes it")
    for opset in (node.attributes["opset"], onnx_opset_version()):
        try:
            bounds.check(node.proto, opset, feeds)
            return _evaluated(node, feeds, opset)
        except RefusedError as error:
            raise refused(node, error.message) from error
        except Exception as error:  # it raises whatever NumPy does
            problem = error
    raise refused(node, f"its constants do not fit: {' '.join(str(problem).split())[:200]}") from problem


def _evaluated(node: Node, feeds: Mapping[str, Array], opset: int) -> list[Array]:
    from onnx import ValueInfoProto, helper
    from onnx.reference import ReferenceEvaluator

    named = [name for name in node.outputs if name]
    given, wanted = ([ValueInfoProto(name=name) for name in names] for names in (feeds, named))
    graph = helper.make_graph([node.proto], node.name, given, wanted)
    evaluator = ReferenceEvaluator(graph, opsets={node.proto.domain: 1, "": opset})
    made = {name: np.asarray(each) for name, each in zip(named, evaluator.run(None, dict(feeds)), strict=True)}
    arrays = [made.get(name, np.empty(0, np.float32)) for name in node.outputs]
    return [array.astype(np.float32) if array.dtype == np.float16 else array for array in arrays]


def refused(node: Node, reason: str) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(f"{node.op} (node {node.name}) cannot be exported: {reason.rstrip('.')}.", REMEDY)
