"""Collect scalar operators in expressions, to be folded into weights, fused as an activation, or made a step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, Call, Const, X, call, evaluate, substitute
from ganzoo.export.lowering.elementwise import OPERATORS, affine
from ganzoo.export.lowering.graph import Node, Pending, UnsupportedError, Value, finite, hwc, laid, narrow, plain
from ganzoo.export.lowering.rearranging import REORDERING, aligned
from ganzoo.export.plan import Dense, Elementwise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.export.expressions import Expr
    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array, Shape

LARGEST = 64  # operations in one expression: an operand that occurs twice is computed twice
MOST_LEAVES = 6  # each is one more input of a step, of which a shader has few


def lower(lowering: Lowering, operator: Any) -> Array | Value | Pending:
    """Lower an operator that has a row in elementwise.py."""
    name, y = type(operator).__name__, operator.outputs["y"]
    axes = y.order.axes
    operands = [operator.inputs[f"x{i}"] for i in range(len(operator.inputs))]
    constants = [aligned(lowering.constant(x), x, axes) if lowering.is_constant(x) else None for x in operands]
    known = [each for each in constants if each is not None]
    if len(known) == len(constants):
        whole = evaluate(OPERATORS[name]([Arg(i) for i in range(len(known))], operator.parameters), known)
        return np.broadcast_to(whole, tuple(y.shape))
    pendings = [_pending(lowering, x, y) if each is None else each for x, each in zip(operands, constants, strict=True)]
    change = affine(name, operator.parameters, constants)
    if change:
        (before,) = (each for each in pendings if isinstance(each, Pending))
        return _changed(lowering, operator, before, *change)
    leaves: list[Value | Array] = []
    exprs = [_expression(each, leaves) for each in pendings]
    while len(leaves) > MOST_LEAVES and (widest := max(pendings, key=_width)) and _width(widest) > 1:
        place = pendings.index(widest)
        lowering.value(operands[place])  # a step of its own
        pendings[place] = _pending(lowering, operands[place], y)
        leaves = []
        exprs = [_expression(each, leaves) for each in pendings]
    absorbed = frozenset({operator}).union(*(each.absorbed for each in pendings if isinstance(each, Pending)))
    return Pending(y, OPERATORS[name](exprs, operator.parameters), tuple(leaves), absorbed)


def _width(operand: Pending | Array) -> int:
    leaves: list[Value | Array] = []
    _expression(operand, leaves)
    return len(leaves)


def waits(lowering: Lowering, pending: Pending) -> bool:
    """Return whether the expression is computed inside its readers instead of now.

    A cheap one is computed for each reader.
    """
    y = pending.variable
    kinds = {type(operator).__name__ for operator in y.input_to}
    if y in lowering.graph.outputs or not kinds <= {*OPERATORS, *REORDERING} or _host(lowering, pending):
        return False
    return _size(pending.expr) <= LARGEST if len(y.input_to) == 1 else _cheap(pending)


def _cheap(pending: Pending) -> bool:
    return _size(_expression(pending, [])) <= 2


def _host(lowering: Lowering, pending: Pending) -> Node | None:
    """Return the node whose activation it can be: its only leaf, if nothing else needs that leaf's bare values."""
    leaves: list[Value | Array] = []
    expr = _expression(pending, leaves)
    if len(leaves) != 1 or not isinstance(leaves[0], Value) or leaves[0].shape != pending.shape:
        return None
    node = leaves[0].node
    if node.kind is None or _size(substitute(expr, [node.activation])) > LARGEST:
        return None
    between = [y for operator in pending.absorbed for y in operator.outputs.values() if y is not pending.variable]
    readers = lowering.readers(node).union(*(y.input_to for y in between))
    return node if readers <= pending.absorbed else None


def materialise(lowering: Lowering, pending: Pending) -> Value:
    """Compute the expression, as the activation of a node or as a step."""
    leaves: list[Value | Array] = []
    expr = _expression(pending, leaves)
    node = _host(lowering, pending)
    if node is not None and isinstance(leaves[0], Value):
        node.activation, node.origins = substitute(expr, [node.activation]), [pending.variable]
        return leaves[0]
    # the first input is as large as the output wherever one is
    order = sorted(range(len(leaves)), key=lambda i: (isinstance(leaves[i], np.ndarray), -_extent(leaves[i])))
    whole = _layout(leaves, pending.shape)
    try:
        sources = [_source(lowering, leaves[i], whole) for i in order]
    except UnsupportedError:  # it takes more than a move to lie like the first one
        whole = _natural(pending.shape)
        sources = [_source(lowering, leaves[i], whole) for i in order]
    made = lowering.node(Elementwise, whole.node.shape, sources)
    made.activation = substitute(expr, [Arg(order.index(i)) for i in range(len(leaves))])
    return Value(made, whole.where)


def _source(lowering: Lowering, leaf: Value | Array, whole: Value) -> tuple[Node | Array, Shape]:
    """Return what a step reads that computes in the order of `whole`, and the shape in which it reads that."""
    if isinstance(leaf, Value):
        return lowering.arranged(leaf.node, laid(leaf.where, whole))
    seen = laid(leaf, whole)
    h, w, c = seen.shape
    return seen, (h, w, c)


