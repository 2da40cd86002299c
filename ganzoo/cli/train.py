"""`ganzoo train` and `sweep`."""

from __future__ import annotations

import contextlib
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo import plugins
from ganzoo.api import runs
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import ArchName, AsJson, complete
from ganzoo.cli.errors import tell
from ganzoo.errors import UsageError
from ganzoo.lookup import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kept(str, Enum):
    best = "best"
    last = "last"


@app.command()
def train(
    arch: ArchName,
    preset: Annotated[str | None, typer.Option(help="A recipe of the architecture; see 'ganzoo info ARCH'.")] = None,
    dataset: Annotated[
        str | None, typer.Option(help="The data; digits.", autocompletion=complete(plugins.DATASETS.names))
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the data's files already are.")] = None,
    epochs: Annotated[int | None, typer.Option(help="How often to see the data; the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images a step; the preset's.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:i.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of every random choice; 0.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A hyper-parameter; repeat.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Use so many of the training images, of each class as many.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder; runs/ARCH-DATASET-N.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the latest unfinished run of ARCH, or the one in --out.")
    ] = False,
    from_: Annotated[
        Kept | None,
        typer.Option("--from", help="With --resume: from this snapshot, where --set and --seed may differ."),
    ] = None,
    keep: Annotated[int | None, typer.Option(help="Keep so many of the last snapshots, and the best; 2.")] = None,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="Under: mpiexec -n N. The batch is shared by N processes.")
    ] = False,
) -> None:
    """Train an architecture. Ctrl-C saves; --resume goes on as if it had never stopped."""
    from ganzoo.training.dashboard import shown
    from ganzoo.training.options import TrainOptions
    from ganzoo.updaters import distributed as processes

    options = TrainOptions(
        preset, dataset, data_dir, epochs, batch_size, device, seed, limit, _hparams(set_ or ()), keep
    )
    if from_ and not resume:
        raise UsageError("--from is of a run that there is.", "Add --resume, and --out RUN.")
    with processes.job(tell) if distributed else contextlib.nullcontext(processes.ALONE) as team:
        told = console.err() if team.leads else console.nowhere()
        if distributed:
            told.print(f"{team.size} processes share each batch. Should one die, --resume goes on.", style="dim")
        with shown(told) as progress:
            if resume:
                run = runs.resume(arch, options, out, from_.value if from_ else None, progress)
            else:
                run = runs.train(arch, **vars(options), out=out, progress=progress)
    if team.leads:
        show.trained(run)
    if run.interrupted:
        raise typer.Exit(128 + run._signal)


def _hparams(assignments: Sequence[str]) -> dict[str, str]:
    """The values of --set by their keys, as text."""
    found = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(f"--set {assignment} has no '='.", "Write --set key=value.")
        found[key] = text
    return found


@app.command()
def sweep(
    space: Annotated[Path, typer.Argument(help="A TOML file; there is an example above.")],
    out: Annotated[Path | None, typer.Option(help="The sweep's folder; runs/sweeps/NAME, of the file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try hyper-parameters. The same command goes on after Ctrl-C, or helps from another terminal.

    \b
    arch = "dcgan-cond"
    trials = 20                     # in all, whoever runs them
    dataset = "mnist"               # also: preset, data_dir, epochs, batch_size,
    limit = 6000                    # limit, device, seed, as for ganzoo train
    metric = "eval/frechet"         # a key of the run's log
    better = "min"                  # or "max"
    \\[set]                          # hyper-parameters that are the same in every trial
    ema_decay = 0.99
    \\[space]                        # hyper-parameters of which values are tried
    gen_alpha = { low = 1e-4, high = 1e-2, log = true }
    noise_dims = { low = 4, high = 64 }
    discriminator = { choices = ["planes", "class"] }
    """
    from ganzoo.sweep import report, study
    from ganzoo.sweep import space as spaces

    wanted = spaces.load(space)
    found = study.sweep(wanted, out or ROOT / "sweeps" / space.stem, console.err())
    report.plot(found, found.folder / "sweep.png")
    if as_json:
        console.print_json(report.as_json(found))
    else:
        show.sweep(found)
    if found.interrupted:
        raise typer.Exit(130)
