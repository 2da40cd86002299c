"""Train, time and judge the recipes: `make results`. Hours, all told; `--row` for some.

    .venv/bin/python -m benchmarks.quality --data-dir FOLDER --row dcgan-cond/default

Each training is a process of its own, on `GANZOO_THREADS` threads, as many as there are cores without it. Records
are merged into `benchmarks/results/DATE-quality.json` as they come, so that two of these may work on different rows; a
run that is in the scratch folder goes on, and one that is finished there is only judged again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.quality.rows import ROWS, Row
from ganzoo.cli import console
from ganzoo.errors import GanzooError, UnknownNameError
from ganzoo.files import write_json

RESULTS = Path(__file__).parents[1] / "results"


def main(
    data_dir: Annotated[Path | None, typer.Option(help="MNIST's files; the cache's.")] = None,
    row: Annotated[list[str] | None, typer.Option(help="Repeat for several; all.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Of these rows; theirs.")] = None,
    scratch: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path(".bench/quality"),
    out: Annotated[Path | None, typer.Option(help="The JSON file.")] = None,
    worker: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    path = out or RESULTS / f"{date.today().isoformat()}-quality.json"
    try:
        for each in chosen(row or ()):
            for number in seed or each.seeds:
                place = scratch.absolute() / f"{each.name.replace('/', '-')}-{number}"
                if worker:
                    from benchmarks.quality.measure import measure

                    merge(path, measure(each, number, place, data_dir))
                else:
                    console.step(f"{each.name}, seed {number}")
                    start(each, number, data_dir, scratch, path)
    except GanzooError as error:
        console.error(error)
        raise SystemExit(error.exit_code) from None


def chosen(names: list[str] | tuple[str, ...]) -> list[Row]:
    """The rows of `names`, all without any. Raises `UnknownNameError`."""
    known = {each.name: each for each in ROWS}
    for name in names:
        if name not in known:
            raise UnknownNameError("row", name, known)
    return [known[name] for name in names] if names else list(ROWS)


def start(row: Row, seed: int, data_dir: Path | None, scratch: Path, path: Path) -> None:
    """This program as a worker of one training."""
    options = ["--row", row.name, "--seed", str(seed), "--scratch", str(scratch), "--out", str(path)]
    data = ["--data-dir", str(data_dir)] if data_dir else []
    done = subprocess.run([sys.executable, "-m", "benchmarks.quality", "--worker", *options, *data], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def merge(path: Path, record: dict[str, Any]) -> None:
    """Put `record` into the file at `path`, in the place of an older one of the same training."""
    from filelock import FileLock

    with FileLock(path.with_suffix(".lock")):
        records = json.loads(path.read_text(encoding="utf-8"))["records"] if path.exists() else []
        key = (record["row"], record["seed"])
        kept = [each for each in records if (each["row"], each["seed"]) != key]
        order = [row.name for row in ROWS]
        kept = sorted([*kept, record], key=lambda each: (order.index(each["row"]), each["seed"]))
        write_json(path, {"records": kept})


if __name__ == "__main__":
    typer.run(main)
