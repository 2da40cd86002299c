"""Pools: the largest, the mean or another norm of each window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError
from ganzoo.frontends.onnx.operators.arrays import padded
from ganzoo.frontends.onnx.operators.windows import Window, flat, unflat, window
from ganzoo.functions import resample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Array, Operator

LOWEST = -float(np.finfo(np.float32).max)


def _view(call: Call, x: Any, line: bool) -> tuple[Window, tuple[int, int]]:
    """The window of a pool, and how many of them there are."""
    kernel = call.ints("kernel_shape")
    if len(kernel) != (1 if line else 2) or min(kernel) < 1:
        raise RefusedError("its kernel_shape does not fit the picture")
    view = window(call, x.shape[2:], [1, *kernel] if line else kernel, line)
    return view, view.count(x.shape[2:], bool(call.get("ceil_mode", 0)))


def _whole(x: Any, view: Window, counts: tuple[int, int], fill: float) -> Any:
    """`x` padded so that exactly these windows fit."""
    widths = [
        (before, max(0, (count - 1) * stride + reach - n - before))
        for n, count, stride, reach, (before, _) in zip(
            x.shape[2:], counts, view.stride, view.reach, view.pads, strict=True
        )
    ]
    return padded(x, [(0, 0), (0, 0), *widths], fill=fill)


def _plain(x: Any, view: Window, counts: tuple[int, int]) -> bool:
    """Whether Chainer's own padding makes the same windows."""
    return view.symmetric and view.dilation == (1, 1) and counts == view.count(x.shape[2:])


def _max_pool(call: Call, x: Any) -> Any:
    if call.n_outputs > 1:
        raise RefusedError("somebody reads the indices of its maxima")
    x, line = flat(x)
    view, counts = _view(call, x, line)
    if _plain(x, view, counts):
        pad = tuple(before for before, _ in view.pads)
        return unflat(F.max_pooling_2d(x, view.kernel, view.stride, pad, cover_all=False), line)
    x = _whole(x, view, counts, LOWEST)
    if view.dilation == (1, 1):
        return unflat(_cut(F.max_pooling_2d(x, view.kernel, view.stride, 0, cover_all=False), counts), line)
    return unflat(_taps(x, view, counts, F.max), line)


def _cut(y: Any, counts: tuple[int, int]) -> Any:
    return y if y.shape[2:] == counts else y[:, :, : counts[0], : counts[1]]


def _taps(x: Any, view: Window, counts: tuple[int, int], combine: Any) -> Any:
    """What `combine` makes of the elements of each window: for windows with holes, first across, then down."""
    for axis in (3, 2):
        i = axis - 2
        at = np.arange(counts[i])[:, np.newaxis] * view.stride[i] + np.arange(view.kernel[i]) * view.dilation[i]
        laid = resample(x, axis, at.ravel())
        x = combine(F.reshape(laid, (*x.shape[:axis], *at.shape, *x.shape[axis + 1 :])), axis + 1)
    return x


def _sums(x: Any, view: Window, counts: tuple[int, int]) -> Any:
    """The sum of each window, padding being 0."""
    x = _whole(x, view, counts, 0.0)
    if view.dilation != (1, 1):
        return _taps(x, view, counts, F.sum)
    area = float(view.kernel[0] * view.kernel[1])
    return _cut(F.average_pooling_2d(x, view.kernel, view.stride, 0), counts) * area


def _inside(sizes: Sequence[int], view: Window, counts: tuple[int, int], padding: bool) -> Array:
    """How many elements of each window lie in the picture, or in its `padding` too, (h, w)."""
    lines = []
    for axis, n in enumerate(sizes):
        before, after = view.pads[axis]
        start = np.arange(counts[axis]) * view.stride[axis] - before
        at = start[:, np.newaxis] + np.arange(view.kernel[axis]) * view.dilation[axis]
        low, high = (-before, n + after) if padding else (0, n)
        lines.append(((at >= low) & (at < high)).sum(1))
    inside: Array = np.outer(*lines).astype(np.float32)
    return inside


def _average_pool(call: Call, x: Any) -> Any:
    x, line = flat(x)
    view, counts = _view(call, x, line)
    padding = bool(call.get("count_include_pad", 0))
    if _plain(x, view, counts) and (padding or not any(map(any, view.pads))):
        pad = tuple(before for before, _ in view.pads)
        return unflat(F.average_pooling_2d(x, view.kernel, view.stride, pad), line)
    inside = _inside(x.shape[2:], view, counts, padding)
    return unflat(_sums(x, view, counts) * (1 / inside), line)


def _lp_pool(call: Call, x: Any) -> Any:
    x, line = flat(x)
    view, counts = _view(call, x, line)
    p = float(call.get("p", 2))
    return unflat(_sums(abs(x) ** p, view, counts) ** (1 / p), line)


def _axes(x: Any) -> tuple[int, ...]:
    return tuple(range(2, x.ndim))


def _global_lp(call: Call, x: Any) -> Any:
    p = float(call.get("p", 2))
    return F.sum(abs(x) ** p, _axes(x), keepdims=True) ** (1 / p)


OPERATORS: Mapping[str, Operator] = {
    "AveragePool": _average_pool,
    "GlobalAveragePool": lambda call, x: F.mean(x, _axes(x), keepdims=True),
    "GlobalLpPool": _global_lp,
    "GlobalMaxPool": lambda call, x: F.max(x, _axes(x), keepdims=True),
    "LpPool": _lp_pool,
    "MaxPool": _max_pool,
}
