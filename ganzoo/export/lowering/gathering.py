"""Lower operators whose output comes from several places. Each becomes one move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, call
from ganzoo.export.lowering.graph import Node, Value, finite, hwc, laid, plain
from ganzoo.export.plan import Elementwise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array


def _concat(lowering: Lowering, operator: Any) -> Array | Value:
    y = operator.outputs["y"]
    axes = y.order.axes
    place = list(axes).index(operator.parameters["axis"])
    parts = [operator.inputs[f"x{i}"] for i in range(len(operator.inputs))]
    if all(lowering.is_constant(x) for x in parts):
        return np.concatenate([lowering.constant(x, axes) for x in parts], place)
    pieces = []
    constants = np.zeros(y.shape)
    at = 0
    for x in parts:
        n = x.shape_dict[operator.parameters["axis"]]
        cut = (slice(None),) * place + (slice(at, at + n),)
        if lowering.is_constant(x):
            constants[cut] = lowering.constant(x, axes)
        else:
            pieces.append((lowering.value(x, axes), cut))
        at += n
    moved = _moved(lowering, pieces, tuple(y.shape), 0.0)
    return _added(lowering, moved, constants) if constants.any() else moved


def _pad(lowering: Lowering, operator: Any) -> Array | Value:
    x, y = operator.inputs["x"], operator.outputs["y"]
    widths, fill = operator.parameters["widths"], operator.parameters["fill"]
    if lowering.is_constant(x):
        return np.pad(lowering.constant(x), widths, constant_values=fill)
    cut = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True))
    return _moved(lowering, [(lowering.value(x), cut)], tuple(y.shape), float(finite(np.asarray(fill))))


def _moved(
    lowering: Lowering, pieces: list[tuple[Value, tuple[slice, ...]]], shape: tuple[int, ...], fill: float
) -> Value:
    """Return a value with each piece at its slice, and `fill` everywhere else."""
    target = plain(Node(None, "", hwc(shape)), shape).where
    node = lowering.moved(hwc(shape), [(value.node, value.where, target[cut]) for value, cut in pieces], fill)
    return plain(node, shape)


def _added(lowering: Lowering, value: Value, constant: Array) -> Value:
    seen = finite(laid(constant, value))
    sources = [(value.node, value.node.shape), (seen, seen.shape)]
    node = lowering.node(Elementwise, value.node.shape, sources)
    node.activation = call("add", Arg(0), Arg(1))
    return Value(node, value.where)


HANDLERS: Mapping[str, Callable[[Lowering, Any], Any]] = {"Concat": _concat, "Pad": _pad}
