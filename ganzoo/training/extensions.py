"""Extensions of Chainer's Trainer that write the folder of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chainer.training import PRIORITY_WRITER, Extension
from chainer.training.extensions import LogReport

from ganzoo.errors import DivergedError
from ganzoo.files import replacing, write_text
from ganzoo.runs.run import log_lines
from ganzoo.runs.snapshot import flat, save_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.runs.run import Run
    from ganzoo.specs import FloatArray
    from ganzoo.training.judging import Judging
    from ganzoo.training.recovery import Recovery


class InPlace(Extension):
    """Stops a training whose folder was moved or removed."""

    name = "in-place"
    priority = PRIORITY_WRITER + 1  # before anything is written

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, trainer: Any) -> None:
        self._run.require_in_place()


class JsonLog(LogReport):
    """Chainer's LogReport, written as JSON lines: means over an interval, with epoch, iteration and seconds.

    It logs the monitors and the scores. Losses stay on their device until the end of an interval; a mean that is NaN
    or infinite then stops the training.
    """

    name = "log"

    def __init__(self, recovery: Recovery, monitors: Sequence[str], trigger: Callable[[Any], bool]) -> None:
        super().__init__(keys=[], trigger=trigger)
        self._log_name = None  # what LogReport itself would write
        self._way_back, self._monitors = recovery, monitors
        self._path = recovery.run.path / "log.jsonl"

    def initialize(self, trainer: Any) -> None:
        if self.log:
            self._write()  # lines after the snapshot belong to a past that did not happen

    def __call__(self, trainer: Any) -> None:
        self._keys = [*self._monitors, *filter(scored, trainer.observation)]
        known = len(self.log)
        super().__call__(trainer)
        if len(self.log) > known:
            self.log[-1]["epoch_detail"] = trainer.updater.epoch_detail
            require_finite(self._way_back, self.log[-1], trainer)
            self._write()

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        log_lines(self.log)  # which a snapshot may have brought

    def pending(self) -> dict[str, float]:
        """The means since the last line of the log."""
        return {key: float(value) for key, value in self._summary.compute_mean().items()}

    def _write(self) -> None:
        write_text(self._path, "".join(json.dumps(entry) + "\n" for entry in self.log))


def scored(key: str) -> bool:
    """Whether `key` of an observation is a score."""
    return key.startswith("eval/")


def require_finite(recovery: Recovery, values: Any, trainer: Any) -> None:
    """Raise `DivergedError` naming the first of `values`, numbers or arrays by key, that holds NaN or infinity."""
    import numpy as np

    for key, value in sorted(values.items()):
        array = np.asarray(value)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            problem = f"{key} became NaN or infinite after {trainer.updater.iteration} iterations."
            raise DivergedError(problem, recovery.remedy())


class Samples(Extension):
    """Save a sheet of pictures from time to time, always from the same noise.

    `latest` has the pictures of the last sheet.
    """

    name = "samples"

    def __init__(self, folder: Any, sample: Callable[[], FloatArray], classes: Sequence[str]) -> None:
        self._folder, self._sample, self._classes = folder, sample, classes
        self.latest: FloatArray | None = None

    def __call__(self, trainer: Any) -> None:
        from ganzoo.image_grid import sheet

        self.latest = self._sample()
        with replacing(self._folder / f"{trainer.updater.iteration:07d}.png") as beside:
            sheet(self.latest, self._classes).save(beside)


class Snapshots(Extension):
    """Save the complete state after everything else in an iteration. The last `keep` snapshots and the best are kept.

    With `at_once`, also save before the first iteration, because the state differs from that of any file.
    """

    name = "snapshots"
    priority = -100

    def __init__(self, recovery: Recovery, keep: int, judging: Judging | None, at_once: bool) -> None:
        self._way_back, self._run = recovery, recovery.run
        self._keep, self._judging, self._at_once = keep, judging, at_once
        self._written: int | None = None

    def initialize(self, trainer: Any) -> None:
        if self._at_once:
            self(trainer)

    def __call__(self, trainer: Any) -> None:
        if self._written == trainer.updater.iteration:
            return
        # losses are computed before an update and say nothing of the weights after it
        require_finite(self._way_back, flat(trainer.updater), trainer)
        require_finite(self._way_back, trainer.get_extension("log").pending(), trainer)
        save_state(self._run.snapshot(trainer.updater.iteration), self._run.config, trainer)
        self._written = trainer.updater.iteration
        best = self._judging.best if self._judging else None
        if best:
            self._run.save_best(best)
        wanted = {*self._run.kept()[-self._keep :], *([self._run.snapshot(best.iteration)] if best else [])}
        for old in self._run.kept():
            if old not in wanted:
                old.unlink()


class BestSnapshot(Extension):
    """Save a snapshot whenever a score is the best so far."""

    name = "best"
    priority = Snapshots.priority + 1

    def __init__(self, snapshots: Snapshots, judging: Judging) -> None:
        self._snapshots, self._judging = snapshots, judging

    def __call__(self, trainer: Any) -> None:
        best = self._judging.best
        if best and best.iteration == trainer.updater.iteration:
            self._snapshots(trainer)
