"""Boxes of a `Move` from arrays of indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo.export.lowering.graph import UnsupportedError
from ganzoo.export.plan import Box

if TYPE_CHECKING:
    from ganzoo.export.lowering.graph import Array

MOST_DIMS = 8


def box(source: Array, target: Array) -> Box:
    """The box that moves value source[i] to target[i], both flat and equally long.

    Raises `UnsupportedError` when no nest of regular steps does that.
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
            raise UnsupportedError("its values move in no regular order")
        source, target = groups_in[:, 0], groups_out[:, 0]
    return Box(tuple(dims), *first)


def _innermost(source: Array, target: Array) -> tuple[int, int, int]:
    """(size, in_step, out_step) of the longest regular run at the beginning whose size divides the whole."""
    in_steps, out_steps = np.diff(source), np.diff(target)
    same = (in_steps == in_steps[0]) & (out_steps == out_steps[0])
    run = int(same.argmin()) + 1 if not same.all() else source.size
    while source.size % run:
        run -= 1
    if run == 1:
        raise UnsupportedError("its values move in no regular order")
    return run, int(in_steps[0]), int(out_steps[0])
