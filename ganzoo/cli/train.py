"""`ganzoo train` and `sweep`."""

from __future__ import annotations

import contextlib
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from ganzoo import plugins
from ganzoo.api import runs
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import ArchName, AsJson, assigned, complete
from ganzoo.cli.data_options import PANEL as DATA
from ganzoo.cli.data_options import DataCommand, given
from ganzoo.cli.errors import tell
from ganzoo.cli.help import TRAINING, command
from ganzoo.errors import UsageError
from ganzoo.lookup import ROOT


class Kept(str, Enum):
    best = "best"
    last = "last"


RECIPE, RESUMING, MACHINE = "Hyper-parameters", "Saving and resuming", "Machine"


@command(
    app,
    TRAINING,
    examples="""
# Train a generator of handwritten digits: some minutes, no download
ganzoo train dcgan-cond

# Train on MNIST, which is downloaded once
ganzoo train dcgan-cond --dataset mnist

# Train a classifier on your own pictures, one subfolder per class
ganzoo train cnn --dataset folder --data-dir pictures/ --size 32

# Show the options of that data set, such as --size
ganzoo info folder

# Change two hyper-parameters; 'ganzoo info wgan-gp' shows all of them
ganzoo train wgan-gp --set gen_alpha=2e-4 --set ema_decay=0.99

# Continue after Ctrl-C or a crash
ganzoo train dcgan-cond --resume

# Go back to the best snapshot and lower a learning rate
ganzoo train dcgan-cond --resume --from best --set dis_alpha=2e-4

# Share each batch between two processes
mpiexec -n 2 ganzoo train dcgan-cond --distributed
""",
    kind=DataCommand,
)
def train(
    ctx: typer.Context,
    arch: ArchName,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Data set to train on. 'ganzoo list datasets' shows all. A data set may have options of its own, "
            "such as --size: 'ganzoo info folder' shows those of the data set 'folder'.",
            show_default="digits",
            rich_help_panel=DATA,
            autocompletion=complete(plugins.DATASETS.names),
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Read the data set's files from this folder instead of downloading them.",
            rich_help_panel=DATA,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            help="Use only this many training images, equally many of each class.",
            show_default="all",
            rich_help_panel=DATA,
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Named set of hyper-parameters. 'ganzoo info ARCH' shows all presets with their values.",
            show_default="the first one shown",
            rich_help_panel=RECIPE,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Number of passes over the training images.", show_default="the preset's", rich_help_panel=RECIPE
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            help="Number of images in each training step.", show_default="the preset's", rich_help_panel=RECIPE
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change one hyper-parameter of the preset. Repeat the option for several.",
            rich_help_panel=RECIPE,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Random seed of the initial weights, the noise and the order of the images.",
            show_default="0",
            rich_help_panel=RECIPE,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder to write the run to, or with --resume the folder of the run to continue.",
            show_default="runs/ARCH-DATASET-N",
            rich_help_panel=RESUMING,
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            help="Number of latest snapshots to keep. The best one is always kept.",
            show_default="2",
            rich_help_panel=RESUMING,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Continue the latest unfinished run of ARCH, or the run in --out. "
            "Its options apply again; only --epochs, --device, --data-dir and --keep may be given again.",
            rich_help_panel=RESUMING,
        ),
    ] = False,
    from_: Annotated[
        Kept | None,
        typer.Option(
            "--from",
            help="With --resume: continue from the best or the last snapshot, with other --set and --seed if you like.",
            rich_help_panel=RESUMING,
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            metavar="DEVICE",
            help="Device to train on: cpu, cuda, cuda:0, cuda:1, ..., or auto, which takes a GPU if there is one.",
            show_default="auto",
            rich_help_panel=MACHINE,
        ),
    ] = None,
    distributed: Annotated[
        bool,
        typer.Option(
            "--distributed",
            help="Share each batch between the processes that 'mpiexec -n N' started.",
            rich_help_panel=MACHINE,
        ),
    ] = False,
) -> None:
    """Train a network and save it as a run.

    The run is a folder with the weights, sample pictures, scores and a report, run.html. Ctrl-C stops the training
    and saves it; --resume continues it with exactly the result that an uninterrupted training would have had.
    """
    from ganzoo.training.dashboard import shown
    from ganzoo.training.options import TrainOptions
    from ganzoo.updaters import distributed as processes

    options = TrainOptions(
        preset, dataset, data_dir, epochs, batch_size, device, seed, limit, assigned(set_ or ()), keep, given(ctx)
    )
    if from_ and not resume:
        raise UsageError("--from works only together with --resume.", "Add --resume, and --out DIR for a certain run.")
    with processes.job(tell) if distributed else contextlib.nullcontext(processes.ALONE) as team:
        told = console.err() if team.leads else console.nowhere()
        if distributed:
            told.print(
                f"{team.size} processes share each batch. If one of them dies, continue with --resume.", style="dim"
            )
        with shown(told) as progress:
            if resume:
                run = runs.resume(arch, options, out, from_.value if from_ else None, progress)
            else:
                run = runs.train(arch, **vars(options), out=out, progress=progress)
    if team.leads:
        show.trained(run)
    if run.interrupted:
        raise typer.Exit(128 + run._signal)


@command(
    app,
    TRAINING,
    examples="""
# Start a sweep; run the same line in more terminals to share its trials
ganzoo sweep lr.toml

# lr.toml: which hyper-parameters to try
arch = "dcgan-cond"
trials = 20               # number of trainings, over all processes
dataset = "mnist"         # preset, data_dir, epochs, batch_size, limit,
limit = 6000              # device and seed are as in 'ganzoo train'
data_options = {}         # such as { size = 32 } with dataset = "folder"
metric = "eval/frechet"   # any key of a run's log.jsonl
better = "min"            # or "max"
[set]                     # hyper-parameters that are the same in all trials
ema_decay = 0.99
[space]                   # hyper-parameters to try values of
gen_alpha = { low = 1e-4, high = 1e-2, log = true }
noise_dims = { low = 4, high = 64 }
discriminator = { choices = ["planes", "class"] }
""",
)
def sweep(
    space: Annotated[
        Path, typer.Argument(metavar="FILE", help="TOML file that describes the sweep, as in the example below.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the sweep: its trials, table and plot.",
            show_default="runs/sweeps/NAME for NAME.toml",
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="PostgreSQL or MySQL data base where machines share the sweep: postgresql://USER:PASSWORD@HOST/DATABASE.",
            show_default="the folder of the sweep",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train with different hyper-parameters and find the best ones.

    Ctrl-C stops the sweep; the same command continues it. The same command in another terminal works on the same sweep,
    and with --storage on another machine.
    """
    from ganzoo.sweep import report, study
    from ganzoo.sweep import space as spaces

    wanted = spaces.load(space)
    found = study.sweep(wanted, out or ROOT / "sweeps" / space.stem, console.err(), storage)
    report.plot(found, found.folder / "sweep.png")
    if as_json:
        console.print_json(report.as_json(found))
    else:
        show.sweep(found)
    if found.interrupted:
        raise typer.Exit(130)
