"""Nodes and values: the graph between WebDNN's and the plan."""

from __future__ import annotations

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


@dataclass(eq=False)
class Node:
    """A step to be. `kind` None is an input of the network.

    `matrix` is (K, M) and `bias` (M',) as plan.py lays them out, unpadded; `fields` are the step's other ones.
    `sources` are nodes or constants (h, w, c), each with the shape in which the step reads it.
    """

    kind: type[Step] | None
    layer: str
    shape: Shape
    sources: list[tuple[Node | Array, Shape]] = field(default_factory=list)
    matrix: Array | None = None
    bias: Array | None = None
    activation: Expr = X
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        h, w, c = self.shape
        return h * w * c


@dataclass(frozen=True, eq=False)
class Value:
    """What a variable means: element i of it, batch left out, is value `where[i]` of the node's (h, w, c) values."""

    node: Node
    where: Array

    @property
    def complete(self) -> bool:
        """Whether each of the node's values occurs exactly once."""
        return self.where.size == self.node.size and bool(
            (np.bincount(self.where.ravel(), minlength=self.node.size) == 1).all()
        )


def hwc(shape: tuple[int, ...]) -> Shape:
    """The (h, w, c) in which a variable of `shape`, batch left out, is computed: (c), (c, w) or (c, h, w)."""
    if len(shape) > 3:
        raise UnsupportedError(f"{len(shape)} dimensions besides the batch")
    c, *hw = shape or (1,)
    h, w = ([1, 1, *hw])[-2:]
    return h, w, c


def channels_last(array: Array) -> Array:
    """A variable's elements in the order of `hwc`, flat."""
    return np.moveaxis(array, 0, -1).ravel() if array.ndim else array.ravel()


def plain(node: Node, shape: tuple[int, ...]) -> Value:
    """The value of `shape` that `node` computes in its own order."""
    c, *hw = shape or (1,)
    return Value(node, np.moveaxis(np.arange(node.size).reshape(*hw, c), -1, 0).reshape(shape))


class UnsupportedError(UnsupportedOperatorError):
    """Raised within an operator's lowering; `Lowering` adds layer and operator."""
