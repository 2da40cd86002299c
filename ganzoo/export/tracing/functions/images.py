"""Convert convolutions and windows over images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer.functions.array.resize_images import compute_indices_and_weights
from webdnn.graph.axis import Axis
from webdnn.graph.operators.average_pooling_2d import AveragePooling2D
from webdnn.graph.operators.convolution2d import Convolution2D
from webdnn.graph.operators.deconvolution2d import Deconvolution2D
from webdnn.graph.operators.max_pooling_2d import MaxPooling2D
from webdnn.graph.operators.unpooling_2d import Unpooling2D
from webdnn.graph.order import Order
from webdnn.graph.variables.constant_variable import ConstantVariable

from ganzoo.export.tracing.axes import NCHW, named
from ganzoo.export.tracing.functions.arrays import ALL, concatenated, repeated
from ganzoo.export.tracing.operators import (
    GridSample,
    GroupedConvolution2D,
    Pad,
    Resample,
    ResizeImages,
    SizedDeconvolution2D,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from webdnn.graph.variable import Variable

LOWEST = -1e30  # below every activation


def _flat(x: Variable) -> Variable:
    """A picture with one axis, (N, C, W), as (N, C, 1, W)."""
    return x if x.ndim == 4 else x.expand_dims(Axis(), 2)


def _unflat(y: Variable, ndim: int) -> Variable:
    return y if ndim == 4 else y.squeeze([y.order.axes[2]])


def _pairs(f: Any, *names: str) -> list[tuple[int, int]]:
    """Attributes of a function in one or two dimensions as those of two."""
    found = []
    for name in names:
        values = tuple(getattr(f, name))
        if len(values) > 2:
            raise NotImplementedError(f"{len(values)} dimensions are not supported.")
        found.append((values[0], values[-1]) if len(values) == 2 else (1 if name != "pad" else 0, values[0]))
    return found


@dataclass(frozen=True)
class _Geometry:
    """Where a convolution of two dimensions has its taps, and the size of its output."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    outsize: tuple[int, int]
    groups: int


def _geometry(f: Any) -> _Geometry:
    shape = f.outputs[0]().shape
    outsize = (shape[2], shape[3]) if len(shape) == 4 else (1, shape[2])
    if hasattr(f, "sy"):
        return _Geometry((f.sy, f.sx), (f.ph, f.pw), (f.dy, f.dx), outsize, f.groups)
    stride, padding, dilation = _pairs(f, "stride", "pad", "dilate")
    return _Geometry(stride, padding, dilation, outsize, f.groups)


def _convolution(f: Any, x: Variable, w: Variable, b: Variable | None = None) -> Variable:
    ndim = x.ndim
    g = _geometry(f)
    x, w = named(_flat(x), NCHW), named(_flat(w), (Axis.N, Axis.C, Axis.KH, Axis.KW))
    place = {"stride": g.stride, "padding": g.padding, "dilation_rate": g.dilation}
    if g.groups == 1:
        (y,) = Convolution2D(None, ksize=w.shape[2:], **place)(x, w)
        if y.shape[2:] != g.outsize:
            raise NotImplementedError("cover_all is only supported for pooling.")
    else:
        (y,) = GroupedConvolution2D(None, groups=g.groups, channels=w.shape[0], outsize=g.outsize, **place)(x, w)
    return _unflat(y if b is None else y + named(b, (Axis.C,)), ndim)


def _deconvolution(f: Any, x: Variable, w: Variable, b: Variable | None = None) -> Variable:
    ndim = x.ndim
    g = _geometry(f)
    x, w = named(_flat(x), NCHW), named(_flat(w), (Axis.C, Axis.N, Axis.KH, Axis.KW))
    place = {"stride": g.stride, "padding": g.padding}
    reached = tuple(
        (n - 1) * s + k - 2 * p for n, s, k, p in zip(x.shape[2:], g.stride, w.shape[2:], g.padding, strict=True)
    )
    if (g.groups, g.dilation, g.outsize) == (1, (1, 1), reached):
        (y,) = Deconvolution2D(None, ksize=tuple(w.shape[2:]), **place)(x, w)
    else:
        more = {"dilation_rate": g.dilation, "groups": g.groups, "channels": w.shape[1] * g.groups}
        (y,) = SizedDeconvolution2D(None, outsize=g.outsize, **place, **more)(x, w)
    return _unflat(y if b is None else y + named(b, (Axis.C,)), ndim)


def _size(f: Any) -> tuple[int, int]:
    h, w = f.outputs[0]().shape[2:]
    return h, w


def _pooling(f: Any, x: Variable) -> Variable:
    """Convert `AveragePooling2D`, and pooling in n dimensions, which all of Chainer's other poolings are."""
    if hasattr(f, "kh"):
        window: dict[str, Any] = {"ksize": (f.kh, f.kw), "stride": (f.sy, f.sx), "padding": (f.ph, f.pw)}
    else:
        window = dict(zip(("ksize", "stride", "padding"), _pairs(f, "ksize", "stride", "pad"), strict=True))
    window["cover_all"] = f.cover_all
    ndim = x.ndim
    x = named(_flat(x), NCHW)
    if type(f).__name__.startswith("Max"):
        return _unflat(MaxPooling2D(None, **window)(x)[0], ndim)
    padding_left_out = getattr(f, "pad_value", 0) is None
    return _unflat(AveragePooling2D(None, divide_without_padding=padding_left_out, **window)(x)[0], ndim)


