"""A convolution and its gradients as Chainer functions.

Three maps, each linear in both of its arguments: `Correlate` takes images and weights to a map, `Scatter` a map and
weights to images, `Weigh` images and a map to weights. The gradients of each are the other two, so that one may
differentiate as often as one likes. A dense layer is a convolution whose window is the whole input.

Weights may have more channels than the images: one for each class. These look at planes that are 1 all over for the
class of the image and 0 for the others, which nobody has to make: what such a plane adds is a constant, the sum of its
weights. Without `labels` all planes are 0.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer.utils.conv import get_conv_outsize

from ganzoo.layers.activations import IDENTITY, Activation
from ganzoo.layers.function import Function, applied
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Windows:
    """Where windows lie: `image` (C, H, W), `map` (C, H, W) of what is found in them.

    `flat_image`, `flat_map`: the array has no more axes than (N, C).
    """

    image: tuple[int, int, int]
    map: tuple[int, int, int]
    ksize: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    pad: tuple[int, int] = (0, 0)
    flat_image: bool = False
    flat_map: bool = False

    def shape(self, n: int) -> Any:
        """For the kernels (kernels/window.h), `n` images."""
        channels_last = (*self.image[1:], self.image[0], *self.map[1:], self.map[0])
        return _longs(n, *channels_last, *self.ksize, *self.stride, *self.pad)

    def weights(self, W: Array) -> Array:
        """The part of `W` that looks at images, (map C, image C, KH, KW): a view."""
        return W.reshape(len(W), -1, *self.ksize)[:, : self.image[0]]

    def planes(self, W: Array) -> Array:
        """The part of `W` that looks at the planes of classes, (map C, classes, KH, KW): a view."""
        return W.reshape(len(W), -1, *self.ksize)[:, self.image[0] :]


@lru_cache(maxsize=256)
def windows(image: tuple[int, ...], W: tuple[int, ...], stride: tuple[int, int], pad: tuple[int, int]) -> Windows:
    """Those of weights of shape `W` (O, C, KH, KW) on images (N, C, H, W), or of a dense layer's `W` (O, I)."""
    channels, *size = image[1:]
    if len(W) == 2:
        height, width = size or (1, 1)
        return Windows((channels, height, width), (W[0], 1, 1), (height, width), flat_image=not size, flat_map=True)
    height, width = size
    out = (get_conv_outsize(height, W[2], stride[0], pad[0]), get_conv_outsize(width, W[3], stride[1], pad[1]))
    return Windows((channels, height, width), (W[0], *out), (W[2], W[3]), stride, pad)


def fast(*arrays: Any) -> bool:
    """Whether the kernels take these arrays or Variables: NumPy's, of one dtype that there are kernels for."""
    if not chainer.config.fast_layers:
        return False
    found = [getattr(each, "array", each) for each in arrays if each is not None]
    dtypes = {each.dtype if isinstance(each, np.ndarray) else None for each in found}
    return len(dtypes) == 1 and None not in dtypes and library(*dtypes) is not None


chainer.global_config.fast_layers = True


class _Layer(Function):
    """What `Correlate` and `Scatter` share: inputs `source`, `W` and perhaps `b` (C,), and an activation at the end."""

    def __init__(self, at: Windows, activation: Activation = IDENTITY, labels: Array | None = None) -> None:
        self.at, self.activation, self.labels = at, activation, labels

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs((0, 1))
        y = self._compute(*inputs)
        if self.activation != IDENTITY:
            self.retain_outputs((0,))
        return (y,)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        (g,) = grad_outputs
        source, W = self.get_retained_inputs()
        sums = None
        if self.activation != IDENTITY:
            (y,) = self.get_retained_outputs()
            g, sums = applied(PullBack(self.activation), y, g)
        elif 2 in indexes or (1 in indexes and self.labels is not None):
            (sums,) = applied(Sums(), g)
        gradients = {}
        if 0 in indexes:
            gradients[0] = self._source_gradient(g, W)
        if 1 in indexes:
            gradients[1] = self._weight_gradient(source, g, W, sums)
        if 2 in indexes:
            (gradients[2],) = applied(Total(), sums)
        return tuple(gradients[i] for i in indexes)


class Correlate(_Layer):
    """activation(images * W + b): images (N, C, H, W) or (N, C) to a map."""

    def _compute(self, x: Array, W: Array, b: Array | None = None) -> Array:
        at, channels = self.at, self.at.map[0]
        y = _empty(len(x), at.map, x.dtype)
        bias, step = np.zeros(channels, x.dtype) if b is None else b, 0
        if self.labels is not None:
            bias = np.take(at.planes(W).sum(axis=(2, 3)).T, self.labels, axis=0) + bias
            step = channels
        w = at.weights(W)
        correlate = library(x.dtype).correlate
        correlate(at.shape(len(x)), channels_last(x), w, _strides(w), bias, step, self.activation.code, y)
        return y.reshape(len(x), -1) if at.flat_map else _channels_first(y)

    def _source_gradient(self, g: Any, W: Any) -> Any:
        return applied(Scatter(self.at), g, W)[0]

    def _weight_gradient(self, x: Any, g: Any, W: Any, sums: Any) -> Any:
        return applied(Weigh(self.at, W.shape, self.labels, sums), x, g)[0]


