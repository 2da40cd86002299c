"""Plans for tests: a NumPy executor as reference, a builder for hand-made plans, one list of cases for all backends.

To add a kind of step: a branch in `STEPS`, a line in `cases`, and a kernel in each backend. Scalar operations are
found in their table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganzoo.export.expressions import OPERATIONS, Arg, Expr, X, call, evaluate
from ganzoo.export.plan import (
    Box,
    Conv,
    Deconv,
    Dense,
    Elementwise,
    GridSample,
    MatMul,
    Move,
    Plan,
    Pool,
    Reduce,
    Resample,
    Resize,
    Softmax,
    Step,
    Tensor,
    Weight,
    pad4,
)
from ganzoo.specs import TensorSpec

# --- the reference ---------------------------------------------------------------------------------------------------


def execute(plan: Plan, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The outputs of `plan` for `inputs` as its specs say, (n, *spec.shape), computed in float64, as float32."""
    n = len(inputs[0])
    buffers: dict[int, np.ndarray] = {}
    for tensor, array in zip(plan.inputs, inputs, strict=True):
        chw = array.astype(np.float64).reshape(n, tensor.c, tensor.h, tensor.w)
        buffers[tensor.slot] = chw.transpose(0, 2, 3, 1)
    for step in plan.steps:
        xs = [_value(tensor, buffers, n) for tensor in step.inputs]
        y = STEPS[type(step)](step, *xs)
        if not isinstance(step, Elementwise):
            y = evaluate(step.activation, [y])
        assert y.shape == (n, *step.output.shape), (step, y.shape)
        assert step.output.slot not in {t.slot for t in step.inputs}, "a step may not write over its input"
        buffers[step.output.slot] = y
    return [
        _to_chw(buffers[t.slot].reshape(n, *t.shape)).reshape(n, *spec.shape).astype(np.float32)
        for t, spec in zip(plan.outputs, plan.specs[1], strict=True)
    ]


def _to_chw(array: np.ndarray) -> np.ndarray:
    return array.transpose(0, 3, 1, 2)


def _value(tensor: Tensor, buffers: dict[int, np.ndarray], n: int) -> np.ndarray:
    if tensor.weight is None:
        # the slot's content under the shape that this step sees: (1, 1, hwc) and (h, w, c) are the same values
        return buffers[tensor.slot].reshape(n, *tensor.shape)
    stored = tensor.weight.array.astype(np.float64).reshape(tensor.h, tensor.w, pad4(tensor.c))
    return np.broadcast_to(stored[:, :, : tensor.c], (n, *tensor.shape))


def matrix(weight: Weight) -> np.ndarray:
    """(K, columns) of a packed weight matrix."""
    panels, k, four = weight.shape
    return weight.array.astype(np.float64).transpose(1, 0, 2).reshape(k, panels * four)[:, : weight.columns]


def _bias(step: Any) -> np.ndarray:
    return step.bias.array.astype(np.float64)[: step.bias.columns]


def _dense(step: Dense, x: np.ndarray) -> np.ndarray:
    return (x.reshape(len(x), -1) @ matrix(step.weight) + _bias(step)).reshape(len(x), *step.output.shape)


def _conv(step: Conv, x: np.ndarray) -> np.ndarray:
    (KH, KW), (SH, SW), (PH, PW), (DH, DW) = step.kernel, step.stride, step.padding, step.dilation
    oh, ow, oc = step.output.shape
    ic, ocg = x.shape[3] // step.groups, oc // step.groups
    w = matrix(step.weight).reshape(KH, KW, ic, oc)
    x = np.pad(x, ((0, 0), (PH, PH + KH * DH + SH), (PW, PW + KW * DW + SW), (0, 0)))
    y = np.zeros((len(x), oh, ow, oc)) + _bias(step)
    for kh in range(KH):
        for kw in range(KW):
            seen = x[:, kh * DH : kh * DH + oh * SH : SH, kw * DW : kw * DW + ow * SW : SW][:, :oh, :ow]
            for g in range(step.groups):
                outs = slice(g * ocg, (g + 1) * ocg)
                y[..., outs] += seen[..., g * ic : (g + 1) * ic] @ w[kh, kw, :, outs]
    return y


