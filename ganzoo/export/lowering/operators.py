"""Each of WebDNN's operators in terms of nodes and values.

A variable is a constant (an array), a `Value` (some node's values, rearranged), or `Pending` (an expression). What
only rearranges, rearranges `Value.where`: a step is made for it when, and only when, something else needs the
values in order. Axis 0 of every variable that is no constant is the batch.

To add an operator: a function in `HANDLERS` under its class's name, or a row in elementwise.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Arg, X, call, substitute
from ganzoo.export.lowering import elementwise
from ganzoo.export.lowering.boxes import box
from ganzoo.export.lowering.elementwise import Leaf, Pending
from ganzoo.export.lowering.graph import Node, UnsupportedError, Value, channels_last, hwc, plain
from ganzoo.export.plan import Conv, Deconv, Dense, Elementwise, Move, Pool, Reduce, Resize, Softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.export.lowering.graph import Array, Shape

REARRANGING = {
    "Broadcast",
    "Concat",
    "Depth2Space",
    "ReinterpretAxis",
    "Reshape",
    "Slice",
    "Space2Depth",
    "SplitAxis",
    "Tile",
    "Transpose",
}


class Lowering:
    """One graph's lowering: `run()` once."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.known: dict[Any, Array | Value | Pending] = {}
        self.layer = "input"

    def run(self) -> tuple[list[Node], list[Node]]:
        """The nodes of the graph's inputs and outputs; an output's values lie in `hwc` order."""
        from webdnn.graph import traverse

        inputs = []
        for variable in self.graph.inputs:
            shape = _unbatched(variable)
            node = Node(None, "input", hwc(shape))
            inputs.append(node)
            self.known[variable] = plain(node, shape)
        for operator in traverse.listup_operators(self.graph):
            self.layer = operator.name
            name = type(operator).__name__
            try:
                self._lower(operator, name)
            except (UnsupportedError, NotImplementedError, ValueError, IndexError, KeyError, TypeError) as error:
                raise UnsupportedOperatorError(
                    f"{name} (layer {self.layer}) cannot be compiled: {_reason(error)}.",
                    "Express the layer with other functions, or export with --layout webdnn.",
                ) from error
        return inputs, [self._computed(variable) for variable in self.graph.outputs]

    def _lower(self, operator: Any, name: str) -> None:
        if name in elementwise.OPERATORS:
            self.known[operator.outputs["y"]] = self._elementwise(operator, name)
        elif name in HANDLERS:
            results = HANDLERS[name](self, operator)
            outputs = list(operator.outputs.values())
            for variable, result in zip(outputs, results if isinstance(results, list) else [results], strict=True):
                if tuple(getattr(result, "where", result).shape) != _dims(variable, result):
                    raise UnsupportedError(f"it yields {getattr(result, 'where', result).shape}")
                self.known[variable] = result
        else:
            raise UnsupportedError("there is no such step")

    # --- what handlers ask for ------------------------------------------------------------------------------------

    def value(self, variable: Any, axes: Sequence[Any] | None = None) -> Value:
        """A variable that is no constant; its dimensions in the order of `axes` (the batch first) where given."""
        known = self._get(variable)
        if isinstance(known, Pending):
            known = self.known[variable] = self._materialise(known)
        if not isinstance(known, Value):
            raise UnsupportedError("it has a constant where an activation belongs")
        if axes is None:
            return known
        own = list(variable.order.axes)
        if own[0] != axes[0]:
            raise UnsupportedError("it moves the batch")
        return Value(known.node, known.where.transpose([own.index(axis) - 1 for axis in axes[1:]]))

    def constant(self, variable: Any, axes: Sequence[Any] | None = None) -> Array:
        """A constant in float64, its dimensions in the order of `axes` where given."""
        known = self._get(variable)
        if not isinstance(known, np.ndarray):
            raise UnsupportedError("it takes a parameter from an activation")
        if axes is None:
            return known
        own = list(variable.order.axes)
        return known.transpose([own.index(axis) for axis in axes])

    def ordered(self, value: Value, allow_view: bool = True) -> tuple[Node, Shape]:
        """`value` as a node whose values lie in the order of its dimensions, with the (h, w, c) to read it in."""
        shape = hwc(value.where.shape)
        wanted = channels_last(value.where)
        node = value.node
        if not np.array_equal(wanted, np.arange(node.size)):
            node = self._reordered(value, wanted, shape)
        # where channels are padded to four, another shape is another layout unless nothing is padded
        if node.shape != shape and not (allow_view and node.shape[2] % 4 == shape[2] % 4 == 0):
            node = self.node(
                Move, shape, [(node, node.shape)], boxes=(box(np.arange(node.size), np.arange(node.size)),)
            )
        return node, shape

    def node(self, kind: type, shape: Shape, sources: list[Any], **fields: Any) -> Node:
        return Node(kind, self.layer, shape, sources, fields=fields)

    def users(self, variable: Any) -> set[Any]:
        """The operators that compute with `variable`, through rearrangements; the graph itself for an output."""
        found: set[Any] = {self.graph} if variable in self.graph.outputs else set()
        for operator in variable.input_to:
            if type(operator).__name__ in REARRANGING:
                found.add(operator) if type(operator).__name__ == "Concat" else found.update(
                    *(self.users(output) for output in operator.outputs.values())
                )
            else:
                found.add(operator)
        return found

    # --- how ------------------------------------------------------------------------------------------------------

    def _get(self, variable: Any) -> Array | Value | Pending:
        if variable not in self.known:
            self.known[variable] = np.asarray(variable.data, np.float64)  # WebDNN's ConstantVariable
        return self.known[variable]

    def _computed(self, variable: Any) -> Node:
        node, shape = self.ordered(self.value(variable))
        if node.kind is None or node.shape != shape:  # an output is a tensor of its own
            node = self.node(
                Move, shape, [(node, node.shape)], boxes=(box(np.arange(node.size), np.arange(node.size)),)
            )
        return node

    def _reordered(self, value: Value, wanted: Array, shape: Shape) -> Node:
        """A node with the values `wanted` of value.node in this order: a permuted dense layer, else a move."""
        node = value.node
        free = node.kind is Dense and not node.fields.get("read") and value.complete
        if free and (shape[2] % 4 == 0 or shape[:2] == (1, 1)):
            assert node.matrix is not None and node.bias is not None
            node.matrix, node.bias, node.shape = node.matrix[:, wanted], node.bias[wanted], shape
            self._renumber(node, wanted)
            return node
        return self.node(Move, shape, [(node, node.shape)], boxes=(box(wanted, np.arange(wanted.size)),))

    def _renumber(self, node: Node, wanted: Array) -> None:
        """Let what is known of `node` follow its new order."""
        place = np.argsort(wanted)
        for variable, known in self.known.items():
            if isinstance(known, Value) and known.node is node:
                self.known[variable] = Value(node, place[known.where])

    def _elementwise(self, operator: Any, name: str) -> Array | Value | Pending:
        y = operator.outputs["y"]
        operands = [operator.inputs[f"x{i}"] for i in range(len(operator.inputs))]
        if all(isinstance(self._get(x), np.ndarray) for x in operands):
            aligned = [_align(self.constant(x), x, y.order.axes) for x in operands]
            expr = elementwise.OPERATORS[name]([Arg(i) for i in range(len(aligned))], operator.parameters)
            return np.asarray(elementwise.constant_of(expr, aligned))
        shape = _unbatched(y)
        folded = self._fold(operator, name, operands, y)
        if folded is not None:
            return folded
        leaves: list[Leaf] = []
        exprs = []
        absorbed = {operator}
        for x in operands:
            known = self._get(x)
            if isinstance(known, Pending) and known.shape != shape:  # to be broadcast
                known = self.known[x] = self._materialise(known)
            if isinstance(known, Pending):
                exprs.append(substitute(known.expr, [_leaf(leaves, leaf) for leaf in known.leaves]))
                absorbed |= known.absorbed
            else:
                exprs.append(_leaf(leaves, self._aligned_leaf(known, x, y.order.axes)))
        expr = elementwise.OPERATORS[name](exprs, operator.parameters)
        pending = Pending(expr, tuple(leaves), shape, frozenset(absorbed))
        onward = list(y.input_to)
        alone = len(onward) == 1 and type(onward[0]).__name__ in elementwise.OPERATORS and y not in self.graph.outputs
        return pending if alone else self._materialise(pending)

    def _aligned_leaf(self, known: Array | Value, variable: Any, axes: Sequence[Any]) -> Leaf:
        if isinstance(known, np.ndarray):
            constant = _align(known, variable, axes)
            if constant.shape[0] != 1:
                raise UnsupportedError("it mixes the pictures of a batch")
            return Leaf(constant[0])
        where = _align(known.where[np.newaxis], variable, axes)[0]
        return Leaf(Value(known.node, where), variable)

    def _fold(self, operator: Any, name: str, operands: list[Any], y: Any) -> Value | None:
        """Scale and shift the weights instead, where the operand comes straight from a matrix."""
        activations = [x for x in operands if not isinstance(self._get(x), np.ndarray)]
        if len(activations) != 1:
            return None
        x = activations[0]
        value = self._get(x)
        if not isinstance(value, Value) or value.node.matrix is None or value.node.activation != X:
            return None
        if self.users(x) != {operator} or not value.complete or list(x.order.axes) != list(y.order.axes):
            return None
        others = [each for each in operands if each is not x]
        constant = _align(self.constant(others[0]), others[0], y.order.axes)[0] if others else None
        found = elementwise.affine(name, operator.parameters, constant, bool(others) and operands[0] is others[0])
        if found is None or x.shape != y.shape:
            return None
        return value if _scale(value, *found) else None

    def _materialise(self, pending: Pending) -> Value:
        """Compute an expression: as its only source's activation where nobody else wants the bare values."""
        first = pending.leaves[0]
        if len(pending.leaves) == 1 and isinstance(first.value, Value) and first.value.where.shape == pending.shape:
            node = first.value.node
            if node.kind is not None and self.users(first.variable) <= pending.absorbed:
                node.activation = substitute(pending.expr, [node.activation])
                return first.value
        sources: list[Any] = []
        whole = self._same_layout(pending)
        shape = whole.node.shape if whole else hwc(pending.shape)
        for leaf in pending.leaves:
            if isinstance(leaf.value, np.ndarray):
                array = leaf.value
                sources.append((channels_last(array).reshape(hwc(array.shape)), hwc(array.shape)))
            elif whole:
                sources.append((leaf.value.node, shape))
            else:
                node, seen = self.ordered(leaf.value, allow_view=False)
                node.fields["read"] = True
                sources.append((node, seen))
        made = self.node(Elementwise, shape, sources)
        made.activation = pending.expr
        return Value(made, whole.where) if whole else plain(made, pending.shape)

    def _same_layout(self, pending: Pending) -> Value | None:
        """The leaf that stands for all where they lie alike, in whatever order, so that none need be moved."""
        values = [leaf.value for leaf in pending.leaves]
        first = values[0]
        if not isinstance(first, Value) or first.where.shape != pending.shape or not first.complete:
            return None
        alike = all(
            isinstance(v, Value) and v.node.shape == first.node.shape and np.array_equal(v.where, first.where)
            for v in values
        )
        if alike:
            for value in values:
                value.node.fields["read"] = True  # type: ignore[union-attr]
        return first if alike else None


