"""Convert functions that move values and compute none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from webdnn.graph.axis import Axis, AxisKeyDict
from webdnn.graph.operators.broadcast import Broadcast
from webdnn.graph.operators.concat import Concat
from webdnn.graph.operators.depth2space import Depth2Space
from webdnn.graph.operators.space2depth import Space2Depth
from webdnn.graph.operators.split_axis import SplitAxis
from webdnn.graph.operators.tile import Tile
from webdnn.graph.order import Order

from ganzoo.export.tracing.axes import NCHW, aligned, named
from ganzoo.export.tracing.operators import Pad, Resample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from webdnn.graph.variable import Variable

ALL = slice(None)


def repeated(x: Variable, axis: int, times: int) -> Variable:
    """Return `x` with each element along `axis` repeated `times` times in a row."""
    axis %= x.ndim
    wide = x.expand_dims(Axis(), axis + 1)
    multiplier = [times if i == axis + 1 else 1 for i in range(wide.ndim)]
    (wide,) = Tile(None, AxisKeyDict(wide.order.axes, multiplier))(wide)
    return wide.reshape([n * times if i == axis else n for i, n in enumerate(x.shape)], x.order)


def _repeat(f: Any, x: Variable) -> Variable:
    if f.axis is None or len(f.repeats) != 1:
        raise NotImplementedError("it must repeat each element along one axis equally often.")
    return repeated(x, f.axis, f.repeats[0])


def _permuted(x: Variable, places: Sequence[int]) -> Variable:
    return x.transpose(Order([x.order.axes[i] for i in places]))


def _places(x: Variable, move: Callable[..., Any], *arguments: Any) -> Sequence[int]:
    """Return where NumPy's `move` takes each axis of `x` from."""
    places: tuple[int, ...] = move(np.empty(range(x.ndim)), *arguments).shape
    return places


def concatenated(xs: Sequence[Variable], axis: int) -> Variable:
    axes = xs[0].order.axes
    xs = [named(x, axes, xs[0]) for x in xs]
    return xs[0] if len(xs) == 1 else Concat(None, axis=axes[axis])(*xs)[0]


def _stacked(xs: Sequence[Variable], axis: int) -> Variable:
    axis %= xs[0].ndim + 1
    return concatenated([x.expand_dims(Axis(), axis) for x in aligned(*xs)], axis)


def _broadcast(x: Variable, shape: Sequence[int]) -> Variable:
    if tuple(x.shape) == tuple(shape):
        return x
    while x.ndim < len(shape):
        x = x.expand_dims(Axis(), 0)
    return Broadcast(None, out_shape=list(shape), out_order=x.order)(x)[0]


