"""Pictures of twice and of half the height and width, and their sums; convolutions that do the same on the way.

A convolution by windows of 3 after each value was taken four times, or before the mean of four, is one by windows of 4
with stride 2, whose weights are sums of the others': less than half of the products, and no large picture in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.functions as F
import numpy as np

from ganzoo.layers.activations import IDENTITY, Activation
from ganzoo.layers.function import Function
from ganzoo.layers.functions import Correlate, Scatter, Sums, Windows, channels_last, fast
from ganzoo.layers.links import Convolution2D
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, np.dtype[Any]]

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))  # of a window of 3 in one of 4


def doubled(x: Any) -> Any:
    """(N, C, H, W) to (N, C, 2 H, 2 W): each value four times."""
    if fast(x) and x.size:
        return Doubled(1.0, (2 * x.shape[2], 2 * x.shape[3])).apply((x,))[0]
    return F.unpooling_2d(x, 2, cover_all=False)


def halved(x: Any) -> Any:
    """(N, C, H, W) to (N, C, H // 2, W // 2): means of four values. What is left of odd sizes is not looked at."""
    if fast(x) and x.size and min(x.shape[2:]) > 1:
        return Halved(0.25).apply((x,))[0]
    return F.average_pooling_2d(x, 2)


def summed(x: Any) -> Any:
    """(N, C, H, W) to (N, C): sums over height and width."""
    return Sums().apply((x,))[0] if fast(x) and x.size else F.sum(x, axis=(2, 3))


class _Resampling(Convolution2D):
    def __init__(self, in_channels: int, out_channels: int, initialW: Any = None) -> None:
        super().__init__(in_channels, out_channels, 3, pad=1, initialW=initialW)

    def _takes(self, x: Any) -> bool:
        return fast(x, self.W, self.b) and bool(x.size) and x.shape[1] == self.W.shape[1] and min(x.shape[2:]) > 1


class DoublingConvolution2D(_Resampling):
    """activation(a convolution by 3x3 windows of `doubled(x)`): (N, C, H, W) to (N, out_channels, 2 H, 2 W)."""

    def forward(self, x: Any, activation: Activation = IDENTITY) -> Any:  # type: ignore[override]
        if not self._takes(x):
            return super().forward(doubled(x), activation)
        (n_out, n_in), (height, width) = self.W.shape[:2], x.shape[2:]
        at = Windows((n_out, 2 * height, 2 * width), (n_in, height, width), (4, 4), (2, 2), (1, 1))
        (W,) = Widened(1.0, turned=True).apply((self.W,))
        return Scatter(at, activation).apply((x, W, self.b))[0]


class HalvingConvolution2D(_Resampling):
    """`halved` of a convolution by 3x3 windows: (N, C, H, W) to (N, out_channels, H // 2, W // 2)."""

    def forward(self, x: Any) -> Any:  # type: ignore[override]
        if not self._takes(x):
            return halved(super().forward(x))
        (n_out, n_in), (height, width) = self.W.shape[:2], x.shape[2:]
        at = Windows((n_in, height, width), (n_out, height // 2, width // 2), (4, 4), (2, 2), (1, 1))
        (W,) = Widened(0.25).apply((self.W,))
        return Correlate(at).apply((x, W, self.b))[0]


class Widened(Function):
    """Weights (O, C, 3, 3) to (O, C, 4, 4), `factor` times the sum of their four places in the larger window.

    `turned` for a deconvolution: (C, O, 4, 4), and upside down.
    """

    def __init__(self, factor: float, turned: bool = False) -> None:
        self.factor, self.turned = factor, turned

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (W,) = inputs
        y = np.zeros((*W.shape[:2], 4, 4), W.dtype)
        for down, right in PLACES:
            y[:, :, down : down + 3, right : right + 3] += W
        y *= W.dtype.type(self.factor)
        return (np.ascontiguousarray(_turned(y)) if self.turned else y,)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Narrowed(self.factor, self.turned).apply(grad_outputs)


class Narrowed(Function):
    """The gradient of `Widened`, as `Widened` is its own."""

    def __init__(self, factor: float, turned: bool) -> None:
        self.factor, self.turned = factor, turned

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (g,) = inputs
        g = _turned(g) if self.turned else g
        y = sum(g[:, :, down : down + 3, right : right + 3] for down, right in PLACES)
        return (np.ascontiguousarray(y * g.dtype.type(self.factor)),)  # as MPI and the kernel of Adam want it

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Widened(self.factor, self.turned).apply(grad_outputs)


def _turned(W: Array) -> Array:
    return W.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]


class Doubled(Function):
    """Each value `factor` times in four places of an image of `size` (H, W), whose last odd line stays 0."""

    def __init__(self, factor: float, size: tuple[int, int]) -> None:
        self.factor, self.size = factor, size

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (x,) = inputs
        y = np.empty((len(x), *self.size, x.shape[1]), x.dtype)
        library(x.dtype).doubled(channels_last(x), len(x), *self.size, x.shape[1], self.factor, y)
        return (y.transpose(0, 3, 1, 2),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Halved(self.factor).apply(grad_outputs)


class Halved(Function):
    """`factor` times the sum of each two by two values."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (x,) = inputs
        n, channels, height, width = x.shape
        self.size = (height, width)
        y = np.empty((n, height // 2, width // 2, channels), x.dtype)
        library(x.dtype).halved(channels_last(x), n, height, width, channels, self.factor, y)
        return (y.transpose(0, 3, 1, 2),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Doubled(self.factor, self.size).apply(grad_outputs)
