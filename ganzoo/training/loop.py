"""The training loop: Chainer's Trainer with extensions that check, show and save."""

from __future__ import annotations

import shlex
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.errors import DiskFullError, SnapshotError
from ganzoo.files import FULL
from ganzoo.runs import run as runs
from ganzoo.updaters import distributed
from ganzoo.updaters.seeding import seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ganzoo.metrics.in_training import Judge
    from ganzoo.runs.run import Best, Run
    from ganzoo.specs import Arch, Data, TrainConfig, Training
    from ganzoo.training.extensions import Snapshots
    from ganzoo.training.progress import Listener
    from ganzoo.updaters.distributed import Team

EVALS = 8  # evaluations in a whole training
SHEETS = 2 * EVALS  # sheets of samples in a whole training
LOG_LINES = 12 * EVALS  # likewise; a multiple of EVALS, so that scores are in the line of their own iteration
SNAPSHOT_SECONDS = 60.0
KEEP = 2  # latest snapshots that are kept


@dataclass(frozen=True)
class Outcome:
    """Where a training stands when `train` or `resume` returns.

    `interrupted` tells that Ctrl-C or SIGTERM stopped it; `signal` says which.
    """

    run: Run
    interrupted: bool
    log: Sequence[Mapping[str, Any]]
    best: Best | None = None
    signal: int = signal.SIGINT


@dataclass(frozen=True)
class Start:
    """Where a training continues: at `snapshot`, or at the beginning if that is None.

    `reseed` asks for new random numbers.
    """

    snapshot: Path | None
    reseed: bool


def loop(
    arch: Arch,
    config: TrainConfig,
    data: Data,
    begin: Callable[[], Run],
    again: Start | None,
    keep: int,
    listener: Listener,
) -> Outcome:
    """Train to the end, or until Ctrl-C or SIGTERM. In each case the state is saved.

    `begin` returns the folder of the run; it is called after the architecture has accepted the configuration. With
    several processes, all of them are in this function, and only the first one judges, writes and calls `listener`.
    """
    import chainer
    from threadpoolctl import threadpool_limits

    from ganzoo.training import fit
    from ganzoo.training.report import html

    team = distributed.team()
    team.require(config, data)
    with (
        # these matrix products are small: more BLAS threads do not help on an idle machine and slow down a busy one
        threadpool_limits(1, "blas"),
        seeded(config.seed),
        chainer.using_config("type_check", False),
        chainer.using_config("cudnn_deterministic", True),
    ):
        training = plugins.trained(arch, config, data)
        fit.check(arch, config, training)
        judge = _judge(config, data, training.model, listener) if team.leads else None
        run = team.once(begin)
        stop = Stop(config.epochs, team)
        trainer = chainer.training.Trainer(training.updater, stop, out=str(run.path if team.leads else Path()))
        for extension in (*team.spread(training), *training.extensions):
            trainer.extend(extension)
        snapshots = None
        if team.leads:
            reseed = again is not None and again.reseed
            snapshots = _extend(trainer, run, training, judge, data, listener, keep, reseed)
        if again:
            _go_on(run, again, trainer, team)
        with _room_for(run), stop.on_interrupt():
            trainer.run(show_loop_exception_msg=False)
            if not snapshots:
                return Outcome(run, stop.interrupted, (), signal=stop.signal)
            snapshots(trainer)  # raises if a weight is not finite
            log = trainer.get_extension("log").log
            best = run.best() if judge else None
            if not stop.interrupted:
                training.model.to_device("@numpy")
                _save(run, training.model, best, trainer)
                html.write(run)
    return Outcome(run, stop.interrupted, log, best, stop.signal)


def _save(run: Run, model: Any, best: Best | None, trainer: Any) -> None:
    """Save the weights from the end of the training and those with the best score.

    Raises `SnapshotError` if the snapshot with the best score is gone.
    """
    from ganzoo.runs.snapshot import load_state, save_model

    run.require_in_place()
    last = replace(run, weights="last").model_path
    save_model(last, run.config, model)
    if best and best.iteration != trainer.updater.iteration:
        snapshot = run.snapshot(best.iteration)
        if not snapshot.exists():
            raise SnapshotError(
                f"{snapshot}, the snapshot with the best score, was deleted before the end of the training.",
                f"{last} has the weights from the end. Name the run and add --last to use them, as in: "
                f"ganzoo export {shlex.quote(str(run.path))} --last",
            )
        load_state(snapshot, run.config, trainer)
    save_model(run.model_path, run.config, model)


