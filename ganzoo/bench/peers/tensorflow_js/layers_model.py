"""A plan as a layers model of Keras, as `tf.loadLayersModel` reads it: channels last, as the plan has them.

Only what a layer says is written. Inputs and outputs have the channels first, as the network's specs have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.bench.peers._moves import FIRST, LAST, Moved, moved
from ganzoo.bench.peers._reading import (
    CannotExpressError,
    check_inputs,
    end_padding,
    known,
    matrix,
    refusal,
    used,
    vector,
)
from ganzoo.bench.peers.tensorflow_js.layers_graph import ACTIVATIONS, Layers, Value
from ganzoo.export.expressions import X, call, substitute
from ganzoo.export.plan import Conv, Deconv, Dense, Elementwise, Matrix, Move, Pool, Reduce, Resize, Softmax
from ganzoo.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from ganzoo.bench.peers._reading import Shape
    from ganzoo.export.expressions import Expr
    from ganzoo.export.plan import Plan, Step, Tensor

LIBRARY = "TensorFlow.js"


def write(plan: Plan, folder: Path) -> None:
    """Write `model.json` and `weights.bin` into `folder`.

    Raises `UnsupportedOperatorError` for what no layer expresses; then nothing is written.
    """
    model = _Model(plan)
    for step in plan.steps:
        try:
            check_inputs(step)
            if type(step) not in STEPS:
                raise CannotExpressError("no layer computes it")
            value = STEPS[type(step)](model, step)
            activation = _left(step)
            if activation != X:
                value = Value(model.layers.expression(activation, [value]), value.shape)
            model.slots[step.output.slot] = value
        except CannotExpressError as reason:
            raise refusal(step, LIBRARY, reason) from reason
    outputs = model.outputs()
    weights = model.layers.weights
    shapes = [{"name": name, "shape": array.shape, "dtype": "float32"} for name, array in weights.items()]
    config = {
        "name": "model",
        "layers": list(model.layers.described.values()),
        "input_layers": [[name, 0, 0] for name in model.inputs],
        "output_layers": [[name, 0, 0] for name in outputs],
    }
    described = {
        "format": "layers-model",
        "generatedBy": "ganzoo",
        "modelTopology": {"class_name": "Model", "config": config},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": shapes}],
    }
    (folder / "weights.bin").write_bytes(b"".join(array.astype("<f4").tobytes() for array in weights.values()))
    write_json(folder / "model.json", described, indent=None)


class _Model:
    """One plan's conversion."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.layers = Layers()
        self.inputs = [
            self.layers.add("InputLayer", [], batch_input_shape=[None, *spec.shape], dtype="float32")
            for spec in plan.specs[0]
        ]
        self.slots: dict[int, Value] = {}
        for name, tensor, spec in zip(self.inputs, plan.inputs, plan.specs[0], strict=True):
            value, (h, w, c) = Value(name, spec.shape), tensor.shape
            mixed = c > 1 and h * w > 1  # else both orders are the same
            self.slots[tensor.slot] = self.layers.transpose(value, (c, h, w), (1, 2, 0)) if mixed else value

    def outputs(self) -> list[str]:
        """The names of the layers that yield the outputs: one for each, and no input."""
        names: list[str] = []
        for tensor, spec in zip(self.plan.outputs, self.plan.specs[1], strict=True):
            value, (h, w, c) = self.slots[tensor.slot], tensor.shape
            if c > 1 and h * w > 1:
                value = self.layers.transpose(value, (h, w, c), FIRST)
            name = self.layers.reshape(value, spec.shape).name
            taken = name in (*self.inputs, *names)
            names.append(self.layers.add("Activation", [name], activation="linear") if taken else name)
        return names

    def shaped(self, tensor: Tensor, shape: Shape = ()) -> Value:
        """The values of `tensor` as (N, h, w, c), or in another shape."""
        return self.layers.reshape(self.slots[tensor.slot], shape or tensor.shape)


def _left(step: Step) -> Expr:
    """What is still to be computed of the step's activation once its layer is there."""
    if isinstance(step, Elementwise) or (isinstance(step, Matrix) and _fused(step) != "linear"):
        return X
    if isinstance(step, Reduce) and step.op == "sum":  # the layer yields the mean
        (x,) = step.inputs
        return substitute(step.activation, [call("mul", X, x.size / step.output.size)])
    return step.activation


