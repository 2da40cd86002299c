"""Normalisations and softmax."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, needed
from ganzoo.frontends.onnx.operators.windows import flat, unflat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Array, Operator, Tensor


def _channels(values: Array, ndim: int) -> Array:
    """(C,) as (C, 1, ...), to be broadcast over a tensor (N, C, ...)."""
    return np.asarray(values).reshape(-1, *(1,) * (ndim - 2))


def _batch_normalization(call: Call, x: Any, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor) -> Any:
    if call.get("training_mode", 0) or call.n_outputs > 1:
        raise RefusedError("it normalises by the pictures of a batch, as in training; export in inference mode")
    names = ("scale", "bias", "mean", "variance")
    s, b, m, v = (needed(p, name) for p, name in zip((scale, bias, mean, variance), names, strict=True))
    factor = s / np.sqrt(v + np.asarray(call.get("epsilon", 1e-5), v.dtype))
    return x * _channels(factor, x.ndim) + _channels(b - m * factor, x.ndim)


def standardized(x: Any, axes: Sequence[int], epsilon: float) -> Any:
    """`x` less its mean, divided by its standard deviation, along `axes`."""
    axes = tuple(axes)
    centred = x - F.mean(x, axes, keepdims=True)
    return centred / F.sqrt(F.mean(centred * centred, axes, keepdims=True) + epsilon)


def _instance_normalization(call: Call, x: Any, scale: Tensor, bias: Tensor) -> Any:
    y = standardized(x, range(2, x.ndim), float(call.get("epsilon", 1e-5)))
    return y * _channels(needed(scale, "scale"), x.ndim) + _channels(needed(bias, "bias"), x.ndim)


def _group_normalization(call: Call, x: Any, scale: Tensor, bias: Tensor) -> Any:
    groups = int(call.get("num_groups", 1))
    s, b = needed(scale, "scale"), needed(bias, "bias")
    rows = F.reshape(x, (x.shape[0], groups, -1))
    y = F.reshape(standardized(rows, (2,), float(call.get("epsilon", 1e-5))), x.shape)
    if len(s) == groups and groups != x.shape[1]:  # opset 18 has a scale for each group
        s, b = (np.repeat(each, x.shape[1] // groups) for each in (s, b))
    return y * _channels(s, x.ndim) + _channels(b, x.ndim)


def _layer_normalization(call: Call, x: Any, scale: Tensor, bias: Tensor | None = None) -> Any:
    axis = int(call.get("axis", -1)) % x.ndim
    axes = tuple(range(axis, x.ndim))
    mean = F.mean(x, axes, keepdims=True)
    centred = x - mean
    deviation = F.sqrt(F.mean(centred * centred, axes, keepdims=True) + float(call.get("epsilon", 1e-5)))
    y = centred / deviation * scale
    return [y if bias is None else y + bias, mean, 1 / deviation]


def _rms_normalization(call: Call, x: Any, scale: Tensor) -> Any:
    axis = int(call.get("axis", -1)) % x.ndim
    axes = tuple(range(axis, x.ndim))
    return x / F.sqrt(F.mean(x * x, axes, keepdims=True) + float(call.get("epsilon", 1e-5))) * scale


def _mean_variance(call: Call, x: Any) -> Any:
    axes = tuple(call.ints("axes", [0, 2, 3]))
    centred = x - F.mean(x, axes, keepdims=True)
    return centred / (F.sqrt(F.mean(centred * centred, axes, keepdims=True)) + 1e-9)


def _local_response(call: Call, x: Any) -> Any:
    """Krizhevsky et al. 2012, section 3.3: the sum over neighbouring channels is a convolution of one by one."""
    size, n = int(call.get("size", 1)), x.shape[1]
    before = (size - 1) // 2
    apart = np.arange(n)[np.newaxis] - np.arange(n)[:, np.newaxis]  # of input channels from output channels
    band = ((apart >= -before) & (apart <= size - 1 - before)).astype(np.float32)
    rows, line = flat(x)
    squares = unflat(F.convolution_2d(rows * rows, band[:, :, np.newaxis, np.newaxis]), line)
    scale = float(call.get("alpha", 1e-4)) / size
    return x * (squares * scale + float(call.get("bias", 1.0))) ** -float(call.get("beta", 0.75))


def _lp_normalization(call: Call, x: Any) -> Any:
    axis, p = int(call.get("axis", -1)), int(call.get("p", 2))
    norm = F.sum(abs(x), axis, keepdims=True) if p == 1 else F.sqrt(F.sum(x * x, axis, keepdims=True))
    return x / F.maximum(norm, np.full(norm.shape, np.finfo(np.float32).tiny, np.float32))


def _along(compute: Any) -> Operator:
    def operator(call: Call, x: Any) -> Any:
        if call.get("opset", 13) >= 13:
            return compute(x, int(call.get("axis", -1)) % x.ndim)
        axis = int(call.get("axis", 1)) % max(x.ndim, 1)  # all axes from this one on, taken together
        rows = F.reshape(x, (math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))
        return F.reshape(compute(rows, 1), x.shape)

    return operator


OPERATORS: Mapping[str, Operator] = {
    "BatchNormalization": _batch_normalization,
    "GroupNormalization": _group_normalization,
    "InstanceNormalization": _instance_normalization,
    "LRN": _local_response,
    "LayerNormalization": _layer_normalization,
    "LogSoftmax": _along(lambda x, axis: F.log_softmax(x, axis)),
    "LpNormalization": _lp_normalization,
    "MeanVarianceNormalization": _mean_variance,
    "RMSNormalization": _rms_normalization,
    "Softmax": _along(lambda x, axis: F.softmax(x, axis)),
}
