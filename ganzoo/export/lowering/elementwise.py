"""WebDNN's scalar operators as expressions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.export.expressions import OPERATIONS, Call, Const, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.export.expressions import Expr
    from ganzoo.export.lowering.graph import Array

    Lowered = Callable[[Sequence[Expr], Mapping[str, Any]], Expr]


def _elu(x: Expr) -> Call:
    return call("where_gt", x, 0, x, call("sub", call("exp", call("min", x, 0)), 1))


def _power(x: Expr, exponent: float) -> Expr:
    """Compute whole exponents by multiplication, because the pow of a shader takes no negative base."""
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


def _sine(x: Expr, shift: float = 0.0) -> Call:
    return call("sin", call("add", x, shift) if shift else x)


def _arcsine(x: Expr) -> Expr:
    """Twice the arctangent of half the angle's tangent, which is finite everywhere."""
    return call("mul", 2, call("atan", call("div", x, call("add", 1, call("sqrt", call("sub", 1, call("mul", x, x)))))))


def _hyperbolic(operation: str, x: Expr) -> Expr:
    return call("mul", 0.5, call(operation, call("exp", x), call("exp", call("neg", x))))


def _operation(name: str) -> Lowered:
    return lambda operands, parameters: Call(name, tuple(operands))


# An expression of the operands (first argument) and the operator's parameters (second) for each of WebDNN's names:
# of those that are one operation, by the table of operations, and of those that are put together from several
OPERATORS: Mapping[str, Lowered] = {
    **{operation.webdnn: _operation(name) for name, operation in OPERATIONS.items() if operation.webdnn},
    "Greater": lambda x, p: call("where_gt", x[0], x[1], 1, 0),
    "Scalar": lambda x, p: Call(p["operation"], (x[0],)),
    "Acos": lambda x, p: call("sub", math.pi / 2, _arcsine(x[0])),
    "Asin": lambda x, p: _arcsine(x[0]),
    "Cos": lambda x, p: _sine(x[0], math.pi / 2),
    "Cosh": lambda x, p: _hyperbolic("add", x[0]),
    "Sinh": lambda x, p: _hyperbolic("sub", x[0]),
    "Tan": lambda x, p: call("div", _sine(x[0]), _sine(x[0], math.pi / 2)),
    "ScalarAdd": lambda x, p: call("add", x[0], p["value"]),
    "ScalarMul": lambda x, p: call("mul", x[0], p["value"]),
    "ScalarPow": lambda x, p: _power(x[0], p["value"]),
    "Relu": lambda x, p: call("max", x[0], 0),
    "LeakyRelu": lambda x, p: call("where_gt", x[0], 0, x[0], call("mul", x[0], p["slope"])),
    "ClippedRelu": lambda x, p: _clip(x[0], 0, p["cap"]),
    "Clip": lambda x, p: _clip(x[0], p["low"], p["high"]),
    "Elu": lambda x, p: _elu(x[0]),
    "HardSigmoid": lambda x, p: _clip(call("add", call("mul", x[0], 0.2), 0.5), 0, 1),
    "Choose": lambda x, p: call("where_gt", x[0], 0, x[1], x[2]),
    "Softplus": lambda x, p: call("div", call("softplus", call("mul", x[0], p["beta"])), p["beta"]),
}


def affine(operator: str, parameters: Mapping[str, Any], constants: Sequence[Array | None]) -> tuple[Any, Any] | None:
    """Return (scale, shift) if the operator scales and shifts its only operand that is no constant, which is None."""
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
