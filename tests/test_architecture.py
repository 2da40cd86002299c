"""docs/architecture.md shows the layers that import-linter holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]


def test_the_table_of_layers_is_the_linter_s() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = settings["contracts"]
    layers = [set(layer.split(" | ")) for layer in contract["layers"]]
    section = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Layers")[2]
    table = section.partition("In `export/`:")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    shown = [name for row in rows for name in re.findall(r"`(\w+)(?:/|\.py)`", row)]
    assert sorted(shown) == sorted(name for layer in layers for name in layer)
    heights = [next(i for i, layer in enumerate(layers) if name in layer) for name in shown]
    assert heights == sorted(heights)


DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCE = re.compile(
    r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|js|c|wgsl|glsl|css|sh)|(?:ganzoo|tests|tools|benchmarks)/[\w./-]*)`"
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_sources_that_are_there(document: Path) -> None:
    """By their path from the checkout's folder, or by the end of it."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    folders = {f"{parent.as_posix()}/" for name in tracked for parent in Path(name).parents}
    known = {f"/{name}" for name in (*tracked, *folders)}
    named = set(SOURCE.findall(document.read_text(encoding="utf-8")))
    assert not [name for name in named if not any(path.endswith(f"/{name}") for path in known)]