# --- small helpers ---------------------------------------------------------------------------------------------------


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".:")


def _unbatched(variable: Any) -> tuple[int, ...]:
    if not variable.shape or variable.shape[0] != 1:
        raise UnsupportedError("it mixes the pictures of a batch")
    return tuple(variable.shape[1:])


def _dims(variable: Any, result: Any) -> tuple[int, ...]:
    return tuple(variable.shape) if isinstance(result, np.ndarray) else _unbatched(variable)


def _align(array: Array, variable: Any, axes: Sequence[Any]) -> Array:
    """`array`, whose dimensions are those of `variable`, with those of `axes`: 1 where it has none."""
    own = list(variable.order.axes)
    extra = [axis for axis in own if axis not in axes]
    if any(array.shape[own.index(axis)] != 1 for axis in extra):
        raise UnsupportedError("its operands have no common axes")
    kept = [own.index(axis) for axis in axes if axis in own]
    array = array.transpose([*kept, *(own.index(axis) for axis in extra)]).reshape([array.shape[i] for i in kept])
    sizes = iter(array.shape)
    return array.reshape([next(sizes) if axis in own else 1 for axis in axes])


def _leaf(leaves: list[Leaf], leaf: Leaf) -> Arg:
    """The argument that stands for `leaf`, which joins `leaves` unless it is there."""
    for i, other in enumerate(leaves):
        a, b = leaf.value, other.value
        if a is b or (
            isinstance(a, Value) and isinstance(b, Value) and a.node is b.node and np.array_equal(a.where, b.where)
        ):
            return Arg(i)
    leaves.append(leaf)
    return Arg(len(leaves) - 1)


