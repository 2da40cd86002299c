"""Time a training step of each architecture beside the same step in PyTorch: `make training-bench`.

ganzoo's step is that of `ganzoo train`: its updater on its own layers and their threads. PyTorch's is the same network,
optimiser, batch and noise, eager, on one thread and on all cores. Both are proved the same first; where they differ,
nothing is timed and the command exits with 1. Peak memory is that of a process each. Results go to
`benchmarks/results/`, dated.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.training.agreement import TOLERANCES
from benchmarks.training.memory import peak
from benchmarks.training.report import notes, row, table
from ganzoo import devices, provenance
from ganzoo.cli import console
from ganzoo.errors import GanzooError, ToolMissingError
from ganzoo.files import write_json

RESULTS = Path(__file__).parents[1] / "results"
SEED = 1


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 12,
    seconds: Annotated[float, typer.Option(min=0, help="Of each contestant in a round, about.")] = 0.3,
    arch: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    device: Annotated[str | None, typer.Option(help="Only there: cpu or cuda:0.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Of every recipe; each its own.")] = None,
    out: Annotated[Path | None, typer.Option(help="The JSON file.")] = None,
) -> None:
    try:
        path = out or RESULTS / f"{date.today().isoformat()}-training.json"
        bench(rounds, seconds, arch, path, device, batch_size)
    except GanzooError as error:
        console.error(error)
        raise SystemExit(error.exit_code) from None


def bench(
    rounds: int, seconds: float, arch: str | None, path: Path, device: str | None = None, batch_size: int | None = None
) -> None:
    """Prove, time, write `path` and print. Raises `ToolMissingError` without PyTorch, `VerificationError` where a step
    is not the same in both."""
    if not find_spec("torch"):
        raise ToolMissingError("PyTorch is not installed.", "Set it up and run this with: make training-bench")
    from benchmarks.training import contestants, subjects
    from benchmarks.training.rounds import timed

    git, load = provenance.git(), [os.getloadavg()[0]]
    proofs: dict[str, Any] = {}
    everyone = []
    with subjects.as_trained():
        chosen = subjects.subjects(arch, batch_size)
        for subject in chosen:
            console.step(f"proving that the steps of {subject.name} are the same")
            taking_part, proof = contestants.contestants(subject, device)
            everyone += taking_part
            proofs[subject.name] = {
                on: {dtype: asdict(each) for dtype, each in found.items()} for on, found in proof.items()
            }
        runnable = [each for each in everyone if not each.reason]
        console.step(f"timing {len(runnable)} contestants in {rounds} rounds")
        times = dict(zip(runnable, timed(runnable, rounds, seconds, random.Random(SEED)), strict=True))
    load.append(os.getloadavg()[0])
    batches = {subject.name: subject.config.batch_size for subject in chosen}
    weighed = [each for each in runnable if each.device == "cpu" and each.library != contestants.IMAGES]
    console.step(f"taking the peak memory of {len(weighed)} processes")
    memory = {each: peak(each, batches[each.subject]) for each in weighed if sys.platform == "linux"}
    rows = [row(each, batches[each.subject], times, memory) for each in everyone]
    write_json(
        path,
        {
            "date": provenance.now(),
            "machine": {**provenance.machine(), "gpu": devices.gpu_name(contestants.GPU)},
            "git": git,
            "versions": {**provenance.versions(), "torch": version("torch")},
            "load_average": [round(value, 2) for value in load],
            "rounds": rounds,
            "seconds": seconds,
            "order_seed": SEED,
            "tolerances": {dtype: asdict(each) for dtype, each in TOLERANCES.items()},
            "proofs": proofs,
            "rows": rows,
        },
    )
    out = console.out()
    out.print(table(rows))
    for note in notes(rows):
        out.print(note, markup=False, soft_wrap=True)
    print(path)


if __name__ == "__main__":
    typer.run(main)
