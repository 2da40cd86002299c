"""Rounding to few bits and back, as float32: what a quantised network computes between its integer tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.frontends.onnx.call import Call, RefusedError, needed
from ganzoo.frontends.onnx.operators.arithmetic import clip, round_half_even

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainer import Variable

    from ganzoo.frontends.onnx.call import Array, Operator, Tensor


def _along(call: Call, values: Tensor, what: str, ndim: int) -> Array:
    """A scale or zero point, one number or one for each element of an axis."""
    array = np.asarray(needed(values, what), np.float32)
    if array.ndim == 0 or array.size == 1:
        return array.reshape(())
    if array.ndim != 1 or call.get("block_size", 0):
        raise RefusedError("it quantises in blocks")
    axis = int(call.get("axis", 1)) % ndim
    return array.reshape([-1 if i == axis else 1 for i in range(ndim)])


def _quantize(call: Call, x: Variable, scale: Tensor, zero: Tensor | None = None) -> Any:
    kind = np.dtype(np.uint8) if zero is None else np.asarray(needed(zero, "zero point")).dtype
    if kind not in (np.uint8, np.int8, np.uint16, np.int16):
        raise RefusedError(f"it quantises to {kind}")
    bounds = np.iinfo(kind)
    shift = np.zeros((), np.float32) if zero is None else _along(call, zero, "zero point", x.ndim)
    return clip(round_half_even(x / _along(call, scale, "scale", x.ndim)) + shift, float(bounds.min), float(bounds.max))


def _dequantize(call: Call, x: Variable, scale: Tensor, zero: Tensor | None = None) -> Any:
    shift = np.zeros((), np.float32) if zero is None else _along(call, zero, "zero point", x.ndim)
    return (x - shift) * _along(call, scale, "scale", x.ndim)


OPERATORS: Mapping[str, Operator] = {"DequantizeLinear": _dequantize, "QuantizeLinear": _quantize}
