"""One step as GLSL ES 3.00: functions that read its inputs, and a kernel from kernels/ with its shapes in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.backends._shading import TEMPLATES, fill, functions, taps
from ganzoo.export.expressions import Language
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

    from ganzoo.export.plan import Box, Matrix, Step, Tensor

SIZE = 4096  # texels; WebGL2 promises 2048, but what draws into floats has this

KERNELS = Path(__file__).parent / "kernels"

LANGUAGE = Language(
    "webgl",
    {
        **TEMPLATES,
        # functions in kernels/head.glsl
        "tanh": "tangent({})",
        "sigmoid": "sigmoid({})",
        "where_gt": "where_gt({},{},{},{})",
    },
    number="vec4({})",
)

VERTEX = fill(KERNELS / "vertex.glsl", {}, (), {}).rstrip()  # draws every step

BANDED = ("conv", "deconv", "matmul")  # kernels

# how two values are joined, and what to begin with
JOINS = {
    "max": ("#define join(a,b) max(a,b)", "-inf"),
    "min": ("#define join(a,b) min(a,b)", "inf"),
    "sum": ("#define join(a,b) ((a)+(b))", "0.0"),
}


@dataclass(frozen=True)
class Layout:
    """How an image of a tensor lies in a texture: `rows` of `line` texels, cut into `bands` of `width`, one a layer."""

    line: int
    rows: int
    width: int
    bands: int = 1

    @classmethod
    def of(cls, tensor: Tensor) -> Layout:
        line = tensor.w * texels(tensor)
        return cls(line, tensor.h, line) if line <= SIZE else cls(SIZE, -(-line * tensor.h // SIZE), SIZE)

    @classmethod
    def of_output(cls, step: Step) -> Layout:
        """In four bands where the kernel knows them and little of them is beyond the output's last column."""
        out = step.output
        stride = step.stride[1] if isinstance(step, Deconv) else 1  # pixels of one phase share weights
        columns = -(-out.w // (4 * stride)) * stride
        layout = cls.of(out)
        if KINDS[type(step)](step).kernel in BANDED and layout.line < SIZE and 4 * columns <= 1.25 * out.w:
            return cls(layout.line, layout.rows, columns * texels(out), 4)
        return layout


@dataclass(frozen=True)
class Source:
    """What is a step's own in its shader: its kernel's file, what fills that, and functions that the kernel calls."""

    kernel: str
    values: Mapping[str, Any]
    flags: frozenset[str] = frozenset()
    functions: str = ""


def texels(tensor: Tensor) -> int:
    """Return the number of texels of a pixel."""
    return pad4(tensor.c) // 4


def shader(step: Step, sources: Sequence[Layout | None], target: Layout, layer: int) -> str:
    """The fragment shader that draws `step`. `sources` are the layouts of its inputs, None for a constant.

    `layer` is how many rows a layer of the weights' texture has, a power of two; 0 where there is only one.
    """
    own = KINDS[type(step)](step)
    first, out = step.inputs[0], step.output
    values: dict[str, Any] = {"SIZE": SIZE, "WIDTH": target.width, "ROWS": target.rows}
    shift = SIZE.bit_length() - 1
    values |= {"ROW": f"t >> {shift}", "LAYER": 0}
    if layer:
        values |= {"ROW": f"t >> {shift} & {layer - 1}", "LAYER": f"t >> {shift + layer.bit_length() - 1}"}
    values |= {"IH": first.h, "IW": first.w, "IC": first.c, "OC": out.c, "W": out.w, "C4": texels(out)}
    values |= {"BANDS": target.bands, "LANES": "mat4" if target.bands == 4 else "vec4"}
    values |= {"STEP": _columns(step, target), **own.values}
    values["REST"] = values["IC"] % 4
    flags = own.flags | _flags(banded=target.bands == 4, folded=target.line != out.w * texels(out))

    def part(name: str) -> str:
        return fill(KERNELS / f"{name}.glsl", values, flags, {}).rstrip()

    activation = "v" if isinstance(step, Elementwise) else LANGUAGE.render(step.activation, ["v"], step.layer)
    readers = [_reader(i, tensor, layout) for i, (tensor, layout) in enumerate(zip(step.inputs, sources, strict=True))]
    kernel = [own.functions, part("bands"), part(own.kernel), f"vec4 activation(vec4 v){{return {activation};}}"]
    called = functions(KERNELS / "functions", "\n".join(kernel)).rstrip()
    parts = ["#version 300 es", part("head"), *readers, called, *kernel, part("main")]
    return "\n".join(text for text in parts if text)


def _reader(i: int, tensor: Tensor, layout: Layout | None) -> str:
    """`in<i>(n, y, x, c)`: texel c of pixel (y, x) of image n."""
    c4 = texels(tensor)
    head = f"vec4 in{i}(int n,int y,int x,int c)"
    if tensor.weight:
        return f"{head}{{return weight({tensor.weight.offset // 4}+(y*{tensor.w}+x)*{c4}+c);}}"
    assert layout
    x, row, rest = f"x*{c4}+c", "y", ""
    if layout.line != tensor.w * c4:
        x, row, rest = f"(y*{tensor.w}+x)*{c4}+c", f"x/{layout.line}", f"x%={layout.line};"
    width = layout.width
    band = "+".join(f"int(x>={k * width})" for k in range(1, layout.bands)) or "0"
    at = f"x={x};int r={row};{rest}int b={band};"
    fetch = f"texelFetch(i{i},ivec3(x-b*{width},n*{layout.rows}+r,b),0)"
    return f"uniform sampler2DArray i{i};\n{head}{{{at}return {fetch};}}"


def _columns(step: Step, target: Layout) -> int:
    """Columns of the input from a pixel of one band to that of the next."""
    columns = target.width // texels(step.output)
    if isinstance(step, Deconv):
        return columns // step.stride[1]
    return columns * step.stride[1] if isinstance(step, Conv) else columns


def _flags(**flags: bool) -> frozenset[str]:
    return frozenset(name for name, given in flags.items() if given)


def _matrix(step: Matrix) -> dict[str, Any]:
    return {"WEIGHT": step.weight.offset // 4, "BIAS": step.bias.offset // 4}


def _aligned(step: Matrix, groups: int = 1) -> frozenset[str]:
    # then four rows of a panel never begin in one row of the texture and end in the next
    return _flags(aligned=step.weight.offset % 16 == 0 and step.inputs[0].c // groups % 4 == 0)


def _window(step: Conv | Deconv | Pool) -> dict[str, Any]:
    pairs = {"K": step.kernel, "S": step.stride, "P": step.padding}
    return {f"{name}{axis}": value for name, pair in pairs.items() for axis, value in zip("HW", pair, strict=True)}


def _dense(step: Dense) -> Source:
    panels, k, _ = step.weight.shape
    out = step.output
    rows: dict[str, Any]
    if out.size > 4 * panels:  # a sum for each row
        rows = {"PANEL": "c", "FROM": "y", "TO": "(y+1)"}
    else:
        rows = {"PANEL": f"((y*{out.w}+x)*{texels(out)}+c)", "FROM": 0, "TO": step.inputs[0].h}
    return Source("dense", {**_matrix(step), "K": k, **rows}, _aligned(step))


def _conv(step: Conv) -> Source:
    ic, oc = step.inputs[0].c // step.groups, step.output.c // step.groups
    values = {**_matrix(step), **_window(step), "DH": step.dilation[0], "DW": step.dilation[1], "IC": ic}
    flags = _aligned(step, step.groups)
    if step.groups == 1 or ic % 4 == oc % 4 == 0:
        first = f"(4*c/{oc}*{ic // 4})" if step.groups > 1 else 0
        return Source("conv", values | {"FIRST": first}, flags)
    return Source("grouped", values | {"OC": oc}, flags | _flags(depthwise=ic == oc == 1))


def _deconv(step: Deconv) -> Source:
    kernel = "deconv_odd" if step.output.c % 4 else "deconv"
    return Source(kernel, _matrix(step) | _window(step), _aligned(step))


def _pool(step: Pool) -> Source:
    join, start = JOINS["max" if step.op == "max" else "sum"]
    divisor = 1.0 if step.op == "max" else float(step.kernel[0] * step.kernel[1])
    return Source("pool", _window(step) | {"START": start, "DIVISOR": divisor}, functions=join)


def _reduce(step: Reduce) -> Source:
    join, start = JOINS[step.op]
    first = step.inputs[0]
    sizes = {"h": first.h, "w": first.w, "c": texels(first)}
    ranges = {f"R{axis.upper()}": size if axis in step.axes else 1 for axis, size in sizes.items()}
    return Source("reduce", {**ranges, "START": start}, _flags(across="c" in step.axes), join)


def _softmax(step: Softmax) -> Source:
    return Source("softmax", {})


def _resize(step: Resize) -> Source:
    return Source("resize", {"DY": max(step.output.h - 1, 1), "DX": max(step.output.w - 1, 1)})


def _resample(step: Resample) -> Source:
    table = ",".join(tap for row in taps(step, "vec2") for tap in row)
    values = {"PLACE": "y" if step.axis == "h" else "x", "TAPS": len(step.index[0]), "TABLE": table}
    values |= {"LINE": "at" if step.axis == "h" else "y", "PIXEL": "at" if step.axis == "w" else "x"}
    return Source("resample", values, _flags(across=step.axis == "c"))


def _gridsample(step: GridSample) -> Source:
    return Source("gridsample", {})


def _matmul(step: MatMul) -> Source:
    return Source("matmul", {"B": "y" if step.inputs[1].h > 1 else 0})


def _elementwise(step: Elementwise) -> Source:
    out = step.output
    names, values = [], []
    for i, tensor in enumerate(step.inputs):
        # an axis of 1 is broadcast
        at = ("y" if tensor.h > 1 else "0", "x" if tensor.w > 1 else "0", "c" if tensor.c > 1 else "0")
        names.append(f"v{i}")
        values.append(f"vec4 v{i}=in{i}(n,{','.join(at)}){'.xxxx' if tensor.c < out.c else ''};")
    result = LANGUAGE.render(step.activation, names, step.layer)
    return Source("elementwise", {"VALUES": "".join(values), "RESULT": result})


def _move(step: Move) -> Source:
    aligned = all(tensor.c % 4 == 0 for tensor in (*step.inputs, step.output)) and all(map(_in_fours, step.boxes))
    unit = 4 if aligned else 1
    pairs = list(enumerate(zip(step.boxes, step.inputs, strict=True)))
    found = "".join(f"if((s=from{i}(i))>=0)return {_unit(i, tensor, unit)};" for i, (_, tensor) in pairs)
    at = f"vec4 at(int n,int i){{int s;{found}return vec4({step.fill!r});}}"
    functions = [_from(i, box, unit) for i, (box, _) in pairs]
    return Source("move", {"UNIT": unit}, functions="\n".join([*functions, at]))


def _in_fours(box: Box) -> bool:
    """Whether the box moves whole texels."""
    *outer, inner = box.dims or ((1, 0, 0),)
    steps = [step for _, *both in outer for step in both]
    return inner[1:] == (1, 1) and all(n % 4 == 0 for n in (box.in_offset, box.out_offset, inner[0], *steps))


def _from(i: int, box: Box, unit: int) -> str:
    """`from<i>(i)`: the unit of the source that goes to unit i of the output, -1 for none."""
    dims = [(size, source // unit, out // unit) for size, source, out in box.dims]
    if unit == 4:
        dims[-1] = (box.dims[-1][0] // 4, 1, 1)
    steps = "".join(f"k=d/{out};if(k>={size})return -1;d-=k*{out};s+=k*({source});" for size, source, out in dims)
    start = f"int d=i-{box.out_offset // unit},s={box.in_offset // unit},k;if(d<0)return -1;"
    return f"int from{i}(int i){{{start}{steps}return d==0?s:-1;}}"


def _unit(i: int, tensor: Tensor, unit: int) -> str:
    """Unit s of a source."""
    c = tensor.c // unit
    pixel = f"n,s/{c * tensor.w},s/{c}%{tensor.w}"
    return f"in{i}({pixel},s%{c})" if unit == 4 else f"vec4(lane(in{i}({pixel},s%{c}/4),s%{c}%4))"


KINDS: Mapping[type[Step], Callable[[Any], Source]] = {
    Dense: _dense,
    Conv: _conv,
    Deconv: _deconv,
    Pool: _pool,
    Reduce: _reduce,
    Softmax: _softmax,
    Resize: _resize,
    Resample: _resample,
    GridSample: _gridsample,
    MatMul: _matmul,
    Elementwise: _elementwise,
    Move: _move,
}