def _scale(value: Value, scale: Any, shift: Any) -> bool:
    """Fold y = x * scale + shift into the node's matrix and bias; False where they differ within a channel."""
    node = value.node
    assert node.matrix is not None and node.bias is not None
    flat = []
    for constant in (scale, shift):
        spread = np.empty(node.size)
        spread[value.where] = np.broadcast_to(constant, value.where.shape)
        if node.kind is not Dense:
            by_pixel = spread.reshape(-1, node.shape[2])
            if (by_pixel != by_pixel[0]).any():
                return False
            spread = by_pixel[0]
        flat.append(spread)
    factor, offset = flat
    repeats = node.matrix.shape[1] // factor.size  # a deconvolution has a column for each tap
    node.matrix = node.matrix * np.tile(factor, repeats)
    node.bias = node.bias * factor + offset
    return True


def _bound(variable: Any) -> Any:
    from webdnn.graph.axis import Axis

    return {"N": Axis.N, "C": Axis.C, "H": Axis.H, "W": Axis.W, "KH": Axis.KH, "KW": Axis.KW}[variable]


def _axes(letters: str) -> list[Any]:
    return [_bound(each) for each in letters.split()]


# --- operators with weights ------------------------------------------------------------------------------------------


def _image(lowering: Lowering, operator: Any) -> tuple[Node, Shape]:
    return lowering.ordered(lowering.value(operator.inputs["x"], _axes("N C H W")))