def _deconv(step: Deconv, x: np.ndarray) -> np.ndarray:
    (KH, KW), (SH, SW), (PH, PW) = step.kernel, step.stride, step.padding
    n, h, w, _ = x.shape
    oh, ow, oc = step.output.shape
    columns = (x @ matrix(step.weight)).reshape(n, h, w, KH, KW, oc)
    y = np.zeros((n, max((h - 1) * SH + KH, oh + PH), max((w - 1) * SW + KW, ow + PW), oc))
    for i in range(h):
        for j in range(w):
            y[:, i * SH : i * SH + KH, j * SW : j * SW + KW] += columns[:, i, j]
    return y[:, PH : PH + oh, PW : PW + ow] + _bias(step)


def _pool(step: Pool, x: np.ndarray) -> np.ndarray:
    (KH, KW), (SH, SW), (PH, PW) = step.kernel, step.stride, step.padding
    oh, ow, _ = step.output.shape
    fill = -np.inf if step.op == "max" else 0.0
    x = np.pad(x, ((0, 0), (PH, PH + KH + SH), (PW, PW + KW + SW), (0, 0)), constant_values=fill)
    windows = np.stack(
        [x[:, i : i + oh * SH : SH, j : j + ow * SW : SW][:, :oh, :ow] for i in range(KH) for j in range(KW)]
    )
    return windows.max(0) if step.op == "max" else windows.sum(0) / (KH * KW)


def _reduce(step: Reduce, x: np.ndarray) -> np.ndarray:
    axes = tuple(1 + "hwc".index(axis) for axis in step.axes)
    return getattr(np, step.op)(x, axis=axes, keepdims=True)


def _softmax(step: Softmax, x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(3, keepdims=True))
    return e / e.sum(3, keepdims=True)


def _elementwise(step: Elementwise, *xs: np.ndarray) -> np.ndarray:
    return np.broadcast_to(evaluate(step.activation, list(xs)), (len(xs[0]), *step.output.shape))


def _resize(step: Resize, x: np.ndarray) -> np.ndarray:
    for axis, n_out in ((1, step.output.h), (2, step.output.w)):
        n_in = x.shape[axis]
        at = np.arange(n_out) * ((n_in - 1) / (n_out - 1) if n_out > 1 else 0.0)
        low = np.minimum(at.astype(int), n_in - 1)
        high = np.minimum(low + 1, n_in - 1)
        t = (at - low).reshape([-1 if a == axis else 1 for a in range(4)])
        x = np.take(x, low, axis) * (1 - t) + np.take(x, high, axis) * t
    return x


def _resample(step: Resample, x: np.ndarray) -> np.ndarray:
    axis = 1 + "hwc".index(step.axis)
    factor = np.asarray(step.factor, np.float32).astype(np.float64)
    last = np.moveaxis(x, axis, -1)[..., np.asarray(step.index)]
    return np.moveaxis((last * factor).sum(-1), -1, axis)


def _gridsample(step: GridSample, image: np.ndarray, grid: np.ndarray) -> np.ndarray:
    h, w, _ = step.inputs[0].shape
    at = np.clip(grid, -1, (w, h))
    low = np.floor(at).astype(int)
    right, down = np.moveaxis(at - low, -1, 0)[..., np.newaxis]
    padded = np.pad(image, ((0, 0), (1, 2), (1, 2), (0, 0)))
    n = np.arange(len(image))[:, np.newaxis, np.newaxis]
    x, y = np.moveaxis(low + 1, -1, 0)
    top = padded[n, y, x] * (1 - right) + padded[n, y, x + 1] * right
    end = padded[n, y + 1, x] * (1 - right) + padded[n, y + 1, x + 1] * right
    return top * (1 - down) + end * down


def _matmul(step: MatMul, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a @ b


def _move(step: Move, *xs: np.ndarray) -> np.ndarray:
    n = len(xs[0])
    y = np.full((n, step.output.size), step.fill)
    for box, x in zip(step.boxes, xs, strict=True):
        sizes = [size for size, _, _ in box.dims]
        index = np.indices(sizes).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), int)
        source = box.in_offset + sum(i * d[1] for i, d in zip(index, box.dims, strict=True))
        target = box.out_offset + sum(i * d[2] for i, d in zip(index, box.dims, strict=True))
        y[:, target] = x.reshape(n, -1)[:, source]
    return y.reshape(n, *step.output.shape)


