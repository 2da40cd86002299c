"""What every converter needs of a plan: parameters unpacked, the padding that it leaves unsaid, activations known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Arg, Call, Const, Expr
from ganzoo.export.plan import Elementwise, pad4

if TYPE_CHECKING:
    from ganzoo.export.plan import Step, Tensor, Weight
    from ganzoo.specs import FloatArray

    Shape = tuple[int, ...]


class CannotExpressError(Exception):
    """Raised within a step's conversion; `refusal` adds layer and operator."""


def refusal(step: Step, library: str, reason: object) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(
        f"{type(step).__name__} (layer {step.layer}) cannot be converted for {library}: {reason}.",
        f"Leave {library} out for this network.",
    )


def check_inputs(step: Step) -> None:
    """Only an elementwise step is known to take constants."""
    if not isinstance(step, Elementwise) and any(tensor.weight for tensor in step.inputs):
        raise CannotExpressError("its input is a constant, not an activation")


def matrix(weight: Weight) -> FloatArray:
    """(K, M) of a matrix in panels."""
    rows = weight.array.shape[1]
    return weight.array.transpose(1, 0, 2).reshape(rows, -1)[:, : weight.columns]


def vector(weight: Weight) -> FloatArray:
    return weight.array[: weight.columns]


def constant(tensor: Tensor) -> FloatArray:
    """(h, w, c) of a constant."""
    assert tensor.weight is not None
    return tensor.weight.array.reshape(tensor.h, tensor.w, pad4(tensor.c))[:, :, : tensor.c]


def end_padding(n_in: int, n_out: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """How far the last of `n_out` windows reaches beyond the input; negative where it ends inside."""
    return (n_out - 1) * stride + dilation * (kernel - 1) + 1 - n_in - padding


def used(expr: Expr) -> set[int]:
    """The inputs that `expr` depends on."""
    if isinstance(expr, Call):
        return set().union(*map(used, expr.operands))
    return {expr.index} if isinstance(expr, Arg) else set()


def known(expr: Expr) -> tuple[str, Expr, dict[str, float]] | None:
    """(name, operand, parameters) of an activation that libraries have an operator for; None for any other.

    relu; leaky_relu (alpha); elu (alpha 1); clip (min, max). Those of one operation go by that operation's name.
    """
    match expr:
        case Call("min", (Call("max", (x, Const(low))), Const(high))):
            return "clip", x, {"min": low, "max": high}
        case Call("max", (x, Const(0.0))):
            return "relu", x, {}
        case Call("where_gt", (x, Const(0.0), y, Call("mul", (z, Const(slope))))) if x == y == z:
            return "leaky_relu", x, {"alpha": slope}
        case Call("where_gt", (x, Const(0.0), y, Call("sub", (Call("exp", (inner,)), Const(1.0))))) if x == y:
            return ("elu", x, {}) if inner == Call("min", (x, Const(0.0))) else None
        case Call(operation, (x,)):
            return operation, x, {}
    return None
