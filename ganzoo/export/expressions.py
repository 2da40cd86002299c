"""Scalar expressions: what an elementwise step or a fused activation computes, in no language yet.

An expression is written once; a backend renders it with a table of templates, one for each operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Every operation with the number of its operands. `where_gt(a, b, c, d)` is c where a > b, else d.
OPERATIONS: Mapping[str, int] = {
    "add": 2,
    "sub": 2,
    "mul": 2,
    "div": 2,
    "max": 2,
    "min": 2,
    "pow": 2,
    "neg": 1,
    "abs": 1,
    "exp": 1,
    "log": 1,
    "sqrt": 1,
    "tanh": 1,
    "sigmoid": 1,
    "softplus": 1,  # log(1 + exp(x)), without overflow
    "where_gt": 4,
}


@dataclass(frozen=True)
class Arg:
    """The value of a step's input number `index`; in an activation, 0 is the value that the step computed."""

    index: int


@dataclass(frozen=True)
class Const:
    value: float


@dataclass(frozen=True)
class Call:
    """`operation` of `operands`; see `OPERATIONS`."""

    operation: str
    operands: tuple[Expr, ...]

    def __post_init__(self) -> None:
        if len(self.operands) != OPERATIONS[self.operation]:
            raise ValueError(f"{self.operation} takes {OPERATIONS[self.operation]} operands")


Expr = Arg | Const | Call
X = Arg(0)


def call(operation: str, *operands: Expr | float) -> Call:
    """`Call` with plain numbers allowed among the operands."""
    return Call(operation, tuple(Const(float(each)) if isinstance(each, (int, float)) else each for each in operands))


def substitute(expr: Expr, values: Sequence[Expr]) -> Expr:
    """`expr` with `Arg(i)` replaced by `values[i]`."""
    if isinstance(expr, Arg):
        return values[expr.index]
    if isinstance(expr, Call):
        return Call(expr.operation, tuple(substitute(each, values) for each in expr.operands))
    return expr


def render(expr: Expr, templates: Mapping[str, str], args: Sequence[str], const: str = "{}") -> str:
    """`expr` as source: `templates` has a format string for each operation, `const` one for a number.

    `args` are the names that stand for the inputs. Raises `KeyError` for an operation without template.
    """
    if isinstance(expr, Arg):
        return args[expr.index]
    if isinstance(expr, Const):
        return const.format(repr(expr.value))
    return templates[expr.operation].format(*(render(each, templates, args, const) for each in expr.operands))