def _result(node: Node, operator: Any) -> Value:
    """The value of a node that computes (c, h, w), in the order of the output's axes."""
    y = operator.outputs["y"]
    order = list(y.order.axes)
    h, w, c = node.shape
    value = plain(node, (c, h, w))
    return Value(node, value.where.transpose([_axes("C H W").index(axis) for axis in order[1:]]))


def _output_shape(operator: Any) -> Shape:
    sizes = operator.outputs["y"].shape_dict
    h, w, c = (sizes[axis] for axis in _axes("H W C"))
    return h, w, c


def _convolution(lowering: Lowering, operator: Any) -> Value:
    w = lowering.constant(operator.inputs["w"], _axes("KH KW C N"))
    KH, KW, IC, OC = w.shape
    source = _image(lowering, operator)
    node = lowering.node(
        Conv,
        _output_shape(operator),
        [source],
        kernel=(KH, KW),
        stride=tuple(operator.parameters["stride"]),
        padding=tuple(operator.parameters["padding"]),
        dilation=tuple(operator.parameters["dilation_rate"]),
        groups=operator.parameters.get("groups", 1),
    )
    node.matrix, node.bias = w.reshape(KH * KW * IC, OC), np.zeros(OC)
    return _result(node, operator)


def _deconvolution(lowering: Lowering, operator: Any) -> Value:
    w = lowering.constant(operator.inputs["w"], _axes("C KH KW N"))
    IC, KH, KW, OC = w.shape
    return _deconv(lowering, operator, w.reshape(IC, KH * KW * OC), (KH, KW))


def _deconv(lowering: Lowering, operator: Any, matrix: Array, kernel: tuple[int, int]) -> Value:
    node = lowering.node(
        Deconv,
        _output_shape(operator),
        [_image(lowering, operator)],
        kernel=kernel,
        stride=tuple(operator.parameters["stride"]),
        padding=tuple(operator.parameters["padding"]),
    )
    node.matrix, node.bias = matrix, np.zeros(node.shape[2])
    return _result(node, operator)


