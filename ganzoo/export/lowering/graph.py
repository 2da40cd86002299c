"""Nodes and values: the graph between WebDNN's and the plan."""

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


class UnsupportedError(UnsupportedOperatorError):
    """Raised within an operator's lowering; `Lowering` adds layer and operator."""


@dataclass(eq=False)
class Node:
    """A step to be. `kind` None is an input of the network.

    `matrix` is (K, M) and `bias` (M',) as plan.py lays them out, unpadded; `fields` are the step's other ones.
    `sources` are nodes or constants (h, w, c), each with the shape in which the step reads it. `origins` are the
    variables of WebDNN's that the node computes, none for what only one step reads. The order of its values is
    `settled` once a step reads them; until then it may change, and `place` says where each value went.
    """

    kind: type[Step] | None
    layer: str
    shape: Shape
    sources: list[tuple[Node | Array, Shape]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    matrix: Array | None = None
    bias: Array | None = None
    activation: Expr = X
    origins: list[Any] = field(default_factory=list)
    settled: bool = False
    place: Array | None = None

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, eq=False)
class Value:
    """What a variable means for one picture: its element i is value `where[i]` of the node's (h, w, c) values.

    `index` is the same before the node's values were put in another order.
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
        """Whether each of the node's values occurs exactly once."""
        return self.index.size == self.node.size and bool(
            (np.bincount(self.index.ravel(), minlength=self.node.size) == 1).all()
        )


@dataclass(frozen=True, eq=False)
class Pending:
    """A variable that is not yet computed: scale * expr + shift, the expression being of `leaves`.

    Leaves, scale and shift have the dimensions of `variable`; those of 1 are broadcast. `absorbed` are the
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
    """The (h, w, c) in which a variable is computed: of (1, c, h, w), (1, c, w) or (1, c), the 1 being the batch."""
    c, *rest = (shape[1:] if shape[:1] == (1,) else shape) or (1,)
    return math.prod(rest[:-1]), rest[-1] if rest else 1, c


def natural(array: Array) -> Array:
    """A variable's elements as (h, w, c)."""
    h, w, c = hwc(array.shape)
    return np.moveaxis(array.reshape(c, h, w), 0, -1)


def plain(node: Node, shape: tuple[int, ...]) -> Value:
    """The value of `shape` that `node` computes in its natural order."""
    h, w, c = hwc(shape)
    return Value(node, np.moveaxis(np.arange(node.size).reshape(h, w, c), -1, 0).reshape(shape))


def laid(array: Array, value: Value) -> Array:
    """`array`, broadcast to the variable of a complete `value`, in the order of its node's (h, w, c); narrowed."""
    flat = np.empty(value.node.size, array.dtype)
    flat[value.where] = np.broadcast_to(array, value.where.shape)
    return narrow(flat.reshape(value.node.shape))


def narrow(array: Array) -> Array:
    """`array` with the dimensions along which nothing changes cut down to 1."""
    for axis in range(array.ndim):
        first = array[(slice(None),) * axis + (slice(0, 1),)]
        if array.shape[axis] > 1 and (array == first).all():
            array = first
    return array


def same_memory(a: Shape, b: Shape) -> bool:
    """Whether the values lie alike under both shapes, channels padded to four or not."""
    return a[2] == b[2] or a[2] % 4 == b[2] % 4 == 0
