"""Lower operators that only move values. Constants and the indices of a value are changed in the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph.axis import Axis

from ganzoo.export.lowering.boxes import regular
from ganzoo.export.lowering.graph import Pending, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array

NHWC = (Axis.N, Axis.H, Axis.W, Axis.C)


def lower(lowering: Lowering, operator: Any) -> Any:
    (x,) = operator.inputs.values()
    name = type(operator).__name__
    known = lowering.get(x)
    if isinstance(known, Pending) and name in REORDERING:
        pending = _reordered(operator, known)
        if all(regular(leaf) for leaf in pending.leaves if isinstance(leaf, Value)):
            return pending
    if not isinstance(known, np.ndarray):
        known = lowering.value(x)
    if not isinstance(known, Value):
        return OPERATORS[name](operator, known)
    return viewed(lowering, known, lambda array: OPERATORS[name](operator, array))


def viewed(lowering: Lowering, value: Value, change: Callable[[Array], Array | list[Array]]) -> list[Value]:
    """Return what `change` makes of the variable: the same values elsewhere, some perhaps left out or repeated."""

    def made(value: Value) -> list[Value]:
        changed = change(value.index)
        return [Value(value.node, array) for array in (changed if isinstance(changed, list) else [changed])]

    views = made(value)
    # what no step can move, one before and one after can
    return views if all(map(regular, views)) else made(lowering.flat(value))


def _reordered(operator: Any, pending: Pending) -> Pending:
    """Return the same expression of leaves in another order."""

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Value):
            return Value(leaf.node, change(leaf.index))
        return (
            OPERATORS[type(operator).__name__](operator, np.broadcast_to(leaf, pending.shape))
            if np.ndim(leaf)
            else leaf
        )

    return replace(
        pending,
        variable=operator.outputs["y"],
        leaves=tuple(map(change, pending.leaves)),
        absorbed=pending.absorbed | {operator},
        scale=change(pending.scale),
        shift=change(pending.shift),
    )


def to_axes(array: Array, own: Sequence[Any], wanted: Sequence[Any]) -> Array:
    """Return `array`, whose dimensions are named `own`, with its dimensions in the order `wanted`."""
    return array.transpose([list(own).index(axis) for axis in wanted])


def aligned(array: Array, variable: Any, axes: Sequence[Any]) -> Array:
    """Return `array`, which has the dimensions of `variable`, with the dimensions `axes`, of size 1 where it has
    none.
    """
    own = list(variable.order.axes)
    array = array.transpose([own.index(axis) for axis in axes if axis in own])
    sizes = iter(array.shape)
    return array.reshape([next(sizes) if axis in own else 1 for axis in axes])


def _reshape(operator: Any, array: Array) -> Array:
    p, x, y = operator.parameters, operator.inputs["x"], operator.outputs["y"]
    array = to_axes(array, x.order.axes, p["in_order"].axes)
    return to_axes(array.reshape(p["out_shape"]), p["out_order"].axes, y.order.axes)


def _reinterpret(operator: Any, array: Array) -> Array:
    p, x, y = operator.parameters, operator.inputs["x"], operator.outputs["y"]
    renamed = [p["out_order"].axes[list(p["in_order"].axes).index(axis)] for axis in x.order.axes]
    return to_axes(array, renamed, y.order.axes)


def _transpose(operator: Any, array: Array) -> Array:
    (x,) = operator.inputs.values()
    return to_axes(array, x.order.axes, operator.outputs["y"].order.axes)


def _broadcast(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x0"], operator.outputs["y"]
    return np.broadcast_to(aligned(array, x, y.order.axes), tuple(y.shape))


def _tile(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x"], operator.outputs["y"]
    tiled = np.tile(array, [operator.parameters["multiplier"][axis] for axis in x.order.axes])
    return to_axes(tiled, x.order.axes, y.order.axes)


def _slice(operator: Any, array: Array) -> Array:
    x, y = operator.inputs["x"], operator.outputs["y"]
    indices: Mapping[Any, Any] = operator.parameters["indices"]
    cut = array[tuple(indices[axis] for axis in x.order.axes)]
    kept = [axis for axis in x.order.axes if isinstance(indices[axis], slice)]
    added = [axis for axis in y.order.axes if axis not in kept]
    return to_axes(cut.reshape(cut.shape + (1,) * len(added)), [*kept, *added], y.order.axes)


def _split(operator: Any, array: Array) -> list[Array]:
    axis = list(operator.inputs["x"].order.axes).index(operator.parameters["axis"])
    return np.split(array, operator.parameters["sections"], axis)


def _depth_to_space(operator: Any, array: Array) -> Array:
    """Channel (i * r + j) * C + c of a pixel becomes channel c of pixel (i, j) in its block."""
    x, y, r = operator.inputs["x"], operator.outputs["y"], operator.parameters["r"]
    n, h, w, c = (array := to_axes(array, x.order.axes, NHWC)).shape
    blocks = array.reshape(n, h, w, r, r, c // r**2).transpose(0, 1, 3, 2, 4, 5)
    return to_axes(blocks.reshape(n, h * r, w * r, c // r**2), NHWC, y.order.axes)


def _space_to_depth(operator: Any, array: Array) -> Array:
    x, y, r = operator.inputs["x"], operator.outputs["y"], operator.parameters["r"]
    n, h, w, c = (array := to_axes(array, x.order.axes, NHWC)).shape
    blocks = array.reshape(n, h // r, r, w // r, r, c).transpose(0, 1, 3, 2, 4, 5)
    return to_axes(blocks.reshape(n, h // r, w // r, r * r * c), NHWC, y.order.axes)


OPERATORS: Mapping[str, Callable[[Any, Array], Array | list[Array]]] = {
    "Broadcast": _broadcast,
    "Depth2Space": _depth_to_space,
    "ReinterpretAxis": _reinterpret,
    "Reshape": _reshape,
    "Slice": _slice,
    "Space2Depth": _space_to_depth,
    "SplitAxis": _split,
    "Tile": _tile,
    "Transpose": _transpose,
}
# those that neither drop nor repeat a value
REORDERING = {"Depth2Space", "ReinterpretAxis", "Reshape", "Space2Depth", "Transpose"}