STEPS = {
    Dense: _dense,
    Conv: _conv,
    Deconv: _deconv,
    Pool: _pool,
    Reduce: _reduce,
    Softmax: _softmax,
    Elementwise: _elementwise,
    Resize: _resize,
    Resample: _resample,
    GridSample: _gridsample,
    MatMul: _matmul,
    Move: _move,
}

# --- hand-made plans -------------------------------------------------------------------------------------------------


@dataclass
class Builder:
    """A chain of steps, each in a slot of its own: `builder.conv(16, 3)...`, then `plan()`."""

    shape: tuple[int, int, int]
    seed: int = 0
    steps: list[Step] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.input = self.at = Tensor("x", *self.shape, slot=0)
        self.extra: list[Tensor] = []
        self.sizes = [self.at.h * self.at.w * pad4(self.at.c)]

    def tensor(self, h: int, w: int, c: int) -> Tensor:
        self.sizes.append(h * w * pad4(c))
        return Tensor(f"t{len(self.sizes)}", h, w, c, slot=len(self.sizes) - 1)

    def another_input(self, h: int, w: int, c: int) -> Tensor:
        self.extra.append(self.tensor(h, w, c))
        return self.extra[-1]

    def weight(self, array: np.ndarray, columns: int) -> Weight:
        offset = sum(w.size for w in self.weights)
        name = f"w{len(self.weights)}"
        self.weights.append(Weight.of(name, "layer", np.ascontiguousarray(array, np.float32), columns, offset))
        return self.weights[-1]

    def matrix(self, k: int, columns: int) -> dict[str, Weight]:
        full = np.zeros((k, pad4(columns)), np.float32)
        full[:, :columns] = self.random.normal(0, 1 / np.sqrt(k), (k, columns))
        bias = np.zeros(pad4(columns), np.float32)
        bias[:columns] = self.random.normal(0, 0.5, columns)
        return {
            "weight": self.weight(full.reshape(k, -1, 4).transpose(1, 0, 2), columns),
            "bias": self.weight(bias, columns),
        }

    def constant(self, h: int, w: int, c: int) -> Tensor:
        array = np.zeros((h, w, pad4(c)), np.float32)
        array[:, :, :c] = self.random.normal(0, 1, (h, w, c))
        return Tensor("constant", h, w, c, weight=self.weight(array.ravel(), h * w * c))

    def add(
        self, kind: type[Step], shape: tuple[int, int, int], inputs: tuple[Tensor, ...] = (), **values: Any
    ) -> Builder:
        step = kind(layer=f"layer{len(self.steps)}", inputs=inputs or (self.at,), output=self.tensor(*shape), **values)
        self.steps.append(step)
        self.at = step.output
        return self

    def view(self, h: int, w: int, c: int) -> Builder:
        """The same values under another shape: only where no padding lies between them."""
        assert h * w * c == self.at.size
        self.at = Tensor(self.at.name, h, w, c, slot=self.at.slot)
        return self

    def dense(self, shape: tuple[int, int, int] | int, activation: Expr = X) -> Builder:
        shape = (1, 1, shape) if isinstance(shape, int) else shape
        out = int(np.prod(shape))
        return self.add(Dense, shape, **self.matrix(self.at.size, out), activation=activation)

    def conv(
        self,
        oc: int,
        kernel: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        activation: Expr = X,
    ) -> Builder:
        k, s, p, d = pair(kernel), pair(stride), pair(padding), pair(dilation)
        h, w = ((n + 2 * p[i] - d[i] * (k[i] - 1) - 1) // s[i] + 1 for i, n in enumerate((self.at.h, self.at.w)))
        parameters = self.matrix(k[0] * k[1] * self.at.c // groups, oc)
        values = {"kernel": k, "stride": s, "padding": p, "dilation": d, "groups": groups, "activation": activation}
        return self.add(Conv, (h, w, oc), **parameters, **values)

    def deconv(
        self, oc: int, kernel: Any, stride: Any = 1, padding: Any = 0, more: Any = 0, activation: Expr = X
    ) -> Builder:
        k, s, p, m = pair(kernel), pair(stride), pair(padding), pair(more)
        h, w = ((n - 1) * s[i] + k[i] - 2 * p[i] + m[i] for i, n in enumerate((self.at.h, self.at.w)))
        # the bias of a deconvolution is per output channel
        parameters = self.matrix(self.at.c, k[0] * k[1] * oc)
        self.weights.pop()
        bias = np.zeros(pad4(oc), np.float32)
        bias[:oc] = self.random.normal(0, 0.5, oc)
        parameters["bias"] = self.weight(bias, oc)
        return self.add(Deconv, (h, w, oc), **parameters, kernel=k, stride=s, padding=p, activation=activation)

    def pool(self, op: str, kernel: Any, stride: Any, padding: Any = 0, cover_all: bool = False) -> Builder:
        k, s, p = pair(kernel), pair(stride), pair(padding)
        h, w = (
            (n + 2 * p[i] - k[i] + (s[i] - 1 if cover_all else 0)) // s[i] + 1
            for i, n in enumerate((self.at.h, self.at.w))
        )
        return self.add(Pool, (h, w, self.at.c), op=op, kernel=k, stride=s, padding=p)

    def reduce(self, op: str, axes: str) -> Builder:
        shape = tuple(1 if axis in axes else n for axis, n in zip("hwc", self.at.shape, strict=True))
        return self.add(Reduce, shape, op=op, axes=axes)

    def softmax(self) -> Builder:
        return self.add(Softmax, self.at.shape)

    def resize(self, h: int, w: int) -> Builder:
        return self.add(Resize, (h, w, self.at.c))

    def resample(self, axis: str, index: Any, factor: Any = None, activation: Expr = X) -> Builder:
        """`index` and `factor` are (elements, taps); without factors, they are 1."""
        index = np.asarray(index)
        shape = [len(index) if each == axis else n for each, n in zip("hwc", self.at.shape, strict=True)]
        factor = np.ones(index.shape) if factor is None else np.asarray(factor)
        tables = {"index": _rows(index), "factor": _rows(factor)}
        return self.add(Resample, (shape[0], shape[1], shape[2]), axis=axis, **tables, activation=activation)

    def gridsample(self, grid: Tensor, activation: Expr = X) -> Builder:
        return self.add(GridSample, (grid.h, grid.w, self.at.c), (self.at, grid), activation=activation)

    def matmul(self, right: Tensor, activation: Expr = X) -> Builder:
        return self.add(MatMul, (self.at.h, self.at.w, right.c), (self.at, right), activation=activation)

    def square(self) -> Builder:
        """Multiply each line's matrix, which has as many columns as rows, by itself."""
        return self.matmul(self.at)

    def elementwise(self, activation: Expr, *others: Tensor) -> Builder:
        inputs = (self.at, *others)
        shape = tuple(max(sizes) for sizes in zip(*(t.shape for t in inputs), strict=True))
        return self.add(Elementwise, shape, inputs, activation=activation)

    def move(
        self, shape: tuple[int, int, int], *boxes: Box, others: tuple[Tensor, ...] = (), fill: float = 0.0
    ) -> Builder:
        return self.add(Move, shape, (self.at, *others), boxes=boxes, fill=fill)

    def plan(self) -> Plan:
        inputs = (self.input, *self.extra)
        # an output may not be an input, so that every case has a step
        specs = tuple(_spec(t) for t in inputs), (_spec(self.at),)
        return Plan("test", specs, inputs, (self.at,), tuple(self.steps), tuple(self.sizes), tuple(self.weights))


def _rows(array: np.ndarray) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, array.tolist()))


def pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _spec(tensor: Tensor) -> TensorSpec:
    shape = (tensor.c,) if tensor.h == tensor.w == 1 else (tensor.c, tensor.h, tensor.w)
    return TensorSpec(tensor.name, shape, "image")


def inputs_for(plan: Plan, n: int, seed: int = 1) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal(0, 1, (n, *spec.shape)).astype(np.float32) for spec in plan.specs[0]]


RELU, SIGMOID, TANH = call("max", X, 0), call("sigmoid", X), call("tanh", X)
LEAKY = call("where_gt", X, 0, X, call("mul", X, 0.2))
ELU = call("where_gt", X, 0, X, call("sub", call("exp", call("min", X, 0)), 1))


def generator() -> Plan:
    """The reference generator: four steps."""
    return (
        Builder((1, 1, 110))
        .dense((3, 3, 128), RELU)
        .deconv(64, 3, 2, activation=RELU)
        .deconv(32, 2, 2, activation=RELU)
        .deconv(1, 2, 2, activation=SIGMOID)
        .plan()
    )


def classifier() -> Plan:
    """The reference classifier: five steps."""
    b = Builder((28, 28, 1)).conv(8, 3, activation=RELU).conv(16, 3, activation=RELU)
    return b.dense(32, RELU).dense(10).softmax().plan()


