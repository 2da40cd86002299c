"""Read a plan for a converter: unpack the parameters, compute the padding at the end, and recognise activations."""

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
    """A library cannot express a step. `refusal` adds the names of layer and operator."""


def refusal(step: Step, library: str, reason: object) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(
        f"{type(step).__name__} (layer {step.layer}) cannot be converted for {library}: {reason}.",
        f"Leave {library} out for this network.",
    )


def check_inputs(step: Step) -> None:
    """Raise `CannotExpressError` if a step that is not elementwise has a constant as input."""
    if not isinstance(step, Elementwise) and any(tensor.weight for tensor in step.inputs):
        raise CannotExpressError("its input is a constant, not an activation")


def matrix(weight: Weight) -> FloatArray:
    """Return a matrix that is stored in panels as an array (K, M)."""
    return weight.array.transpose(1, 0, 2).reshape(weight.shape[1], -1)[:, : weight.columns]


def vector(weight: Weight) -> FloatArray:
    return weight.array[: weight.columns]


def constant(tensor: Tensor) -> FloatArray:
    """Return a constant as an array (h, w, c)."""
    assert tensor.weight is not None
    return tensor.weight.array.reshape(tensor.h, tensor.w, pad4(tensor.c))[:, :, : tensor.c]


def end_padding(n_in: int, n_out: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Return how far the last of `n_out` windows reaches beyond the input; negative if it ends inside."""
    return (n_out - 1) * stride + dilation * (kernel - 1) + 1 - n_in - padding


def used(expr: Expr) -> set[int]:
    """Return the numbers of the inputs that `expr` depends on."""
    if isinstance(expr, Call):
        return set().union(*map(used, expr.operands))
    return {expr.index} if isinstance(expr, Arg) else set()


def known(expr: Expr) -> tuple[str, Expr, dict[str, float]] | None:
    """Return (name, operand, parameters) of an activation that libraries have an operator for, None for any other.

    The names are relu, leaky_relu (alpha), elu (alpha is 1), clip (min, max), and those of single operations.
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
