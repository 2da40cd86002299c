"""Nodes and values: the graph between WebDNN's graph and the plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import X

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganzoo.export.expressions import Expr
    from ganzoo.export.plan import Step

    Array = npt.NDArray[Any]
    Shape = tuple[int, int, int]


LARGEST = float(np.finfo(np.float32).max)


class UnsupportedError(UnsupportedOperatorError):
    """An operator cannot be lowered. `Lowering` adds the names of layer and operator."""


@dataclass(eq=False)
class Node:
    """A future step. If `kind` is None, the node is an input of the network.

    `matrix` is (..., M) and `bias` (M',) as plan.py lays them out, unpadded; K is all dimensions but the last. The
    matrix is as it was stored, float32 as a rule, and no copy where that can be; its columns are still to be multiplied
    by each of the `factors`, float64 (M,), one after another. `fields` has the other fields of the step.
    `sources` are nodes or constants (h, w, c), each with the shape in which the step reads it. `origins` are the
    variables of WebDNN's graph that the node computes, none if only one step reads it. The order of its values is
    `settled` once a step reads them. Until then it may change, and `place` says where each value went.
    """

    kind: type[Step] | None
    layer: str
    shape: Shape
    sources: list[tuple[Node | Array, Shape]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    matrix: Array | None = None
    bias: Array | None = None
    factors: list[Array] = field(default_factory=list)
    activation: Expr = X
    origins: list[Any] = field(default_factory=list)
    settled: bool = False
    place: Array | None = None

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, eq=False)
class Value:
    """What a variable means for one picture: its element i is the value `where[i]` of the node's (h, w, c) values.

    `index` is the same, before the values of the node were put into another order.
    """

    node: Node
    index: Array

    @property
    def shape(self) -> tuple[int, ...]:
        return self.index.shape

    @property
    def where(self) -> Array:
        place = self.node.place
        return self.index if place is None else place[self.index]

    @property
    def complete(self) -> bool:
        """Whether each value of the node occurs exactly once."""
        return self.index.size == self.node.size and bool(
            (np.bincount(self.index.ravel(), minlength=self.node.size) == 1).all()
        )


@dataclass(frozen=True, eq=False)
class Pending:
    """A variable that is not computed yet: scale * expr + shift, where the expression is of `leaves`.

    Leaves, scale and shift have the dimensions of `variable`; those of size 1 are broadcast. `absorbed` has the
    operators that it stands for.
    """

    variable: Any
    expr: Expr
    leaves: tuple[Value | Array, ...]
    absorbed: frozenset[Any]
    scale: Array | float = 1.0
    shift: Array | float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.variable.shape)


def hwc(shape: tuple[int, ...]) -> Shape:
    """Return the (h, w, c) in which a variable of (1, c, h, w), (1, c, w) or (1, c) is computed. The 1 is the batch."""
    c, *rest = (shape[1:] if shape[:1] == (1,) else shape) or (1,)
    return math.prod(rest[:-1]), rest[-1] if rest else 1, c


def natural(array: Array) -> Array:
    """Return the elements of a variable as (h, w, c)."""
    h, w, c = hwc(array.shape)
    return np.moveaxis(array.reshape(c, h, w), 0, -1)


def plain(node: Node, shape: tuple[int, ...]) -> Value:
    """Return the value of `shape` that `node` computes in its natural order."""
    h, w, c = hwc(shape)
    return Value(node, np.moveaxis(np.arange(node.size).reshape(h, w, c), -1, 0).reshape(shape))


def laid(array: Array, value: Value) -> Array:
    """Return `array`, broadcast to the variable of a complete `value`, in its node's order (h, w, c), and narrowed."""
    flat = np.empty(value.node.size, array.dtype)
    flat[value.where] = np.broadcast_to(array, value.where.shape)
    return narrow(flat.reshape(value.node.shape))


def finite(array: Array) -> Array:
    """`array` with float32's largest numbers for infinities, which shaders have no word for. A mask of -inf masks."""
    return array if np.isfinite(array).all() else np.clip(array, -LARGEST, LARGEST)


def narrow(array: Array) -> Array:
    """Return `array` with the dimensions along which nothing changes cut down to 1."""
    for axis in range(array.ndim):
        first = array[(slice(None),) * axis + (slice(0, 1),)]
        if array.shape[axis] > 1 and (array == first).all():
            array = first
    return array


def same_memory(a: Shape, b: Shape) -> bool:
    """Return whether the values lie in the same order under both shapes, whether or not channels are padded to four."""
    return a[2] == b[2] or a[2] % 4 == b[2] % 4 == 0
