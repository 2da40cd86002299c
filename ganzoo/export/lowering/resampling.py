"""Sums of elements at fixed places along a dimension: resizing, and picking by a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.lowering.boxes import regular
from ganzoo.export.lowering.graph import Pending, Value
from ganzoo.export.plan import Resample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array


def _resample(lowering: Lowering, operator: Any) -> Array | Value:
    p = operator.parameters
    place, index, factor = p["place"], p["index"], p["factor"]
    known = lowering.get(operator.inputs["x"])
    if not isinstance(known, (Value, Pending)):
        taken = [np.take(known, at, place) for at in index.T]
        shape = [-1 if i == place else 1 for i in range(known.ndim)]
        parts = [part * each.reshape(shape) for part, each in zip(taken, factor.T, strict=True)]
        whole: Array = np.sum(parts, axis=0)
        return whole
    value = lowering.value(operator.inputs["x"])
    if index.shape[1] == 1 and (factor == 1).all():
        picked = Value(value.node, np.take(value.index, index[:, 0], place))
        if regular(picked):
            return picked
    tables = {"index": tuple(map(tuple, index.tolist())), "factor": tuple(map(tuple, factor.tolist()))}
    axis = _axis(value, place)
    if axis is None:  # the dimension between those before and those after it
        n = value.shape[place]
        before = int(np.prod(value.shape[:place]))
        source = lowering.arranged_by(lambda where: where.reshape(before, n, -1), value)
        axis, order = 1, value.shape
    else:
        source, order = (value.node, value.node.shape), None
    sizes = list(source[1])
    sizes[axis] = len(index)
    made = lowering.node(Resample, (sizes[0], sizes[1], sizes[2]), [source], axis="hwc"[axis], **tables)
    whole = np.arange(made.size).reshape(sizes)
    if order is not None:
        return Value(made, whole.reshape(tuple(operator.outputs["y"].shape)))
    # where the element that began each line was, its line is now
    first = np.unravel_index(np.take(value.where, [0], place), value.node.shape)
    steps = np.arange(len(index)).reshape([-1 if i == place else 1 for i in range(len(value.shape))])
    at = [np.broadcast_to(c + steps if i == axis else c, operator.outputs["y"].shape) for i, c in enumerate(first)]
    return Value(made, whole[tuple(at)])


def _axis(value: Value, place: int) -> int | None:
    """The axis of the node, 0 to 2, along which dimension `place` of `value` runs, all of it; None where none is."""
    coordinates = np.unravel_index(value.where, value.node.shape)
    shape = [-1 if i == place else 1 for i in range(len(value.shape))]
    line = np.arange(value.shape[place]).reshape(shape)
    for axis, along in enumerate(coordinates):
        others = [c for i, c in enumerate(coordinates) if i != axis]
        if (
            value.node.shape[axis] == value.shape[place] > 1
            and (along == line).all()
            and all((c == np.take(c, [0], place)).all() for c in others)
        ):
            return axis
    return None


HANDLERS: Mapping[str, Callable[[Lowering, Any], Any]] = {"Resample": _resample}