def _unpooling(f: Any, x: Variable) -> Variable:
    x = named(x, NCHW)
    window = {"ksize": (f.kh, f.kw), "stride": (f.sy, f.sx), "padding": (f.ph, f.pw)}
    if f._use_int_scale_forward and (f.ph or f.pw):  # Chainer then crops the input, not the output
        (top, left), (h, w) = (f.ph // 2, f.pw // 2), x.shape[2:]
        x, window["padding"] = x[ALL, ALL, top : h - top, left : w - left], (0, 0)
    return Unpooling2D(None, outsize=_size(f), **window)(x)[0]


def unpooled(f: Any, y: Variable, x: Variable, highest: Variable) -> Variable:
    """`Upsampling2D`: `y` where the largest values of `x` were, `highest`, and 0 elsewhere; the first of equal ones."""
    over = [n * k - size for n, k, size in zip(y.shape[2:], (f.kh, f.kw), x.shape[2:], strict=True)]
    beside = (f.kh, f.kw) == (f.sy, f.sx) and not (f.ph or f.pw)
    if not beside or not (0 <= over[0] < f.kh and 0 <= over[1] < f.kw):
        raise NotImplementedError("its windows must lie side by side and cover the picture.")
    x, y, highest = named(x, NCHW), named(y, NCHW), named(highest, NCHW)
    if any(over):  # the last windows reach beyond the picture
        (x,) = Pad(None, widths=[(0, 0), (0, 0), (0, over[0]), (0, over[1])], fill=LOWEST)(x)
    left: Any = 1.0  # 1 until the largest value was met
    lines = []
    for kh in range(f.kh):
        line = []
        for kw in range(f.kw):
            tap = x[ALL, ALL, kh :: f.sy, kw :: f.sx]
            found = (1 - (highest > tap)) * left
            left = left - found
            line.append((found * y).expand_dims(Axis(), 4))
        lines.append(concatenated(line, 4).reshape([*y.shape[:3], 1, y.shape[3] * f.kw], Order([None] * 5)))
    n, c, h, w = x.shape
    whole = concatenated(lines, 3).reshape([n, c, h, w], Order(NCHW))
    oh, ow = _size(f)
    return whole if (oh, ow) == (h, w) else whole[ALL, ALL, :oh, :ow]


def _multiplied(x: Variable, outsize: tuple[int, int]) -> Variable:
    """Pixels repeated, or left out: WebDNN's own layout knows these operators."""
    for axis, size in zip((2, 3), outsize, strict=True):
        n = x.shape[axis]
        x = repeated(x, axis, size // n) if size % n == 0 else x[(ALL,) * axis + (slice(0, n, n // size),)]
    return x


def _resize(f: Any, x: Variable) -> Variable:
    x = named(x, NCHW)
    outsize = f.out_H, f.out_W
    if f.mode == "bilinear" and f.align_corners:
        return ResizeImages(None, outsize=outsize)(x)[0]
    if f.mode == "nearest" and all(
        n % size == 0 or size % n == 0 for n, size in zip(x.shape[2:], outsize, strict=True)
    ):
        return _multiplied(x, outsize)
    v, u, vw, uw = compute_indices_and_weights(outsize, x.shape[2:], f.mode, f.align_corners, np)
    for place, first, t in ((2, v, vw), (3, u, uw)):
        n = x.shape[place]
        first, second = first.astype(int), np.minimum(first + 1, n - 1).astype(int)
        index, factor = np.stack([first, second], 1), np.stack([1 - t, t], 1)
        if not t.any():
            index, factor = index[:, :1], factor[:, :1]
        (x,) = Resample(None, place=place, index=index, factor=factor)(x)
    return x


def _sampled(f: Any, x: Variable, places: Variable) -> Variable:
    # the dimensions of places are not those of the image, though places may be computed from it
    return GridSample(None)(named(x, NCHW), places.reinterpret_axes(Order([Axis() for _ in places.shape])))[0]


def _transformed(f: Any, x: Variable, grid: Variable) -> Variable:
    """At places from -1 to 1, the centres of the outermost pixels."""
    half = ConstantVariable((np.array(x.shape[:1:-1], np.float32) - 1) / 2, Order([grid.order.axes[1]]))
    return _sampled(f, x, grid * half + half)


FUNCTIONS: Mapping[str, Callable[..., Variable]] = {
    "AveragePooling2D": _pooling,
    "AveragePoolingND": _pooling,
    "Convolution2DFunction": _convolution,
    "ConvolutionND": _convolution,
    "Deconvolution2DFunction": _deconvolution,
    "DeconvolutionND": _deconvolution,
    "MaxPoolingND": _pooling,
    "GridSample": _sampled,
    "ResizeImages": _resize,
    "SpatialTransformerSampler": _transformed,
    "Unpooling2D": _unpooling,
}
