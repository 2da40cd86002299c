"""Each kind of step as C: the call of its kernel, in which `n` is the number of images."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import TYPE_CHECKING

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
    pad4,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.export.plan import Step, Tensor, Weight


ROWS = 96  # of a product that is scattered afterwards: many for the kernel, few for the cache


@dataclass(frozen=True)
class Code:
    """`calls` of kernels; `{function}` stands for the step's expression as a function, `{low}` for the least value
    of the output: kernels that take it need no other activation for max(x, low). `{table}` stands for the name of an
    array of `Tap` with the values `table`.

    `room` is the scratch they need for one image, in values.
    """

    calls: tuple[str, ...]
    room: int = 0
    table: str = ""

    @property
    def has_low(self) -> bool:
        return any("{low}" in call for call in self.calls)


def at(tensor: Tensor) -> str:
    return f"weights + {tensor.weight.offset}" if tensor.weight else f"slot_{tensor.slot}"


def _call(kernel: str, *arguments: object) -> str:
    return f"{kernel}(n, {', '.join(map(str, arguments))})"


def _struct(name: str, *values: int) -> str:
    return f"&({name}){{{', '.join(map(str, values))}}}"


def _weight(weight: Weight) -> str:
    return f"weights + {weight.offset}"


def _dense(step: Dense) -> Code:
    x, y = step.inputs[0], step.output
    call = _call("dense", at(x), x.size, _weight(step.weight), _weight(step.bias), y.size, "{low}", at(y))
    return Code((call,))


def _conv(step: Conv) -> Code:
    x, y = step.inputs[0], step.output
    # groups that share a panel of four columns have a kernel of their own
    kernel = "conv" if step.groups == 1 or y.c // step.groups % 4 == 0 else "grouped"
    geometry = (*x.shape, *y.shape, *step.kernel, *step.stride, *step.padding, *step.dilation, step.groups)
    arguments = [_struct("Conv", *geometry), at(x), _weight(step.weight), _weight(step.bias)]
    if kernel == "grouped":
        return Code((_call(kernel, *arguments, at(y)),))
    reach = [(y.shape[i] - 1) * step.stride[i] + (step.kernel[i] - 1) * step.dilation[i] + 1 for i in (0, 1)]
    padded = any(step.padding) or reach[0] > x.h or reach[1] > x.w
    return Code((_call(kernel, *arguments, "{low}", at(y), "room"),), room=reach[0] * reach[1] * x.c if padded else 0)


def _deconv(step: Deconv) -> Code:
    x, y = step.inputs[0], step.output
    sides = list(zip(x.shape, y.shape, step.kernel, step.stride, step.padding, strict=False))
    # so many lines and pixels of the output are reached by taps of the first stride, each by one
    full = [max(0, min(n_out, n_in * s - p)) for n_in, n_out, _, s, p in sides]
    if any(k < s for _, _, k, s, _ in sides):
        full = [0, 0]
    # no taps overlap and none is missing: each product is an output value
    apart = all(k == s and n_out == n_in * s and p == 0 for n_in, n_out, k, s, p in sides)
    struct = _struct("Deconv", *x.shape, *y.shape, *step.kernel, *step.stride, *step.padding, *full)
    arguments = [at(x), _weight(step.weight), _weight(step.bias)]
    if y.c % 4 == 0:
        return Code((_call("deconv", struct, *arguments, "{low}" if apart else "-inf", at(y)),))
    lines = min(x.h, max(1, ROWS // x.w))
    room = pad4(step.weight.columns) * (1 + lines * x.w)
    kernel = "deconv_apart" if apart else "deconv_mixed"
    return Code((_call(kernel, struct, lines, *arguments, at(y), "room"),), room)


def _pool(step: Pool) -> Code:
    x, y = step.inputs[0], step.output
    struct = _struct("Pool", *x.shape, *y.shape[:2], *step.kernel, *step.stride, *step.padding)
    return Code((_call(f"pool_{step.op}", struct, at(x), at(y)),))


def _reduce(step: Reduce) -> Code:
    x, y = step.inputs[0], step.output
    return Code((_call(f"reduce_{step.op}", _struct("Reduce", *x.shape, *y.shape), at(x), at(y)),))


def _softmax(step: Softmax) -> Code:
    x = step.inputs[0]
    return Code((_call("softmax", x.h * x.w, x.c, at(x), at(step.output)),))


def _resize(step: Resize) -> Code:
    x, y = step.inputs[0], step.output
    return Code((_call("resize", _struct("Resize", *x.shape, *y.shape[:2]), at(x), at(y)),))


def _resample(step: Resample) -> Code:
    x, y = step.inputs[0], step.output
    axis = "hwc".index(step.axis)
    sizes = prod(x.shape[:axis]), x.shape[axis], prod(x.shape[axis + 1 :]), y.shape[axis], len(step.index[0])
    pairs = zip(chain(*step.index), chain(*step.factor), strict=True)
    table = ", ".join(f"{{{i}, {float(factor)!r}f}}" for i, factor in pairs)
    return Code((_call("resample", *sizes, "{table}", at(x), at(y)),), table=table)


def _gridsample(step: GridSample) -> Code:
    (image, grid), y = step.inputs, step.output
    return Code((_call("gridsample", _struct("GridSample", *image.shape, y.h * y.w), at(image), at(grid), at(y)),))


def _matmul(step: MatMul) -> Code:
    (a, b), y = step.inputs, step.output
    sizes = b.h, a.h // b.h * a.w, a.c, y.c
    return Code((_call("product", *sizes, at(a), at(b), "{low}", at(y), "room"),), room=pad4(y.c) * (1 + a.c))


def _elementwise(step: Elementwise) -> Code:
    sizes, steps = merged(step.output.shape, [_steps(tensor, step.output) for tensor in step.inputs])
    rows = (
        f"{{{at(x)}, {0 if x.weight else x.size}, {', '.join(map(str, row))}}}"
        for x, row in zip(step.inputs, steps, strict=True)
    )
    return Code((_call("{function}", *sizes, f"(Source[]){{{', '.join(rows)}}}", at(step.output)),))


def _steps(x: Tensor, y: Tensor) -> list[int]:
    """The steps of a broadcast input from line to line, pixel to pixel and channel to channel."""
    pixel = pad4(x.c) if x.weight else x.c
    steps = (x.w * pixel, pixel, 1)
    return [0 if mine == 1 and whole > 1 else s for mine, whole, s in zip(x.shape, y.shape, steps, strict=True)]


def merged(sizes: Sequence[int], steps: Sequence[Sequence[int]]) -> tuple[list[int], list[list[int]]]:
    """The same loops with the innermost one as long as can be: outer ones run into it where all inputs allow it.

    `steps` has a row for each input. The number of loops remains; those merged have size 1.
    """
    sizes, rows = list(sizes), [list(row) for row in steps]
    inner = len(sizes) - 1
    for outer in reversed(range(inner)):
        if sizes[outer] > 1:
            if sizes[inner] > 1 and any(row[outer] != row[inner] * sizes[inner] for row in rows):
                break
            if sizes[inner] == 1:
                if any(row[outer] not in (0, 1) for row in rows):
                    break
                for row in rows:
                    row[inner] = row[outer]
            sizes[inner] *= sizes[outer]
            sizes[outer] = 1
    return sizes, rows


def _move(step: Move) -> Code:
    y = step.output
    calls, room = [], 0
    if sum(_count(box.dims) for box in step.boxes) < y.size:
        calls.append(f"fill({at(y)}, {step.fill!r}f, n * {y.size})")
    for box, x in zip(step.boxes, step.inputs, strict=True):
        source = at(x)
        if x.weight and x.c % 4:  # a constant is stored with its channels padded, a box counts without
            calls.append(_moved([(x.h * x.w, pad4(x.c), x.c), (x.c, 1, 1)], source, 0, "room", 0, images="1"))
            source, room = "room", max(room, x.size)
        dims = [d for d in box.dims if d[0] != 1]
        start, end = f"{source} + {box.in_offset}", f"{at(y)} + {box.out_offset}"
        calls.append(_moved(dims, start, 0 if x.weight else x.size, end, y.size))
    return Code(tuple(calls), room)


def _moved(
    dims: Sequence[tuple[int, int, int]], source: str, image: int, target: str, out_image: int, images: str = "n"
) -> str:
    table = ", ".join(f"{{{', '.join(map(str, d))}}}" for d in dims) or "{0}"
    return f"move({images}, (Dim[]){{{table}}}, {len(dims)}, {source}, {image}, {target}, {out_image})"


def _count(dims: Sequence[tuple[int, int, int]]) -> int:
    count = 1
    for size, _, _ in dims:
        count *= size
    return count


STEPS: Mapping[type[Step], Callable[..., Code]] = {
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
