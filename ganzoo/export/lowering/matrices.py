"""Lower operators with a weight matrix: convolution, deconvolution, dense layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph.axis import Axis

from ganzoo.export.lowering.graph import UnsupportedError, Value, plain
from ganzoo.export.plan import Conv, Deconv, Dense, MatMul

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array, Node, Shape

NCHW = (Axis.N, Axis.C, Axis.H, Axis.W)


def image(lowering: Lowering, operator: Any) -> tuple[Node, Shape]:
    """Return the input of the operator as a node (h, w, c); the channels of several pictures follow each other."""
    value = lowering.value(operator.inputs["x"], NCHW)
    n, c, h, w = value.shape
    return lowering.ordered(value if n == 1 else Value(value.node, value.index.reshape(1, n * c, h, w)))


def pictures(operator: Any) -> int:
    """Return how many pictures the operator works on: those of one sample, whose channels may be taken apart."""
    return int(operator.outputs["y"].shape_dict[Axis.N])


def image_shape(operator: Any) -> Shape:
    sizes = operator.outputs["y"].shape_dict
    return sizes[Axis.H], sizes[Axis.W], sizes[Axis.N] * sizes[Axis.C]


def image_value(node: Node, operator: Any) -> Value:
    """Return what a node that computes (h, w, c) means for the output of the operator."""
    h, w, c = node.shape
    n = pictures(operator)
    order = [NCHW.index(axis) for axis in operator.outputs["y"].order.axes]
    return Value(node, plain(node, (1, c, h, w)).index.reshape(n, c // n, h, w).transpose(order))


def _convolution(lowering: Lowering, operator: Any) -> Value:
    p = operator.parameters
    w = lowering.weights(operator.inputs["w"], (Axis.KH, Axis.KW, Axis.C, Axis.N))
    n = pictures(operator)
    if n > 1:
        w = np.tile(w, n)  # the same weights for each picture: groups
    KH, KW, _, OC = w.shape
    node = lowering.node(
        Conv,
        image_shape(operator),
        [image(lowering, operator)],
        kernel=(KH, KW),
        stride=tuple(p["stride"]),
        padding=tuple(p["padding"]),
        dilation=tuple(p["dilation_rate"]),
        groups=n * p.get("groups", 1),
    )
    node.matrix, node.bias = w, np.zeros(OC)
    return image_value(node, operator)


def _deconvolution(lowering: Lowering, operator: Any) -> Value:
    """Lower a deconvolution. A plan's has neither groups nor dilation, so zeros in the weights stand for both."""
    p = operator.parameters
    w = lowering.weights(operator.inputs["w"], (Axis.C, Axis.KH, Axis.KW, Axis.N))
    groups, (DH, DW) = p.get("groups", 1), p.get("dilation_rate", (1, 1))
    IC, KH, KW, OC = w.shape
    kernel = (KH - 1) * DH + 1, (KW - 1) * DW + 1
    whole = np.zeros((groups, IC // groups, *kernel, groups, OC), w.dtype)
    for g in range(groups):
        whole[g, :, ::DH, ::DW, g] = w[g * IC // groups : (g + 1) * IC // groups]
    return deconvolved(lowering, operator, _apart(whole.reshape(IC, -1, groups * OC), pictures(operator)), kernel)


def _apart(taps: Array, n: int) -> Array:
    """A deconvolution's weights (IC, taps, OC) as a matrix for `n` pictures whose channels lie one after another."""
    IC, count, OC = taps.shape
    if n == 1:
        return taps.reshape(IC, -1)
    whole = np.zeros((n, IC, count, n, OC), taps.dtype)
    for i in range(n):
        whole[i, :, :, i] = taps
    return whole.reshape(n * IC, -1)


def deconvolved(lowering: Lowering, operator: Any, matrix: Array, kernel: tuple[int, int]) -> Value:
    stride, padding = (tuple(operator.parameters[each]) for each in ("stride", "padding"))
    shape = image_shape(operator)
    node = lowering.node(Deconv, shape, [image(lowering, operator)], kernel=kernel, stride=stride, padding=padding)
    node.matrix, node.bias = matrix, np.zeros(shape[2])
    return image_value(node, operator)


def _tensordot(lowering: Lowering, operator: Any) -> Value:
    a, b = operator.inputs["A"], operator.inputs["B"]
    reduced, summed = operator.parameters["axes"]
    if lowering.is_constant(a):
        raise UnsupportedError("its left operand is a constant")
    kept = [axis for axis in a.order.axes if axis not in reduced]
    value = lowering.value(a, [*kept, *reduced])
    matrix = lowering.weights(b, [*summed, *(axis for axis in b.order.axes if axis not in summed)])
    rows = math.prod(a.shape_dict[axis] for axis in kept)
    matrix = matrix.reshape(value.index.size // rows, -1)
    one = {"kernel": (1, 1), "stride": (1, 1), "padding": (0, 0)}
    if rows > 1:  # the same layer for each row: a convolution of one by one
        source = lowering.arranged_by(lambda where: where.reshape(1, rows, -1), value)
        node = lowering.node(Conv, (1, rows, matrix.shape[1]), [source], **one)
    else:
        matrix, source = _spread(lowering, value, matrix)
        node = lowering.node(Dense, (1, 1, matrix.shape[1]), [source])
    node.matrix, node.bias = matrix, np.zeros(matrix.shape[1])
    return Value(node, np.arange(node.size).reshape(operator.outputs["C"].shape))


def _spread(lowering: Lowering, value: Value, matrix: Array) -> tuple[Array, tuple[Node, Shape]]:
    """Return the matrix of a dense layer for the whole node, in the node's order, unless it needs little of it."""
    node = value.node
    if 2 * value.index.size < node.size:
        return matrix, lowering.arranged_by(lambda where: where.reshape(1, 1, -1), value)
    where = value.where.ravel()
    if np.array_equal(where, np.arange(node.size)):
        return matrix, (node, node.shape)
    if np.bincount(where).max() == 1:
        rows = np.zeros((node.size, matrix.shape[1]), matrix.dtype)
        rows[where] = matrix
    else:  # a value that occurs twice has the sum of two rows
        rows = np.zeros((node.size, matrix.shape[1]))
        np.add.at(rows, where, matrix)
    return rows, (node, node.shape)


def _matmul(lowering: Lowering, operator: Any) -> Value:
    a, b = (lowering.value(operator.inputs[name]) for name in "ab")
    shape = operator.outputs["y"].shape
    (*leading, M, N), K = shape, a.shape[-1]
    stack = math.prod(leading)
    if math.prod(b.shape[:-2]) == 1:  # the same matrix for all rows
        M, stack = M * stack, 1
    sources = []
    for x, sizes in ((a, (stack, M, K)), (b, (stack, K, N))):
        index = np.broadcast_to(x.index, (*leading, *x.shape[-2:])) if stack > 1 else x.index
        sources.append(lowering.arranged_by(lambda where: where, Value(x.node, index.reshape(sizes))))
    node = lowering.node(MatMul, (stack, M, N), sources)
    return Value(node, np.arange(node.size).reshape(shape))


HANDLERS: Mapping[str, Callable[[Lowering, Any], Value]] = {
    "Convolution2D": _convolution,
    "Deconvolution2D": _deconvolution,
    "GroupedConvolution2D": _convolution,
    "MatMul": _matmul,
    "SizedDeconvolution2D": _deconvolution,
    "Tensordot": _tensordot,
}
