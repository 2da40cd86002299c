"""Operators that WebDNN lacks. Only ganzoo's layout knows them; WebDNN's backends refuse them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webdnn.graph.operator import Operator
from webdnn.graph.order import Order
from webdnn.graph.variable import Variable

from ganzoo.export.tracing.axes import NCHW

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Operator(Operator):
    """An operator is its `parameters`; `inputs` are named variables, `y` is the one output."""

    def __init__(self, name: str | None, **parameters: Any) -> None:
        super().__init__(name)
        self.parameters.update(parameters)

    def _yield(self, shape: Sequence[int], order: Order, **inputs: Variable) -> tuple[Variable]:
        for name, variable in inputs.items():
            self.append_input(name, variable)
        y = Variable(shape, order)
        self.append_output("y", y)
        return (y,)


class _Sized(_Operator):
    """An operator on images that is told the size (h, w) of its output; `w` has axes N, C, KH, KW."""

    def __call__(self, x: Variable, w: Variable | None = None) -> tuple[Variable]:
        n, c, _, _ = x.shape
        channels = self.parameters.get("channels", c)
        weights = {} if w is None else {"w": w}
        return self._yield((n, channels, *self.parameters["outsize"]), Order(NCHW), x=x, **weights)


class GroupedConvolution2D(_Sized):
    """Parameters: stride, padding, dilation_rate, groups, channels, outsize."""


class SizedDeconvolution2D(_Sized):
    """Any size of the output. Parameters: stride, padding, dilation_rate, groups, channels, outsize."""


class ResizeImages(_Sized):
    """Bilinear, corners aligned. Parameter: outsize."""


class Clip(_Operator):
    """Parameters: low, high."""

    def __call__(self, x: Variable) -> tuple[Variable]:
        return self._yield(x.shape, x.order, x0=x)


class Pad(_Operator):
    """Parameters: widths, a pair (before, after) for each dimension; fill, the value to pad with."""

    def __call__(self, x: Variable) -> tuple[Variable]:
        shape = [
            before + size + after for size, (before, after) in zip(x.shape, self.parameters["widths"], strict=True)
        ]
        return self._yield(shape, x.order, x=x)


class Scalar(_Operator):
    """An operation of `expressions.OPERATIONS` with one operand. Parameter: operation."""

    def __call__(self, x: Variable) -> tuple[Variable]:
        return self._yield(x.shape, x.order, x0=x)


class Choose(_Operator):
    """The second input where the first is larger than 0, else the third; dimensions of size 1 are broadcast."""

    def __call__(self, condition: Variable, x: Variable, y: Variable) -> tuple[Variable]:
        inputs = condition, x, y
        whole = max(inputs, key=lambda each: each.ndim)
        sizes = [max(each.shape_dict.get(axis, 1) for each in inputs) for axis in whole.order.axes]
        return self._yield(sizes, whole.order, x0=condition, x1=x, x2=y)


class GridSample(_Operator):
    """Bilinear samples of an image x at places (N, 2, h, w), x and y in pixels. Outside of the image is 0."""

    def __call__(self, x: Variable, places: Variable) -> tuple[Variable]:
        return self._yield((*x.shape[:2], *places.shape[2:]), Order(NCHW), x=x, places=places)


class Resample(_Operator):
    """Sums of elements at fixed places along a dimension. Parameters: place of the dimension, index, factor."""

    def __call__(self, x: Variable) -> tuple[Variable]:
        n_out = len(self.parameters["index"])
        shape = [n_out if i == self.parameters["place"] else n for i, n in enumerate(x.shape)]
        return self._yield(shape, x.order, x=x)


class MatMul(_Operator):
    """a (..., M, K) times b (..., K, N), both of them activations; leading dimensions are the same, or 1."""

    def __call__(self, a: Variable, b: Variable) -> tuple[Variable]:
        leading = [max(pair) for pair in zip(a.shape[:-2], b.shape[:-2], strict=True)]
        shape = [*leading, a.shape[-2], b.shape[-1]]
        return self._yield(shape, Order([None] * len(shape)), a=a, b=b)
