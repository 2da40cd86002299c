"""Operators value by value that two or more tensors take part in, comparisons, and scalar functions."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import Variable
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, constant, float32
from ganzoo.functions import ceil, fix, floor, greater, sign, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.frontends.onnx.call import Operator, Tensor


def _unary(compute: Callable[[Any], Any]) -> Operator:
    return lambda call, x: compute(x)


def _binary(compute: Callable[[Any, Any], Any]) -> Operator:
    return lambda call, x, y: compute(x, y)


def _folded(compute: Callable[[Any, Any], Any]) -> Operator:
    return lambda call, *xs: reduce(compute, xs)


def equal(x: Tensor, y: Tensor) -> Variable:
    """1.0 where both are the same, else 0.0."""
    return 1 - greater(x, y) - greater(y, x)


def greater_or_equal(x: Tensor, y: Tensor) -> Variable:
    return 1 - greater(y, x)


def round_half_even(x: Tensor) -> Variable:
    """Halves go to the even neighbour, as ONNX and NumPy have it."""
    up = floor(x + 0.5)
    odd_half = equal(up - x, np.full((), 0.5, np.float32)) * (up - 2 * floor(up * 0.5))
    return up - odd_half


def clip(x: Tensor, low: float | None, high: float | None) -> Variable:
    """`x` between two numbers, of which one may be missing; `high` where they are in the wrong order."""
    if low is None and high is None:
        return F.identity(x)
    if low is not None and high is not None and low >= high:
        return F.minimum(F.maximum(x, np.full(x.shape, low, x.dtype)), np.full(x.shape, high, x.dtype))
    big = float(np.finfo(np.float32).max)
    return F.clip(x, -big if low is None else float(low), big if high is None else float(high))


def _clip(call: Call, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Any:
    ends = [call.get(name) if given is None else given for given, name in ((low, "min"), (high, "max"))]
    if any(isinstance(end, Variable) for end in ends):
        bounded = x if ends[0] is None else F.maximum(x, F.broadcast_to(ends[0], x.shape))
        return bounded if ends[1] is None else F.minimum(bounded, F.broadcast_to(ends[1], x.shape))
    return clip(x, *(None if end is None else float(np.asarray(end).ravel()[0]) for end in ends))


def _power(call: Call, x: Tensor, exponent: Tensor) -> Any:
    if not isinstance(exponent, Variable) and np.size(exponent) == 1:
        return x ** float(np.asarray(exponent).ravel()[0])
    return x ** float32(exponent)


def _mod(call: Call, x: Tensor, y: Tensor) -> Any:
    zero = np.zeros((), np.float32)
    times = fix(x / y)
    rest = x - where(equal(times, zero), zero, y * times)  # nothing of an infinite y is nothing
    if call.get("fmod", 0):
        return rest
    return where(greater(zero, rest * y), rest + y, rest)  # with the sign of y


def _cast(call: Call, x: Variable) -> Any:
    return cast(x, int(call.get("to", 1)))


def cast(x: Variable, to: int) -> Any:
    """`x`, which is float32 here whatever it stands for, as ONNX's type number `to`: its values, still as float32."""
    from onnx import TensorProto

    if to in (TensorProto.FLOAT, TensorProto.DOUBLE):
        return F.identity(x)
    if to == TensorProto.BOOL:
        return 1 - equal(x, np.zeros((), np.float32))
    if to in (TensorProto.INT64, TensorProto.INT32, TensorProto.INT16):
        return fix(x)
    raise RefusedError(f"it casts to {TensorProto.DataType.Name(to)}, of which a browser computes in float32 only")


def _is_infinite(call: Call, x: Tensor) -> Any:
    largest = np.full((), np.finfo(np.float32).max, np.float32)
    found = []
    if call.get("detect_positive", 1):
        found.append(greater(x, largest))
    if call.get("detect_negative", 1):
        found.append(greater(-largest, x))
    return reduce(F.add, found) if found else 0 * x


def _where(call: Call, condition: Tensor, x: Tensor, y: Tensor) -> Any:
    if not isinstance(condition, Variable):
        condition = np.asarray(condition, np.float32)
    return where(condition, float32(x), float32(y))


def _not_equal_zero(x: Tensor) -> Tensor:
    return x if isinstance(x, Variable) else np.asarray(np.asarray(x) != 0, np.float32)


def _logical(compute: Callable[[Any, Any], Any]) -> Operator:
    return lambda call, x, y: compute(_not_equal_zero(x), _not_equal_zero(y))


def _compared(compute: Callable[[Any, Any], Any]) -> Operator:
    return lambda call, x, y: compute(float32(x), float32(y))


def _dropout(call: Call, x: Tensor, ratio: Tensor | None = None, training: Tensor | None = None) -> Any:
    mode = constant(training, "training mode")
    if mode is not None and bool(np.asarray(mode).ravel()[0]) and (ratio is None or np.any(constant(ratio, "ratio"))):
        raise RefusedError("it drops values at random, as in training; export the network in inference mode")
    return [x, np.ones(x.shape, np.float32)] if call.n_outputs > 1 else F.identity(x)


OPERATORS: Mapping[str, Operator] = {
    "Abs": _unary(abs),
    "Acos": _unary(F.arccos),
    "Acosh": _unary(lambda x: F.log(x + F.sqrt(x * x - 1))),
    "Add": _compared(lambda x, y: x + y),
    "And": _logical(lambda x, y: x * y),
    "Asin": _unary(F.arcsin),
    "Asinh": _unary(lambda x: sign(x) * F.log(abs(x) + F.sqrt(x * x + 1))),
    "Atan": _unary(F.arctan),
    "Atanh": _unary(lambda x: 0.5 * F.log((1 + x) / (1 - x))),
    "Cast": _cast,
    "Ceil": _unary(ceil),
    "Clip": _clip,
    "Cos": _unary(F.cos),
    "Cosh": _unary(lambda x: 0.5 * (F.exp(x) + F.exp(-x))),
    "Div": _compared(lambda x, y: x / y),
    "Dropout": _dropout,
    "Equal": _compared(equal),
    "Erf": _unary(F.erf),
    "Exp": _unary(F.exp),
    "Floor": _unary(floor),
    "Greater": _compared(greater),
    "GreaterOrEqual": _compared(greater_or_equal),
    "Identity": _unary(F.identity),
    "IsInf": _is_infinite,
    "Less": _compared(lambda x, y: greater(y, x)),
    "LessOrEqual": _compared(lambda x, y: greater_or_equal(y, x)),
    "Log": _unary(F.log),
    "Max": _folded(F.maximum),
    "Mean": lambda call, *xs: reduce(F.add, xs) / float(len(xs)),
    "Min": _folded(F.minimum),
    "Mod": _mod,
    "Mul": _compared(lambda x, y: x * y),
    "Neg": _unary(lambda x: -x),
    "Not": _unary(lambda x: 1 - x),
    "Or": _logical(F.maximum),
    "Pow": _power,
    "Reciprocal": _unary(lambda x: 1 / x),
    "Round": _unary(round_half_even),
    "Sign": _unary(sign),
    "Sin": _unary(F.sin),
    "Sinh": _unary(lambda x: 0.5 * (F.exp(x) - F.exp(-x))),
    "Sqrt": _unary(F.sqrt),
    "Sub": _compared(lambda x, y: x - y),
    "Sum": _folded(F.add),
    "Tan": _unary(lambda x: F.sin(x) / F.cos(x)),
    "Where": _where,
    "Xor": _logical(lambda x, y: abs(x - y)),
}