def _tensordot(lowering: Lowering, operator: Any) -> Value:
    a, b = operator.inputs["A"], operator.inputs["B"]
    reduced, summed = (list(axes) for axes in operator.parameters["axes"])
    if isinstance(lowering._get(a), np.ndarray):
        raise UnsupportedError("its left operand is a constant")
    kept = [axis for axis in a.order.axes if axis not in reduced]
    if kept != list(a.order.axes[:1]):
        raise UnsupportedError("it keeps other axes than the batch")
    outs = [axis for axis in b.order.axes if axis not in summed]
    value = lowering.value(a, [*kept, *reduced])
    matrix = lowering.constant(b, [*summed, *outs])
    matrix = matrix.reshape(value.where.size, -1)
    source = value.node
    rows = np.zeros((source.size, matrix.shape[1]))
    np.add.at(rows, value.where.ravel(), matrix)
    source.fields["read"] = True
    node = lowering.node(Dense, (1, 1, matrix.shape[1]), [(source, source.shape)])
    node.matrix, node.bias = rows, np.zeros(matrix.shape[1])
    y = operator.outputs["C"]
    return Value(node, np.arange(node.size).reshape(_unbatched(y)))


# --- operators without weights ---------------------------------------------------------------------------------------


def _pool(op: str) -> Callable[[Lowering, Any], Value]:
    def handle(lowering: Lowering, operator: Any) -> Value:
        if operator.parameters.get("divide_without_padding"):
            raise UnsupportedError("it divides by the pixels inside")
        names = ("kernel", "ksize"), ("stride", "stride"), ("padding", "padding")
        fields = {name: tuple(operator.parameters[theirs]) for name, theirs in names}
        node = lowering.node(Pool, _output_shape(operator), [_image(lowering, operator)], op=op, **fields)
        return _result(node, operator)

    return handle


def _resize(lowering: Lowering, operator: Any) -> Value:
    return _result(lowering.node(Resize, _output_shape(operator), [_image(lowering, operator)]), operator)


def _unpooling(lowering: Lowering, operator: Any) -> Value:
    parameters = operator.parameters
    if parameters["ksize"] == parameters["stride"] and not any(parameters["padding"]):
        where = lowering.value(operator.inputs["x"], _axes("N C H W")).where
        (KH, KW), (oh, ow) = parameters["ksize"], parameters["outsize"]
        spread = where.repeat(KH, 1).repeat(KW, 2)[:, :oh, :ow]
        if spread.shape[1:] == (oh, ow):
            node = lowering.value(operator.inputs["x"]).node
            return Value(node, spread.transpose(_places(operator)))
    # windows overlap or leave gaps: what a deconvolution with ones does
    c = operator.outputs["y"].shape_dict[_bound("C")]
    kernel = tuple(parameters["ksize"])
    return _deconv(lowering, operator, np.tile(np.eye(c), (1, kernel[0] * kernel[1])), kernel)


def _places(operator: Any) -> list[int]:
    """Where an output's axes stand among C, H, W."""
    return [_axes("C H W").index(axis) for axis in operator.outputs["y"].order.axes[1:]]


def _softmax(lowering: Lowering, operator: Any) -> Value:
    x = operator.inputs["x"]
    axes = list(x.order.axes)
    axis = operator.parameters["axis"]
    rest = [each for each in axes[1:] if each != axis]
    if axis == axes[0]:
        raise UnsupportedError("it mixes the pictures of a batch")
    node, shape = lowering.ordered(lowering.value(x, [axes[0], axis, *rest]))
    made = lowering.node(Softmax, shape, [(node, shape)])
    sizes = tuple(x.shape_dict[each] for each in (axis, *rest))
    where = plain(made, sizes).where
    return Value(made, where.transpose([[axis, *rest].index(each) for each in operator.outputs["y"].order.axes[1:]]))


def _reduce(op: str) -> Callable[[Lowering, Any], Value]:
    def handle(lowering: Lowering, operator: Any) -> Value:
        x, y = operator.inputs["x"], operator.outputs["y"]
        place = list(x.order.axes).index(operator.parameters["axis"]) - 1
        if place < 0:
            raise UnsupportedError("it mixes the pictures of a batch")
        value = lowering.value(x)
        sizes = value.where.shape
        letter = {1: "c", 2: "cw", 3: "chw"}[len(sizes)][place]
        node, shape = lowering.ordered(value)
        h, w, c = (1 if each == letter else size for each, size in zip("hwc", shape, strict=True))
        made = lowering.node(Reduce, (h, w, c), [(node, shape)], op=op, axes=letter)
        before = node.fields.get("axes", "")
        if node.kind is Reduce and node.fields["op"] == op and node.activation == X and lowering.users(x) == {operator}:
            made.sources, made.fields["axes"] = node.sources, before + letter
        return plain(made, tuple(y.shape[1:]))

    return handle


