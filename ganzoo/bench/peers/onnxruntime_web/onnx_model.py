"""Write a plan as an ONNX model: channels first, weights unpacked, and no transpositions but the network's own.

Values keep the order of channels first in every shape, so that the rows and columns of a dense layer are put into that
order once, here. A step that reads a value under another (h, w, c) than it was computed in gets transpositions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.bench.peers._moves import FIRST, moved
from ganzoo.bench.peers._reading import (
    CannotExpressError,
    check_inputs,
    constant,
    end_padding,
    matrix,
    refusal,
    used,
    vector,
)
from ganzoo.bench.peers.onnxruntime_web.onnx_graph import Graph, Value
from ganzoo.bench.peers.onnxruntime_web.onnx_moves import rearranged
from ganzoo.export.expressions import X
from ganzoo.export.plan import (
    Conv,
    Deconv,
    Dense,
    Elementwise,
    GridSample,
    MatMul,
    Move,
    Pool,
    Reduce,
    Resample,
    Resize,
    Softmax,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.bench.peers._reading import Shape
    from ganzoo.export.plan import Plan, Step, Tensor

LIBRARY = "ONNX"
AXES = {"c": 1, "h": 2, "w": 3}
REDUCTIONS = {"sum": "ReduceSum", "max": "ReduceMax", "min": "ReduceMin"}


def serialize(plan: Plan, batch: int | str = "batch") -> bytes:
    """Check the model and return its bytes.

    Inputs and outputs have the names of the specs, and shapes (batch, *spec.shape).

    `batch` is a number, or a name that leaves it free. An output with the name of an input gets a number after its
    name, because all names of an ONNX graph must differ. Raises `UnsupportedOperatorError` if a step cannot be
    expressed, and `ToolMissingError` without the package onnx.
    """
    return _Model(plan).serialize(batch)


class _Model:
    """The conversion of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.graph = Graph([spec.name for side in plan.specs for spec in side])
        self.slots = {
            tensor.slot: Value(spec.name, spec.shape, tensor.shape)
            for tensor, spec in zip(plan.inputs, plan.specs[0], strict=True)
        }

    def serialize(self, batch: int | str) -> bytes:
        for step in self.plan.steps:
            try:
                check_inputs(step)
                value = STEPS[type(step)](self, step)
            except CannotExpressError as reason:
                raise refusal(step, LIBRARY, reason) from reason
            if not isinstance(step, Elementwise) and step.activation != X:
                value = Value(self.graph.expression(step.activation, [value.name]), value.shape, value.hwc)
            self.slots[step.output.slot] = value
        inputs = [(spec.name, spec.shape) for spec in self.plan.specs[0]]
        outputs = self._outputs({name for name, _ in inputs})
        return self.graph.serialize(self.plan.name, inputs, outputs, batch)

    def _outputs(self, names: set[str]) -> list[tuple[str, Shape]]:
        """Give the outputs their names: rename them in all nodes, or copy those whose own name must be kept."""
        outputs: list[tuple[str, Shape]] = []
        renamed: dict[str, str] = {}
        for tensor, spec in zip(self.plan.outputs, self.plan.specs[1], strict=True):
            value = self.graph.reshape(self.seen(tensor), spec.shape).name
            name = self.graph.unique(spec.name) if spec.name in names else spec.name
            if value in names or value in renamed:
                value = self.graph.node("Identity", value)
            renamed[value] = name
            names.add(name)
            outputs.append((name, spec.shape))
        for node in self.graph.nodes:
            node.input[:] = [renamed.get(each, each) for each in node.input]
            node.output[:] = [renamed.get(each, each) for each in node.output]
        return outputs

    # --- what steps ask for ---------------------------------------------------------------------------------------

    def seen(self, tensor: Tensor) -> Value:
        """Return the value that is read under the (h, w, c) of `tensor`, in any shape."""
        value = self.slots[tensor.slot]
        if value.hwc == tensor.shape:
            return value
        for (h, w, c), last in ((value.hwc, True), (tensor.shape, False)):  # by way of channels last
            if h * w > 1 and c > 1:  # else both orders are the same
                shape = (c, h * w) if last else (h * w, c)
                value = self.graph.reshape(value, shape)
                value = Value(self.graph.node("Transpose", value.name, perm=[0, 2, 1]), shape[::-1], value.hwc)
        return Value(value.name, value.shape, tensor.shape)

    def shaped(self, tensor: Tensor, flat: bool = False) -> str:
        """Return the value as (N, c, h, w), or as (N, c) if the caller knows that it is a vector."""
        h, w, c = tensor.shape
        return self.graph.reshape(self.seen(tensor), (c,) if flat else (c, h, w)).name


