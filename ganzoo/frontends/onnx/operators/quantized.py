"""Rounding to few bits and back, as float32: what a quantised network computes between its integer tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.frontends.onnx.call import Call, RefusedError, float32, needed
from ganzoo.frontends.onnx.operators.arithmetic import clip, round_half_even
from ganzoo.functions import resample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainer import Variable

    from ganzoo.frontends.onnx.call import Operator, Tensor


def _along(call: Call, values: Tensor, x: Tensor) -> Tensor:
    """A scale or zero point of `x`: one number, one for each element of an axis, or one for each block along it."""
    values = float32(values)
    axis = int(call.get("axis", 1)) % max(x.ndim, 1)
    if values.ndim == x.ndim and call.get("block_size", 0):
        blocks = np.arange(x.shape[axis]) // int(call.get("block_size"))
        return resample(values, axis, blocks)
    shape = () if values.size == 1 else tuple(-1 if i == axis else 1 for i in range(x.ndim))
    return values.reshape(shape)


def _quantize(call: Call, x: Variable, scale: Tensor, zero: Tensor | None = None) -> Any:
    kind = np.dtype(np.uint8) if zero is None else np.asarray(needed(zero, "zero point")).dtype
    if kind not in (np.uint8, np.int8, np.uint16, np.int16):
        raise RefusedError(f"it quantises to {kind}")
    bounds = np.iinfo(kind)
    shift = np.zeros((), np.float32) if zero is None else _along(call, zero, x)
    return clip(round_half_even(x / _along(call, scale, x)) + shift, float(bounds.min), float(bounds.max))


def _dequantize(call: Call, x: Tensor, scale: Tensor, zero: Tensor | None = None) -> Any:
    shift = np.zeros((), np.float32) if zero is None else _along(call, zero, x)
    return (float32(x) - shift) * _along(call, scale, x)


OPERATORS: Mapping[str, Operator] = {"DequantizeLinear": _dequantize, "QuantizeLinear": _quantize}
