"""Train classifiers of colour pictures for the same CPU time and judge them: `make colour-results`.

    .venv/bin/python -m benchmarks.colour --data-dir ../shared/data/emoji --row "cnn/default, ganzoo"

Each training is a process of its own, on one thread without `GANZOO_THREADS`. Records are merged into
`benchmarks/results/DATE-colour.json` as they come, so that two of these may work on different rows side by side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.colour.rows import ROWS
from ganzoo.cli import console
from ganzoo.errors import GanzooError, UnknownNameError, UsageError
from ganzoo.files import write_json

RESULTS = Path(__file__).parents[1] / "results"


def main(
    data_dir: Annotated[Path, typer.Option(help="A folder of pictures, a subfolder for each class.")],
    cpu_seconds: Annotated[float, typer.Option(help="CPU time of each training, of all its threads.")] = 900,
    row: Annotated[list[str] | None, typer.Option(help="Repeat for several; all.")] = None,
    out: Annotated[Path | None, typer.Option(help="The JSON file.")] = None,
    worker: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    path = out or RESULTS / f"{date.today().isoformat()}-colour.json"
    known = {each.name: each for each in ROWS}
    try:
        if cpu_seconds <= 0:
            raise UsageError(f"--cpu-seconds is {cpu_seconds}.", "It must be more than 0.")
        for name in row or known:
            if name not in known:
                raise UnknownNameError("row", name, known)
            if worker:
                from benchmarks.colour.measure import measure

                merge(path, measure(known[name], data_dir, cpu_seconds))
            else:
                console.step(name)
                start(name, data_dir, cpu_seconds, path)
    except GanzooError as error:
        console.error(error)
        raise SystemExit(error.exit_code) from None


def start(name: str, data_dir: Path, cpu_seconds: float, path: Path) -> None:
    """This program as a worker of one training."""
    options = ["--data-dir", str(data_dir), "--cpu-seconds", str(cpu_seconds), "--row", name, "--out", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.colour", "--worker", *options],
        env={"GANZOO_THREADS": "1", **os.environ},
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def merge(path: Path, record: dict[str, Any]) -> None:
    """Put `record` into the file at `path`, in the place of an older one of the same row."""
    from filelock import FileLock

    with FileLock(path.with_suffix(".lock")):
        records = json.loads(path.read_text(encoding="utf-8"))["records"] if path.exists() else []
        order = [each.name for each in ROWS]
        kept = [*(each for each in records if each["row"] != record["row"]), record]
        write_json(path, {"records": sorted(kept, key=lambda each: order.index(each["row"]))})


if __name__ == "__main__":
    typer.run(main)