def _flat(*tensors: Tensor) -> bool:
    return all(tensor.h == tensor.w == 1 for tensor in tensors)


def _shape(tensor: Tensor, flat: bool = False) -> Shape:
    return (tensor.c,) if flat else (tensor.c, tensor.h, tensor.w)


def _order(hwc: tuple[int, int, int]) -> Any:
    """Return the positions, among values with channels last, of values with channels first."""
    import numpy as np

    return np.arange(np.prod(hwc)).reshape(hwc).transpose(FIRST).ravel()


def _dense(model: _Model, step: Dense) -> Value:
    source = model.slots[step.inputs[0].slot]
    columns = _order(step.output.shape)
    w = matrix(step.weight)[_order(source.hwc)][:, columns]
    x = model.graph.reshape(source, (len(w),)).name
    y = model.graph.node("Gemm", x, model.graph.constant(w), model.graph.constant(vector(step.bias)[columns]))
    return Value(y, (len(columns),), step.output.shape)


def _windows(step: Conv | Pool) -> dict[str, Any]:
    """Return kernel, strides and pads. The pads at the end follow from the size of the output."""
    dilation = step.dilation if isinstance(step, Conv) else (1, 1)
    ends = []
    sizes = zip(step.inputs[0].shape[:2], step.output.shape[:2], strict=True)
    for (n_in, n_out), k, s, p, d in zip(sizes, step.kernel, step.stride, step.padding, dilation, strict=True):
        end = end_padding(n_in, n_out, k, s, p, d)
        # the same on both sides wherever that does: not every kernel knows better
        ends.append(p if p - s < end <= p else max(end, 0))
    return {"kernel_shape": step.kernel, "strides": step.stride, "pads": [*step.padding, *ends]}


def _conv(model: _Model, step: Conv) -> Value:
    w = matrix(step.weight).reshape(*step.kernel, -1, step.output.c).transpose(3, 2, 0, 1)
    parameters = model.graph.constant(w), model.graph.constant(vector(step.bias))
    attributes = {**_windows(step), "group": step.groups, "dilations": step.dilation}
    y = model.graph.node("Conv", model.shaped(step.inputs[0]), *parameters, **attributes)
    return Value(y, _shape(step.output), step.output.shape)


def _deconv(model: _Model, step: Deconv) -> Value:
    graph, output = model.graph, step.output
    w = matrix(step.weight).reshape(-1, *step.kernel, output.c).transpose(0, 3, 1, 2)
    sizes = zip(step.inputs[0].shape[:2], output.shape[:2], strict=True)
    # what the last kernel reaches beyond the output; negative where the output is larger
    ends = [
        (n_in - 1) * s + k - p - n_out
        for (n_in, n_out), k, s, p in zip(sizes, step.kernel, step.stride, step.padding, strict=True)
    ]
    more = [max(-end, 0) for end in ends]
    beyond = any(n >= s for n, s in zip(more, step.stride, strict=True))  # ONNX has output_padding below the stride
    attributes = {
        "kernel_shape": step.kernel,
        "strides": step.stride,
        "pads": [*step.padding, *(max(end, 0) for end in ends)],
        "output_padding": [0, 0] if beyond else more,
    }
    inputs, b = (model.shaped(step.inputs[0]), graph.constant(w)), vector(step.bias)
    if beyond:
        y = graph.node("Pad", graph.node("ConvTranspose", *inputs, **attributes), graph.integers([0] * 6 + more))
        y = graph.node("Add", y, graph.constant(b.reshape(-1, 1, 1)))
    else:
        y = graph.node("ConvTranspose", *inputs, graph.constant(b), **attributes)
    return Value(y, _shape(output), output.shape)


def _pool(model: _Model, step: Pool) -> Value:
    operator, more = ("MaxPool", {}) if step.op == "max" else ("AveragePool", {"count_include_pad": 1})
    y = model.graph.node(operator, model.shaped(step.inputs[0]), **_windows(step), **more)
    return Value(y, _shape(step.output), step.output.shape)


