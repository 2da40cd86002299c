"""Scalar expressions: what an elementwise step or a fused activation computes, in no language yet.

An expression is written once. Each backend renders it in its own `Language`: a template for each operation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt


@dataclass(frozen=True)
class Operation:
    """A scalar operation: the number of its operands, and its definition, which takes and returns NumPy arrays.

    `webdnn` is the class of WebDNN's operator that is this operation of its inputs x0, x1, ... and has no parameters,
    "" where there is none.
    """

    arity: int
    compute: Callable[..., Any]
    webdnn: str = ""


_erf = np.vectorize(math.erf, otypes=[float])

# To add an operation: a row here, and a template in the language of each backend
OPERATIONS: Mapping[str, Operation] = {
    "add": Operation(2, np.add, "ElementwiseAdd"),
    "sub": Operation(2, np.subtract),
    "mul": Operation(2, np.multiply, "ElementwiseMul"),
    "div": Operation(2, np.divide, "ElementwiseDiv"),
    "max": Operation(2, np.maximum),
    "min": Operation(2, np.minimum),
    "pow": Operation(2, np.power, "ElementwisePow"),
    "neg": Operation(1, np.negative),
    "abs": Operation(1, np.abs, "Abs"),
    "exp": Operation(1, np.exp, "Exp"),
    "log": Operation(1, np.log, "Log"),
    "sqrt": Operation(1, np.sqrt, "Sqrt"),
    "floor": Operation(1, np.floor),
    "sin": Operation(1, np.sin, "Sin"),
    "atan": Operation(1, np.arctan, "Atan"),
    "erf": Operation(1, lambda x: _erf(x).astype(x.dtype)),
    "tanh": Operation(1, np.tanh, "Tanh"),
    "sigmoid": Operation(1, lambda x: 0.5 + 0.5 * np.tanh(0.5 * x), "Sigmoid"),
    # log(1 + exp(x)), without overflow
    "softplus": Operation(1, lambda x: np.logaddexp(0, x)),
    # c where a > b, else d
    "where_gt": Operation(4, lambda a, b, c, d: np.where(a > b, c, d)),
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
        arity = OPERATIONS[self.operation].arity
        if len(self.operands) != arity:
            raise ValueError(f"{self.operation} takes {arity} operands")


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


def evaluate(expr: Expr, args: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """`expr` of arrays that broadcast, in their own dtype: what every backend is held to."""
    if isinstance(expr, Arg):
        return args[expr.index]
    if isinstance(expr, Const):
        return np.asarray(expr.value)
    value: npt.NDArray[Any] = OPERATIONS[expr.operation].compute(*(evaluate(each, args) for each in expr.operands))
    return value


@dataclass(frozen=True)
class Language:
    """How a backend writes expressions: a format string for each operation in `templates`, `number` for a constant."""

    backend: str
    templates: Mapping[str, str]
    number: str = "{}"

    def render(self, expr: Expr, args: Sequence[str], layer: str) -> str:
        """`expr` as source. `args` are the names that stand for the inputs; `layer` is whose expression it is.

        Raises `UnsupportedOperatorError` naming layer, operation and backend where a template is missing.
        """
        if isinstance(expr, Arg):
            return args[expr.index]
        if isinstance(expr, Const):
            return self.number.format(repr(expr.value))
        if expr.operation not in self.templates:
            raise UnsupportedOperatorError(
                f"Layer {layer}: the backend {self.backend} has no template for the operation {expr.operation}.",
                "Export without this backend, or express the layer with other operators.",
            )
        operands = (self.render(each, args, layer) for each in expr.operands)
        return self.templates[expr.operation].format(*operands)
