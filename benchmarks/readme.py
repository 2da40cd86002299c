"""Put the performance table of a report into the README, between its two marks.

.venv/bin/python -m benchmarks.readme benchmarks/results/DATE-bench.json
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import typer

from ganzoo.bench.reports import markdown
from ganzoo.files import write_text

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"<!-- performance: (\S+) -->\n.*?<!-- /performance -->", re.DOTALL)


def table(report: Path) -> str:
    """The block for the report at `report`, marks included."""
    shown = markdown.summary(json.loads(report.read_text(encoding="utf-8")))
    name = report.resolve().relative_to(ROOT).as_posix()
    return f"<!-- performance: {name} -->\n{shown.strip()}\n<!-- /performance -->"


def main(report: Path) -> None:
    text = README.read_text(encoding="utf-8")
    write_text(README, BLOCK.sub(lambda found: table(report), text))


if __name__ == "__main__":
    typer.run(main)
