"""Recognise what a `Move` is in a library's terms: a reshaping, slices, padding, a concatenation or a transposition.

The recognition compares indices and does not look at the boxes of the move. Each test builds the indices that its
answer would give, and answers only if they are those of the move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from ganzoo.export.plan import Box, Move

    Array = npt.NDArray[Any]
    Shape = tuple[int, ...]

FIRST, LAST = (2, 0, 1), (0, 1, 2)  # from (h, w, c) to channels first, or last


@dataclass(frozen=True, eq=False)
class Moved:
    """A move as indices.

    `index` has the shape of the output: the position of each value among all source values, -1 for fill.

    `slots` are the slots of the sources, `shapes` their shapes. All shapes have the order of axes that was asked for.
    """

    slots: tuple[int, ...]
    shapes: tuple[Shape, ...]
    index: Array

    @property
    def reshaped(self) -> bool:
        """Whether the output has all values of the one source in the same order."""
        import numpy as np

        return len(self.slots) == 1 and np.array_equal(self.index.ravel(), np.arange(_size(self.shapes[0])))

    def lines(self) -> list[Array] | None:
        """For each axis of the output, the indices of the source along that axis: slices, flips or repetitions.

        None if they vary.
        """
        import numpy as np

        if len(self.slots) > 1 or self.index.min() < 0:
            return None
        found = []
        for axis, where in enumerate(np.unravel_index(self.index, self.shapes[0])):
            first = tuple(slice(None) if i == axis else slice(0, 1) for i in range(where.ndim))
            if not (where == where[first]).all():
                return None
            found.append(where[first].ravel())
        return found

    def padding(self) -> list[tuple[int, int]] | None:
        """How much fill is before and after the one source, along each axis; None if the move is no padding."""
        import numpy as np

        inside = np.argwhere(self.index >= 0)
        if len(self.slots) > 1 or not len(inside):
            return None
        shape, low = self.shapes[0], inside.min(0)
        before = [int(n) for n in low]
        after = [full - n - b for full, n, b in zip(self.index.shape, shape, before, strict=True)]
        if min(after) < 0:
            return None
        widths = list(zip(before, after, strict=True))
        padded = np.pad(np.arange(_size(shape)).reshape(shape), widths, constant_values=-1)
        return widths if np.array_equal(padded, self.index) else None

    def parts(self) -> tuple[int, list[Moved]] | None:
        """(axis, the moves that lie along it one after another, each with one source) for a concatenation, else
        None.
        """
        import numpy as np

        if self.index.min() < 0:
            return None
        ends = np.cumsum([_size(shape) for shape in self.shapes])
        owners = np.searchsorted(ends, self.index, side="right")
        for axis in range(self.index.ndim):
            along = np.moveaxis(owners, axis, 0).reshape(self.index.shape[axis], -1)
            cuts = np.flatnonzero(np.diff(along[:, 0])) + 1
            if cuts.size and (along == along[:, :1]).all():
                pieces = np.split(self.index, cuts, axis)
                sources = along[[0, *cuts], 0]
                return axis, [
                    Moved((self.slots[i],), (self.shapes[i],), piece - (ends[i] - _size(self.shapes[i])))
                    for i, piece in zip(sources, pieces, strict=True)
                ]
        return None

    def transposition(self) -> tuple[Shape, Shape] | None:
        """(shape, axes) if the source in that shape, with its axes in that order, has the values of the output."""
        import numpy as np

        from ganzoo.export.lowering.boxes import box

        flat = self.index.ravel()
        if len(self.slots) > 1 or not np.array_equal(np.sort(flat), np.arange(_size(self.shapes[0]))):
            return None
        try:
            dims = box(flat, np.arange(flat.size)).dims
        except UnsupportedOperatorError:
            return None
        by_step = sorted(range(len(dims)), key=lambda i: -dims[i][1])
        shape = tuple(dims[i][0] for i in by_step)
        axes = tuple(by_step.index(i) for i in range(len(dims)))
        made = np.arange(flat.size).reshape(shape).transpose(axes).ravel()
        return (shape, axes) if np.array_equal(made, flat) else None


def moved(step: Move, shapes: Mapping[int, tuple[int, int, int]], axes: Sequence[int]) -> Moved:
    """Return the move as indices, given the shapes (h, w, c) of its sources by slot. `axes` is `FIRST` or `LAST`."""
    import numpy as np

    slots = tuple(dict.fromkeys(tensor.slot for tensor in step.inputs))
    places, base = {}, 0
    for slot in slots:
        h, w, c = shapes[slot]
        kept = np.empty((h, w, c), int)
        kept.transpose(axes)[...] = np.arange(base, base + kept.size).reshape(kept.transpose(axes).shape)
        places[slot] = kept.ravel()
        base += kept.size
    index = np.full(step.output.size, -1)
    for tensor, box in zip(step.inputs, step.boxes, strict=True):
        source, target = _places(box)
        index[target] = places[tensor.slot][source]
    return Moved(
        slots,
        tuple(tuple(shapes[slot][axis] for axis in axes) for slot in slots),
        index.reshape(step.output.shape).transpose(axes),
    )


def _places(box: Box) -> tuple[Array, Array]:
    import numpy as np

    source, target = np.array([box.in_offset]), np.array([box.out_offset])
    for size, in_step, out_step in box.dims:
        count = np.arange(size)
        source = (source[:, None] + in_step * count).ravel()
        target = (target[:, None] + out_step * count).ravel()
    return source, target


def _size(shape: Shape) -> int:
    return math.prod(shape)
