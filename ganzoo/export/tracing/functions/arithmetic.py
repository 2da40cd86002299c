"""Convert functions that work value by value.

Unlike WebDNN's own, these broadcast by position and take NumPy's numbers.
"""

from __future__ import annotations

import math
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph.operators.exp import Exp
from webdnn.graph.operators.leaky_relu import LeakyRelu
from webdnn.graph.operators.log import Log
from webdnn.graph.operators.relu import Relu
from webdnn.graph.operators.sigmoid import Sigmoid
from webdnn.graph.order import Order
from webdnn.graph.variables.constant_variable import ConstantVariable

from ganzoo.export.tracing.axes import aligned, named
from ganzoo.export.tracing.operators import Choose, Clip, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from webdnn.graph.variable import Variable


def _broadcasting(compute: Callable[..., Variable]) -> Callable[..., Variable]:
    return lambda f, *xs: compute(*aligned(*xs))


def _larger(x: Variable, y: Variable) -> Variable:
    first = x > y
    return x * first + y * (1 - first)


def _smaller(x: Variable, y: Variable) -> Variable:
    first = y > x
    return x * first + y * (1 - first)


def _clip(f: Any, x: Variable) -> Variable:
    low, high = (-math.inf if f.x_min is None else f.x_min), (math.inf if f.x_max is None else f.x_max)
    return Clip(None, low=float(low), high=float(high))(x)[0]


def _parameter(x: Variable, w: Variable) -> Variable:
    """Return `w` with the dimensions of `x` after the batch, as many as it has."""
    if w.ndim == 0:
        return w.reshape([1], Order([x.order.axes[1]]))
    return named(w, x.order.axes[1 : 1 + w.ndim], x)


def _prelu(f: Any, x: Variable, w: Variable) -> Variable:
    return Relu(None)(x)[0] - _parameter(x, w) * Relu(None)(-x)[0]


def _swish(f: Any, x: Variable, beta: Variable) -> Variable:
    return x * Sigmoid(None)(x * _parameter(x, beta))[0]


def _constant_power(f: Any, x: Variable) -> Variable:
    if np.ndim(f.value) or f.value <= 0:
        raise NotImplementedError("only powers of positive numbers are supported.")
    return Exp(None)(x * math.log(f.value))[0]


def _select(*xs: Variable) -> Variable:
    (y,) = Choose(None)(*xs)
    return y


def _where(f: Any, x: Variable, y: Variable) -> Variable:
    """With a condition that is an array: `check_alone` makes sure that it is the same for all pictures."""
    condition = np.asarray(f.condition, np.float32)
    return _select(*aligned(ConstantVariable(condition, Order([None] * condition.ndim)), x, y))


def _scalar(operation: str) -> Callable[..., Variable]:
    return lambda f, x: Scalar(None, operation=operation)(x)[0]


def _unchanged(f: Any, x: Variable) -> Variable:
    dtype = f.outputs[0]().dtype
    if dtype != np.float32:
        raise NotImplementedError(f"values must be float32, not {dtype}.")
    return x


FUNCTIONS: Mapping[str, Callable[..., Variable]] = {
    "Add": _broadcasting(add),
    "AddConstant": lambda f, x: x + float(f.value),
    "Cast": _unchanged,
    "Clip": _clip,
    "Copy": _unchanged,
    "Div": _broadcasting(lambda x, y: x / y),
    "DivFromConstant": lambda f, x: float(f.value) / x,
    "Erf": _scalar("erf"),
    "Expm1": lambda f, x: Exp(None)(x)[0] - 1,
    "Floor": _scalar("floor"),
    "Greater": _broadcasting(lambda x, y: x > y),
    "Identity": _unchanged,
    "LinearInterpolate": _broadcasting(lambda p, x, y: p * x + (1 - p) * y),
    "Log1p": lambda f, x: Log(None)(x + 1)[0],
    "Maximum": _broadcasting(_larger),
    "Minimum": _broadcasting(_smaller),
    "Mul": _broadcasting(lambda x, y: x * y),
    "MulConstant": lambda f, x: x * float(f.value),
    "MultiAdd": _broadcasting(lambda *xs: reduce(add, xs)),
    "PReLUFunction": _prelu,
    "PowConstVar": _constant_power,
    "PowVarConst": lambda f, x: x ** float(f.value),
    "PowVarVar": _broadcasting(lambda x, y: x**y),
    "RReLU": lambda f, x: LeakyRelu(None, slope=float((f.lower + f.upper) / 2))(x)[0],  # as in test mode
    "Select": _broadcasting(_select),
    "Square": lambda f, x: x**2,
    "SquaredError": _broadcasting(lambda x, y: (x - y) ** 2),
    "Sub": _broadcasting(lambda x, y: x - y),
    "SubFromConstant": lambda f, x: float(f.value) - x,
    "Swish": _swish,
    "Where": _where,
}
