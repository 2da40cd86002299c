"""Activation functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import functions as F

from ganzoo.frontends.onnx.operators.arithmetic import clip
from ganzoo.functions import greater, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.frontends.onnx.call import Call, Operator, Tensor


def _elu(call: Call, x: Tensor) -> Any:
    return F.elu(x, float(call.get("alpha", 1.0)))


def _selu(call: Call, x: Tensor) -> Any:
    alpha, gamma = call.get("alpha", 1.67326319217681884765625), call.get("gamma", 1.05070102214813232421875)
    return float(gamma) * F.elu(x, float(alpha))


def _celu(call: Call, x: Tensor) -> Any:
    alpha = float(call.get("alpha", 1.0))
    return F.relu(x) + clip(alpha * (F.exp(clip(x, None, 0) * (1 / alpha)) - 1), None, 0)


def _gelu(call: Call, x: Tensor) -> Any:
    """Hendrycks and Gimpel 2016, arXiv:1606.08415."""
    if call.text("approximate", "none") == "tanh":
        return 0.5 * x * (1 + F.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1 + F.erf(x * math.sqrt(0.5)))


def _hard_sigmoid(call: Call, x: Tensor) -> Any:
    return clip(x * float(call.get("alpha", 0.2)) + float(call.get("beta", 0.5)), 0, 1)


def _shrink(call: Call, x: Tensor) -> Any:
    bias, edge = float(call.get("bias", 0.0)), np.full((), call.get("lambd", 0.5), np.float32)
    return where(greater(x, edge), x - bias, where(greater(-edge, x), x + bias, 0 * x))


def _prelu(call: Call, x: Tensor, slope: Tensor) -> Any:
    if slope.ndim == 1 and slope.size == x.shape[1] != x.shape[-1]:  # before opset 7 it was one for each channel
        slope = slope.reshape(-1, *(1,) * (x.ndim - 2))
    return F.relu(x) - slope * F.relu(-x)


def _thresholded(call: Call, x: Tensor) -> Any:
    return where(greater(x, np.full((), call.get("alpha", 1.0), np.float32)), x, 0 * x)


def _swish(call: Call, x: Tensor) -> Any:
    alpha = float(call.get("alpha", 1.0))
    return x * F.sigmoid(x if alpha == 1 else alpha * x)


OPERATORS: Mapping[str, Operator] = {
    "Celu": _celu,
    "Elu": _elu,
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda call, x: x * clip(x / 6.0 + 0.5, 0, 1),
    "LeakyRelu": lambda call, x: F.leaky_relu(x, float(call.get("alpha", 0.01))),
    "Mish": lambda call, x: x * F.tanh(F.softplus(x)),
    "PRelu": _prelu,
    "Relu": lambda call, x: F.relu(x),
    "Selu": _selu,
    "Shrink": _shrink,
    "Sigmoid": lambda call, x: F.sigmoid(x),
    "Softplus": lambda call, x: F.softplus(x),
    "Softsign": lambda call, x: x / (1 + abs(x)),
    "Swish": _swish,
    "Tanh": lambda call, x: F.tanh(x),
    "ThresholdedRelu": _thresholded,
}