def _normalize(lowering: Lowering, operator: Any) -> Value:
    """x / (|x| + eps) over the channels, as a sum of squares and a quotient."""
    x = operator.inputs["x"]
    value = lowering.value(x)
    if list(x.order.axes).index(operator.parameters["axis"]) != 1:
        raise UnsupportedError("it is for axis 1 only")
    node, shape = lowering.ordered(value, allow_view=False)
    node.fields["read"] = True
    squares = lowering.node(Elementwise, shape, [(node, shape)])
    squares.activation = call("mul", X, X)
    norm = lowering.node(Reduce, (*shape[:2], 1), [(squares, shape)], op="sum", axes="c")
    norm.activation = call("add", call("sqrt", X), operator.parameters["eps"])
    made = lowering.node(Elementwise, shape, [(node, shape), (norm, norm.shape)])
    made.activation = call("div", Arg(0), Arg(1))
    return plain(made, value.where.shape)


# --- operators that only rearrange -----------------------------------------------------------------------------------


def _rearranged(change: Callable[[Any, Array], Array]) -> Callable[[Lowering, Any], Any]:
    """A handler that applies `change(operator, array)` to constants and to the indices of values alike.

    The array has all dimensions, the batch too, in the order of the input's axes; so must the result, of the output's.
    """

    def handle(lowering: Lowering, operator: Any) -> Any:
        x = next(iter(operator.inputs.values()))
        if isinstance(lowering._get(x), np.ndarray):
            return change(operator, lowering.constant(x))
        value = lowering.value(x)
        moved = change(operator, value.where[np.newaxis])
        if not isinstance(moved, list):
            moved = [moved]
        results = []
        for array in moved:
            if array.ndim == 0 or array.shape[0] != 1:
                raise UnsupportedError("it mixes the pictures of a batch")
            results.append(Value(value.node, array[0]))
        return results

    return handle


def _to_axes(array: Array, own: Sequence[Any], wanted: Sequence[Any]) -> Array:
    return array.transpose([list(own).index(axis) for axis in wanted])


def _reshape(operator: Any, array: Array) -> Array:
    p, x, y = operator.parameters, operator.inputs["x"], operator.outputs["y"]
    array = _to_axes(array, x.order.axes, p["in_order"].axes)
    return _to_axes(array.reshape(p["out_shape"]), p["out_order"].axes, y.order.axes)


def _reinterpret(operator: Any, array: Array) -> Array:
    p, x, y = operator.parameters, operator.inputs["x"], operator.outputs["y"]
    renamed = [p["out_order"].axes[list(p["in_order"].axes).index(axis)] for axis in x.order.axes]
    return _to_axes(array, renamed, y.order.axes)


def _transpose(operator: Any, array: Array) -> Array:
    x = next(iter(operator.inputs.values()))
    return _to_axes(array, x.order.axes, operator.outputs["y"].order.axes)


