"""Convert sums, means and extremes, and the normalizations that are made of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from webdnn.graph.axis import Axis
from webdnn.graph.operators.exp import Exp
from webdnn.graph.operators.log import Log
from webdnn.graph.operators.max import Max
from webdnn.graph.operators.min import Min
from webdnn.graph.operators.sum import Sum
from webdnn.graph.order import Order

from ganzoo.export.tracing.axes import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from webdnn.graph.variable import Variable


def _reduced(Op: Any, x: Variable, axes: Sequence[int] | None, keepdims: bool = True) -> Variable:
    chosen = [x.order.axes[i] for i in _all(x, axes)]
    for axis in chosen:
        if x.shape_dict[axis] > 1:
            (x,) = Op(None, axis=axis)(x)
    return x if keepdims else x.squeeze(chosen)


def _all(x: Variable, axes: Sequence[int] | None) -> Sequence[int]:
    return range(x.ndim) if axes is None else axes


def _mean(x: Variable, axes: Sequence[int] | None, keepdims: bool = True) -> Variable:
    return _reduced(Sum, x, axes, keepdims) * (1 / math.prod(x.shape[i] for i in _all(x, axes)))


def _log_of_sum(x: Variable, axes: Sequence[int] | None) -> Variable:
    """Return log(sum(exp(x))) without overflow."""
    highest = _reduced(Max, x, axes)
    (exps,) = Exp(None)(x - highest)
    return Log(None)(_reduced(Sum, exps, axes))[0] + highest


def _log_sum_exp(f: Any, x: Variable) -> Variable:
    y = _log_of_sum(x, f.axis)
    return y.squeeze([y.order.axes[i] for i in _all(y, f.axis)])


def _standardized(x: Variable, axes: Sequence[int], eps: float) -> Variable:
    centred = x - _mean(x, axes)
    return centred / (_mean(centred**2, axes) + eps) ** 0.5


def _of(x: Variable, keys: Sequence[int], *parameters: Variable) -> list[Variable]:
    """Return `parameters` with the dimensions `keys` of `x`."""
    return [named(p, [x.order.axes[key] for key in keys], x) for p in parameters]


def _batch_normalization(f: Any, x: Variable, *parameters: Variable) -> Variable:
    """Normalize with fixed statistics, or with those of one picture; `check_alone` refuses those of several."""
    if f.key_axis == (1,):  # what WebDNN's optimiser looks for
        x = named(x, (Axis.N, Axis.C, *(None for _ in x.shape[2:])))
    gamma, beta, *fixed = _of(x, f.key_axis, *parameters)
    if not fixed:
        return _standardized(x, f.axis, f.eps) * gamma + beta
    mean, variance = fixed
    return (x - mean) / ((variance + f.eps) ** 0.5) * gamma + beta


def _group_normalization(f: Any, x: Variable, *parameters: Variable) -> Variable:
    gamma, beta = _of(x, (1,), *parameters)
    n = x.shape[0]
    groups = x.reshape([n, f.groups, x.size // (n * f.groups)], Order([None] * 3))
    return _standardized(groups, (2,), f.eps).reshape(x.shape, x.order) * gamma + beta


def _layer_normalization(f: Any, x: Variable, *parameters: Variable) -> Variable:
    gamma, beta = _of(x, (1,), *parameters)
    return _standardized(x, (1,), f.eps) * gamma + beta


FUNCTIONS: Mapping[str, Callable[..., Variable]] = {
    "BatchNormalization": _batch_normalization,
    "FixedBatchNormalization": _batch_normalization,
    "GroupNormalization": _group_normalization,
    "LayerNormalization": _layer_normalization,
    "LogSoftmax": lambda f, x: x - _log_of_sum(x, (f.axis,)),
    "LogSumExp": _log_sum_exp,
    "Max": lambda f, x: _reduced(Max, x, f.axis, f.keepdims),
    "Mean": lambda f, x: _mean(x, f.axis, f.keepdims),
    "Min": lambda f, x: _reduced(Min, x, f.axis, f.keepdims),
    "NormalizeL2": lambda f, x: x / (_reduced(Sum, x**2, f.axis) ** 0.5 + f.eps),
    "Sum": lambda f, x: _reduced(Sum, x, f.axis, f.keepdims),
}
