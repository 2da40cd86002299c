"""Convert convolutions and windows over images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webdnn.graph.axis import Axis
from webdnn.graph.operators.average_pooling_2d import AveragePooling2D
from webdnn.graph.operators.convolution2d import Convolution2D
from webdnn.graph.operators.deconvolution2d import Deconvolution2D
from webdnn.graph.operators.max_pooling_2d import MaxPooling2D
from webdnn.graph.operators.unpooling_2d import Unpooling2D

from ganzoo.export.tracing.axes import NCHW, named
from ganzoo.export.tracing.functions.arrays import ALL, repeated
from ganzoo.export.tracing.operators import GroupedConvolution2D, ResizeImages, SizedDeconvolution2D

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from webdnn.graph.variable import Variable


def _convolution(f: Any, x: Variable, w: Variable, b: Variable | None = None) -> Variable:
    x, w = named(x, NCHW), named(w, (Axis.N, Axis.C, Axis.KH, Axis.KW))
    place = {"stride": (f.sy, f.sx), "padding": (f.ph, f.pw), "dilation_rate": (f.dy, f.dx)}
    outsize = _size(f)
    if f.groups == 1:
        (y,) = Convolution2D(None, ksize=w.shape[2:], **place)(x, w)
        if y.shape[2:] != outsize:
            raise NotImplementedError("cover_all is only supported for pooling.")
    else:
        (y,) = GroupedConvolution2D(None, groups=f.groups, channels=w.shape[0], outsize=outsize, **place)(x, w)
    return y if b is None else y + named(b, (Axis.C,))


def _deconvolution(f: Any, x: Variable, w: Variable, b: Variable | None = None) -> Variable:
    x, w = named(x, NCHW), named(w, (Axis.C, Axis.N, Axis.KH, Axis.KW))
    place = {"stride": (f.sy, f.sx), "padding": (f.ph, f.pw)}
    outsize = _size(f)
    (h, w_), (kh, kw) = x.shape[2:], w.shape[2:]
    reached = (h - 1) * f.sy + kh - 2 * f.ph, (w_ - 1) * f.sx + kw - 2 * f.pw
    if (f.groups, f.dy, f.dx, outsize) == (1, 1, 1, reached):
        (y,) = Deconvolution2D(None, ksize=(kh, kw), **place)(x, w)
    else:
        more = {"dilation_rate": (f.dy, f.dx), "groups": f.groups, "channels": w.shape[1] * f.groups}
        (y,) = SizedDeconvolution2D(None, outsize=outsize, **place, **more)(x, w)
    return y if b is None else y + named(b, (Axis.C,))


def _size(f: Any) -> tuple[int, int]:
    h, w = f.outputs[0]().shape[2:]
    return h, w


def _pooling(f: Any, x: Variable) -> Variable:
    """Convert `AveragePooling2D`, and pooling in n dimensions, which all of Chainer's other poolings are."""
    if hasattr(f, "kh"):
        window = {"ksize": (f.kh, f.kw), "stride": (f.sy, f.sx), "padding": (f.ph, f.pw)}
    elif f.ndim == 2:
        window = {"ksize": tuple(f.ksize), "stride": tuple(f.stride), "padding": tuple(f.pad)}
    else:
        raise NotImplementedError(f"{f.ndim}-dimensional pooling is not supported.")
    window["cover_all"] = f.cover_all
    x = named(x, NCHW)
    if type(f).__name__.startswith("Max"):
        return MaxPooling2D(None, **window)(x)[0]
    padding_left_out = getattr(f, "pad_value", 0) is None
    return AveragePooling2D(None, divide_without_padding=padding_left_out, **window)(x)[0]


def _unpooling(f: Any, x: Variable) -> Variable:
    x = named(x, NCHW)
    window = {"ksize": (f.kh, f.kw), "stride": (f.sy, f.sx), "padding": (f.ph, f.pw)}
    if f._use_int_scale_forward and (f.ph or f.pw):  # Chainer then crops the input, not the output
        (top, left), (h, w) = (f.ph // 2, f.pw // 2), x.shape[2:]
        x, window["padding"] = x[ALL, ALL, top : h - top, left : w - left], (0, 0)
    return Unpooling2D(None, outsize=_size(f), **window)(x)[0]


def _resize(f: Any, x: Variable) -> Variable:
    x = named(x, NCHW)
    outsize = f.out_H, f.out_W
    if f.mode == "nearest":
        for axis, size in zip((2, 3), outsize, strict=True):
            if size % x.shape[axis] == 0:
                x = repeated(x, axis, size // x.shape[axis])
            elif x.shape[axis] % size == 0:
                x = x[(ALL,) * axis + (slice(0, x.shape[axis], x.shape[axis] // size),)]
            else:
                raise NotImplementedError("nearest-neighbour resizing needs one size to be a multiple of the other.")
        return x
    if not f.align_corners:
        raise NotImplementedError("align_corners=False is not supported.")
    return ResizeImages(None, outsize=outsize)(x)[0]


FUNCTIONS: Mapping[str, Callable[..., Variable]] = {
    "AveragePooling2D": _pooling,
    "AveragePoolingND": _pooling,
    "Convolution2DFunction": _convolution,
    "Deconvolution2DFunction": _deconvolution,
    "MaxPoolingND": _pooling,
    "ResizeImages": _resize,
    "Unpooling2D": _unpooling,
}
