"""The extension of Chainer's Trainer that tells a listener where the training stands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chainer.training import Extension

from ganzoo.training.extensions import scored
from ganzoo.training.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.runs.run import Run
    from ganzoo.training.extensions import Samples
    from ganzoo.training.judging import Judging
    from ganzoo.training.progress import Listener, Pace

SECONDS = 0.5  # between two reports; made by the training itself, so that no thread competes with it


class Reports(Extension):
    """A `Progress` for each new line of the log, at the end, and every `SECONDS` in between."""

    name = "progress"
    priority = -50  # after the log has its new entry

    def __init__(
        self,
        listener: Listener,
        run: Run,
        pace: Pace,
        monitors: Sequence[str],
        samples: Samples | None,
        judging: Judging | None,
    ) -> None:
        self._listener, self._run, self._pace, self._monitors = listener, run, pace, monitors
        self._samples, self._judging = samples, judging
        self._known = 0  # lines of the log that were reported already
        self._last = 0.0

    def initialize(self, trainer: Any) -> None:
        self._pace.start(trainer.updater.epoch_detail)
        self._known = len(trainer.get_extension("log").log)

    def __call__(self, trainer: Any) -> None:
        log, epoch = trainer.get_extension("log").log, trainer.updater.epoch_detail
        notable = len(log) > self._known
        over = epoch >= self._pace.epochs
        if not (notable or over or time.monotonic() - self._last >= SECONDS):
            return
        self._known = len(log)
        rate, left = self._pace.rate(epoch), self._pace.left(epoch)
        self._listener(
            Progress(
                config=self._run.config,
                message=f"epoch {epoch:.1f}/{self._pace.epochs}  {self._values(log)}"
                f"{rate:.0f} images/s  {left or 0:.0f} s left",
                notable=notable,
                path=self._run.path,
                epoch=epoch,
                images_per_second=rate,
                seconds_left=left,
                log=tuple(log),
                monitors=self._monitors,
                images=self._samples.latest if self._samples else None,
                best=self._judging.best if self._judging else None,
            )
        )
        self._last = time.monotonic()

    def _values(self, log: Sequence[Mapping[str, float]]) -> str:
        """The losses and scores of the last line of `log`."""
        last = log[-1] if log else {}
        keys = [key for key in (*self._monitors, *filter(scored, last)) if key in last]
        return "".join(f"{key.removeprefix('main/')} {last[key]:.2f}  " for key in keys)
