"""WebDNN's scalar operators as expressions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, Const, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.expressions import Call, Expr
    from ganzoo.export.lowering.graph import Array, Value


@dataclass(frozen=True, eq=False)
class Leaf:
    """What an expression reads: a value or a constant, of the rank of the whole; dimensions of 1 are broadcast.

    `variable` is WebDNN's, None for a constant.
    """

    value: Value | Array
    variable: Any = None


@dataclass(frozen=True, eq=False)
class Pending:
    """A variable that is an expression of leaves and not yet computed; `absorbed` are the operators it came from."""

    expr: Expr
    leaves: tuple[Leaf, ...]
    shape: tuple[int, ...]
    absorbed: frozenset[Any]


def _elu(x: Expr) -> Call:
    return call("where_gt", x, 0, x, call("sub", call("exp", call("min", x, 0)), 1))


def _power(x: Expr, exponent: float) -> Expr:
    if exponent == 2:
        return call("mul", x, x)
    if exponent == 0.5:
        return call("sqrt", x)
    if exponent == -1:
        return call("div", 1, x)
    if exponent == int(exponent) > 2:  # not pow, which knows no negative base
        return call("mul", x, _power(x, exponent - 1))
    return call("pow", x, exponent)


def _clip(x: Expr, low: float, high: float) -> Expr:
    x = x if low == -math.inf else call("max", x, low)
    return x if high == math.inf else call("min", x, high)


# An expression of the operands (first argument) and the operator's parameters (second) for each of WebDNN's names
OPERATORS: Mapping[str, Callable[[list[Expr], Mapping[str, Any]], Expr]] = {
    "ElementwiseAdd": lambda x, p: call("add", *x),
    "ElementwiseMul": lambda x, p: call("mul", *x),
    "ElementwiseDiv": lambda x, p: call("div", *x),
    "ElementwisePow": lambda x, p: call("pow", *x),
    "Greater": lambda x, p: call("where_gt", *x, 1, 0),
    "Maximum": lambda x, p: call("max", *x),
    "Minimum": lambda x, p: call("min", *x),
    "PRelu": lambda x, p: call("where_gt", x[0], 0, x[0], call("mul", x[0], x[1])),
    "ScalarAdd": lambda x, p: call("add", x[0], p["value"]),
    "ScalarMul": lambda x, p: call("mul", x[0], p["value"]),
    "ScalarAffine": lambda x, p: call("add", call("mul", x[0], p["scale"]), p["bias"]),
    "ScalarPow": lambda x, p: _power(x[0], p["value"]),
    "Abs": lambda x, p: call("abs", x[0]),
    "Exp": lambda x, p: call("exp", x[0]),
    "Log": lambda x, p: call("log", x[0]),
    "Sqrt": lambda x, p: call("sqrt", x[0]),
    "Rsqrt": lambda x, p: call("div", 1, call("sqrt", x[0])),
    "Relu": lambda x, p: call("max", x[0], 0),
    "LeakyRelu": lambda x, p: call("where_gt", x[0], 0, x[0], call("mul", x[0], p["slope"])),
    "ClippedRelu": lambda x, p: _clip(x[0], 0, p["cap"]),
    "Clip": lambda x, p: _clip(x[0], p["low"], p["high"]),
    "ThresholdRelu": lambda x, p: call("where_gt", x[0], p["threshold"], x[0], 0),
    "Elu": lambda x, p: _elu(x[0]),
    "Sigmoid": lambda x, p: call("sigmoid", x[0]),
    "HardSigmoid": lambda x, p: _clip(call("add", call("mul", x[0], 0.2), 0.5), 0, 1),
    "Softplus": lambda x, p: call("div", call("softplus", call("mul", x[0], p["beta"])), p["beta"]),
    "Softsign": lambda x, p: call("div", x[0], call("add", call("abs", x[0]), 1)),
    "Tanh": lambda x, p: call("tanh", x[0]),
}


def affine(operator: str, parameters: Mapping[str, Any], constant: Array | None, first: bool) -> Any:
    """(scale, shift) when the operator is that of its one operand that is no constant; else None.

    `constant` is the other operand, None where there is none; `first` tells whether it is the first one.
    """
    if constant is None:
        return {
            "ScalarAdd": lambda: (1.0, parameters["value"]),
            "ScalarMul": lambda: (parameters["value"], 0.0),
            "ScalarAffine": lambda: (parameters["scale"], parameters["bias"]),
        }.get(operator, lambda: None)()
    if operator == "ElementwiseAdd":
        return 1.0, constant
    if operator == "ElementwiseMul":
        return constant, 0.0
    if operator == "ElementwiseDiv" and not first:
        return 1.0 / constant, 0.0
    return None


def constant_of(expr: Expr, args: list[Array]) -> Array:
    """`expr` of constants, computed in float64 as Chainer's float32 would be at best."""
    if isinstance(expr, Arg):
        return args[expr.index]
    if isinstance(expr, Const):
        return np.float64(expr.value)  # type: ignore[return-value]
    return NUMPY[expr.operation](*(constant_of(each, args) for each in expr.operands))


NUMPY: Mapping[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "pow": np.power,
    "neg": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),
    "softplus": lambda x: np.logaddexp(0, x),
    "where_gt": lambda a, b, c, d: np.where(a > b, c, d),
}
