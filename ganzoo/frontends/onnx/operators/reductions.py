"""Sums, means, norms and extremes along axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, integers
from ganzoo.functions import greater, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.frontends.onnx.call import Operator, Tensor

MOST = 64  # elements along an axis that are multiplied by halves
MOST_TAKEN = 32  # elements that TopK takes, each by steps of its own


def _reduced(compute: Callable[[Any, tuple[int, ...]], Any]) -> Operator:
    """The operator of `compute`, which keeps the axes that it reduces."""

    def operator(call: Call, x: Any, axes: Tensor | None = None) -> Any:
        given = integers(axes, "axes")
        chosen = call.ints("axes") if given is None else given
        if not chosen and call.get("noop_with_empty_axes", 0):
            return F.identity(x) if compute not in NOT_NOOP else compute(x, ())
        places = tuple(sorted({axis % x.ndim for axis in chosen})) if chosen else tuple(range(x.ndim))
        y = compute(x, places)
        if call.get("keepdims", 1):
            return y
        return F.reshape(y, tuple(n for i, n in enumerate(y.shape) if i not in places))

    return operator


def _sum(x: Any, axes: tuple[int, ...]) -> Any:
    return F.sum(x, axes, keepdims=True) if axes else F.identity(x)


def _l1(x: Any, axes: tuple[int, ...]) -> Any:
    return _sum(abs(x), axes)


def _l2(x: Any, axes: tuple[int, ...]) -> Any:
    return F.sqrt(_sum(x * x, axes))


def _log_sum(x: Any, axes: tuple[int, ...]) -> Any:
    return F.log(_sum(x, axes))


def _sum_square(x: Any, axes: tuple[int, ...]) -> Any:
    return _sum(x * x, axes)


def _log_sum_exp(x: Any, axes: tuple[int, ...]) -> Any:
    if not axes:
        return F.identity(x)
    highest = F.max(x, axes, keepdims=True)
    return F.log(F.sum(F.exp(x - F.broadcast_to(highest, x.shape)), axes, keepdims=True)) + highest


def _product(x: Any, axes: tuple[int, ...]) -> Any:
    for axis in axes:
        if x.shape[axis] > MOST:
            raise RefusedError(f"it multiplies {x.shape[axis]} elements, more than {MOST}")
        while (n := x.shape[axis]) > 1:
            first, second, rest = (
                F.get_item(x, (slice(None),) * axis + (cut,))
                for cut in (slice(0, n // 2), slice(n // 2, n // 2 * 2), slice(n // 2 * 2, n))
            )
            x = first * second if n % 2 == 0 else F.concat([first * second, rest], axis)
    return x


NOT_NOOP = (_l1, _l2, _log_sum, _sum_square)  # they compute even where nothing is reduced


def _arg(sign: float) -> Operator:
    def operator(call: Call, x: Any) -> Any:
        axis = int(call.get("axis", 0)) % x.ndim
        n = x.shape[axis]
        x = x * sign
        best = F.broadcast_to(F.max(x, axis, keepdims=True), x.shape)
        last = bool(call.get("select_last_index", 0))
        places = np.arange(n, dtype=np.float32).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
        places = np.broadcast_to(places, x.shape)
        beyond = np.full(x.shape, -1 if last else n, np.float32)
        candidates = where(greater(best, x), beyond, places)
        found = (F.max if last else F.min)(candidates, axis, keepdims=True)
        return found if call.get("keepdims", 1) else F.reshape(found, x.shape[:axis] + x.shape[axis + 1 :])

    return operator


def _hardmax(call: Call, x: Any) -> Any:
    axis = int(call.get("axis", -1)) % x.ndim
    first = _arg(1.0)(Call("ArgMax", call.name, {"axis": axis}, 1), x)
    places = np.arange(x.shape[axis], dtype=np.float32).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    return 1 - greater(first, places) - greater(places, first)


def _top(call: Call, x: Any, k: Tensor | None = None) -> Any:
    """The largest, the next one, and so on: each time the first of those that are left. [values, places]."""
    count = (integers(k, "number") or [int(call.get("k", 1))])[0]
    axis = int(call.get("axis", -1)) % x.ndim
    n = x.shape[axis]
    if not 1 <= count <= min(n, MOST_TAKEN):
        raise RefusedError(f"it takes {count} elements, not 1 to {min(n, MOST_TAKEN)}")
    sign = 1.0 if call.get("largest", 1) else -1.0
    places = np.arange(n, dtype=np.float32).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    places = np.broadcast_to(places, x.shape)
    gone = np.full((), -np.finfo(np.float32).max, np.float32)
    left = x * sign
    values, found = [], []
    for _ in range(count):
        best = F.max(left, axis, keepdims=True)
        beaten = greater(F.broadcast_to(best, x.shape), left)
        place = F.min(where(beaten, np.full(x.shape, n, np.float32), places), axis, keepdims=True)
        others = greater(place, places) + greater(places, place)
        left = where(others, left, gone)
        values.append(best * sign)
        found.append(place)
    return [F.concat(values, axis), F.concat(found, axis)]


def _cum_sum(call: Call, x: Any, axis: Tensor) -> Any:
    place = (integers(axis, "axis") or [0])[0] % x.ndim
    n = x.shape[place]
    before = np.tril(np.ones((n, n), np.float32), -1 if call.get("exclusive", 0) else 0)
    matrix = before.T if call.get("reverse", 0) else before
    rows = F.moveaxis(x, place, -1)
    summed = F.matmul(F.reshape(rows, (math.prod(rows.shape[:-1]), n)), np.ascontiguousarray(matrix.T))
    return F.moveaxis(F.reshape(summed, rows.shape), -1, place)


OPERATORS: Mapping[str, Operator] = {
    "ArgMax": _arg(1.0),
    "ArgMin": _arg(-1.0),
    "CumSum": _cum_sum,
    "Hardmax": _hardmax,
    "ReduceL1": _reduced(_l1),
    "ReduceL2": _reduced(_l2),
    "ReduceLogSum": _reduced(_log_sum),
    "ReduceLogSumExp": _reduced(_log_sum_exp),
    "ReduceMax": _reduced(lambda x, axes: F.max(x, axes, keepdims=True)),
    "ReduceMean": _reduced(lambda x, axes: F.mean(x, axes, keepdims=True)),
    "ReduceMin": _reduced(lambda x, axes: F.min(x, axes, keepdims=True)),
    "ReduceProd": _reduced(_product),
    "ReduceSum": _reduced(_sum),
    "ReduceSumSquare": _reduced(_sum_square),
    "TopK": _top,
}