def _transposed(h: int, w: int, c: int) -> Box:
    """HWC to the order of a flattened CHW."""
    return Box(((c, 1, h * w), (h, w * c, w), (w, c, 1)))


def _concatenated() -> Plan:
    b = Builder((3, 5, 6))
    other = b.another_input(3, 5, 3)
    boxes = Box(((15, 6, 9), (6, 1, 1))), Box(((15, 3, 9), (3, 1, 1)), out_offset=6)
    return b.move((3, 5, 9), *boxes, others=(other,)).plan()


def _sum_of_inputs(operation: str) -> Plan:
    b = Builder((3, 4, 5))
    other = b.another_input(3, 4, 5)
    return b.elementwise(call(operation, Arg(0), Arg(1)), other).plan()


def _broadcast(h: int, w: int, c: int) -> Plan:
    b = Builder((3, 4, 5))
    return b.elementwise(call("add", call("mul", Arg(0), Arg(1)), 0.5), b.constant(h, w, c)).plan()


def _sampled(h: int, w: int, c: int, spread: float, activation: Expr = X) -> Plan:
    """An image at places around (0, 0), most of them inside where `spread` is about half its size."""
    b = Builder((h, w, c))
    grid = b.another_input(4, 6, 2)
    places = b.add(Elementwise, (4, 6, 2), (grid,), activation=call("mul", Arg(0), spread)).at
    b.at = b.input
    return b.gridsample(places, activation).plan()


def _product(h: int, w: int, k: int, c: int, lines: int, activation: Expr = X) -> Plan:
    """(h, w, k) times (lines, k, c)."""
    b = Builder((h, w, k))
    return b.matmul(b.another_input(lines, k, c), activation).plan()


def _resampled(shape: tuple[int, int, int], axis: str, places: int, taps: int, activation: Expr = X) -> Plan:
    random = np.random.default_rng(places)
    index = random.integers(0, shape["hwc".index(axis)], (places, taps))
    return Builder(shape).resample(axis, index, random.normal(0, 1, index.shape), activation).plan()


def _operation(name: str, arity: int) -> Plan:
    """A scalar operation of positive operands: the input, and constants."""
    b = Builder((3, 4, 5))
    operands = [call("add", call("abs", Arg(i)), 0.1) for i in range(arity)]
    return b.elementwise(call(name, *operands), *(b.constant(3, 4, 5) for _ in operands[1:])).plan()


def unary(expr: Expr, shape: tuple[int, int, int] = (3, 5, 6)) -> Plan:
    return Builder(shape).elementwise(expr).plan()