def _broadcast(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x0"], operator.outputs["y"]
    return np.broadcast_to(_align(array, x, y.order.axes), tuple(y.shape))


def _tile(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x"], operator.outputs["y"]
    tiled = np.tile(array, [operator.parameters["multiplier"][axis] for axis in x.order.axes])
    return _to_axes(tiled, x.order.axes, y.order.axes)


def _slice(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x"], operator.outputs["y"]
    indices: Mapping[Any, Any] = operator.parameters["indices"]
    cut = array[tuple(indices[axis] for axis in x.order.axes)]
    kept = [axis for axis in x.order.axes if not isinstance(indices[axis], int)]
    added = [axis for axis in y.order.axes if axis not in kept]
    cut = cut.reshape(cut.shape + (1,) * len(added))
    return _to_axes(cut, [*kept, *added], y.order.axes)


def _split(operator: Any, array: Array) -> Any:
    axis = list(operator.inputs["x"].order.axes).index(operator.parameters["axis"])
    return np.split(array, operator.parameters["sections"], axis)


def _blocks(to_space: bool) -> Callable[[Any, Array], Array]:
    """Chainer's: channel (i * r + j) * C + c of a pixel is channel c of pixel (i, j) in its block."""

    def change(operator: Any, array: Array) -> Array:
        x, y, r = operator.inputs["x"], operator.outputs["y"], operator.parameters["r"]
        n, h, w, c = (array := _to_axes(array, x.order.axes, _axes("N H W C"))).shape
        if to_space:
            blocks = array.reshape(n, h, w, r, r, c // r**2).transpose(0, 1, 3, 2, 4, 5)
            array = blocks.reshape(n, h * r, w * r, c // r**2)
        else:
            blocks = array.reshape(n, h // r, r, w // r, r, c).transpose(0, 1, 3, 2, 4, 5)
            array = blocks.reshape(n, h // r, w // r, r * r * c)
        return _to_axes(array, _axes("N H W C"), y.order.axes)

    return change


# --- operators that gather several sources ---------------------------------------------------------------------------


def _concat(lowering: Lowering, operator: Any) -> Value:
    y = operator.outputs["y"]
    axes = list(y.order.axes)
    place = axes.index(operator.parameters["axis"]) - 1
    if place < 0:
        raise UnsupportedError("it mixes the pictures of a batch")
    at = 0
    parts = []
    for i in range(len(operator.inputs)):
        value = lowering.value(operator.inputs[f"x{i}"], axes)
        parts.append((value, place, at))
        at += value.where.shape[place]
    return _gathered(lowering, parts, _unbatched(y))


def _pad(lowering: Lowering, operator: Any) -> Value:
    """`Pad`: ours, `before` per dimension; `ZeroPadding2D`: WebDNN's."""
    y = operator.outputs["y"]
    value = lowering.value(operator.inputs["x"], list(y.order.axes))
    if "before" in operator.parameters:
        before, fill = operator.parameters["before"], operator.parameters["fill"]
    else:
        both = dict(zip(_axes("H W"), operator.parameters["padding"], strict=True))
        before, fill = [both.get(axis, 0) for axis in y.order.axes[1:]], 0.0
    shape = _unbatched(y)
    target = plain(Node(None, "", hwc(shape)), shape).where
    seen = target[tuple(slice(b, b + n) for b, n in zip(before, value.where.shape, strict=True))]
    return _moved(lowering, [(value, seen)], shape, fill)


def _gathered(lowering: Lowering, parts: list[tuple[Value, int, int]], shape: tuple[int, ...]) -> Value:
    target = plain(Node(None, "", hwc(shape)), shape).where
    pieces = []
    for value, place, at in parts:
        cut = [slice(None)] * len(shape)
        cut[place] = slice(at, at + value.where.shape[place])
        pieces.append((value, target[tuple(cut)]))
    return _moved(lowering, pieces, shape, 0.0)


def _moved(lowering: Lowering, pieces: list[tuple[Value, Array]], shape: tuple[int, ...], fill: float) -> Value:
    sources = []
    boxes = []
    for value, target in pieces:
        value.node.fields["read"] = True
        sources.append((value.node, value.node.shape))
        boxes.append(box(value.where.ravel(), target.ravel()))
    return plain(lowering.node(Move, hwc(shape), sources, boxes=tuple(boxes), fill=fill), shape)


HANDLERS: Mapping[str, Callable[[Lowering, Any], Any]] = {
    "Convolution2D": _convolution,
    "GroupedConvolution2D": _convolution,
    "Deconvolution2D": _deconvolution,
    "SizedDeconvolution2D": _deconvolution,
    "Tensordot": _tensordot,
    "MaxPooling2D": _pool("max"),
    "AveragePooling2D": _pool("average"),
    "ResizeImages": _resize,
    "Unpooling2D": _unpooling,
    "Softmax": _softmax,
    "Normalize": _normalize,
    "Sum": _reduce("sum"),
    "Max": _reduce("max"),
    "Min": _reduce("min"),
    "Reshape": _rearranged(_reshape),
    "ReinterpretAxis": _rearranged(_reinterpret),
    "Transpose": _rearranged(_transpose),
    "Broadcast": _rearranged(_broadcast),
    "Tile": _rearranged(_tile),
    "Slice": _rearranged(_slice),
    "SplitAxis": _rearranged(_split),
    "Depth2Space": _rearranged(_blocks(True)),
    "Space2Depth": _rearranged(_blocks(False)),
    "Concat": _concat,
    "Pad": _pad,
    "ZeroPadding2D": _pad,
}
