"""Make the boxes of a `Move` from arrays of indices."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ganzoo.export.lowering.graph import UnsupportedError, natural
from ganzoo.export.plan import Box

if TYPE_CHECKING:
    from ganzoo.export.lowering.graph import Array, Value

MOST_DIMS = 8
MOST_BOXES = 6  # each is one more input of a step, of which a shader has few


def boxes(source: Array, target: Array) -> list[Box]:
    """Return the boxes that move the value source[i] to target[i], for arrays of the same shape.

    One box is used if possible.

    Raises `UnsupportedError` if a few boxes cannot do it.
    """
    try:
        return [box(source.ravel(), target.ravel())]
    except UnsupportedError:
        pieces = [_regular_pieces(np.moveaxis(source, axis, 0)) for axis in range(source.ndim)]
        if prod(map(len, pieces)) > MOST_BOXES:
            raise
        return [box(source[cut].ravel(), target[cut].ravel()) for cut in product(*pieces)]


def regular(value: Value) -> bool:
    """Return whether one step can put `value` into natural order, and one step into the order of its dimensions."""
    try:
        for wanted in (natural(value.where), value.where):
            boxes(wanted, np.arange(wanted.size).reshape(wanted.shape))
    except UnsupportedError:
        return False
    return True


def box(source: Array, target: Array) -> Box:
    """Return the box that moves the value source[i] to target[i], both flat.

    Raises `UnsupportedError` if no nest of regular steps can do it.
    """
    order = np.argsort(target, kind="stable")
    source, target = source[order], target[order]
    dims: list[tuple[int, int, int]] = []
    first = (int(source[0]), int(target[0]))
    while source.size > 1:
        size, in_step, out_step = _innermost(source, target)
        dims.insert(0, (size, in_step, out_step))
        # every group of `size` must make the same steps
        steps = np.arange(size)
        groups_in, groups_out = source.reshape(-1, size), target.reshape(-1, size)
        regular = (groups_in == groups_in[:, :1] + in_step * steps).all() and (
            groups_out == groups_out[:, :1] + out_step * steps
        ).all()
        if not regular or len(dims) > MOST_DIMS:
            raise UnsupportedError("it moves values in an irregular pattern")
        source, target = groups_in[:, 0], groups_out[:, 0]
    return Box(tuple(dims), *first)


def _innermost(source: Array, target: Array) -> tuple[int, int, int]:
    """Return (size, in_step, out_step) of the longest regular run at the beginning."""
    in_steps, out_steps = np.diff(source), np.diff(target)
    same = (in_steps == in_steps[0]) & (out_steps == out_steps[0])
    run = int(same.argmin()) + 1 if not same.all() else source.size
    if source.size % run:
        raise UnsupportedError("it moves values in an irregular pattern")
    return run, int(in_steps[0]), int(out_steps[0])


def _regular_pieces(source: Array) -> list[slice]:
    """Return slices of the first axis, each as long as one box can move."""
    line = source.reshape(len(source), -1)[:, 0]
    pieces: list[slice] = []
    while (start := pieces[-1].stop if pieces else 0) < line.size:
        pieces.append(next(slice(start, end) for end in range(line.size, start, -1) if _is_box(line[start:end])))
    return pieces


def _is_box(line: Array) -> bool:
    try:
        box(line, np.arange(line.size))
    except UnsupportedError:
        return False
    return True
