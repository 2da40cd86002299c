"""Pictures of twice and of half the height and width, and their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.functions as F
import numpy as np

from ganzoo.layers.function import Function
from ganzoo.layers.functions import Sums, channels_last, fast
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, np.dtype[Any]]


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
