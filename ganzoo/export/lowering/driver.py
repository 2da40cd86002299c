"""Express each of WebDNN's operators by nodes and values.

A variable is a constant (an array), a `Value` (the values of a node, possibly rearranged), or `Pending` (an expression
that is not computed yet). An operator that only rearranges changes `Value.where`. A step is made for it only if
something else needs the values in order. The graph describes one picture, and `trace` has made sure that pictures do
not mix.

To add an operator, add a function to the `HANDLERS` of a module beside this one, under the name of its class, or a row
to elementwise.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph import traverse

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.lowering import elementwise, fusing, gathering, matrices, rearranging, resampling, windows
from ganzoo.export.lowering.boxes import boxes
from ganzoo.export.lowering.graph import Node, Pending, UnsupportedError, Value, hwc, natural, plain, same_memory
from ganzoo.export.lowering.rearranging import to_axes
from ganzoo.export.plan import Dense, Move

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ganzoo.export.lowering.graph import Array, Shape

LARGE = 1 << 16  # values of a constant that is not kept in float64

HANDLERS: Mapping[str, Callable[[Lowering, Any], Any]] = {
    **dict.fromkeys(elementwise.OPERATORS, fusing.lower),
    **dict.fromkeys(rearranging.OPERATORS, rearranging.lower),
    **gathering.HANDLERS,
    **matrices.HANDLERS,
    **resampling.HANDLERS,
    **windows.HANDLERS,
}


class Lowering:
    """The lowering of one graph. Call `run()` once. Matrices of layers that `grids` names stay what they are."""

    def __init__(self, graph: Any, grids: Collection[str] = ()) -> None:
        self.graph = graph
        self.grids = grids
        self.known: dict[Any, Array | Value | Pending] = {}
        self.moves: dict[tuple[Node, Shape, bytes], Node] = {}
        self.layer = "input"

    def run(self) -> tuple[list[Node], list[Node]]:
        """Return the nodes of the graph's inputs and outputs. The values of an output lie in `hwc` order."""
        inputs = []
        for variable in self.graph.inputs:
            node = Node(None, "input", hwc(variable.shape), origins=[variable])
            inputs.append(node)
            self.known[variable] = plain(node, variable.shape)
        for operator in traverse.listup_operators(self.graph):
            self._try(self._lower, operator, operator)
        return inputs, [self._try(self._output, v.output_from, v) for v in self.graph.outputs]

    def _lower(self, operator: Any) -> None:
        handler = HANDLERS.get(type(operator).__name__)
        if handler is None:
            raise UnsupportedError("ganzoo has no step for it")
        made = handler(self, operator)
        new: set[Node] = set()
        for variable, known in zip(operator.outputs.values(), made if isinstance(made, list) else [made], strict=True):
            assert known.shape == tuple(variable.shape), f"it gives shape {known.shape} instead of {variable.shape}"
            if isinstance(known, Pending) and not fusing.waits(self, known):
                known = fusing.materialise(self, known)
            self.known[variable] = known
            if isinstance(known, Value) and (known.node in new or not known.node.origins):
                new.add(known.node)
                known.node.origins.append(variable)

    # --- what handlers ask for ------------------------------------------------------------------------------------

    def get(self, variable: Any) -> Array | Value | Pending:
        if variable not in self.known:
            constant = np.asarray(variable.data, np.float64)  # WebDNN's ConstantVariable
            if constant.size > LARGE:
                return constant
            self.known[variable] = constant
        return self.known[variable]

    def is_constant(self, variable: Any) -> bool:
        return variable not in self.known or isinstance(self.known[variable], np.ndarray)

    def value(self, variable: Any, axes: Sequence[Any] | None = None) -> Value:
        """Return a variable that is no constant, with its dimensions in the order of `axes` if given."""
        known = self.get(variable)
        if isinstance(known, Pending):
            known = self.known[variable] = fusing.materialise(self, known)
        if not isinstance(known, Value):
            raise UnsupportedError("one of its inputs is a constant, but must be an activation")
        return known if axes is None else Value(known.node, to_axes(known.index, variable.order.axes, axes))

    def constant(self, variable: Any, axes: Sequence[Any] | None = None) -> Array:
        """Return a constant in float64, with its dimensions in the order of `axes` if given."""
        known = self.get(variable)
        if not isinstance(known, np.ndarray):
            raise UnsupportedError("one of its parameters is not a constant")
        return known if axes is None else to_axes(known, variable.order.axes, axes)

    def weights(self, variable: Any, axes: Sequence[Any]) -> Array:
        """As `constant`, but as it is stored, which for weights is float32."""
        if variable in self.known:
            return self.constant(variable, axes)
        return to_axes(np.asarray(variable.data), variable.order.axes, axes)

    def node(self, kind: type, shape: Shape, sources: list[tuple[Any, Shape]], **fields: Any) -> Node:
        for source, _ in sources:
            if isinstance(source, Node):
                source.settled = True
        return Node(kind, self.layer, shape, sources, fields)

    def ordered(self, value: Value) -> tuple[Node, Shape]:
        """Return a node whose values are those of `value` in natural order, and the (h, w, c) in which to read it."""
        return self.arranged_by(natural, value)

    def arranged(self, node: Node, wanted: Array) -> tuple[Node, Shape]:
        """Return a node with the values `wanted` (h, w, c) of `node` in this order, and the shape in which to read it.

        This is the node itself, a dense layer with permuted columns, or a move.
        """
        h, w, c = shape = wanted.shape
        flat = wanted.ravel()
        if np.array_equal(flat, np.arange(node.size)) and same_memory(node.shape, shape):
            node.settled = True
            return node, shape
        may_yield = c % 4 == 0 or h == w == 1  # plan.py: of a dense layer
        if node.kind is Dense and may_yield and not node.settled and Value(node, flat).complete:
            assert node.matrix is not None and node.bias is not None
            node.matrix, node.bias, node.shape = node.matrix[..., flat], node.bias[flat], shape
            node.factors = [factor[flat] for factor in node.factors]
            node.place, node.settled = np.argsort(flat), True
            return node, shape
        key = node, shape, flat.tobytes()
        if key not in self.moves:
            self.moves[key] = self.moved(shape, [(node, wanted, np.arange(flat.size).reshape(shape))])
        return self.moves[key], shape

    def arranged_by(self, change: Callable[[Array], Array], value: Value) -> tuple[Node, Shape]:
        """Return a node that has the values `change(value.where)` (h, w, c) in this order."""
        try:
            return self.arranged(value.node, change(value.where))
        except UnsupportedError:
            value = self.flat(value)
            return self.arranged(value.node, change(value.where))

    def flat(self, value: Value) -> Value:
        """Return a copy of `value` in the order of its dimensions. Any other order is then only one move away."""
        indices = np.arange(value.index.size)
        node = self.moved((1, 1, indices.size), [(value.node, value.where, indices.reshape(value.shape))])
        return Value(node, indices.reshape(value.shape))

    def moved(self, shape: Shape, pieces: Sequence[tuple[Node, Array, Array]], fill: float = 0.0) -> Node:
        """Add a step that puts the values `wanted` of each (node, wanted, target) at `target`, and `fill` elsewhere."""
        found = [(node, box) for node, wanted, target in pieces for box in boxes(wanted, target)]
        sources = [(node, node.shape) for node, _ in found]
        return self.node(Move, shape, sources, boxes=tuple(box for _, box in found), fill=fill)

    def readers(self, node: Node) -> set[Any]:
        """Return the operators that compute with the node's values, however rearranged; for an output, also the
        graph.
        """
        return set().union(*map(self._users, node.origins))

    # --- how ------------------------------------------------------------------------------------------------------

    def _try(self, lower: Callable[[Any], Any], operator: Any, what: Any) -> Any:
        """Return `lower(what)`. New nodes and refusals are named after `operator`, which is None for an input."""
        self.layer = operator.name if operator else "input"
        try:
            return lower(what)
        except (UnsupportedError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            lines = [line for line in str(error).strip().splitlines() if line.strip()]
            reason = (lines[0] if lines else type(error).__name__).rstrip(".:")
            raise UnsupportedOperatorError(
                f"{type(operator).__name__} (layer {self.layer}) cannot be compiled: {reason}.",
                "Express the layer with other functions.",
            ) from error

    def _users(self, variable: Any) -> set[Any]:
        found: set[Any] = {self.graph} if variable in self.graph.outputs else set()
        for operator in variable.input_to:
            if type(operator).__name__ in rearranging.OPERATORS:
                found |= set().union(*(self._users(output) for output in operator.outputs.values()))
            else:
                found.add(operator)
        return found

    def _output(self, variable: Any) -> Node:
        """Return a tensor whose channels, rows and columns are the values of the variable, one after another."""
        value = self.value(variable)
        node = value.node
        flat = np.arange(node.size).reshape(node.shape)
        if node.kind is not None and np.array_equal(np.moveaxis(flat, -1, 0).ravel(), value.where.ravel()):
            node.settled = True
            return node
        node, shape = self.ordered(value)
        if node.kind is not None and node.shape == shape:
            return node
        indices = np.arange(node.size).reshape(shape)
        return self.moved(shape, [(node, indices, indices)])