def _reduce(model: _Model, step: Reduce) -> Value:
    (x,) = step.inputs
    flat = _flat(x) and step.axes == "c"
    axes = model.graph.integers(sorted(AXES[axis] for axis in step.axes))
    y = model.graph.node(REDUCTIONS[step.op], model.shaped(x, flat), axes, keepdims=1)
    return Value(y, _shape(step.output, flat), step.output.shape)


def _softmax(model: _Model, step: Softmax) -> Value:
    (x,) = step.inputs
    y = model.graph.node("Softmax", model.shaped(x, _flat(x)), axis=1)
    return Value(y, _shape(x, _flat(x)), step.output.shape)


def _elementwise(model: _Model, step: Elementwise) -> Value:
    import numpy as np

    flat = _flat(*step.inputs, step.output)
    shape = _shape(step.output, flat)
    found = used(step.activation)
    if all(step.inputs[i].weight for i in found):
        raise CannotExpressError("it does not depend on an input")
    args = [""] * len(step.inputs)
    for i in found:
        tensor = step.inputs[i]
        if tensor.weight:
            args[i] = model.graph.constant(constant(tensor).transpose(FIRST).reshape(_shape(tensor, flat)))
        else:
            args[i] = model.shaped(tensor, flat)
    y = model.graph.expression(step.activation, args)
    if np.broadcast_shapes(*(_shape(step.inputs[i], flat) for i in found)) != shape:
        y = model.graph.node("Expand", y, model.graph.integers([1, *shape]))
    return Value(y, shape, step.output.shape)


def _resize(model: _Model, step: Resize) -> Value:
    sizes = model.graph.integers(step.output.shape[:2])
    how = {"mode": "linear", "coordinate_transformation_mode": "align_corners", "axes": [2, 3]}
    y = model.graph.node("Resize", model.shaped(step.inputs[0]), "", "", sizes, **how)
    return Value(y, _shape(step.output), step.output.shape)


def _resample(model: _Model, step: Resample) -> Value:
    import numpy as np

    graph, axis = model.graph, AXES[step.axis]
    x = model.shaped(step.inputs[0])
    parts = []
    for index, factor in zip(np.transpose(step.index), np.transpose(step.factor), strict=True):
        part = graph.node("Gather", x, graph.integers(index), axis=axis)
        along = [1] * 4
        along[axis] = -1
        parts.append(graph.node("Mul", part, graph.constant(factor.reshape(along))) if np.any(factor != 1) else part)
    y = graph.node("Sum", *parts) if len(parts) > 1 else parts[0]
    return Value(y, _shape(step.output), step.output.shape)


def _gridsample(model: _Model, step: GridSample) -> Value:
    graph, (image, grid) = model.graph, step.inputs
    # ONNX counts from edge to edge of the image, from -1 to 1
    scale, shift = ([each / image.w, each / image.h] for each in (2, 1))
    at = graph.node("Transpose", model.shaped(grid), perm=[0, 2, 3, 1])
    at = graph.node("Add", graph.node("Mul", at, graph.constant(scale)), graph.constant([each - 1 for each in shift]))
    return Value(graph.node("GridSample", model.shaped(image), at), _shape(step.output), step.output.shape)


def _matmul(model: _Model, step: MatMul) -> Value:
    graph = model.graph
    a, b = (graph.node("Transpose", model.shaped(x), perm=[0, 2, 3, 1]) for x in step.inputs)
    y = graph.node("Transpose", graph.node("MatMul", a, b), perm=[0, 3, 1, 2])
    return Value(y, _shape(step.output), step.output.shape)


def _move(model: _Model, step: Move) -> Value:
    shapes = {tensor.slot: model.slots[tensor.slot].hwc for tensor in step.inputs}
    return rearranged(model.graph, model.slots, moved(step, shapes, FIRST), step.fill)


STEPS: Mapping[type[Step], Callable[[_Model, Any], Value]] = {
    Conv: _conv,
    Deconv: _deconv,
    Dense: _dense,
    Elementwise: _elementwise,
    GridSample: _gridsample,
    MatMul: _matmul,
    Move: _move,
    Pool: _pool,
    Reduce: _reduce,
    Resample: _resample,
    Resize: _resize,
    Softmax: _softmax,
}
