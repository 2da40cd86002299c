"""Lower operators without weights that compute one value from several: pooling, resizing, sums, softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.expressions import Arg, X, call
from ganzoo.export.lowering.graph import UnsupportedError, Value, laid, narrow
from ganzoo.export.lowering.matrices import NCHW, deconvolved, image, image_shape, image_value, pictures
from ganzoo.export.lowering.rearranging import to_axes, viewed
from ganzoo.export.plan import Conv, Elementwise, GridSample, Pool, Reduce, Resize, Softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.lowering.driver import Lowering
    from ganzoo.export.lowering.graph import Array


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
    """Return how many pixels of each window lie inside the image, (h, w)."""
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
        (made,) = viewed(lowering, value, lambda x: x.repeat(KH, 2).repeat(KW, 3)[:, :, PH : PH + oh, PW : PW + ow])
        if made.shape[2:] == (oh, ow):
            return Value(made.node, to_axes(made.index, NCHW, operator.outputs["y"].order.axes))
    # windows overlap or leave gaps: what a deconvolution with ones does
    matrix = np.tile(np.eye(value.shape[0] * value.shape[1]), (1, KH * KW))
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
        source = lowering.arranged_by(lambda where: np.moveaxis(where, place, -1).reshape(1, -1, n), value)
        made = lowering.node(Softmax, source[1], [source])
        sizes = [size for i, size in enumerate(value.shape) if i != place]
        index = np.moveaxis(np.arange(made.size).reshape(*sizes, n), -1, place)
    return Value(made, to_axes(index, x.order.axes, y.order.axes))


def _reduce(op: str) -> Callable[[Lowering, Any], Value]:
    def lower(lowering: Lowering, operator: Any) -> Value:
        x, y = operator.inputs["x"], operator.outputs["y"]
        value = lowering.value(x)
        place = list(x.order.axes).index(operator.parameters["axis"])
        sizes = [1 if i == place else n for i, n in enumerate(value.shape)]
        made = _reduced(lowering, operator, op, value, place)
        count = value.index.size // value.shape[place]
        if made.index.size > count:
            source = lowering.arranged_by(lambda where: where.reshape(1, count, -1), made)
            made = Value(lowering.node(Reduce, (1, count, 1), [source], op=op, axes="c"), np.arange(count))
        return Value(made.node, to_axes(made.index.reshape(sizes), x.order.axes, y.order.axes))

    return lower


def _reduced(lowering: Lowering, operator: Any, op: str, value: Value, place: int) -> Value:
    """Return the value that is still to be reduced along its last dimension.

    A step over whole h, w or c may do some of it.
    """
    node, others = value.node, _others(value, place)
    whole = laid(others, value) if value.complete else np.empty(node.shape)
    axes = "".join(a for a, n, left in zip("hwc", node.shape, whole.shape, strict=True) if left < n)
    if not axes:
        return Value(node, np.moveaxis(value.index, place, -1))
    h, w, c = whole.shape
    source: Any = (node, node.shape)
    alike = node.kind is Reduce and node.fields["op"] == op and node.activation == X
    if alike and lowering.readers(node) == {operator}:  # one step with the one before
        axes += node.fields["axes"]
        (source,) = node.sources
    made = lowering.node(Reduce, (h, w, c), [source], op=op, axes="".join(a for a in "hwc" if a in axes))
    return Value(made, np.argsort(whole.ravel(), kind="stable").reshape(others.size, -1))


def _others(value: Value, place: int) -> Array:
    """Return a number for each element of the dimensions other than `place`."""
    sizes = [1 if i == place else n for i, n in enumerate(value.shape)]
    return np.arange(value.index.size // value.shape[place]).reshape(sizes)


def _local_response(lowering: Lowering, operator: Any) -> Value:
    """Krizhevsky et al. 2012, section 3.3. The sum over neighbouring channels is a convolution with a band of ones."""
    p = operator.parameters
    source, shape = image(lowering, operator)
    n = shape[2]
    squares = lowering.node(Elementwise, shape, [(source, shape)])
    squares.activation = call("mul", Arg(0), Arg(0))
    one = {"kernel": (1, 1), "stride": (1, 1), "padding": (0, 0)}
    sums = lowering.node(Conv, shape, [(squares, shape)], **one)
    sums.matrix = (np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= p["n"] // 2) * float(p["alpha"])
    sums.bias = np.full(n, float(p["k"]))
    node = lowering.node(Elementwise, shape, [(source, shape), (sums, shape)])
    node.activation = call("mul", Arg(0), call("pow", Arg(1), -float(p["beta"])))
    return image_value(node, operator)


def _grid_sample(lowering: Lowering, operator: Any) -> Value:
    if pictures(operator) > 1:
        raise UnsupportedError("it samples several pictures at once")
    places = lowering.ordered(lowering.value(operator.inputs["places"]))
    node = lowering.node(GridSample, image_shape(operator), [image(lowering, operator), places])
    return image_value(node, operator)


HANDLERS: Mapping[str, Callable[[Lowering, Any], Value]] = {
    "AveragePooling2D": _pool("average"),
    "GridSample": _grid_sample,
    "LocalResponseNormalization": _local_response,
    "Max": _reduce("max"),
    "MaxPooling2D": _pool("max"),
    "Min": _reduce("min"),
    "ResizeImages": _resize,
    "Softmax": _softmax,
    "Sum": _reduce("sum"),
    "Unpooling2D": _unpooling,
}
