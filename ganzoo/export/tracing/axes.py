"""Unify dimensions of several variables.

WebDNN names the dimensions of a variable, and its operators find theirs by name; Chainer finds them by position.
Unifying two names renames both in every variable, which is harmless unless one variable has both. WebDNN's own
converter does not check that, and x + x.transpose(0, 1, 3, 2) silently becomes 2 x. In that case, the names are changed
between two operators here (`ReinterpretAxis`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webdnn.graph.axis import Axis
from webdnn.graph.order import Order
from webdnn.graph.variable import Variable

if TYPE_CHECKING:
    from collections.abc import Sequence

NCHW = (Axis.N, Axis.C, Axis.H, Axis.W)


def named(x: Variable, axes: Sequence[Axis | None], of: Variable | None = None) -> Variable:
    """Return `x` with its dimensions named `axes`, None for unchanged ones. `of` is the variable with these names."""
    pairs = [(own, axis) for own, axis in zip(x.order.axes, axes, strict=True) if axis is not None and own != axis]
    if not pairs:
        return x
    relatives = _relatives(x) if of is None else _relatives(x) | _relatives(of)
    if all(_harmless(own, axis, relatives) for own, axis in pairs):
        for own, axis in pairs:
            own.unify(axis)
        return x
    taken = [axis for axis in axes if axis is not None]
    kept = [Axis() if axis in taken else axis for axis in x.order.axes]
    return x.reinterpret_axes(Order([own if axis is None else axis for own, axis in zip(kept, axes, strict=True)]))


def aligned(*xs: Variable) -> list[Variable]:
    """Return `xs` with their last dimensions named as those of the one that has most, as broadcasting needs it."""
    whole = max(xs, key=lambda x: x.ndim)
    return [named(x, whole.order.axes[whole.ndim - x.ndim :], whole) for x in xs]


def _harmless(own: Axis, axis: Axis, relatives: set[Any]) -> bool:
    named_both = not own.name.startswith("?") and not axis.name.startswith("?")
    return not named_both and not any(own in x.order.axes and axis in x.order.axes for x in relatives)


def _relatives(x: Variable) -> set[Any]:
    """Return all variables of the graph that `x` belongs to at this moment."""
    found = {x}
    stack = [x]
    while stack:
        node = stack.pop()
        fresh = (node.prevs | node.nexts) - found
        found |= fresh
        stack.extend(fresh)
    return {node for node in found if isinstance(node, Variable)}
