"""WGSL from the templates in `kernels/`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.backends._shading import TEMPLATES, fill, functions
from ganzoo.export.expressions import Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.expressions import Expr
    from ganzoo.export.plan import Step

FOLDER = Path(__file__).parent / "kernels"
GROUP = 64  # invocations of a workgroup, as the templates say
READS = r"\bw\[([^]]*)\]"  # of weights; no kernel has brackets in these brackets
LARGEST = 3.4028234e38  # WGSL has no infinity; here its float32 ends

# Operands are vec4f. What a function does beyond the largest float is left open, so none is led there.
LANGUAGE = Language(
    "webgpu",
    {
        **TEMPLATES,
        "tanh": "(1-2/(exp(2*min({},vec4f(20)))+1))",
        "sigmoid": "(1/(1+exp(min(-{},vec4f(80)))))",
        "where_gt": "select({3},{2},{0}>{1})",
    },
    number="vec4f({})",
)


@dataclass(frozen=True)
class Kernel:
    """What fills the template `name`: see `_shading.fill`. `invocations` are those of one image; of the bindings, those
    whose name begins with a letter of `scalar` are arrays of f32, the others of vec4f. `w` is the weights, `x` or
    `x0`, `x1`, ... the inputs, `y` the output."""

    name: str
    invocations: int
    values: Mapping[str, int | float | str]
    flags: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=dict)
    scalar: str = ""


def expression(expr: Expr, args: Sequence[str], layer: str) -> str:
    """`expr` of the vec4f `args` in WGSL. Raises `UnsupportedOperatorError` as `Language.render` does."""
    text = LANGUAGE.render(expr, args, layer)
    return text.replace("(inf)", f"({LARGEST})").replace("(-inf)", f"(-{LARGEST})")


def _parameter(pieces: Mapping[str, int], kind: str) -> str:
    """`parameter(i)`: what `w[i]` is where one buffer has all weights."""
    (first, start), *others = [(name, value if kind == "f32" else value // 4) for name, value in pieces.items()]
    later = "".join(f"if(i>={at}){{return {name}[i-{at}];}}" for name, at in reversed(others))
    return f"fn parameter(i:i32)->{kind}{{{later}return {first}[i-{start}];}}\n"


def module(kernel: Kernel, bindings: Mapping[str, int], step: Step, pieces: Mapping[str, int]) -> tuple[str, list[int]]:
    """The module of `step`, and the buffers that it binds as 0, 1, ...: those of `bindings` that its text names.

    `pieces` are the bindings of its weights, in their order, where several buffers hold these, with the first value of
    each.
    """
    text = fill(FOLDER / f"{kernel.name}.wgsl", kernel.values, kernel.flags, kernel.repeats)
    if pieces:
        text = _parameter(pieces, "f32" if "w" in kernel.scalar else "vec4f") + re.sub(READS, r"parameter(\1)", text)
    if "act(" in text:
        activation = expression(step.activation, ["a"], step.layer)
        text = f"fn act(a:vec4f)->vec4f{{return {activation};}}\n{text}"
    text = functions(FOLDER / "functions", text) + text
    used = [name for name in bindings if f"{name}[" in text]
    head = ""
    for i, name in enumerate(used):
        access = "read_write" if name == "y" else "read"
        kind = "f32" if name[0] in kernel.scalar else "vec4f"
        head += f"@group(0)@binding({i})var<storage,{access}>{name}:array<{kind}>;\n"
    return head + text, [bindings[name] for name in used]