def _judge(config: TrainConfig, data: Data, model: Any, listener: Listener) -> Judge | None:
    from ganzoo.metrics.in_training import during
    from ganzoo.training.progress import Progress

    def told(line: str) -> None:
        listener(Progress(config, line if line.endswith(".") else f"{line} ..."))

    return during(config, data, model, told)


def _extend(
    trainer: Any,
    run: Run,
    training: Training,
    judge: Judge | None,
    data: Data,
    listener: Listener,
    keep: int,
    reseed: bool,
) -> Snapshots:
    """Add the extensions that check, show and save to `trainer`."""
    from chainer.training.triggers import TimeTrigger

    from ganzoo.image_grid import COLUMNS
    from ganzoo.lettering import note
    from ganzoo.training import extensions
    from ganzoo.training.collapse import Watch
    from ganzoo.training.judging import Judging
    from ganzoo.training.progress import Pace, Progress
    from ganzoo.training.recovery import Recovery
    from ganzoo.training.reporting import Reports
    from ganzoo.training.triggers import Evenly

    epochs = run.config.epochs
    recovery = Recovery(run, training.rates)
    judging = Judging(judge) if judge else None
    snapshots = extensions.Snapshots(recovery, keep, judging, at_once=reseed)
    trainer.extend(extensions.InPlace(run))
    trainer.extend(extensions.JsonLog(recovery, training.monitors, Evenly(LOG_LINES, epochs)))
    trainer.extend(Watch(recovery, training.healthy, LOG_LINES, judging))
    samples = None
    if training.sample:
        if told := note(data.classes[:COLUMNS]):
            listener(Progress(run.config, told, path=run.path))
        samples = extensions.Samples(run.path / "samples", training.sample, data.classes)
        trainer.extend(samples, trigger=Evenly(SHEETS, epochs), call_before_training=True)
    if judging:
        trainer.extend(judging, trigger=Evenly(EVALS, epochs))
        trainer.extend(extensions.BestSnapshot(snapshots, judging), trigger=Evenly(EVALS, epochs))
    pace = Pace(epochs, len(data.train_x))
    trainer.extend(Reports(listener, run, pace, training.monitors, samples, judging))
    trainer.extend(snapshots, trigger=TimeTrigger(SNAPSHOT_SECONDS))
    return snapshots


def _go_on(run: Run, again: Start, trainer: Any, team: Team) -> None:
    """Bring `trainer` and `run` to the state that `again` describes."""
    import numpy as np

    from ganzoo.runs.snapshot import load_state

    if again.snapshot:
        load_state(again.snapshot, run.config, trainer)
    if again.reseed:
        np.random.seed(run.config.seed)
    if team.leads:
        run.forget_after(trainer.updater.iteration)
        run.unfinish()
        runs.save_config(run)


@contextmanager
def _room_for(run: Run) -> Iterator[None]:
    """Raise `DiskFullError` if the disk is full.

    Files are written completely or not at all, so the last snapshot is valid.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        kept = run.kept()
        state = f"the snapshot {kept[-1].name} is complete" if kept else "there is no snapshot yet"
        problem = f"{run.path} cannot be written: {error.strerror}; {state}."
        raise DiskFullError(problem, f"Free some space, then continue with: {run.resume_command}") from error


SIGNALS = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C; what schedulers, containers and machines that shut down send


class Stop:
    """Chainer's stop trigger: at the last epoch, or after the iteration in which one of `SIGNALS` came."""

    def __init__(self, epochs: int, team: Team) -> None:
        self._epochs, self._team = epochs, team
        self.interrupted, self.signal = False, int(signal.SIGINT)

    def __call__(self, trainer: Any) -> bool:
        self.interrupted = self._team.any(self.interrupted)  # all stop after the same iteration
        return self.interrupted or trainer.updater.epoch_detail >= self._epochs

    @contextmanager
    def on_interrupt(self) -> Iterator[None]:
        """Take the first signal as a wish to stop; the second one does at once what it would have done otherwise.

        Python gives signals to the main thread alone: a training in another one has none.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def wish(number: int, frame: Any) -> None:
            self.interrupted, self.signal = True, number
            restore()

        def restore() -> None:
            for number, handler in former.items():
                signal.signal(number, handler)

        former = {number: signal.signal(number, wish) or signal.SIG_DFL for number in SIGNALS}
        try:
            yield
        finally:
            restore()
