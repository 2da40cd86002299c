"""What a plan is: a short list of fused steps on planned buffers, all that a backend knows of a network.

Activations are NHWC, float32. A plan describes one image; a run of a batch of n does each step for n images, one
after another in memory. `lowering/` makes plans.

Weights have one layout for all backends: matrices of K rows and M columns, M padded to a multiple of four with
zeros and stored in panels of four columns, (M/4, K, 4). The columns are output channels:

    Conv     K = (KH, KW, IC / groups)   M = OC
    Deconv   K = (IC)                    M = (KH, KW, OC), padded together
    Dense    K = (H, W, C) of the input  M = (H, W, C) of the output

so that a column is what one output value needs. Vectors (bias) have M values, padded likewise; constants of an
elementwise step are (h, w, c padded to four). `Weight.offset` counts float32 values in the one weights file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ganzoo.export.expressions import X

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.export.expressions import Expr
    from ganzoo.specs import FloatArray, TensorSpec

Pair = tuple[int, int]  # of height and width


def pad4(n: int) -> int:
    """Return `n`, rounded up to a multiple of four."""
    return -(-n // 4) * 4


@dataclass(frozen=True)
class Weight:
    """Parameters as they lie in the weights file, from the value `offset` on. `layer` is the layer that they come from.

    `array` is float32 in the layout above, of `shape`: (panels, K, 4) for a matrix, (values,) for a vector or a
    constant, which is (h, w, c padded). `pack` makes it each time that it is asked for: packed matrices beside those of
    the network would be its weights once more. `columns` is M before padding. `step` (panels, 1, 4) is there for a
    matrix whose columns are whole numbers from -128 to 127 times it, exactly.
    """

    name: str
    layer: str
    shape: tuple[int, ...]
    pack: Callable[[], FloatArray] = field(compare=False)
    columns: int
    offset: int
    step: FloatArray | None = field(default=None, compare=False)

    @classmethod
    def of(
        cls, name: str, layer: str, array: FloatArray, columns: int, offset: int, step: FloatArray | None = None
    ) -> Weight:
        """The weight of an `array` that is there already."""
        return cls(name, layer, array.shape, lambda: array, columns, offset, step)

    @property
    def array(self) -> FloatArray:
        return self.pack()

    @property
    def size(self) -> int:
        """The number of values."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Tensor:
    """An activation (h, w, c) of one image in the buffer `slot`, or a constant that lies in `weight`.

    A vector is (1, 1, c). A backend that pads channels to four finds room for h * w * pad4(c) values in the slot.
    """

    name: str
    h: int
    w: int
    c: int
    slot: int = -1
    weight: Weight | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.h, self.w, self.c

    @property
    def size(self) -> int:
        return self.h * self.w * self.c


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step computes `output` from `inputs`. `layer` names its link; `activation` is applied to each output value."""

    layer: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    activation: Expr = X

    @property
    def kind(self) -> str:
        """The name of the step in tables, and of the files of its kernels."""
        return type(self).__name__.lower()

    @property
    def multiply_adds(self) -> int:
        """The multiply-adds for one image, 0 if nothing is multiplied and added."""
        return 0

    @property
    def weights(self) -> tuple[Weight, ...]:
        return tuple(tensor.weight for tensor in self.inputs if tensor.weight)


@dataclass(frozen=True, kw_only=True)
class Matrix(Step):
    """The common fields of the three steps with a weight matrix. `bias` is always there."""

    weight: Weight
    bias: Weight

    @property
    def weights(self) -> tuple[Weight, ...]:
        return self.weight, self.bias


@dataclass(frozen=True, kw_only=True)
class Dense(Matrix):
    """output[(h, w, c)] = sum over the whole input (h, w, c) of weight * input.

    The output is (1, 1, c), or (h, w, c) with c a multiple of four.
    """

    @property
    def multiply_adds(self) -> int:
        return self.inputs[0].size * self.output.size


@dataclass(frozen=True, kw_only=True)
class Conv(Matrix):
    """output[oh, ow] = sum over kh, kw of weight[kh, kw] * input[oh*SH + kh*DH - PH, ow*SW + kw*DW - PW].

    Input beyond its borders is 0. With groups, output channels [g * OC/groups, ...) see input channels
    [g * IC/groups, ...) only.
    """

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)
    groups: int = 1

    @property
    def multiply_adds(self) -> int:
        return self.output.size * self.kernel[0] * self.kernel[1] * self.inputs[0].c // self.groups


@dataclass(frozen=True, kw_only=True)
class Deconv(Matrix):
    """output[ih*SH + kh - PH, iw*SW + kw - PW] += weight[kh, kw] * input[ih, iw], where that lies inside the output.

    The output may be larger than what the input reaches: there it is activation(bias).
    """

    kernel: Pair
    stride: Pair
    padding: Pair

    @property
    def multiply_adds(self) -> int:
        return self.inputs[0].size * self.kernel[0] * self.kernel[1] * self.output.c


@dataclass(frozen=True, kw_only=True)
class Pool(Step):
    """Take the largest value or the mean of each window.

    The mean counts padding as zeros and divides by KH * KW; the maximum ignores padding. A window may begin inside the
    padded input and end beyond it.
    """

    op: Literal["max", "average"]
    kernel: Pair
    stride: Pair
    padding: Pair


@dataclass(frozen=True, kw_only=True)
class Reduce(Step):
    """Take the sum, the largest or the smallest value over some of the axes "h", "w", "c", which become 1."""

    op: Literal["sum", "max", "min"]
    axes: str


@dataclass(frozen=True, kw_only=True)
class Softmax(Step):
    """Compute the softmax over the channels of each pixel."""


@dataclass(frozen=True, kw_only=True)
class Elementwise(Step):
    """Apply `activation` to the values of the inputs: `Arg(i)` is inputs[i].

    Axes of an input that have size 1 are broadcast.
    """


@dataclass(frozen=True, kw_only=True)
class Resize(Step):
    """Bilinear, corners aligned: output pixel i is at i * (n_in - 1) / (n_out - 1), 0 for n_out of 1."""


@dataclass(frozen=True, kw_only=True)
class Resample(Step):
    """Along `axis`, element i of the output is the sum over t of factor[i][t] * element index[i][t] of the input.

    Both tables have a row for each element of the output, and all rows have the same number of taps. The indices are
    within the input, in any order. One tap with the factor 1 selects an element. The factors are exact in every
    encoding of the weights, because they are part of the program.
    """

    axis: Literal["h", "w", "c"]
    index: tuple[tuple[int, ...], ...]
    factor: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class MatMul(Step):
    """Multiply the activations a (h, w, k) and b (h, k, c), each of which has one matrix per line.

    output[h, w, c] = sum over k of a[h, w, k] * b[h, k, c]. If b has h = 1, its matrix is for all lines of a.
    """

    @property
    def multiply_adds(self) -> int:
        return self.inputs[0].size * self.output.c


@dataclass(frozen=True, kw_only=True)
class GridSample(Step):
    """Read the image a bilinearly at the places b (h, w, 2): output[h, w] is its value at (x, y) = b[h, w].

    x and y count pixels: those of pixel (i, j) are x = j and y = i. Outside of the image everything is 0.
    """


@dataclass(frozen=True)
class Box:
    """Where the values of one source go: `dims` are (size, step in the source, step in the output), outermost first.

    Indices count values of an image, (h * W + w) * C + c without padding. For all i_j < size_j:
    output[out_offset + sum i_j * out_step_j] = source[in_offset + sum i_j * in_step_j]. The out steps nest: each is
    larger than the reach of those after it, so that d_j follows from an output index by division.
    A step in the source may be 0 (repeat) or negative (flip).
    """

    dims: tuple[tuple[int, int, int], ...]
    in_offset: int = 0
    out_offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Move(Step):
    """Move values elsewhere: transposition, reshaping, concatenation, padding, slices, depth to space, repetition.

    boxes[i] belongs to inputs[i]; boxes do not overlap. Values that no box covers are `fill`.
    """

    boxes: tuple[Box, ...]
    fill: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A network as a backend sees it. `inputs` and `outputs` are tensors in the order of the network's specs.

    `slots` has the number of values that each buffer needs for one image, with padded channels. An output has its slot
    to itself. `weights` lie in the weights file in this order.
    """

    name: str
    specs: tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    steps: tuple[Step, ...]
    slots: tuple[int, ...]
    weights: tuple[Weight, ...]

    @property
    def n_weights(self) -> int:
        """The number of float32 values in the weights file."""
        return sum(weight.size for weight in self.weights)
