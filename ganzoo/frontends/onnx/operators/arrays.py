"""Operators that move values: reshaping, slicing, joining, padding, gathering."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import Variable
from chainer import functions as F

from ganzoo.frontends.onnx.call import Call, RefusedError, float32, integers, needed
from ganzoo.functions import greater, resample, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.frontends.onnx.call import Array, Operator, Tensor


def _reshape(call: Call, x: Variable, shape: Tensor | None = None) -> Any:
    given = integers(shape, "shape")
    wanted = call.ints("shape") if given is None else given
    if not call.get("allowzero", 0):
        wanted = [x.shape[i] if n == 0 else n for i, n in enumerate(wanted)]
    return F.reshape(x, tuple(wanted))


def _flatten(call: Call, x: Variable) -> Any:
    axis = int(call.get("axis", 1))
    axis += x.ndim if axis < 0 else 0
    return F.reshape(x, (math.prod(x.shape[:axis]), -1))


def _squeeze(call: Call, x: Variable, axes: Tensor | None = None) -> Any:
    given = integers(axes, "axes")
    dropped = given if given is not None else call.ints("axes") or [i for i, n in enumerate(x.shape) if n == 1]
    dropped = [axis % x.ndim for axis in dropped]
    return F.reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in dropped))


def _unsqueeze(call: Call, x: Variable, axes: Tensor | None = None) -> Any:
    given = integers(axes, "axes")
    added = call.ints("axes") if given is None else given
    ndim = x.ndim + len(added)
    added = [axis % ndim for axis in added]
    sizes = iter(x.shape)
    return F.reshape(x, tuple(1 if i in added else next(sizes) for i in range(ndim)))


def _transpose(call: Call, x: Variable) -> Any:
    return F.transpose(x, tuple(call.ints("perm", range(x.ndim)[::-1])))


def _concat(call: Call, *xs: Tensor) -> Any:
    parts = [x if isinstance(x, Variable) else np.asarray(x, np.float32) for x in xs if 0 not in x.shape]
    return F.concat(parts, int(call.get("axis", 1)))


def _slice(call: Call, x: Variable, *given: Tensor | None) -> Any:
    starts, ends, axes, steps = (
        integers(given[i], name) if i < len(given) and given[i] is not None else call.ints(name) or None
        for i, name in enumerate(("starts", "ends", "axes", "steps"))
    )
    if starts is None or ends is None:
        raise RefusedError("its starts or ends are missing")
    axes = list(range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    cut: list[slice] = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        cut[axis] = slice(*_ends(start, end, step, x.shape[axis]))
    return F.get_item(x, tuple(cut))


def _ends(start: int, end: int, step: int, n: int) -> tuple[int, int | None, int]:
    """Python's slice for ONNX's, which clamps without Python's second meaning of negative numbers."""
    start += n if start < 0 else 0
    end += n if end < 0 else 0
    if step > 0:
        return min(max(start, 0), n), min(max(end, 0), n), step
    end = min(max(end, -1), n - 1)
    return min(max(start, 0), n - 1), None if end < 0 else end, step


def _split(call: Call, x: Variable, sizes: Tensor | None = None) -> Any:
    axis = int(call.get("axis", 0))
    given = integers(sizes, "split")
    wanted = (call.ints("split") if given is None else given) or _even(call, x.shape[axis])
    parts, end = [], 0
    for n in wanted:
        cut = (slice(None),) * (axis % x.ndim) + (slice(end, end + n),)
        parts.append(F.get_item(x, cut) if n else np.empty(x.array[cut].shape, np.float32))
        end += n
    return parts


