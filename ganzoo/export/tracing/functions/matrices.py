"""Products of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph.axis import Axis
from webdnn.graph.operators.sum import Sum
from webdnn.graph.operators.tensordot import Tensordot
from webdnn.graph.order import Order
from webdnn.graph.variables.constant_variable import ConstantVariable

from ganzoo.export.tracing.axes import named
from ganzoo.export.tracing.functions.arrays import ALL, concatenated
from ganzoo.export.tracing.operators import MatMul

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from webdnn.graph.variable import Variable


def _matmul(f: Any, a: Variable, b: Variable) -> Variable:
    """Of two matrices, or of stacks of as many, each transposed where the function says so."""
    if a.ndim < 2 or b.ndim != a.ndim or f.transc:
        raise NotImplementedError("only products of matrices, or of equally large stacks of them, are supported.")
    a, b = (_matrix(x, transposed) for x, transposed in ((a, f.transa), (b, f.transb)))
    if isinstance(a, ConstantVariable) and not isinstance(b, ConstantVariable):
        return _swapped(_product(_swapped(b), _swapped(a)))
    return _product(a, b)


def _matrix(x: Variable, transposed: bool) -> Variable:
    """`x` under names of its own for its dimensions: an operand may meet itself in a product."""
    if isinstance(x, ConstantVariable):
        data = x.data.swapaxes(-1, -2) if transposed else x.data
        return ConstantVariable(data, Order([None] * data.ndim))
    x = x.reinterpret_axes(Order([Axis() for _ in x.shape]))
    return _swapped(x) if transposed else x


def _swapped(x: Variable) -> Variable:
    """`x` with its last two dimensions exchanged."""
    if isinstance(x, ConstantVariable):
        return ConstantVariable(x.data.swapaxes(-1, -2), Order([None] * x.ndim))
    *leading, rows, columns = x.order.axes
    return x.transpose(Order([*leading, columns, rows]))


def _product(a: Variable, b: Variable) -> Variable:
    if not isinstance(b, ConstantVariable):
        return MatMul(None)(a, b)[0]
    if a.ndim == 2:
        return Tensordot(None, axes=[[a.order.axes[-1]], [b.order.axes[-2]]])(a, b)[0]
    layers = [
        _product(a[(i, *(ALL,) * (a.ndim - 1))], ConstantVariable(b.data[i], Order([None] * (b.ndim - 1))))
        for i in range(a.shape[0])
    ]
    return concatenated([each.expand_dims(Axis(), 0) for each in layers], 0)


def _embedding(f: Any, onehot: Variable, w: Variable) -> Variable:
    """Rows of a table: what one-hot vectors times the table are."""
    if not isinstance(w, ConstantVariable) or onehot.ndim != 2 or onehot.shape[1] != w.shape[0]:
        raise NotImplementedError("it needs the number of a class, from ganzoo.functions.label")
    return _product(onehot, ConstantVariable(w.data, Order([None, None])))


def _selected(f: Any, x: Variable, onehot: Variable) -> Variable:
    """The value of the class."""
    if x.ndim != 2 or onehot.ndim != 2 or tuple(x.shape) != tuple(onehot.shape):
        raise NotImplementedError("it needs the number of a class, from ganzoo.functions.label")
    chosen = Sum(None, axis=x.order.axes[1])(x * named(onehot, x.order.axes, x))[0]
    return chosen.squeeze([chosen.order.axes[1]])


def _affine_grid(f: Any, theta: Variable) -> Variable:
    """The places (N, 2, H, W) where matrices (N, 2, 3) send those of pixels, which are from -1 to 1."""
    n, (h, w) = theta.shape[0], f.output_shape
    y, x = np.meshgrid(np.linspace(-1, 1, h), np.linspace(-1, 1, w), indexing="ij")
    pixels = np.stack([x, y, np.ones((h, w))]).reshape(3, -1).astype(np.float32)
    stack = ConstantVariable(np.repeat(pixels[np.newaxis], n, 0), Order([None] * 3))
    return _product(_matrix(theta, False), stack).reshape([n, 2, h, w], Order([None] * 4))


FUNCTIONS: Mapping[str, Callable[..., Variable]] = {
    "EmbedIDFunction": _embedding,
    "Label": lambda f, onehot: onehot,
    "MatMul": _matmul,
    "SelectItem": _selected,
    "SpatialTransformerGrid": _affine_grid,
}