def _natural(shape: tuple[int, ...]) -> Value:
    return plain(Node(None, "", hwc(shape)), shape)


def _layout(leaves: Sequence[Value | Array], shape: tuple[int, ...]) -> Value:
    """Return a value whose order the step takes: that of a leaf, which then need not be moved, else a natural one."""
    usual = _natural(shape)
    node = usual.node
    complete = [leaf for leaf in leaves if isinstance(leaf, Value) and leaf.shape == shape and leaf.complete]
    for leaf in complete:
        in_order = leaf.node.shape == node.shape and np.array_equal(leaf.where, usual.where)
        if in_order or (leaf.node.kind is Dense and not leaf.node.settled and node.shape[2] % 4 == 0):
            return usual
    return Value(Node(None, "", complete[0].node.shape), complete[0].where) if complete else usual


def _extent(leaf: Value | Array) -> int:
    return leaf.index.size if isinstance(leaf, Value) else leaf.size


def _pending(lowering: Lowering, x: Any, y: Any) -> Pending:
    """Return the operand `x` of an operator that yields `y`, with the dimensions of `y`."""
    known = lowering.get(x)
    if not isinstance(known, Pending) or (x.shape != y.shape and not _cheap(known)):
        known = Pending(x, X, (lowering.value(x),), frozenset())
    leaves = tuple(
        Value(leaf.node, narrow(aligned(leaf.index, x, y.order.axes)))
        if isinstance(leaf, Value)
        else aligned(leaf, x, y.order.axes)
        for leaf in known.leaves
    )
    scale, shift = (
        aligned(np.asarray(each, np.float64), x, y.order.axes) if np.ndim(each) else each
        for each in (known.scale, known.shift)
    )
    return replace(known, leaves=leaves, scale=scale, shift=shift)


def _changed(lowering: Lowering, operator: Any, before: Pending, scale: Any, shift: Any) -> Pending | Value:
    """Return scale * `before` + shift. If `before` comes straight from a matrix, its weights are changed."""
    y = operator.outputs["y"]
    (leaf,) = before.leaves if len(before.leaves) == 1 else (None,)
    if before.expr == X and isinstance(leaf, Value) and leaf.shape == tuple(y.shape) and leaf.complete:
        node = leaf.node
        bare = node.matrix is not None and node.activation == X and lowering.readers(node) <= {operator}
        bare &= node.layer not in lowering.grids or bool(np.all(scale == 1))  # a quantised matrix keeps its integers
        if bare and _scale(leaf, scale, shift):
            node.origins = [y]
            return leaf
    absorbed = before.absorbed | {operator}
    return replace(
        before, variable=y, absorbed=absorbed, scale=before.scale * scale, shift=before.shift * scale + shift
    )


def _scale(value: Value, scale: Any, shift: Any) -> bool:
    """Fold y = x * scale + shift into the factors and bias of the node. Return False if they differ in a column."""
    node = value.node
    assert node.matrix is not None and node.bias is not None
    factor, offset = (laid(np.asarray(each, np.float64), value) for each in (scale, shift))
    if node.kind is not Dense and not factor.shape[:2] == offset.shape[:2] == (1, 1):
        return False
    shape = node.shape if node.kind is Dense else (1, 1, node.shape[2])
    factor, offset = (np.broadcast_to(each, shape).ravel() for each in (factor, offset))
    repeats = node.matrix.shape[-1] // factor.size  # a deconvolution has a column for each tap
    node.factors.append(np.tile(factor, repeats))
    node.bias = node.bias * factor + offset
    return True


def _expression(operand: Pending | Array, leaves: list[Value | Array]) -> Expr:
    """Return `operand` as an expression of `leaves`, and add its own leaves to them."""
    if not isinstance(operand, Pending):
        return _joined(operand, leaves)
    expr = substitute(operand.expr, [_joined(leaf, leaves) for leaf in operand.leaves])
    scale, shift = (_joined(np.asarray(each, np.float64), leaves) for each in (operand.scale, operand.shift))
    if scale != Const(1.0):
        expr = call("mul", expr, scale)
    return expr if shift == Const(0.0) else call("add", expr, shift)


def _joined(leaf: Value | Array, leaves: list[Value | Array]) -> Arg | Const:
    """Return what stands for `leaf`, a number or an argument, and add it to `leaves` unless it is there."""
    if not isinstance(leaf, Value):
        leaf = finite(narrow(leaf))
        if leaf.size == 1:
            return Const(float(leaf.ravel()[0]))
    for i, other in enumerate(leaves):
        if isinstance(leaf, Value) and isinstance(other, Value):
            if leaf.node is other.node and np.array_equal(leaf.index, other.index):
                return Arg(i)
        elif leaf is other:
            return Arg(i)
    leaves.append(leaf)
    return Arg(len(leaves) - 1)


def _size(expr: Expr) -> int:
    return 1 + sum(map(_size, expr.operands)) if isinstance(expr, Call) else 0
