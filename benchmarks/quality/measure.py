"""One training of a row, judged, as a record of the results."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import plugins, provenance
from ganzoo.cli import console
from ganzoo.files import replacing, write_json
from ganzoo.layers import native
from ganzoo.runs import run as runs
from ganzoo.sample import sheet

if TYPE_CHECKING:
    from benchmarks.quality.rows import Row
    from ganzoo.runs.run import Run

CONDITIONS = "conditions.json"  # of a training, which its minutes depend on
SHOWN = ("dcgan-cond/default", 0)  # whose pictures the README begins with
PICTURE = Path(__file__).parents[2] / "docs" / "mnist.png"


def measure(row: Row, seed: int, place: Path, mnist: Path | None) -> dict[str, Any]:
    """Train `row` at `place`, unless a finished run is there, and judge it.

    Runs in a process of its own, whose threads are the environment's.
    """
    run = trained(row, seed, place, mnist)
    document = judged(run, mnist, row.quick)
    if (row.name, seed) == SHOWN:
        with replacing(PICTURE) as beside:
            sheet(run, [], 5, 0).save(beside, format="png")
    log = run.log()
    return {
        "row": row.name,
        "seed": seed,
        **json.loads((place / CONDITIONS).read_text(encoding="utf-8")),
        "git": run.provenance.get("git"),
        "epochs": run.config.epochs,
        "batch_size": run.config.batch_size,
        "steps": log[-1]["iteration"],
        "seconds": round(log[-1]["elapsed_time"], 1),
        "model_bytes": exported_bytes(run),
        "evaluator": document.get("evaluator"),  # a classifier is judged without
        "scores": document["scores"],
        "per_class": document.get("per_class"),
        "closer": document.get("neighbours", {}).get("closer"),
    }


def trained(row: Row, seed: int, place: Path, mnist: Path | None) -> Run:
    """The finished run at `place`, trained now, or to its end, where there is none. The conditions stand beside it."""
    from ganzoo.training.dashboard import shown
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.train import resume, train

    if (place / "model.npz").exists():
        return runs.load(place)
    options = TrainOptions(
        preset=row.preset,
        dataset=row.on.dataset,
        data_dir=mnist if row.on.dataset == "mnist" else None,
        device="cpu",
        seed=seed,
        data_options=row.on.options,
    )
    load = os.getloadavg()[0]
    go = resume if (place / "config.json").exists() else train
    with shown(console.err()) as listener:
        outcome = go(row.arch, options, place.parent, place, listener)
    if outcome.interrupted:
        raise SystemExit(130)
    conditions = {
        "threads": native.threads(),
        "load_average": [round(load, 2), round(os.getloadavg()[0], 2)],
        "date": provenance.now(),
        "machine": provenance.machine(),
    }
    write_json(place / CONDITIONS, conditions)
    return outcome.run


def judged(run: Run, mnist: Path | None, quick: bool) -> dict[str, Any]:
    """`ganzoo eval` of `run`."""
    from ganzoo.metrics.evaluate_run import evaluate

    folder = mnist if run.config.dataset == "mnist" else None
    return evaluate(run, folder, quick=quick, progress=console.step)


def exported_bytes(run: Run) -> int:
    """All files of the run's export for every backend, float32."""
    import tempfile

    from ganzoo.export import exports
    from ganzoo.export.layouts import ExportOptions
    from ganzoo.export.size import total

    with tempfile.TemporaryDirectory() as scratch:
        backends = [plugins.BACKENDS.get(name) for name in plugins.BACKENDS.names()]
        made = exports.write(
            run,
            backends,
            Path(scratch) / "export",
            layout="ganzoo",
            options=ExportOptions(),
            budget=None,
            progress=console.step,
        )
        return total(made.parts).distinct
