"""Operators without weights that compute a value from several: pooling, resizing, sums, softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, X, call
from ganzoo.export.lowering.graph import Value, laid, narrow
from ganzoo.export.lowering.matrices import NCHW, deconvolved, image, image_shape, image_value
from ganzoo.export.lowering.rearranging import to_axes
from ganzoo.export.plan import Elementwise, Pool, Reduce, Resize, Softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array, Node


def _pool(op: str) -> Callable[[Lowering, Any], Value]:
    def lower(lowering: Lowering, operator: Any) -> Value:
        names = ("kernel", "ksize"), ("stride", "stride"), ("padding", "padding")
        fields = {name: tuple(operator.parameters[theirs]) for name, theirs in names}
        source = image(lowering, operator)
        node = lowering.node(Pool, image_shape(operator), [source], op=op, **fields)
        if operator.parameters.get("divide_without_padding") and any(fields["padding"]):
            inside = _counts(source[1][:2], node.shape[:2], **fields)
            constant = narrow(np.prod(fields["kernel"]) / inside[:, :, np.newaxis])
            sources = [(node, node.shape), (constant, constant.shape)]
            node = lowering.node(Elementwise, node.shape, sources)
            node.activation = call("mul", Arg(0), Arg(1))
        return image_value(node, operator)

    return lower


def _counts(
    sizes: tuple[int, ...],
    outsizes: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> Array:
    """How many pixels of each window lie inside, (h, w)."""
    counts = []
    for n, out, k, s, p in zip(sizes, outsizes, kernel, stride, padding, strict=True):
        first = np.arange(out) * s - p
        counts.append(np.minimum(first + k, n) - np.maximum(first, 0))
    return np.outer(*counts)


def _resize(lowering: Lowering, operator: Any) -> Value:
    return image_value(lowering.node(Resize, image_shape(operator), [image(lowering, operator)]), operator)


def _unpooling(lowering: Lowering, operator: Any) -> Value:
    p = operator.parameters
    (KH, KW), (PH, PW), (oh, ow) = p["ksize"], p["padding"], p["outsize"]
    value = lowering.value(operator.inputs["x"], NCHW)
    if tuple(p["ksize"]) == tuple(p["stride"]) and PH % KH == PW % KW == 0:
        repeated = value.index.repeat(KH, 2).repeat(KW, 3)[:, :, PH : PH + oh, PW : PW + ow]
        if repeated.shape[2:] == (oh, ow):
            return Value(value.node, to_axes(repeated, NCHW, operator.outputs["y"].order.axes))
    # windows overlap or leave gaps: what a deconvolution with ones does
    matrix = np.tile(np.eye(value.shape[1]), (1, KH * KW))
    return deconvolved(lowering, operator, matrix, (KH, KW))


def _softmax(lowering: Lowering, operator: Any) -> Value:
    x, y = operator.inputs["x"], operator.outputs["y"]
    value = lowering.value(x)
    place = list(x.order.axes).index(operator.parameters["axis"])
    n = value.shape[place]
    if value.complete and value.node.shape[2] == n and laid(_others(value, place), value).shape[2] == 1:
        # each pixel's channels are what is to add up to one, wherever the pixels lie
        made = lowering.node(Softmax, value.node.shape, [(value.node, value.node.shape)])
        index = value.where
    else:
        wanted = np.moveaxis(value.where, place, -1)
        source = lowering.arranged(value.node, wanted.reshape(1, -1, n))
        made = lowering.node(Softmax, source[1], [source])
        index = np.moveaxis(np.arange(made.size).reshape(wanted.shape), -1, place)
    return Value(made, to_axes(index, x.order.axes, y.order.axes))


def _reduce(op: str) -> Callable[[Lowering, Any], Value]:
    def lower(lowering: Lowering, operator: Any) -> Value:
        x, y = operator.inputs["x"], operator.outputs["y"]
        value = lowering.value(x)
        place = list(x.order.axes).index(operator.parameters["axis"])
        count = value.index.size // value.shape[place]
        node, wanted = value.node, np.moveaxis(value.where, place, -1).ravel()
        if value.complete:
            others = laid(_others(value, place), value)
            axes = "".join(a for a, n, left in zip("hwc", node.shape, others.shape, strict=True) if left < n)
            if axes:
                node = _reduced(lowering, operator, op, axes, node)
                # what is still to be reduced lies together when sorted by what it is to become
                wanted = np.argsort(others.ravel(), kind="stable")
        if wanted.size > count:
            source, shape = lowering.arranged(node, wanted.reshape(1, count, -1))
            node = lowering.node(Reduce, (1, count, 1), [(source, shape)], op=op, axes="c")
            wanted = np.arange(count)
        sizes = [1 if i == place else n for i, n in enumerate(value.shape)]
        return Value(node, to_axes(wanted.reshape(sizes), x.order.axes, y.order.axes))

    return lower


def _others(value: Value, place: int) -> Array:
    """A number for each element of the dimensions other than `place`."""
    sizes = [1 if i == place else n for i, n in enumerate(value.shape)]
    return np.arange(value.index.size // value.shape[place]).reshape(sizes)


def _reduced(lowering: Lowering, operator: Any, op: str, axes: str, node: Node) -> Node:
    """A step over `axes`, together with the one before where nobody else reads that."""
    h, w, c = (1 if axis in axes else n for axis, n in zip("hwc", node.shape, strict=True))
    source: Any = (node, node.shape)
    alike = node.kind is Reduce and node.fields["op"] == op and node.activation == X
    if alike and lowering.readers(node) == {operator}:
        axes += node.fields["axes"]
        (source,) = node.sources
    return lowering.node(Reduce, (h, w, c), [source], op=op, axes="".join(axis for axis in "hwc" if axis in axes))


HANDLERS: Mapping[str, Callable[[Lowering, Any], Value]] = {
    "AveragePooling2D": _pool("average"),
    "Max": _reduce("max"),
    "MaxPooling2D": _pool("max"),
    "Min": _reduce("min"),
    "ResizeImages": _resize,
    "Softmax": _softmax,
    "Sum": _reduce("sum"),
    "Unpooling2D": _unpooling,
}
