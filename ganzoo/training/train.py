"""A training from its options to its run directory."""

from __future__ import annotations

import platform
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import datasets, plugins, provenance
from ganzoo.errors import RunError, UsageError
from ganzoo.training import run as runs
from ganzoo.training.options import Options, configure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from ganzoo.specs import Arch, Data, TrainConfig
    from ganzoo.training.run import Run

LOG_LINES = 100  # a whole training's
SHEETS = 10  # sample sheets and loss plots, likewise
SNAPSHOT_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """Where a training stands when `train` or `resume` returns; `interrupted` by Ctrl-C."""

    run: Run
    interrupted: bool
    log: Sequence[Mapping[str, Any]]


def train(arch_name: str, options: Options, root: Path, out: Path | None, console: Console) -> Outcome:
    """Train `arch_name` anew, in `out` or in the next free place below `root`."""
    arch = plugins.ARCHS.get(arch_name)
    config, data = configure(arch, options)

    def begin() -> Run:
        return runs.create(out or runs.next_path(root, arch.name, config.dataset), config, _provenance(data))

    return _run(arch, config, data, begin, None, console)


def resume(arch_name: str, options: Options, root: Path, out: Path | None, console: Console) -> Outcome:
    """Continue the run in `out`, or `arch_name`'s youngest unfinished run below `root`, from its last snapshot.

    A run that was stopped before its first snapshot begins again. Only `epochs` and
    `device` may differ from what the run began with; a schedule that depends on the length of the training
    (falling learning rates) then goes on as that of the other length, so that the result is not what a
    training of that length would have been. Raises `UsageError` for other changes and for a finished run,
    `RunError` when the data changed since.
    """
    run = runs.load(out) if out else _unfinished(root, arch_name)
    begun = run.config
    if begun.arch != arch_name:
        raise UsageError(f"{run.path} is a run of {begun.arch}, not of {arch_name}.", "Name that architecture.")
    config, data = configure(run.arch, _filled(options, begun))
    fixed = [key for key in vars(config) if key not in ("epochs", "device", "data_dir")]
    changed = [key for key in fixed if vars(config)[key] != vars(begun)[key]]
    if changed:
        raise UsageError(
            f"{run.path} was begun with another {', '.join(sorted(changed))}.",
            "Leave these options out to continue it, or train anew without --resume.",
        )
    done = run.epochs_done()
    if run.finished and config.epochs <= max(done, begun.epochs):
        raise UsageError(f"{run.path} is finished.", "Lengthen it with more --epochs, or train anew without --resume.")
    if config.epochs < done:
        raise UsageError(f"{run.path} is at epoch {done:.0f} already.", "Give more --epochs, or none.")
    if datasets.checksum(data) != run.provenance.get("data_sha256"):
        raise RunError(f"The data of {config.dataset} changed since {run.path} was begun.", "Train anew.")
    snapshots = sorted(run.snapshots.glob("[0-9]*.npz"))
    if not snapshots:
        console.print("It was stopped before its first snapshot: it begins again.")

    def begin() -> Run:
        longer = replace(run, config=config)
        runs.save_config(longer)
        return longer

    return _run(run.arch, config, data, begin, snapshots[-1] if snapshots else None, console)


def _unfinished(root: Path, arch: str) -> Run:
    """`arch`'s youngest unfinished run, its youngest where all are finished."""
    try:
        return runs.latest(root, arch, finished=False)
    except RunError:
        return runs.latest(root, arch)


def _filled(options: Options, begun: TrainConfig) -> Options:
    """`options` with what a user left open as the run `begun` has it."""
    stated = {key: value for key, value in vars(options).items() if value not in (None, (), [])}
    former = {key: getattr(begun, key) for key in vars(options) if key not in ("data_dir", "hparams")}
    former["data_dir"] = Path(begun.data_dir) if begun.data_dir else None
    former["hparams"] = [f"{key}={value}" for key, value in begun.hparams.items()]
    return Options(**{**former, **stated})


def _run(
    arch: Arch, config: TrainConfig, data: Data, begin: Callable[[], Run], snapshot: Path | None, console: Console
) -> Outcome:
    """Train to the end or to Ctrl-C; either way the state is saved.

    `begin` makes the run directory once the architecture has accepted its values.
    """
    import chainer
    from chainer.training.triggers import TimeTrigger
    from threadpoolctl import threadpool_limits

    from ganzoo.training import extensions
    from ganzoo.training.progress import Progress
    from ganzoo.training.snapshot import load_state, save_model
    from ganzoo.training.triggers import Evenly

    with (
        # these products are small: more BLAS threads bring nothing on an idle machine, and make a busy one crawl
        threadpool_limits(1, "blas"),
        _seeded(config.seed),
        chainer.using_config("type_check", False),
        chainer.using_config("cudnn_deterministic", True),
    ):
        training = arch.train(config, data)
        run = begin()
        stop = _Stop(config.epochs)
        trainer = chainer.training.Trainer(training.updater, stop, out=str(run.path))
        for extension in training.extensions:
            trainer.extend(extension)
        trainer.extend(extensions.Guard(run, training.monitors))
        trainer.extend(extensions.JsonLog(run, training.monitors, Evenly(LOG_LINES, config.epochs)))
        trainer.extend(Progress(console, config.epochs, len(data.train_x), training.monitors))
        trainer.extend(extensions.LossPlot(run, training.monitors), trigger=Evenly(SHEETS, config.epochs))
        if training.sample:
            trainer.extend(
                extensions.Samples(run, training.sample, data.classes), trigger=Evenly(SHEETS, config.epochs)
            )
        snapshots = extensions.Snapshots(run, config)
        trainer.extend(snapshots, trigger=TimeTrigger(SNAPSHOT_SECONDS))
        if snapshot:
            load_state(snapshot, config, trainer)
        with stop.on_interrupt():
            trainer.run(show_loop_exception_msg=False)
        snapshots(trainer)  # which refuses what is not finite
        if not stop.interrupted:
            training.model.to_device("@numpy")
            save_model(run.model_path, config, training.model)
    return Outcome(run, stop.interrupted, trainer.get_extension("log").log)


class _Stop:
    """Chainer's stop trigger: at the last epoch, or after the iteration in which Ctrl-C was pressed."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self.interrupted = False

    def __call__(self, trainer: Any) -> bool:
        return self.interrupted or trainer.updater.epoch_detail >= self._epochs

    @contextmanager
    def on_interrupt(self) -> Iterator[None]:
        """Take the first Ctrl-C as a wish to stop; the second one interrupts at once."""

        def wish(number: int, frame: Any) -> None:
            self.interrupted = True
            signal.signal(signal.SIGINT, former)

        former = signal.signal(signal.SIGINT, wish)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """NumPy's global random state, which Chainer and the zoo draw from, seeded; the caller's is put back."""
    import numpy as np

    former = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(former)


def _provenance(data: Data) -> dict[str, Any]:
    """What a reader of the run may want to know besides its configuration."""
    return {
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "classes": list(data.classes),
        "n_images": len(data.train_x),
        "data_sha256": datasets.checksum(data),
        "versions": provenance.versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "git": provenance.git(),
    }
