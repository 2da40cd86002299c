"""WebDNN's scalar operators as expressions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, Const, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.export.expressions import Call, Expr
    from ganzoo.export.lowering.graph import Array


def _elu(x: Expr) -> Call:
    return call("where_gt", x, 0, x, call("sub", call("exp", call("min", x, 0)), 1))


def _power(x: Expr, exponent: float) -> Expr:
    """Of whole exponents by multiplication, for a shader's pow knows no negative base."""
    if exponent == 0.5:
        return call("sqrt", x)
    if exponent != int(exponent) or abs(exponent) > 16:
        return call("pow", x, exponent)
    if exponent < 0:
        return call("div", 1, _power(x, -exponent))
    if exponent < 2:
        return x if exponent else Const(1.0)
    half = _power(x, exponent // 2)
    return call("mul", call("mul", half, half), x) if exponent % 2 else call("mul", half, half)


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
    "ScalarAdd": lambda x, p: call("add", x[0], p["value"]),
    "ScalarMul": lambda x, p: call("mul", x[0], p["value"]),
    "ScalarPow": lambda x, p: _power(x[0], p["value"]),
    "Abs": lambda x, p: call("abs", x[0]),
    "Exp": lambda x, p: call("exp", x[0]),
    "Log": lambda x, p: call("log", x[0]),
    "Sqrt": lambda x, p: call("sqrt", x[0]),
    "Relu": lambda x, p: call("max", x[0], 0),
    "LeakyRelu": lambda x, p: call("where_gt", x[0], 0, x[0], call("mul", x[0], p["slope"])),
    "ClippedRelu": lambda x, p: _clip(x[0], 0, p["cap"]),
    "Clip": lambda x, p: _clip(x[0], p["low"], p["high"]),
    "Elu": lambda x, p: _elu(x[0]),
    "Sigmoid": lambda x, p: call("sigmoid", x[0]),
    "HardSigmoid": lambda x, p: _clip(call("add", call("mul", x[0], 0.2), 0.5), 0, 1),
    "Softplus": lambda x, p: call("div", call("softplus", call("mul", x[0], p["beta"])), p["beta"]),
    "Tanh": lambda x, p: call("tanh", x[0]),
}


def affine(operator: str, parameters: Mapping[str, Any], constants: Sequence[Array | None]) -> tuple[Any, Any] | None:
    """(scale, shift) when the operator scales and shifts its one operand that is no constant, which is None."""
    if operator == "ScalarAdd":
        return 1.0, parameters["value"]
    if operator == "ScalarMul":
        return parameters["value"], 0.0
    known = [each for each in constants if each is not None]
    if len(known) != 1 or len(constants) != 2:
        return None
    if operator == "ElementwiseAdd":
        return 1.0, known[0]
    if operator == "ElementwiseMul":
        return known[0], 0.0
    if operator == "ElementwiseDiv" and constants[0] is None:
        return 1.0 / known[0], 0.0
    return None


def constant_of(expr: Expr, args: Sequence[Array]) -> Array:
    """`expr` of constants, computed in float64 as Chainer's float32 would be at best."""
    if isinstance(expr, Arg):
        return args[expr.index]
    if isinstance(expr, Const):
        return np.float64(expr.value)  # type: ignore[return-value]
    value: Array = NUMPY[expr.operation](*(constant_of(each, args) for each in expr.operands))
    return value


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
