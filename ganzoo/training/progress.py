"""Progress on stderr: a dashboard on a terminal, a plain line an interval elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chainer.training import Extension

from ganzoo.training.extensions import scored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console


@dataclass
class Pace:
    """How fast a training goes, since `start`. Counted in epochs, since an update may draw more than one batch.

    `n_images` is the size of an epoch.
    """

    epochs: int
    n_images: int
    began: float = field(default_factory=time.monotonic)
    first: float = 0.0

    def start(self, epoch: float) -> None:
        self.began, self.first = time.monotonic(), epoch

    def rate(self, epoch: float) -> float:
        """Images a second."""
        seconds = time.monotonic() - self.began
        return (epoch - self.first) * self.n_images / seconds if seconds else 0.0

    def left(self, epoch: float) -> float | None:
        """Seconds to the end; None before anything can be told."""
        rate = self.rate(epoch)
        return max(0.0, self.epochs - epoch) * self.n_images / rate if rate else None


class Lines(Extension):
    """A line of text for each new line of the log."""

    name = "progress"
    priority = -50  # after the log has its new entry

    def __init__(self, console: Console, pace: Pace, monitors: Sequence[str]) -> None:
        self._console, self._pace, self._monitors = console, pace, monitors
        self._shown = 0  # log entries already printed

    def initialize(self, trainer: Any) -> None:
        self._pace.start(trainer.updater.epoch_detail)
        self._shown = len(trainer.get_extension("log").log)

    def __call__(self, trainer: Any) -> None:
        log = trainer.get_extension("log").log
        if len(log) == self._shown:
            return
        self._shown = len(log)
        epoch = trainer.updater.epoch_detail
        values = "  ".join(
            f"{key.removeprefix('main/')} {log[-1][key]:.2f}"
            for key in (*self._monitors, *filter(scored, log[-1]))
            if key in log[-1]
        )
        self._console.print(
            f"epoch {epoch:.1f}/{self._pace.epochs}  {values}  {self._pace.rate(epoch):.0f} images/s"
            f"  {self._pace.left(epoch) or 0:.0f} s left",
            highlight=False,
            soft_wrap=True,
        )
