"""Convolutions and transposed convolutions in one and two dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, integers, needed
from ganzoo.frontends.onnx.operators.arrays import padded
from ganzoo.frontends.onnx.operators.windows import flat, unflat, window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.frontends.onnx.call import Array, Operator, Tensor


def _weights(call: Call, w: Tensor) -> Array:
    """The weights (OC, IC, KH, KW)."""
    array = np.asarray(needed(w, "weights"))
    if array.ndim not in (3, 4):
        raise RefusedError(f"it has a {array.ndim - 2}-dimensional kernel; only 1 and 2 dimensions are supported")
    kernel = call.ints("kernel_shape", array.shape[2:])
    if tuple(kernel) != array.shape[2:]:
        raise RefusedError(f"its kernel_shape {kernel} is not that of its weights {list(array.shape[2:])}")
    return array[:, :, np.newaxis] if array.ndim == 3 else array


def _conv(call: Call, x: Any, w: Tensor, b: Tensor | None = None) -> Any:
    weights, bias = _weights(call, w), None if b is None else needed(b, "bias")
    x, line = flat(x)
    view = window(call, x.shape[2:], weights.shape[2:], line)
    if not view.symmetric:
        x = padded(x, [(0, 0), (0, 0), *view.pads])
    pad = tuple(before for before, _ in view.pads) if view.symmetric else (0, 0)
    groups = int(call.get("group", 1))
    y = F.convolution_2d(x, weights, bias, view.stride, pad, dilate=view.dilation, groups=groups)
    return unflat(y, line)


def _conv_transpose(call: Call, x: Any, w: Tensor, b: Tensor | None = None) -> Any:
    weights, bias = _weights(call, w), None if b is None else needed(b, "bias")
    x, line = flat(x)
    view = window(call, x.shape[2:], weights.shape[2:], line)
    axes = 1 if line else 2
    more, shape = call.ints("output_padding", [0] * axes), call.ints("output_shape")
    more, shape = ([0, *more], [1, *shape] if shape else []) if line else (more, shape)
    whole = [
        (n - 1) * stride + reach + extra
        for n, stride, reach, extra in zip(x.shape[2:], view.stride, view.reach, more, strict=True)
    ]
    pads = list(view.pads)
    auto = call.text("auto_pad", "NOTSET")
    if not shape and auto.startswith("SAME"):
        shape = [n * stride for n, stride in zip(x.shape[2:], view.stride, strict=True)]
    if shape:
        totals = [n - wanted for n, wanted in zip(whole, shape[-2:], strict=True)]
        halves = [(t // 2, t - t // 2) if t > 0 else (0, t) for t in totals]
        pads = halves if auto == "SAME_UPPER" else [(max(pair), min(pair)) for pair in halves]
    cropped = [max(before, 0) for before, _ in pads]
    size = [n - crop - max(after, 0) for n, crop, (_, after) in zip(whole, cropped, pads, strict=True)]
    y = F.deconvolution_2d(
        x, weights, bias, view.stride, tuple(cropped), tuple(size), dilate=view.dilation, groups=call.get("group", 1)
    )
    grown = [(max(-before, 0), max(-after, 0)) for before, after in pads]
    return unflat(padded(y, [(0, 0), (0, 0), *grown]), line)


def _from_columns(call: Call, x: Any, image: Tensor, block: Tensor) -> Any:
    """Col2Im: blocks (N, C * KH * KW, count) added where they lie in a picture, as a convolution backwards."""
    sizes, kernel = integers(image, "picture's shape") or [], integers(block, "block's shape") or []
    if len(sizes) != 2 or len(kernel) != 2:
        raise RefusedError("only pictures of 2 dimensions are supported")
    view = window(call, sizes, kernel, line=False)
    channels, taps = x.shape[1] // math.prod(kernel), math.prod(kernel)
    weights = np.tile(np.eye(taps, dtype=np.float32).reshape(taps, 1, *kernel), (channels, 1, 1, 1))
    whole = tuple(n + before + after for n, (before, after) in zip(sizes, view.pads, strict=True))
    blocks = F.reshape(x, (*x.shape[:2], *view.count(sizes)))
    y = F.deconvolution_2d(blocks, weights, None, view.stride, (0, 0), whole, dilate=view.dilation, groups=channels)
    return padded(y, [(0, 0), (0, 0), *((-before, -after) for before, after in view.pads)])


OPERATORS: Mapping[str, Operator] = {"Col2Im": _from_columns, "Conv": _conv, "ConvTranspose": _conv_transpose}
