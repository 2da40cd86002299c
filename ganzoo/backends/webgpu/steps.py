"""How each kind of step fills its template: shapes, tiles, variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.backends._shading import taps
from ganzoo.backends.webgpu.template import LARGEST, Kernel, expression
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
    Step,
    pad4,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.plan import Box, Pair, Tensor

TILE = 4  # neighbours in a row that an invocation computes: each weight is read once for all of them
BUSY = 256  # invocations that keep a GPU busy; where a dense step has fewer, workgroups share the sums

# by the number of lanes
SWIZZLES = ("", ".x", ".xy", ".xyz", "")
TYPES = ("", "f32", "vec2f", "vec3f", "vec4f")
REST = ("", "", ",0,0", ",0", "")  # makes a vec4f of them


def blocks(tensor: Tensor) -> int:
    """Return the number of vec4f values of an image."""
    return tensor.h * tensor.w * pad4(tensor.c) // 4


def name(step: Step, index: int) -> str:
    """Return the name of the binding of an input."""
    return "x" if len(step.inputs) == 1 else f"x{index}"


def _pairs(**pairs: Pair) -> dict[str, Any]:
    return {key + axis: size for key, pair in pairs.items() for axis, size in zip("HW", pair, strict=True)}


def _sizes(step: Step) -> dict[str, Any]:
    x, y = step.inputs[0], step.output
    return _pairs(I=(x.h, x.w), O=(y.h, y.w)) | {"IC": x.c, "OC": y.c, "ICP": pad4(x.c) // 4, "OCP": pad4(y.c) // 4}


def _matrix(step: Dense | Conv | Deconv) -> dict[str, Any]:
    return _sizes(step) | {"WEIGHT": step.weight.offset // 4, "BIAS": step.bias.offset // 4}


def _flags(**flags: bool) -> frozenset[str]:
    return frozenset(name for name, given in flags.items() if given)


def dense(step: Dense) -> Kernel:
    x, panels = step.inputs[0], blocks(step.output)
    ragged = x.c % 4 != 0
    slices = 1
    while slices < 64 and slices * panels < BUSY and blocks(x) >= 4 * slices:
        slices *= 2
    values = _matrix(step) | {"K": x.size, "BLOCKS": blocks(x), "PANELS": panels, "SLICES": slices}
    return Kernel("dense", panels * slices, values, _flags(ragged=ragged, sliced=slices > 1))


def conv(step: Conv) -> Kernel:
    x, y = step.inputs[0], step.output
    icg, ocg = x.c // step.groups, y.c // step.groups
    tile = min(TILE, y.w)
    across = -(-y.w // tile)
    values = _matrix(step) | _pairs(K=step.kernel, S=step.stride, P=step.padding, D=step.dilation)
    values |= {"ICG": icg, "OCG": ocg, "TILE": tile, "QW": across}
    count = across * y.h * values["OCP"]
    if step.groups > 1 and (icg % 4 or ocg % 4):
        apart = icg > 1 or ocg > 1
        return Kernel("groups", count, values, _flags(apart=apart), {"t": tile}, "x" if apart else "")
    reach = [
        (out - 1) * stride + (size - 1) * dilation - padding
        for out, stride, size, dilation, padding in zip(
            (y.h, y.w), step.stride, step.kernel, step.dilation, step.padding, strict=True
        )
    ]
    padded = any(step.padding) or reach[0] >= x.h or reach[1] >= x.w
    lanes = min(y.c, 4)
    flags = _flags(padded=padded, blocks=icg >= 4, tail=icg % 4 > 0, edge=y.w % tile > 0)
    text = {"LANES": SWIZZLES[lanes], "REST": REST[lanes]}
    return Kernel("conv", count, values | text, flags, {"t": tile, "r": icg % 4})


def deconv(step: Deconv) -> Kernel:
    x, y = step.inputs[0], step.output
    # q of the first and the last output row and column, see the template
    first = [p // s for p, s in zip(step.padding, step.stride, strict=True)]
    last = [(n - 1 + p) // s for n, p, s in zip((y.h, y.w), step.padding, step.stride, strict=True)]
    high, wide = (end - start + 1 for start, end in zip(first, last, strict=True))
    tile = min(TILE, wide)
    across = -(-wide // tile)
    panels, lanes = y.c % 4 == 0, min(y.c, 4)
    text = {
        "VEC": TYPES[lanes],
        "REST": REST[lanes],
        "COLUMNS": ",".join(f"at(m+{i},k)" for i in range(lanes)),
        "BIASES": f"w[{step.bias.offset // 4}+p]"
        if panels
        else ",".join(f"w[{step.bias.offset}+p*4+{i}]" for i in range(lanes)),
    }
    values = _matrix(step) | _pairs(K=step.kernel, S=step.stride, P=step.padding, F=(first[0], first[1]))
    values |= {"TILE": tile, "QW": across, "QH": high}
    count = across * high * step.stride[0] * step.stride[1] * values["OCP"]
    # one tap a phase and no output beyond its reach: nothing is read outside of the input
    inside = all(k <= s for k, s in zip(step.kernel, step.stride, strict=True)) and last[0] < x.h and last[1] < x.w
    flags = _flags(padded=not inside, panels=panels, blocks=x.c >= 4, tail=x.c % 4 > 0)
    return Kernel("deconv", count, values | text, flags, {"t": tile, "r": x.c % 4}, "" if panels else "w")


def pool(step: Pool) -> Kernel:
    values = _sizes(step) | _pairs(K=step.kernel, S=step.stride, P=step.padding)
    values |= {"CP": values["ICP"], "AREA": step.kernel[0] * step.kernel[1]}
    start = {"START": -LARGEST if step.op == "max" else 0.0}
    return Kernel("pool", blocks(step.output), values | start, _flags(max=step.op == "max"))


def reduce(step: Reduce) -> Kernel:
    x = step.inputs[0]
    sizes = _sizes(step)
    across = "c" in step.axes
    values: dict[str, Any] = {
        "NH": x.h if "h" in step.axes else 1,
        "NW": x.w if "w" in step.axes else 1,
        "NC": x.c if across else 1,
        "OP": step.op,
        "START": {"sum": 0.0, "max": -LARGEST, "min": LARGEST}[step.op],
    }
    flags = _flags(across=across, sum=step.op == "sum")
    return Kernel("reduce", blocks(step.output), sizes | values, flags, scalar="x" if across else "")


def softmax(step: Softmax) -> Kernel:
    x = step.inputs[0]
    return Kernel("softmax", x.h * x.w, {"C": x.c, "CP": pad4(x.c)}, scalar="x")


def resize(step: Resize) -> Kernel:
    sizes = _sizes(step)
    return Kernel("resize", blocks(step.output), sizes | {"CP": sizes["ICP"]})


def resample(step: Resample) -> Kernel:
    table = ",".join(f"array({','.join(row)})" for row in taps(step, "vec2f"))
    values = _sizes(step) | {"PLACES": len(step.index), "TAPS": len(step.index[0]), "TABLE": table}
    values |= {"PLACE": "h" if step.axis == "h" else "s"}
    values |= {"LINE": "at" if step.axis == "h" else "h", "PIXEL": "at" if step.axis == "w" else "s"}
    across = step.axis == "c"
    return Kernel("resample", blocks(step.output), values, _flags(across=across), scalar="x" if across else "")


def gridsample(step: GridSample) -> Kernel:
    return Kernel("gridsample", blocks(step.output), _sizes(step))


def matmul(step: MatMul) -> Kernel:
    (a, b), y = step.inputs, step.output
    tile = min(TILE, y.w)
    across = -(-y.w // tile)
    line = f"(i32(g.z)*{b.h}+h)" if b.h > 1 else "i32(g.z)"
    values = _sizes(step) | {"TILE": tile, "QW": across, "LINE": line}
    flags = _flags(blocks=a.c >= 4, tail=a.c % 4 > 0, edge=y.w % tile > 0)
    return Kernel("matmul", across * y.h * values["OCP"], values, flags, {"t": tile, "r": a.c % 4})


def elementwise(step: Elementwise) -> Kernel:
    y = step.output
    loads = [_load(step, i, tensor, y) for i, tensor in enumerate(step.inputs)]
    value = expression(step.activation, loads, step.layer)
    return Kernel("elementwise", blocks(y), {"OW": y.w, "CP": pad4(y.c) // 4, "VALUE": value})


def _load(step: Step, index: int, tensor: Tensor, y: Tensor) -> str:
    """The vec4f of an input that stands at the output's row h, column s and block of channels c of image z."""
    base = str(tensor.weight.offset // 4) if tensor.weight else f"z*{blocks(tensor)}"
    per_pixel = pad4(tensor.c) // 4
    at = [base]
    at += [f"h*{tensor.w * per_pixel}"] if tensor.h > 1 else []
    at += [f"s*{per_pixel}"] if tensor.w > 1 else []
    at += ["c"] if tensor.c > 1 else []
    value = f"{'w' if tensor.weight else name(step, index)}[{'+'.join(at)}]"
    return f"vec4f({value}.x)" if tensor.c == 1 and y.c > 1 else value


def move(step: Move) -> Kernel:
    y = step.output
    boxes = "".join(_box(step, i, box) for i, box in enumerate(step.boxes))
    fill = max(-LARGEST, min(step.fill, LARGEST))
    values: dict[str, Any] = {"C": y.c, "CP": pad4(y.c) // 4, "FILL": fill, "BOXES": boxes}
    return Kernel("move", blocks(y), values, scalar="xw")


def _box(step: Move, index: int, box: Box) -> str:
    """Sets v where output index i lies in the box; unsigned, what lies before it wraps round to far beyond it."""
    tensor = step.inputs[index]
    lines, inside, source = [f"var r=i-{box.out_offset}u;"], [], [f"{box.in_offset}"]
    for d, (size, in_step, out_step) in enumerate(box.dims):
        lines.append(f"let d{d}=r/{out_step}u;r%={out_step}u;")
        inside.append(f"d{d}<{size}u")
        source.append(f"i32(d{d})*{in_step}")
    channels, padded = tensor.c, pad4(tensor.c)
    start = str(tensor.weight.offset) if tensor.weight else f"z*{4 * blocks(tensor)}"
    at = f"{start}+j" if channels == padded else f"{start}+j/{channels}*{padded}+j%{channels}"
    array = "w" if tensor.weight else name(step, index)
    condition = "&&".join([*inside, "r==0u"])
    return f"{{{''.join(lines)}if({condition}){{let j={'+'.join(source)};v={array}[{at}];}}}}"


KERNELS: Mapping[type[Step], Callable[[Any], Kernel]] = {
    Dense: dense,
    Conv: conv,
    Deconv: deconv,
    Pool: pool,
    Reduce: reduce,
    Softmax: softmax,
    Resize: resize,
    Resample: resample,
    GridSample: gridsample,
    MatMul: matmul,
    Elementwise: elementwise,
    Move: move,
}
