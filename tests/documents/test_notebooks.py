"""The notebooks in examples/ run, and the outputs in them are of the kind that they give."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.support.documents import shorten_trainings
from tests.support.places import ROOT
from tools import notebook

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
LARGEST = 300_000  # bytes


def kinds(outputs: list[notebook.Output]) -> list[list[str]]:
    return [sorted(output.get("data", [output["output_type"]])) for output in outputs]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_was_executed_from_top_to_bottom(path: Path) -> None:
    assert path.stat().st_size < LARGEST
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert (stored["nbformat"], stored["nbformat_minor"]) == (4, 5)
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert len({cell["id"] for cell in stored["cells"]}) == len(stored["cells"])
    pictures = [
        output["data"]["image/png"] for cell in code for output in cell["outputs"] if "image/png" in kinds([output])[0]
    ]
    for picture in pictures:
        assert Image.open(io.BytesIO(base64.b64decode(picture))).size > (100, 100)
    assert pictures and "/tmp" not in path.read_text(encoding="utf-8")


@pytest.mark.training
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_again(path: Path, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten_trainings(monkeypatch)
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell, outputs in zip(cells, notebook.execute(cells), strict=True):
        assert kinds(outputs) == kinds(cell.get("outputs", [])), "".join(cell["source"])


def test_outputs_are_what_a_notebook_shows() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["x = 2\n", "print('a\\rb')\n", "x + 1"]},
        {"cell_type": "code", "source": ["from PIL import Image\n", "Image.new('L', (1, x))"]},
        {"cell_type": "code", "source": ["None"]},
    ]
    text, both, image, nothing = notebook.execute(cells)
    assert text == nothing == []
    assert both[0]["text"] == ["b\n"] and both[1]["data"] == {"text/plain": ["3"]}
    assert Image.open(io.BytesIO(base64.b64decode(image[0]["data"]["image/png"]))).size == (1, 2)