class Scatter(_Layer):
    """activation(the images whose windows are map * W, added up where they overlap, + b)."""

    def _compute(self, y: Array, W: Array, b: Array | None = None) -> Array:
        at = self.at
        x = _empty(len(y), at.image, y.dtype)
        w = at.weights(W)
        scatter = library(y.dtype).scatter
        scatter(at.shape(len(y)), channels_last(y), w, _strides(w), b, self.activation.code, x)
        return x.reshape(len(y), -1) if at.flat_image else _channels_first(x)

    def _source_gradient(self, g: Any, W: Any) -> Any:
        return applied(Correlate(self.at), g, W)[0]

    def _weight_gradient(self, y: Any, g: Any, W: Any, sums: Any) -> Any:
        return applied(Weigh(self.at, W.shape), g, y)[0]


class Weigh(Function):
    """Weights of `shape`: the sum over images and over the points of their maps of window times point.

    `sums` is that of the map over its points (N, C), where it is known already.
    """

    def __init__(self, at: Windows, shape: tuple[int, ...], labels: Array | None = None, sums: Any = None) -> None:
        self.at, self.shape, self.labels, self.sums = at, shape, labels, sums

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs((0, 1))
        x, y = inputs
        at = self.at
        W = np.empty(self.shape, x.dtype)
        w, planes = at.weights(W), at.planes(W)
        library(x.dtype).weigh(at.shape(len(x)), channels_last(x), channels_last(y), _strides(w), w)
        if planes.size:
            planes[...] = self._of_labels(y, planes.shape[1])[:, :, None, None]
        self.sums = None
        return (W,)

    def _of_labels(self, y: Array, n_classes: int) -> Array:
        """(map C, classes): the map summed over the images of each class and over their points."""
        if self.labels is None:
            return np.zeros((self.at.map[0], n_classes), y.dtype)
        if y.ndim == 2:
            sums = y
        elif self.sums is None:
            sums = _sums(y)
        else:
            sums = self.sums.array
        of_class = np.eye(n_classes, dtype=y.dtype)[self.labels]
        product: Array = sums.T @ of_class
        return product

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        x, y = self.get_retained_inputs()
        (gW,) = grad_outputs
        gradients = {}
        if 0 in indexes:
            gradients[0] = Scatter(self.at).apply((y, gW))[0]
        if 1 in indexes:
            gradients[1] = Correlate(self.at, labels=self.labels).apply((x, gW))[0]
        return tuple(gradients[i] for i in indexes)


class PullBack(Function):
    """What comes through an activation from behind: `y`, what the activation gave, and `gy` to `gy` times its
    derivative, and the sums of that over the points of each image (N, C)."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def forward(self, inputs: Sequence[Array]) -> tuple[Array, Array]:
        self.retain_inputs((0, 1) if self.activation.code == 2 else (0,))
        y, gy = inputs
        n, channels, *size = y.shape
        g = _empty(n, (channels, *size), y.dtype)
        sums = np.empty((n, channels), y.dtype)
        pull_back = library(y.dtype).pull_back
        points = int(np.prod(size))
        pull_back(channels_last(y), channels_last(gy), n, points, channels, self.activation.code, g, sums)
        return _channels_first(g), sums

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        gg, gsums = grad_outputs
        y, *rest = self.get_retained_inputs()
        if gsums is not None:
            spread = F.broadcast_to(F.reshape(gsums, (*gsums.shape, *[1] * (y.ndim - 2))), y.shape)
            gg = spread if gg is None else gg + spread
        gradients = {}
        if 0 in indexes:  # the derivative of a piecewise linear activation does not change
            gradients[0] = gg * rest[0] * (1 - 2 * y) if rest else None
        if 1 in indexes:
            gradients[1] = PullBack(self.activation).apply((y, gg))[0]
        return tuple(gradients[i] for i in indexes)


class Sums(Function):
    """Over the points of each image: (N, C, H, W) or (N, C) to (N, C)."""

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (x,) = inputs
        self.shape = x.shape
        return (x if x.ndim == 2 else _sums(x),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        (g,) = grad_outputs
        return (F.broadcast_to(F.reshape(g, (*g.shape, *[1] * (len(self.shape) - 2))), self.shape),)


class Total(Function):
    """Over the images: (N, C) to (C,)."""

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        (x,) = inputs
        self.shape = x.shape
        return (x.sum(axis=0),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return (F.broadcast_to(grad_outputs[0], self.shape),)


def _sums(x: Array) -> Array:
    n, channels, height, width = x.shape
    sums = np.empty((n, channels), x.dtype)
    last = channels_last(x)
    library(x.dtype).pull_back(last, last, n, height * width, channels, IDENTITY.code, None, sums)
    return sums


def channels_last(x: Array) -> Array:
    """`x` (N, C, H, W) as (N, H, W, C), or (N, C) as it is, without gaps in memory: a view where it lies so already."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1) if x.ndim == 4 else x)


def _channels_first(x: Array) -> Array:
    return x.transpose(0, 3, 1, 2) if x.ndim == 4 else x


def _empty(n: int, shape: Sequence[int], dtype: Any) -> Array:
    """For images of `shape` (C, H, W) or (C,), channels last."""
    channels, *size = shape
    return np.empty((n, *size, channels), dtype)


@lru_cache(maxsize=1024)
def _longs(*values: int) -> Any:
    return (ctypes.c_long * len(values))(*values)


def _strides(w: Array) -> Any:
    return _longs(*(stride // w.itemsize for stride in w.strides))
