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
