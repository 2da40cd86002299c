"""What GLSL and WGSL have in common: most scalar operations, and the form of the kernel templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ganzoo.export.plan import Resample

# Scalar operations that both write alike, by ganzoo's names. Each language adds those that it writes in its own way.
TEMPLATES: Mapping[str, str] = {
    "add": "({}+{})",
    "sub": "({}-{})",
    "mul": "({}*{})",
    "div": "({}/{})",
    "max": "max({},{})",
    "min": "min({},{})",
    "pow": "power({},{})",
    "neg": "(-{})",
    "abs": "abs({})",
    "exp": "exp({})",
    "log": "log({})",
    "sqrt": "sqrt({})",
    "softplus": "softplus({})",
    "floor": "floor({})",
    # functions of ours, in kernels/functions: the languages have none, or leave its exactness open
    "sin": "sine({})",
    "atan": "arctangent({})",
    "erf": "erf({})",
}


def fill(kernel: Path, values: Mapping[str, object], flags: Collection[str], repeats: Mapping[str, int]) -> str:
    """Return the source of `kernel` with the shapes of a step, without comments and indentation.

    A name in capitals stands for one of `values`. A line that begins with ?flag is kept only if that flag is given, one
    with ?!flag only if it is not. A line with $t is repeated for every t below repeats["t"], and for four lanes if that
    letter has no count.
    """
    text = ""
    for line in kernel.read_text(encoding="utf-8").splitlines():
        wanted, code = _marks(line.partition("//")[0].strip())
        if code and all((name in flags) == present for name, present in wanted):
            text += "".join(each + "\n" for each in _repeated(code, repeats))
    return re.sub(r"\b[A-Z][A-Z0-9]*\b", lambda name: str(values[name[0]]), text)


def functions(folder: Path, text: str) -> str:
    """Return the functions that `text` calls. Each is in a file of its own name in `folder`."""
    return "".join(fill(path, {}, (), {}) for path in sorted(folder.iterdir()) if f"{path.stem}(" in text)


def taps(step: Resample, constructor: str) -> list[list[str]]:
    """Return the rows of the step's table: pairs of place and factor. Nine digits are enough for any float32."""
    rows = zip(step.index, step.factor, strict=True)
    return [[f"{constructor}({i},{factor:.9g})" for i, factor in zip(*row, strict=True)] for row in rows]


def _marks(line: str) -> tuple[list[tuple[str, bool]], str]:
    wanted = []
    while mark := re.match(r"\?(!?)(\w+) ", line):
        wanted.append((mark[2], not mark[1]))
        line = line[mark.end() :].lstrip()
    return wanted, line


def _repeated(line: str, repeats: Mapping[str, int]) -> list[str]:
    lines = [line]
    for letter in dict.fromkeys(re.findall(r"\$([a-z])", line)):
        lines = [each.replace(f"${letter}", str(i)) for each in lines for i in range(repeats.get(letter, 4))]
    return lines