def _split(f: Any, x: Variable) -> list[Variable]:
    axis = x.order.axes[f.axis]
    n = x.shape_dict[axis]
    cuts = range(n // f.sections, n, n // f.sections) if f.indices is None else f.indices
    return list(SplitAxis(None, sections=[int(cut) for cut in cuts], axis=axis)(x)) if len(cuts) else [x]


def _separated(f: Any, x: Variable) -> list[Variable]:
    before = (ALL,) * (f.axis % x.ndim)
    return [x[(*before, i)] for i in range(x.shape[f.axis])]


def _sliced(f: Any, x: Variable) -> Variable:
    """Return the slice of `x`, with ends inside it and plain Python numbers, because WebDNN takes no others."""
    given = list(f.slices)
    place = next((i for i, each in enumerate(given) if each is Ellipsis), None)
    if place is not None:
        given[place : place + 1] = [ALL] * (x.ndim + 1 - sum(each is not None for each in given))
    for place, index in _lists([each for each in given if each is not None], x.shape):
        (x,) = Resample(None, place=place, index=index[:, np.newaxis], factor=np.ones((index.size, 1)))(x)
    given = [ALL if isinstance(each, (list, tuple, np.ndarray)) else each for each in given]
    sizes = iter(x.shape)
    return x[tuple(None if each is None else _index(each, next(sizes)) for each in given)]


def _lists(given: Sequence[Any], shape: Sequence[int]) -> list[tuple[int, Any]]:
    """Place and elements of what is picked by a list."""
    lists = [
        (place, np.asarray(each)) for place, each in enumerate(given) if isinstance(each, (list, tuple, np.ndarray))
    ]
    if len(lists) > 1 or any(index.ndim != 1 for _, index in lists):
        raise NotImplementedError("only one list of indices is supported, for one axis.")
    return [
        (place, np.flatnonzero(index) if index.dtype == bool else index.astype(int) % shape[place])
        for place, index in lists
    ]


def _index(index: Any, size: int) -> slice | int:
    if not isinstance(index, slice):
        return int(index) % size
    start, stop, step = index.indices(size)
    if not len(range(start, stop, step)):
        raise NotImplementedError("empty slices are not supported.")
    return slice(start, None if stop < 0 else stop, step)


def _flipped(x: Variable, axis: int) -> Variable:
    return x[(ALL,) * (axis % x.ndim) + (slice(None, None, -1),)]


def _pad(f: Any, x: Variable) -> Variable:
    widths = [(int(before), int(after)) for before, after in np.broadcast_to(f.pad_width, (x.ndim, 2))]
    if f.mode == "constant":
        fill = np.unique(f.keywords.get("constant_values", 0))
        if fill.size != 1:
            raise NotImplementedError("padding with different values is not supported.")
        return Pad(None, widths=widths, fill=float(fill[0]))(x)[0]
    if f.mode not in ("edge", "reflect", "symmetric"):
        raise NotImplementedError(f"the padding mode {f.mode} is not supported.")
    for axis, (before, after) in enumerate(widths):
        x = _bordered(x, axis, before, after, f.mode)
    return x


def _bordered(x: Variable, axis: int, before: int, after: int, mode: str) -> Variable:
    """Return `x` between copies of its own ends."""
    n = x.shape[axis]

    def cut(first: int, last: int) -> list[Variable]:
        return [x[(ALL,) * axis + (slice(first, last),)]] if first < last else []

    if mode == "edge":
        return concatenated([*cut(0, 1) * before, x, *cut(n - 1, n) * after], axis)
    end = 1 if mode == "reflect" else 0
    if max(before, after) > n - end:
        raise NotImplementedError("its border is wider than the picture.")
    left, right = cut(end, end + before), cut(n - end - after, n - end)
    return concatenated([*(_flipped(y, axis) for y in left), x, *(_flipped(y, axis) for y in right)], axis)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "Broadcast": lambda f, *xs: [_broadcast(x, np.broadcast_shapes(*(x.shape for x in xs))) for x in xs],
    "BroadcastTo": lambda f, x: _broadcast(x, f._shape),
    "Concat": lambda f, *xs: concatenated(xs, f.axis),
    "Depth2Space": lambda f, x: Depth2Space(None, r=f.r)(named(x, NCHW))[0],
    "Dstack": lambda f, *xs: concatenated(xs, 2) if xs[0].ndim > 2 else _stacked(xs, 2),
    "Flip": lambda f, x: _flipped(x, f.axis),
    "GetItem": _sliced,
    "Hstack": lambda f, *xs: concatenated(xs, 1),
    "Moveaxis": lambda f, x: _permuted(x, _places(x, np.moveaxis, f.source, f.destination)),
    "Pad": _pad,
    "Repeat": _repeat,
    "Resample": lambda f, x: Resample(None, place=f.axis, index=f.index, factor=f.factor)(x)[0],
    "Rollaxis": lambda f, x: _permuted(x, _places(x, np.rollaxis, f.axis, f.start)),
    "Separate": _separated,
    "Space2Depth": lambda f, x: Space2Depth(None, r=f.r)(named(x, NCHW))[0],
    "SplitAxis": _split,
    "Stack": lambda f, *xs: _stacked(xs, f.axis),
    "Transpose": lambda f, x: _permuted(x, _places(x, np.transpose, f.axes)),
}
