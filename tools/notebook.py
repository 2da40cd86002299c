"""Execute a notebook in this process, and write its outputs anew.

    .venv/bin/python -m tools.notebook examples/digits.ipynb

docs/decisions/0031-a-notebook-without-jupyter.md says why.
"""

from __future__ import annotations

import ast
import base64
import json
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Output = dict[str, Any]  # as nbformat 4 describes it


def execute(cells: list[dict[str, Any]]) -> list[list[Output]]:
    """The outputs of each of `cells`: those of code run one after another in one namespace, in the current folder."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    return [run("".join(cell["source"]), namespace) if cell["cell_type"] == "code" else [] for cell in cells]


def run(source: str, namespace: dict[str, Any]) -> list[Output]:
    """What a cell prints, and the value of its last line where that is an expression and not None."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = StringIO(), None
    with redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
    # what a carriage return overwrites is not stored
    text = "".join(line.rpartition("\r")[2] for line in printed.getvalue().splitlines(keepends=True))
    outputs: list[Output] = []
    if text:
        outputs.append({"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)})
    if value is not None:
        outputs.append({"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": shown(value)})
    return outputs


def shown(value: Any) -> dict[str, Any]:
    """`value` by MIME type, as a notebook shows it."""
    data: dict[str, Any] = {"text/plain": repr(value).splitlines(keepends=True)}
    if hasattr(value, "_repr_png_"):
        data["image/png"] = base64.b64encode(value._repr_png_()).decode()
    return data


def main(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    here = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        outputs = execute(notebook["cells"])
        os.chdir(here)
    code = [(cell, made) for cell, made in zip(notebook["cells"], outputs, strict=True) if "outputs" in cell]
    for number, (cell, made) in enumerate(code, 1):
        cell["execution_count"], cell["outputs"] = number, made
        for output in made:
            if "execution_count" in output:
                output["execution_count"] = number
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
