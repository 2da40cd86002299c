"""Products of matrices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import Variable
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, float32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Operator, Tensor


def matmul(a: Tensor, b: Tensor) -> Any:
    """NumPy's `a @ b`: vectors become rows and columns, leading axes are broadcast."""
    a, b = float32(a), float32(b)
    row, column = a.ndim == 1, b.ndim == 1
    a = F.reshape(a, (1, a.size)) if row else a
    b = F.reshape(b, (b.size, 1)) if column else b
    leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    shape = (*leading, a.shape[-2], b.shape[-1])
    if b.ndim == 2 or math.prod(b.shape[:-2]) == 1:  # the same matrix for all rows
        rows = F.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
        y = F.reshape(F.matmul(rows, F.reshape(b, b.shape[-2:])), (*a.shape[:-1], b.shape[-1]))
        y = F.reshape(y, shape)
    else:
        stack = math.prod(leading)
        whole = [F.broadcast_to(x, (*leading, *x.shape[-2:])) for x in (a, b)]
        y = F.matmul(*(F.reshape(x, (stack, *x.shape[-2:])) for x in whole))
        y = F.reshape(y, shape)
    dropped = {len(shape) - 2} if row else set()
    dropped |= {len(shape) - 1} if column else set()
    return F.reshape(y, tuple(n for i, n in enumerate(shape) if i not in dropped)) if dropped else y


def _gemm(call: Call, a: Any, b: Any, c: Any = None) -> Any:
    a, b = (
        x if not call.get(flag, 0) else F.transpose(x) if isinstance(x, Variable) else np.ascontiguousarray(x.T)
        for x, flag in ((a, "transA"), (b, "transB"))
    )
    alpha, beta = float(call.get("alpha", 1.0)), float(call.get("beta", 1.0))
    y = matmul(a, b)
    y = y if alpha == 1 else y * alpha
    if c is None or beta == 0:
        return y
    return y + (c if beta == 1 else c * beta)


def _einsum(call: Call, *xs: Tensor) -> Any:
    """One or two operands whose letters occur once in each; "..." as leading axes is not supported with letters cut."""
    equation = call.text("equation", "").replace(" ", "")
    left, _, right = equation.partition("->")
    terms = left.split(",")
    if "->" not in equation:
        letters = sorted(set(left) - set(",."))
        right = ("..." if "..." in left else "") + "".join(each for each in letters if left.count(each) == 1)
    terms, right = _spelled(terms, right, [x.ndim for x in xs])
    operands = [_diagonal(x, term) for x, term in zip(xs, terms, strict=True)]
    while len(operands) > 1:
        (a, first), (b, second), *others = operands
        kept = set(right).union(*(term for _, term in others))
        operands = [_contracted(a, first, b, second, kept), *others]
    x, term = operands[0]
    summed = tuple(i for i, letter in enumerate(term) if letter not in right)
    x = F.sum(x, summed) if summed else x
    term = "".join(letter for letter in term if letter in right)
    return F.transpose(x, tuple(term.index(letter) for letter in right)) if term != right else F.identity(x)


def _spelled(terms: Sequence[str], right: str, ndims: Sequence[int]) -> tuple[list[str], str]:
    """The terms with letters of their own for "..."."""
    free = [chr(code) for code in range(0x100, 0x120)]
    most = 0
    spelled = []
    for term, ndim in zip(terms, ndims, strict=True):
        count = ndim - len(term.replace("...", "")) if "..." in term else 0
        most = max(most, count)
        spelled.append(term.replace("...", "".join(free[:count][::-1])))
    return spelled, right.replace("...", "".join(free[:most][::-1]))


def _diagonal(x: Any, term: str) -> tuple[Any, str]:
    """`x` where letters that occur twice run together."""
    for letter in sorted(set(term)):
        while term.count(letter) > 1:
            i, j = (place for place, each in enumerate(term) if each == letter) if term.count(letter) == 2 else (0, 0)
            if i == j:
                raise RefusedError(f"a letter occurs more than twice in {term}")
            mask = np.eye(x.shape[i], dtype=np.float32)
            shape = [x.shape[k] if k in (i, j) else 1 for k in range(x.ndim)]
            x = F.sum(x * mask.reshape(shape), j)
            term = term[:j] + term[j + 1 :]
    return x, term


def _contracted(a: Any, first: str, b: Any, second: str, kept: set[str]) -> tuple[Any, str]:
    """The product of two operands over the letters that they share and nobody else needs."""
    shared = [letter for letter in first if letter in second]
    stack = [letter for letter in shared if letter in kept]
    inner = [letter for letter in shared if letter not in kept]
    rows = [letter for letter in first if letter not in second]
    columns = [letter for letter in second if letter not in first]
    sizes = {**dict(zip(first, a.shape, strict=True)), **dict(zip(second, b.shape, strict=True))}

    def grouped(x: Any, term: str, *groups: list[str]) -> Any:
        order = tuple(term.index(letter) for group in groups for letter in group)
        x = F.transpose(x, order) if order != tuple(range(len(order))) else x
        return F.reshape(x, tuple(math.prod(sizes[letter] for letter in group) for group in groups))

    y = matmul(grouped(a, first, stack, rows, inner), grouped(b, second, stack, inner, columns))
    term = "".join([*stack, *rows, *columns])
    return F.reshape(y, tuple(sizes[letter] for letter in term)), term


OPERATORS: Mapping[str, Operator] = {
    "Einsum": _einsum,
    "Gemm": _gemm,
    "MatMul": lambda call, a, b: matmul(a, b),
}