def cases() -> dict[str, Plan]:
    """A plan for every kind of step and every turn that it knows, small and odd."""
    B = Builder
    found = {
        "dense": B((1, 1, 7)).dense(10, RELU).plan(),
        "dense-wide": B((1, 1, 110)).dense(67).plan(),
        "dense-of-image": B((3, 5, 6)).dense(9, TANH).plan(),
        "dense-of-image-4": B((3, 5, 8)).dense(12).plan(),
        "dense-to-image": B((1, 1, 13)).dense((3, 2, 8), LEAKY).plan(),
        "dense-one": B((1, 1, 1)).dense(1).plan(),
        "conv": B((7, 9, 3)).conv(5, 3).plan(),
        "conv-1x1": B((5, 4, 9)).conv(8, 1, activation=RELU).plan(),
        "conv-one-channel": B((9, 8, 1)).conv(8, 3, activation=RELU).plan(),
        "conv-to-one": B((6, 5, 12)).conv(1, 3, padding=1, activation=SIGMOID).plan(),
        "conv-stride": B((9, 11, 4)).conv(8, 3, stride=2).plan(),
        "conv-stride-beyond-kernel": B((11, 9, 3)).conv(6, 2, stride=3).plan(),
        "conv-padding": B((6, 7, 5)).conv(7, 3, padding=1).plan(),
        "conv-padding-wide": B((3, 4, 4)).conv(4, 5, padding=(4, 3)).plan(),
        "conv-uneven": B((8, 9, 4)).conv(12, (3, 2), (1, 2), (0, 1)).plan(),
        "conv-dilation": B((11, 10, 4)).conv(8, 3, padding=2, dilation=2).plan(),
        "conv-dilation-uneven": B((12, 9, 3)).conv(5, (3, 2), dilation=(2, 3)).plan(),
        "conv-groups": B((6, 6, 8)).conv(12, 3, padding=1, groups=2).plan(),
        "conv-groups-odd": B((5, 6, 9)).conv(15, 3, groups=3, activation=RELU).plan(),
        "depthwise": B((7, 7, 8)).conv(8, 3, padding=1, groups=8, activation=RELU).plan(),
        "depthwise-odd": B((7, 6, 5)).conv(5, 3, stride=2, padding=1, groups=5).plan(),
        "depthwise-multiplied": B((5, 5, 4)).conv(8, 3, groups=4).plan(),
        "conv-whole": B((6, 5, 8)).conv(16, (6, 5)).plan(),
        "conv-large": B((13, 12, 16)).conv(24, 5, padding=2, activation=ELU).plan(),
        "deconv-k3s2": B((3, 3, 8)).deconv(12, 3, 2, activation=RELU).plan(),
        "deconv-k2s2": B((4, 5, 8)).deconv(4, 2, 2).plan(),
        "deconv-to-one": B((5, 4, 8)).deconv(1, 2, 2, activation=SIGMOID).plan(),
        "deconv-to-three": B((4, 4, 8)).deconv(3, 4, 2, 1, activation=TANH).plan(),
        "deconv-k4s2p1": B((4, 3, 12)).deconv(8, 4, 2, 1).plan(),
        "deconv-stride-beyond-kernel": B((3, 4, 4)).deconv(5, 2, 3).plan(),
        "deconv-stride1": B((5, 5, 3)).deconv(8, 3, 1, 1).plan(),
        "deconv-uneven": B((3, 4, 5)).deconv(6, (3, 2), (1, 3), (1, 0)).plan(),
        "deconv-more": B((3, 3, 4)).deconv(4, 3, 2, 1, more=1, activation=RELU).plan(),
        "deconv-k5s3": B((3, 3, 6)).deconv(7, 5, 3, 2).plan(),
        "max-pool": B((6, 8, 5)).pool("max", 2, 2).plan(),
        "max-pool-cover": B((7, 8, 4)).pool("max", 3, 2, 1, cover_all=True).plan(),
        "max-pool-overlap": B((7, 7, 6)).pool("max", 3, 1).plan(),
        "average-pool": B((6, 8, 5)).pool("average", 2, 2).plan(),
        "average-pool-padding": B((7, 5, 3)).pool("average", 3, 2, 1).plan(),
        "average-pool-global": B((5, 4, 9)).pool("average", (5, 4), 1).plan(),
        "softmax": B((1, 1, 10)).softmax().plan(),
        "softmax-of-image": B((3, 4, 6)).softmax().plan(),
        "resize-up": B((3, 4, 5)).resize(7, 9).plan(),
        "resize-down": B((8, 9, 3)).resize(3, 1).plan(),
        "resize-same": B((3, 3, 4)).resize(3, 3).plan(),
        "select-rows": B((5, 3, 5)).resample("h", [[4], [0], [0], [2]]).plan(),
        "select-columns": B((3, 4, 1)).resample("w", [[1], [3], [2], [2], [0], [3], [1]]).plan(),
        "select-channels": B((3, 4, 6)).resample("c", [[5], [1], [1], [0], [4]]).plan(),
        "resample-rows": _resampled((6, 5, 3), "h", 9, 2, RELU),
        "resample-columns": _resampled((4, 7, 5), "w", 11, 4),
        "resample-columns-of-one-channel": _resampled((4, 9, 1), "w", 5, 3),
        "resample-channels": _resampled((3, 4, 7), "c", 10, 3, SIGMOID),
        "resample-channels-to-one": _resampled((2, 3, 8), "c", 1, 8),
        "grid-sample": _sampled(5, 7, 3, 4),
        "grid-sample-of-one-channel": _sampled(4, 3, 1, 2, SIGMOID),
        "grid-sample-of-many": _sampled(3, 3, 17, 2, RELU),
        "grid-sample-far-out": _sampled(3, 4, 8, 1e12),
        "product-of-ones": _product(1, 1, 1, 1, 1),
        "product": _product(3, 6, 8, 4, 3),
        "product-of-lines": _product(2, 3, 3, 4, 2, RELU),
        "product-with-one": _product(3, 5, 4, 5, 1, TANH),
        "product-vector": _product(1, 1, 17, 8, 1, RELU),
        "product-wide": _product(2, 9, 5, 17, 2),
        "product-long": _product(4, 7, 17, 3, 4, LEAKY),
        "product-to-one": _product(2, 8, 8, 1, 1),
        "product-of-padded-channels": B((3, 5, 5)).elementwise(call("exp", X)).square().plan(),
        "concatenate": _concatenated(),
        "transpose": B((3, 4, 5)).move((1, 1, 60), _transposed(3, 4, 5)).plan(),
        "transpose-4": B((3, 4, 8)).move((1, 1, 96), _transposed(3, 4, 8)).plan(),
        "reshape": B((3, 4, 6)).move((2, 4, 9), Box(((72, 1, 1),))).plan(),
        "pad": B((3, 4, 5)).move((6, 7, 5), Box(((3, 20, 35), (20, 1, 1)), out_offset=35 + 10), fill=0.5).plan(),
        "slice": B((5, 6, 7)).move((3, 2, 4), Box(((3, 42, 8), (2, 14, 4), (4, 1, 1)), in_offset=42 + 7 + 2)).plan(),
        "flip": B((3, 4, 5)).move((3, 4, 5), Box(((3, 20, 20), (4, -5, 5), (5, 1, 1)), in_offset=15)).plan(),
        "depth-to-space": B((2, 3, 8))
        .move((4, 6, 2), Box(((2, 24, 24), (2, 4, 12), (3, 8, 4), (2, 2, 2), (2, 1, 1))))
        .plan(),
        "repeat": B((2, 3, 5)).move((4, 6, 5), Box(((2, 15, 60), (2, 0, 30), (3, 5, 10), (2, 0, 5), (5, 1, 1)))).plan(),
        "spread": B((2, 3, 5)).move((4, 6, 5), Box(((2, 15, 60), (3, 5, 10), (5, 1, 1)))).plan(),
        "add": _sum_of_inputs("add"),
        "subtract": _sum_of_inputs("sub"),
        "multiply": _sum_of_inputs("mul"),
        "divide": _sum_of_inputs("div"),
        "maximum": _sum_of_inputs("max"),
        "minimum": _sum_of_inputs("min"),
        "broadcast-channel": _broadcast(1, 1, 5),
        "broadcast-pixel": _broadcast(3, 4, 1),
        "broadcast-column": _broadcast(1, 4, 5),
        "broadcast-one": _broadcast(1, 1, 1),
        "constant": _broadcast(3, 4, 5),
        "relu": unary(RELU),
        "leaky-relu": unary(LEAKY),
        "elu": unary(ELU),
        "sigmoid": unary(call("sigmoid", call("mul", X, 40))),
        "tanh": unary(call("tanh", call("mul", X, 40))),
        "tanh-small": unary(call("tanh", call("mul", X, 0.01))),
        "softplus": unary(call("softplus", call("mul", X, 40))),
        "clip": unary(call("min", call("max", X, -0.5), 0.75)),
        "exp": unary(call("exp", X)),
        "floor": unary(call("floor", call("mul", X, 4))),
        "sin": unary(call("sin", call("mul", X, 256))),
        "atan": unary(call("atan", call("mul", X, 3))),
        "erf": unary(call("erf", call("mul", X, 2))),
        "log": unary(call("log", call("add", call("abs", X), 0.1))),
        "sqrt": unary(call("sqrt", call("abs", X))),
        "pow": unary(call("pow", call("add", call("abs", X), 0.1), 1.7)),
        "divide-constant": unary(call("div", 1, call("add", call("abs", X), 1))),
        "generator": generator(),
        "classifier": classifier(),
    }
    for name, operation in OPERATIONS.items():
        found[f"operation-{name}"] = _operation(name, operation.arity)
    for op in ("sum", "max", "min"):
        for axes in ("c", "hw", "hwc", "w"):
            found[f"reduce-{op}-{axes}"] = B((3, 5, 6)).reduce(op, axes).plan()
    return found