def _fused(step: Matrix) -> str:
    """The name of the step's activation where a layer with weights takes it, else "linear"."""
    found = known(step.activation)
    return found[0] if found and found[0] in ACTIVATIONS and found[1] == X else "linear"


def _dense(model: _Model, step: Dense) -> Value:
    (x,), w = step.inputs, matrix(step.weight)
    weights = {"kernel": w, "bias": vector(step.bias)}
    value = model.shaped(x, (x.size,))
    name = model.layers.add("Dense", [value.name], weights, units=w.shape[1], activation=_fused(step))
    return Value(name, (step.output.size,))


def _windows(model: _Model, step: Conv | Pool, same: bool, zeros: bool) -> tuple[Value, dict[str, Any]]:
    """The input, padded where need be, with the configuration that all windows have.

    The library pads by itself when asked for the "same" size, and never more than that; `zeros` are any number.
    """
    (x,) = step.inputs
    dilation = step.dilation if isinstance(step, Conv) else (1, 1)
    axes = list(zip(x.shape, step.output.shape, step.kernel, step.stride, step.padding, dilation, strict=False))
    ends = [max(end_padding(*axis), 0) for axis in axes]
    value, padding = model.shaped(x), "valid"
    if any((*step.padding, *ends)):
        if same and all(
            n_out == -(-n_in // s) and p == (p + end) // 2
            for (n_in, n_out, _, s, p, _), end in zip(axes, ends, strict=True)
        ):
            padding = "same"
        elif zeros:
            widths = list(zip(step.padding, ends, strict=True))
            shape = tuple(n + sum(width) for n, width in zip(x.shape, (*widths, (0, 0)), strict=True))
            value = Value(model.layers.add("ZeroPadding2D", [value.name], padding=widths), shape)
        else:
            raise CannotExpressError("max pooling can only be padded to the same size")
    return value, {"strides": step.stride, "padding": padding}


def _conv(model: _Model, step: Conv) -> Value:
    if max(step.stride) > 1 and max(step.dilation) > 1:
        raise CannotExpressError("stride and dilation cannot be combined")
    value, config = _windows(model, step, same=True, zeros=True)
    config |= {"kernel_size": step.kernel, "dilation_rate": step.dilation, "activation": _fused(step)}
    c, oc = step.inputs[0].c, step.output.c
    w, b = matrix(step.weight).reshape(*step.kernel, c // step.groups, oc), vector(step.bias)
    if step.groups == 1:
        name = model.layers.add("Conv2D", [value.name], {"kernel": w, "bias": b}, filters=oc, **config)
    elif step.groups == c:
        weights = {"depthwise_kernel": w.reshape(*step.kernel, c, oc // c), "bias": b}
        name = model.layers.add("DepthwiseConv2D", [value.name], weights, depth_multiplier=oc // c, **config)
    else:
        raise CannotExpressError("groups of more than one channel are not supported")
    return Value(name, step.output.shape)


def _deconv(model: _Model, step: Deconv) -> Value:
    (x,), output = step.inputs, step.output
    w = matrix(step.weight).reshape(x.c, *step.kernel, output.c).transpose(1, 2, 3, 0)
    axes = list(zip(x.shape, output.shape, step.kernel, step.stride, step.padding, strict=False))
    same = all(n_out == n_in * s and p == max(k - s, 0) // 2 for n_in, n_out, k, s, p in axes)
    reach = [n_in * s + max(k - s, 0) for n_in, _, k, s, _ in axes]  # without padding
    cut = [(p, n - p - n_out) for n, (_, n_out, _, _, p) in zip(reach, axes, strict=True)]
    if not same and min(end for _, end in cut) < 0:
        raise CannotExpressError("its output is larger than the input reaches")
    name = model.layers.add(
        "Conv2DTranspose",
        [model.shaped(x).name],
        {"kernel": w, "bias": vector(step.bias)},
        filters=output.c,
        kernel_size=step.kernel,
        strides=step.stride,
        padding="same" if same else "valid",
        activation=_fused(step),
    )
    if not same and any(map(any, cut)):
        name = model.layers.add("Cropping2D", [name], cropping=cut)
    return Value(name, output.shape)


def _pool(model: _Model, step: Pool) -> Value:
    largest = step.op == "max"
    # the library's mean leaves out what it pads itself
    value, config = _windows(model, step, same=largest, zeros=not largest)
    kind = "MaxPooling2D" if largest else "AveragePooling2D"
    return Value(model.layers.add(kind, [value.name], pool_size=step.kernel, **config), step.output.shape)


def _reduce(model: _Model, step: Reduce) -> Value:
    (x,) = step.inputs
    if "c" in step.axes or step.op == "min":
        raise CannotExpressError(f"no layer computes the {step.op} over {step.axes}")
    size = [n if axis in step.axes else 1 for axis, n in zip("hw", x.shape, strict=False)]
    kind = "MaxPooling2D" if step.op == "max" else "AveragePooling2D"
    name = model.layers.add(kind, [model.shaped(x).name], pool_size=size, strides=size, padding="valid")
    return Value(name, step.output.shape)


def _softmax(model: _Model, step: Softmax) -> Value:
    (x,) = step.inputs
    value = model.shaped(x, (x.c,) if x.h == x.w == 1 else x.shape)
    return Value(model.layers.add("Softmax", [value.name], axis=-1), value.shape)


def _elementwise(model: _Model, step: Elementwise) -> Value:
    import numpy as np

    flat = all(tensor.h == tensor.w == 1 for tensor in (*step.inputs, step.output))
    shape = (step.output.c,) if flat else step.output.shape
    args = [x if x.weight else model.shaped(x, (x.c,) if flat else x.shape) for x in step.inputs]
    made = model.layers.expression(step.activation, args)
    reached = [args[i] for i in used(step.activation)]
    sizes = np.broadcast_shapes(*(value.shape for value in reached if isinstance(value, Value)))
    if sizes != shape:
        raise CannotExpressError("no layer repeats values in this way")
    return Value(made, shape)


def _resize(model: _Model, step: Resize) -> Value:
    if step.inputs[0].shape == step.output.shape:
        return model.shaped(step.inputs[0])
    raise CannotExpressError("no layer resizes with aligned corners")


def _move(model: _Model, step: Move) -> Value:
    shapes = {tensor.slot: tensor.shape for tensor in step.inputs}
    return _moved(model, moved(step, shapes, LAST), step.fill)


def _moved(model: _Model, move: Moved, fill: float) -> Value:
    layers, shape = model.layers, move.index.shape
    sources = [model.slots[slot] for slot in move.slots]
    if move.reshaped:
        return sources[0]
    if parts := move.parts():
        axis, pieces = parts
        flat = shape[:2] == (1, 1)
        names = [
            layers.reshape(_moved(model, piece, fill), piece.index.shape[2:] if flat else piece.index.shape).name
            for piece in pieces
        ]
        return Value(layers.add("Concatenate", names, axis=1 if flat else axis + 1), shape[2:] if flat else shape)
    if transposition := move.transposition():
        return layers.transpose(sources[0], *transposition)
    if lines := move.lines():
        return _along_axes(layers, layers.reshape(sources[0], move.shapes[0]), lines)
    if (widths := move.padding()) and fill == 0 and widths[2] == (0, 0):
        value = layers.reshape(sources[0], move.shapes[0])
        return Value(layers.add("ZeroPadding2D", [value.name], padding=widths[:2]), shape)
    raise CannotExpressError("no layer arranges values in this way")


def _along_axes(layers: Layers, value: Value, lines: list[npt.NDArray[Any]]) -> Value:
    """Each axis indexed by one of `lines`: rows and columns cut off, or repeated."""
    import numpy as np

    cut, times = [], []
    for size, line in zip(value.shape, lines, strict=True):
        first, last = int(line[0]), int(line[-1])
        repeat = len(line) // (last - first + 1) if last >= first else 0
        if not repeat or not np.array_equal(line, np.arange(first, last + 1).repeat(repeat)):
            raise CannotExpressError("no layer selects rows or columns in this order")
        cut.append((first, size - 1 - last))
        times.append(repeat)
    if cut[2] != (0, 0) or times[2] != 1:
        raise CannotExpressError("no layer selects or repeats channels")
    if any(map(any, cut)):
        value = Value(layers.add("Cropping2D", [value.name], cropping=cut[:2]), ())
    if max(times) > 1:
        value = Value(layers.add("UpSampling2D", [value.name], size=times[:2]), ())
    return Value(value.name, tuple(map(len, lines)))


STEPS: Mapping[type[Step], Callable[[_Model, Any], Value]] = {
    Conv: _conv,
    Deconv: _deconv,
    Dense: _dense,
    Elementwise: _elementwise,
    Move: _move,
    Pool: _pool,
    Reduce: _reduce,
    Resize: _resize,
    Softmax: _softmax,
}
