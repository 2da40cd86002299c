"""Functions on Chainer variables that Chainer lacks, which networks from elsewhere need.

`export/tracing` converts them as it converts Chainer's own. Their gradients are zero where a step function has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import FunctionNode, Variable, as_variable
from chainer import functions as F
from chainer.backend import get_array_module
from chainer.utils import force_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Array = npt.NDArray[Any]


class Greater(FunctionNode):
    """1 where the first input is larger than the second, else 0; the inputs are broadcast."""

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        x, y = inputs
        return (force_array(x > y, x.dtype),)

    def backward(self, indexes: Sequence[int], gradients: Sequence[Variable]) -> tuple[None, None]:
        return None, None


class Select(FunctionNode):
    """The second input where the first one, the condition, is larger than 0, else the third; they are broadcast."""

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        condition, x, y = inputs
        return (force_array(get_array_module(x).where(condition > 0, x, y), x.dtype),)


class Floor(FunctionNode):
    """The largest whole number that is not larger than the input."""

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        return (force_array(get_array_module(inputs[0]).floor(inputs[0])),)

    def backward(self, indexes: Sequence[int], gradients: Sequence[Variable]) -> tuple[None]:
        return (None,)


class Label(FunctionNode):
    """The number of the class that a one-hot vector (N, n_classes) stands for, int32 (N,)."""

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        return (inputs[0].argmax(axis=1).astype(np.int32),)

    def backward(self, indexes: Sequence[int], gradients: Sequence[Variable]) -> tuple[None]:
        return (None,)


class Resample(FunctionNode):
    """Short weighted sums along an axis: y[.., i, ..] = sum over t of factor[i, t] * x[.., index[i, t], ..].

    `index` and `factor` are (n_out, taps). One tap of factor 1 picks elements.
    """

    def __init__(self, axis: int, index: Array, factor: Array) -> None:
        self.axis, self.index, self.factor = axis, index, factor

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        (x,) = inputs
        xp = get_array_module(x)
        y: Any = None
        for index, factor in zip(self.index.T, self.factor.T, strict=True):
            taken = x.take(xp.asarray(index), self.axis)
            if not (factor == 1).all():
                taken = taken * xp.asarray(factor, x.dtype).reshape([-1, *(1,) * (x.ndim - 1 - self.axis)])
            y = taken if y is None else y + taken
        return (y,)

    def backward(self, indexes: Sequence[int], gradients: Sequence[Variable]) -> tuple[Variable]:
        n_in = self.inputs[0].shape[self.axis]
        matrix = np.zeros((len(self.index), n_in), self.inputs[0].dtype)
        np.add.at(matrix, (np.arange(len(self.index))[:, np.newaxis], self.index), self.factor)
        spread = F.tensordot(F.moveaxis(gradients[0], self.axis, -1), matrix, axes=1)
        return (F.moveaxis(spread, -1, self.axis),)


class GridSample(FunctionNode):
    """Bilinear samples of images (N, C, H, W) at places (N, 2, h, w), x and y in pixels. Outside of an image is 0.

    It has no gradient; `chainer.functions.spatial_transformer_sampler` has one.
    """

    def forward(self, inputs: tuple[Array, ...]) -> tuple[Array]:
        image, places = inputs
        xp = get_array_module(image)
        n, _, h, w = image.shape
        picture = xp.arange(n).reshape(-1, 1, 1)
        across, down = xp.clip(places[:, 0], -1, w), xp.clip(places[:, 1], -1, h)
        total: Any = 0
        for i in range(4):
            column, row = xp.floor(across).astype(int) + i % 2, xp.floor(down).astype(int) + i // 2
            inside = (column >= 0) & (column < w) & (row >= 0) & (row < h)
            factor = (1 - abs(across - column)) * (1 - abs(down - row)) * inside
            total += image[picture, :, row.clip(0, h - 1), column.clip(0, w - 1)] * factor[..., np.newaxis]
        return (xp.moveaxis(total, -1, 1).astype(image.dtype),)


def greater(x: Any, y: Any) -> Variable:
    """1.0 where `x` > `y`, else 0.0, broadcast."""
    return Greater().apply(_arrays(x, y))[0]


def where(condition: Any, x: Any, y: Any) -> Variable:
    """`x` where `condition` > 0, else `y`, broadcast."""
    return Select().apply(_arrays(condition, x, y))[0]


def _arrays(*xs: Any) -> list[Any]:
    """Numbers as arrays, which is all that a function takes besides variables."""
    return [np.asarray(x) if np.isscalar(x) else x for x in xs]


def label(onehot: Any) -> Variable:
    """The numbers of classes for `onehot` (N, n_classes): what `chainer.links.EmbedID` takes. int32 (N,)."""
    return Label().apply((onehot,))[0]


def floor(x: Any) -> Variable:
    """The largest whole numbers that are not larger than `x`."""
    return Floor().apply((x,))[0]


def ceil(x: Any) -> Variable:
    """The smallest whole numbers that are not smaller than `x`."""
    return -floor(-as_variable(x))


def sign(x: Any) -> Variable:
    """1 where `x` is above 0, -1 where it is below, else 0."""
    x = as_variable(x)
    zero = np.zeros((), x.dtype)
    return greater(x, zero) - greater(zero, x)


def fix(x: Any) -> Variable:
    """`x` without its fraction."""
    return sign(x) * floor(abs(as_variable(x)))


def resample(x: Any, axis: int, index: Array, factor: Array | None = None) -> Variable:
    """`Resample` of `x` along `axis`; `index` (n_out,) picks elements, (n_out, taps) goes with a `factor` for each."""
    x = as_variable(x)
    axis %= x.ndim
    index = np.asarray(index)
    table = index.reshape(len(index), -1)
    weights = np.ones(table.shape) if factor is None else np.asarray(factor, np.float64)
    return Resample(axis, table, weights).apply((x,))[0]


def grid_sample(image: Any, places: Any) -> Variable:
    """`GridSample` of `image` (N, C, H, W) at `places` (N, 2, h, w): (N, C, h, w)."""
    return GridSample().apply((image, places))[0]
