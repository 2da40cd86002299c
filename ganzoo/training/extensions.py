"""Extensions of Chainer's Trainer that write the run directory. `progress.py` has the one that shows."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from chainer.training import Extension
from chainer.training.extensions import LogReport

from ganzoo.errors import DivergedError
from ganzoo.files import replacing, write_text
from ganzoo.training.snapshot import flat, save_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.specs import FloatArray, TrainConfig
    from ganzoo.training.run import Run

KEPT_SNAPSHOTS = 2


class JsonLog(LogReport):
    """Chainer's LogReport, written as JSON lines: means over an interval, with epoch, iteration and seconds."""

    name = "log"

    def __init__(self, run: Run, keys: Sequence[str], trigger: Callable[[Any], bool]) -> None:
        super().__init__(keys=list(keys), trigger=trigger)
        self._log_name = None  # what LogReport itself would write
        self._path = run.path / "log.jsonl"

    def __call__(self, trainer: Any) -> None:
        known = len(self.log)
        super().__call__(trainer)
        if len(self.log) > known:
            self.log[-1]["epoch_detail"] = trainer.updater.epoch_detail
            # the whole log, also after a resume: lines after the snapshot belong to a past that did not happen
            write_text(self._path, "".join(json.dumps(entry) + "\n" for entry in self.log))


class Guard(Extension):
    """Stops a training whose losses are no numbers any more, before a snapshot of it is written."""

    name = "guard"
    priority = 200

    def __init__(self, run: Run, keys: Sequence[str]) -> None:
        self._run, self._keys = run, keys

    def __call__(self, trainer: Any) -> None:
        for key in self._keys:
            value = trainer.observation.get(key)
            if value is not None and not math.isfinite(float(getattr(value, "array", value))):
                raise diverged(self._run, key, trainer)


def diverged(run: Run, what: str, trainer: Any) -> DivergedError:
    """The error for `what` that is no number any more."""
    kept = f"The last good snapshot is kept in {run.snapshots}. " if any(run.snapshots.glob("[0-9]*.npz")) else ""
    again = f"Train anew with lower learning rates (--set KEY=VALUE; 'ganzoo info {run.config.arch}' has the keys)"
    problem = f"{what} is not finite after {trainer.updater.iteration} iterations."
    return DivergedError(problem, f"{kept}{again} or another --seed.")


def require_finite(run: Run, trainer: Any) -> None:
    """Raise `DivergedError` naming the first layer or optimiser state that holds NaN or infinity.

    Losses are computed before an update and say nothing of the weights after it.
    """
    import numpy as np

    for key, array in sorted(flat(trainer.updater).items()):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise diverged(run, key, trainer)


class Samples(Extension):
    """A sheet of pictures now and then, always of the same noise."""

    name = "samples"

    def __init__(self, run: Run, sample: Callable[[], FloatArray], classes: Sequence[str]) -> None:
        self._folder, self._sample, self._classes = run.path / "samples", sample, classes

    def __call__(self, trainer: Any) -> None:
        from ganzoo.training.pictures import sheet

        with replacing(self._folder / f"{trainer.updater.iteration:07d}.png") as beside:
            sheet(self._sample(), self._classes).save(beside)


class LossPlot(Extension):
    """`losses.png`: what the log holds, over epochs; accuracies on an axis of their own."""

    name = "losses"

    def __init__(self, run: Run, keys: Sequence[str]) -> None:
        self._path, self._keys = run.path / "losses.png", keys

    def __call__(self, trainer: Any) -> None:
        from matplotlib.figure import Figure

        log = trainer.get_extension("log").log
        groups = [[key for key in self._keys if key.endswith("accuracy") is wanted] for wanted in (False, True)]
        groups = [group for group in groups if any(key in entry for key in group for entry in log)]
        if not groups:
            return
        figure = Figure(figsize=(8, 3.2 * len(groups)), layout="constrained")
        for axes, group in zip(figure.subplots(len(groups), squeeze=False)[:, 0], groups, strict=True):
            for key in group:
                points = [(entry["epoch_detail"], entry[key]) for entry in log if key in entry]
                if points:
                    axes.plot(*zip(*points, strict=True), label=key, linewidth=1.5)
            axes.set_ylabel("accuracy" if group[0].endswith("accuracy") else "loss")
            axes.grid(alpha=0.3)
            axes.legend(frameon=False)
        axes.set_xlabel("epoch")
        with replacing(self._path) as beside:
            figure.savefig(beside, dpi=110)


class Snapshots(Extension):
    """The complete state of the training, after everything else in an iteration; the last two are kept."""

    name = "snapshots"
    priority = -100

    def __init__(self, run: Run, config: TrainConfig) -> None:
        self._run, self._config = run, config

    def initialize(self, trainer: Any) -> None:
        for half_written in self._run.snapshots.glob(".*"):
            half_written.unlink()

    def __call__(self, trainer: Any) -> None:
        require_finite(self._run, trainer)
        folder = self._run.snapshots
        save_state(folder / f"{trainer.updater.iteration:07d}.npz", self._config, trainer)
        for old in sorted(folder.glob("[0-9]*.npz"))[:-KEPT_SNAPSHOTS]:
            old.unlink()
