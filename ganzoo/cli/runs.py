"""`ganzoo sample`, `eval` and `runs`: what becomes of a trained run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo.api.runs import load_generator, load_run
from ganzoo.cli import console, show
from ganzoo.cli.app import app, runs_app
from ganzoo.cli.arguments import AsJson, Last, RunName, complete
from ganzoo.lookup import find_run, run_names

if TYPE_CHECKING:
    from collections.abc import Sequence


@app.command()
def sample(
    run: RunName = None,
    label: Annotated[list[str] | None, typer.Option("--label", "-l", help="A class; repeat. All.")] = None,
    count: Annotated[int, typer.Option(help="Pictures of each class.")] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the noise.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The picture's file; sample.png in the run.")] = None,
    last: Last = False,
) -> None:
    """Draw pictures with a trained generator."""
    from ganzoo.files import replacing

    chosen = load_generator(run, last=last)
    path = out or chosen.path / "sample.png"
    picture = chosen.sheet(label, count=count, seed=seed)
    with replacing(path) as beside:
        picture.save(beside, format="png")
    _tell_undrawn(chosen.classes, label or ())
    print(path)


@app.command("eval")
def eval_(
    run: RunName = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the data's files are now; where they were.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave GAN-train out, which trains classifiers.")] = False,
    last: Last = False,
    as_json: AsJson = False,
) -> None:
    """Judge a run: scores beside what real images score; metrics.json, metrics.png, neighbours.png in the run."""
    chosen = load_run(run, last=last)
    document = chosen.evaluate(data_dir=data_dir, quick=quick, progress=console.step)
    if as_json:
        console.print_json(document)
    else:
        show.metrics(chosen, document)
    _tell_undrawn(document.get("per_class", {}).get("classes", ()))


def _tell_undrawn(classes: Sequence[str], among: Sequence[str] = ()) -> None:
    """Say which class names are missing from a picture, and why."""
    from ganzoo.lettering import note

    if told := note(classes, among):
        console.warn(told)


@runs_app.command("report")
def runs_report(run: RunName = None) -> None:
    """Write a run's page, run.html: curves, pictures over time, scores, recipe, machine; and training.webp."""
    from ganzoo.training.report import html

    print(html.write(find_run(run, finished=None)))


@runs_app.command("compare")
def runs_compare(
    a: Annotated[str, typer.Argument(help="A run's name or folder.", autocompletion=complete(run_names))],
    b: Annotated[str, typer.Argument(help="Another's.", autocompletion=complete(run_names))],
    as_json: AsJson = False,
) -> None:
    """Show what two runs differ in: recipe, data, scores, time."""
    from ganzoo.training.report.compare import compare

    first, second = find_run(a), find_run(b)
    found = compare(first, second)
    if as_json:
        console.print_json({"a": str(first.path), "b": str(second.path), **found})
    else:
        show.differences(first.name, second.name, found)
