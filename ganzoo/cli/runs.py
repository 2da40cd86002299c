"""`ganzoo sample`, `eval` and `runs`: commands that use a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo.api.runs import load_generator, load_run
from ganzoo.cli import console, show
from ganzoo.cli.app import app, runs_app
from ganzoo.cli.arguments import AsJson, RunName, complete, last_option, run_argument
from ganzoo.cli.help import TRAINING, command
from ganzoo.lookup import find_run, run_names

if TYPE_CHECKING:
    from collections.abc import Sequence


@command(
    app,
    TRAINING,
    examples="""
# Draw five pictures of each class from the latest run
ganzoo sample

# Draw ten pictures of a 7 and ten of a 3 from a certain run
ganzoo sample dcgan-cond-mnist-1 --label 7 --label 3 --count 10
""",
)
def sample(
    run: Annotated[str | None, run_argument("the latest finished run of a generator")] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            "-l",
            metavar="CLASS",
            help="Class to draw. Repeat the option for several.",
            show_default="every class",
        ),
    ] = None,
    count: Annotated[int, typer.Option(help="Number of pictures of each class.")] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Random seed of the noise.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PNG file to write.", show_default="sample.png in the run")
    ] = None,
    last: Annotated[bool, last_option()] = False,
) -> None:
    """Draw pictures with a trained generator and save them as one PNG file.

    The same run, classes, count and seed always give the same pictures.
    """
    from ganzoo.files import replacing

    chosen = load_generator(run, last=last)
    path = out or chosen.path / "sample.png"
    picture = chosen.sheet(label, count=count, seed=seed)
    with replacing(path) as beside:
        picture.save(beside, format="png")
    _tell_undrawn(chosen.classes, label or ())
    console.print_result(path)


@command(
    app,
    TRAINING,
    "eval",
    examples="""
# Evaluate the latest run
ganzoo eval

# Evaluate a run without training classifiers on its pictures
ganzoo eval dcgan-cond-mnist-1 --quick
""",
)
def eval_(
    run: RunName = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder with the files of the data set, if they were moved since the training.",
            show_default="the folder used in training",
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Skip the score GAN-train, which takes longest because it trains a classifier on the pictures.",
        ),
    ] = False,
    last: Annotated[bool, last_option()] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate a run: the quality of its pictures, or the accuracy of its classifier.

    Each score of a generator is shown next to the score of real images. The scores and plots are saved in the run as
    metrics.json, metrics.png and, for a generator, neighbours.png, which shows the nearest training images.
    """
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


@command(
    runs_app,
    name="report",
    examples="""
# Write the report of the latest run
ganzoo runs report
""",
)
def runs_report(run: Annotated[str | None, run_argument("the latest run")] = None) -> None:
    """Write the report of a run, run.html, and the animation training.webp.

    The report shows the curves of the training, pictures over time, scores, hyper-parameters and the machine. A
    training writes both at its end; this command writes them for a run that was stopped or changed since.
    """
    from ganzoo.training.report import html

    console.print_result(html.write(find_run(run, finished=None)))


@command(
    runs_app,
    name="compare",
    examples="""
# Compare two runs
ganzoo runs compare dcgan-cond-mnist-1 dcgan-cond-mnist-2
""",
)
def runs_compare(
    a: Annotated[
        str, typer.Argument(metavar="RUN_A", help="Name or folder of a run.", autocompletion=complete(run_names))
    ],
    b: Annotated[
        str, typer.Argument(metavar="RUN_B", help="Name or folder of another run.", autocompletion=complete(run_names))
    ],
    as_json: AsJson = False,
) -> None:
    """Show the differences between two runs: hyper-parameters, data, scores, time."""
    from ganzoo.training.report.compare import compare

    first, second = find_run(a), find_run(b)
    found = compare(first, second)
    if as_json:
        console.print_json({"a": str(first.path), "b": str(second.path), **found})
    else:
        show.differences(first.name, second.name, found)