def random_plans(count: int, seed: int) -> dict[str, Plan]:
    """Steps of any kind with any small sizes."""
    random = np.random.default_rng(seed)

    def size(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    def sizes(low: int, high: int) -> tuple[int, int]:
        return size(low, high), size(low, high)

    def conv(b: Builder) -> Builder:
        kernel, dilation = sizes(1, 3), sizes(1, 2)
        padding = tuple(size(-(-(k - 1) * d // 2), (k - 1) * d) for k, d in zip(kernel, dilation, strict=True))
        groups = int(random.choice([g for g in range(1, b.at.c + 1) if b.at.c % g == 0]))
        return b.conv(groups * size(1, 12 // groups or 1), kernel, sizes(1, 3), padding, dilation, groups, LEAKY)

    def deconv(b: Builder) -> Builder:
        kernel = sizes(1, 5)
        padding = tuple(size(0, (k - 1) // 2) for k in kernel)
        return b.deconv(size(1, 9), kernel, sizes(1, 3), padding, sizes(0, 2), RELU)

    def pool(b: Builder) -> Builder:
        kernel = size(1, b.at.h), size(1, b.at.w)
        padding = tuple(size(0, (k - 1) // 2) for k in kernel)
        return b.pool(str(random.choice(["max", "average"])), kernel, sizes(1, 3), padding)

    def resample(b: Builder) -> Builder:
        axis = size(0, 2)
        index = random.integers(0, b.at.shape[axis], sizes(1, 9))
        return b.resample("hwc"[axis], index, random.normal(0, 1, index.shape), RELU)

    def move(b: Builder) -> Builder:
        h, w, c = b.at.shape
        top, left, first, fill = size(0, 2), size(0, 2), size(0, 5), float(random.normal())
        width, depth = w + left + size(0, 2), c + first + size(0, 5)
        dims = (h, w * c, width * depth), (w, c, depth), (c, 1, 1)
        box = Box(dims, out_offset=(top * width + left) * depth + first)
        return b.move((h + top + size(0, 2), width, depth), box, fill=fill)

    kinds = {
        "dense": lambda b: b.dense((size(1, 3), size(1, 3), 4 * size(1, 4)), TANH),
        "dense-flat": lambda b: b.dense(size(1, 40)),
        "conv": conv,
        "deconv": deconv,
        "pool": pool,
        "reduce": lambda b: b.reduce(str(random.choice(["sum", "max", "min"])), str(random.choice([*"hwc", "hc"]))),
        "softmax": lambda b: b.softmax(),
        "resize": lambda b: b.resize(*sizes(1, 12)),
        "resample": resample,
        "matmul": lambda b: b.matmul(b.another_input(int(random.choice([1, b.at.h])), b.at.c, size(1, 13)), RELU),
        "elementwise": lambda b: b.elementwise(call("sub", Arg(0), Arg(1)), b.constant(1, 1, b.at.c)),
        "move": move,
    }
    found = {}
    for i in range(count):
        # two steps, so that what pads the first one's output is there to leak into the second
        b = Builder((size(1, 9), size(1, 17), size(1, 13)), seed=seed + i)
        first, second = (list(kinds)[k % len(kinds)] for k in (i, size(0, 99)))
        found[f"{i}: {first}, {second} of {b.shape}"] = kinds[second](kinds[first](b)).plan()
    return found