def _even(call: Call, n: int) -> list[int]:
    count = int(call.get("num_outputs", call.n_outputs))
    size = -(-n // count)
    return [min(size, n - i * size) for i in range(count)]


def _pad(
    call: Call, x: Variable, pads: Tensor | None = None, value: Tensor | None = None, axes: Tensor | None = None
) -> Any:
    given = integers(pads, "pads")
    widths = (call.ints("pads") or call.ints("paddings")) if given is None else given
    chosen = integers(axes, "axes")
    chosen = list(range(x.ndim)) if chosen is None else [axis % x.ndim for axis in chosen]
    fill = float(np.asarray(needed(value, "value")).ravel()[0]) if value is not None else float(call.get("value", 0.0))
    both = [(0, 0)] * x.ndim
    for axis, before, after in zip(chosen, widths[: len(chosen)], widths[len(chosen) :], strict=True):
        both[axis] = (before, after)
    return padded(x, both, call.text("mode", "constant"), fill)


def padded(x: Variable, widths: Sequence[tuple[int, int]], mode: str = "constant", fill: float = 0.0) -> Variable:
    """`x` with (before, after) elements more along each axis, fewer where they are negative."""
    cut = tuple(slice(max(-before, 0), n - max(-after, 0)) for n, (before, after) in zip(x.shape, widths, strict=True))
    if any(min(pair) < 0 for pair in widths):
        x = F.get_item(x, cut)
    wide = [(max(before, 0), max(after, 0)) for before, after in widths]
    if not any(map(any, wide)):
        return x
    if mode == "constant":
        return F.pad(x, wide, "constant", constant_values=fill)
    for axis, pair in enumerate(wide):
        if any(pair):
            x = resample(x, axis, np.pad(np.arange(x.shape[axis]), pair, mode))  # type: ignore[call-overload]
    return x


def _gather(call: Call, x: Tensor, indices: Tensor) -> Any:
    axis = int(call.get("axis", 0)) % x.ndim
    n = x.shape[axis]
    if isinstance(indices, Variable):  # a row of the table for each index, by a product with a one-hot vector
        rest = (*x.shape[:axis], *x.shape[axis + 1 :])
        table = F.reshape(F.moveaxis(float32(x), axis, 0), (n, math.prod(rest)))
        rows = F.matmul(F.reshape(_is_class(indices, n, -1), (indices.size, n)), table)
        places = tuple(range(indices.ndim, indices.ndim + axis))
        taken = F.reshape(rows, (*indices.shape, *rest))
        return F.transpose(taken, (*places, *range(indices.ndim), *range(indices.ndim + axis, taken.ndim)))
    indices = np.asarray(indices)
    taken = resample(x, axis, indices.ravel() % n)
    return F.reshape(taken, (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def _at(x: Tensor, places: Array) -> Variable:
    """The elements of `x` at `places` of its flat form, in the shape of `places`."""
    return F.reshape(resample(F.reshape(x, (x.size,)), 0, places.ravel()), places.shape)


def _gather_elements(call: Call, x: Variable, indices: Tensor) -> Any:
    axis = int(call.get("axis", 0)) % x.ndim
    chosen = np.asarray(needed(indices, "indices"))
    flat = np.arange(x.size).reshape(x.shape)
    whole = flat[tuple(slice(0, n) if i != axis else slice(None) for i, n in enumerate(chosen.shape))]
    return _at(x, np.take_along_axis(whole, chosen % x.shape[axis], axis))


def _gather_nd(call: Call, x: Variable, indices: Tensor) -> Any:
    batch = int(call.get("batch_dims", 0))
    chosen = np.asarray(needed(indices, "indices"))
    flat = np.arange(x.size).reshape(x.shape)
    if batch == 0:
        return _at(x, flat[tuple(np.moveaxis(chosen, -1, 0))])
    rows = math.prod(x.shape[:batch])
    parts = zip(flat.reshape(rows, *x.shape[batch:]), chosen.reshape(rows, *chosen.shape[batch:]), strict=True)
    places = np.stack([part[tuple(np.moveaxis(index, -1, 0))] for part, index in parts])
    return _at(x, places.reshape(*x.shape[:batch], *places.shape[1:]))


def _scattered(x: Tensor, places: Array, updates: Tensor, reduction: str) -> Variable:
    """`x` with `updates` at `places` of its flat form. Of several at one place, each in turn."""
    combine = {"none": None, "add": F.add, "mul": lambda a, b: a * b, "max": F.maximum, "min": F.minimum}[reduction]
    flat, new = F.reshape(x, (x.size,)), F.reshape(updates, (updates.size,))
    places = places.ravel()
    while places.size:
        _, first = np.unique(places, return_index=True)
        source = np.arange(x.size)
        source[places[first]] = x.size + np.arange(first.size)
        picked = resample(new, 0, first)
        if combine is not None:
            picked = combine(resample(flat, 0, places[first]), picked)
        flat = resample(F.concat([flat, picked], 0), 0, source)
        left = np.setdiff1d(np.arange(places.size), first)
        new = resample(new, 0, left) if left.size else new
        places = places[left]
    return F.reshape(flat, x.shape)


def _scatter_elements(call: Call, x: Tensor, indices: Tensor, updates: Tensor) -> Any:
    axis = int(call.get("axis", 0)) % x.ndim
    chosen = np.asarray(needed(indices, "indices"))
    at = list(np.indices(chosen.shape))
    at[axis] = chosen % x.shape[axis]
    places = np.arange(x.size).reshape(x.shape)[tuple(at)]
    return _scattered(float32(x), places, float32(updates), call.text("reduction", "none"))


def _scatter_nd(call: Call, x: Tensor, indices: Tensor, updates: Tensor) -> Any:
    chosen = np.asarray(needed(indices, "indices"))
    flat = np.arange(x.size).reshape(x.shape)
    places = flat[tuple(np.moveaxis(chosen, -1, 0))]
    return _scattered(float32(x), places, float32(updates), call.text("reduction", "none"))


def _expand(call: Call, x: Variable, shape: Tensor) -> Any:
    return F.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(integers(shape, "shape") or ())))


def _tile(call: Call, x: Variable, repeats: Tensor, axis: Tensor | None = None) -> Any:
    times = integers(repeats, "repeats") or []
    if axis is not None:  # opset 1
        at = (integers(axis, "axis") or [0])[0]
        times = [times[0] if i == at else 1 for i in range(x.ndim)]
    return F.tile(x, tuple(times))


def _depth_to_space(call: Call, x: Variable) -> Any:
    n, c, h, w = x.shape
    r = int(call.get("blocksize", 1))
    if call.text("mode", "DCR") == "CRD":
        blocks = F.transpose(F.reshape(x, (n, c // r**2, r, r, h, w)), (0, 1, 4, 2, 5, 3))
    else:
        blocks = F.transpose(F.reshape(x, (n, r, r, c // r**2, h, w)), (0, 3, 4, 1, 5, 2))
    return F.reshape(blocks, (n, c // r**2, h * r, w * r))


def _space_to_depth(call: Call, x: Variable) -> Any:
    n, c, h, w = x.shape
    r = int(call.get("blocksize", 1))
    order = (0, 1, 3, 5, 2, 4) if call.text("mode", "DCR") == "CRD" else (0, 3, 5, 1, 2, 4)
    blocks = F.transpose(F.reshape(x, (n, c, h // r, r, w // r, r)), order)
    return F.reshape(blocks, (n, c * r**2, h // r, w // r))


def _trilu(call: Call, x: Variable, k: Tensor | None = None) -> Any:
    shift = (integers(k, "diagonal") or [0])[0]
    whole = np.ones(x.shape[-2:], np.float32)
    mask = np.triu(whole, shift) if call.get("upper", 1) else np.tril(whole, shift)
    return where(mask, x, np.zeros((), np.float32))


def _one_hot(call: Call, indices: Tensor, depth: Tensor, values: Tensor) -> Any:
    there = _is_class(float32(indices), (integers(depth, "depth") or [1])[0], int(call.get("axis", -1)))
    off, on = (float32(values)[i : i + 1] for i in range(2))
    return where(there, on, off)


def _is_class(indices: Tensor, n: int, axis: int) -> Variable:
    """1 where an index is that of the class, else 0, with the `n` classes along a new `axis`. -1 is the last class."""
    axis %= indices.ndim + 1
    wide = F.expand_dims(indices, axis)
    classes = np.arange(n, dtype=np.float32).reshape([-1 if i == axis else 1 for i in range(wide.ndim)])
    wide = where(greater(np.zeros((), np.float32), wide), wide + float(n), wide)
    return 1 - greater(wide, classes) - greater(classes, wide)


def _reverse(call: Call, x: Variable, lengths: Tensor) -> Any:
    batch, time = int(call.get("batch_axis", 1)), int(call.get("time_axis", 0))
    flat = np.moveaxis(np.arange(x.size).reshape(x.shape), (batch, time), (0, 1)).copy()
    for row, n in zip(flat, integers(lengths, "lengths") or [], strict=True):
        row[:n] = row[:n][::-1].copy()
    return _at(x, np.moveaxis(flat, (0, 1), (batch, time)))


def _compress(call: Call, x: Variable, condition: Tensor) -> Any:
    (chosen,) = np.nonzero(np.asarray(needed(condition, "condition")))
    if call.get("axis") is None:
        return resample(F.reshape(x, (x.size,)), 0, chosen)
    return resample(x, int(call.get("axis")), chosen)


OPERATORS: Mapping[str, Operator] = {
    "Compress": _compress,
    "Concat": _concat,
    "DepthToSpace": _depth_to_space,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
    "OneHot": _one_hot,
    "Pad": _pad,
    "Reshape": _reshape,
    "ReverseSequence": _reverse,
    "Scatter": _scatter_elements,
    "ScatterElements": _scatter_elements,
    "ScatterND": _scatter_nd,
    "Slice": _slice,
    "SpaceToDepth": _space_to_depth,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Trilu": _trilu,
    "Unsqueeze": _unsqueeze,
}
