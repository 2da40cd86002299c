"""Progress on stderr: a live bar on a terminal, a plain line an interval elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chainer.training import Extension

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console


class Progress(Extension):
    """Epoch, time left, images a second and the losses of the last interval.

    Progress is counted in epochs, since an update may draw more than one batch. `n_images` is the size of
    an epoch.
    """

    name = "progress"
    priority = -50  # after the log has its new entry

    def __init__(self, console: Console, epochs: int, n_images: int, keys: Sequence[str]) -> None:
        self._console, self._epochs, self._n_images, self._keys = console, epochs, n_images, keys
        self._shown = 0  # log entries already printed
        self._started: tuple[float, float] | None = None  # seconds, epochs done
        self._bar: Any = None

    def initialize(self, trainer: Any) -> None:
        self._started = (time.monotonic(), trainer.updater.epoch_detail)
        self._shown = len(trainer.get_extension("log").log)
        if self._console.is_terminal:
            self._bar = _bar(self._console)
            self._task = self._bar.add_task("", total=self._epochs, completed=self._started[1], losses="", rate=0.0)
            self._bar.start()

    def __call__(self, trainer: Any) -> None:
        log = trainer.get_extension("log").log
        epoch = trainer.updater.epoch_detail
        if self._bar is not None:
            losses = self._losses(log[-1]) if log else ""
            self._bar.update(self._task, completed=epoch, losses=losses, rate=self._rate(epoch))
        elif len(log) > self._shown:
            self._shown = len(log)
            rate = self._rate(epoch)
            left = max(0.0, self._epochs - epoch) * self._n_images / rate if rate else 0.0
            self._console.print(
                f"epoch {epoch:.1f}/{self._epochs}  {self._losses(log[-1])}  {rate:.0f} images/s  {left:.0f} s left",
                highlight=False,
                soft_wrap=True,
            )

    def finalize(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _rate(self, epoch: float) -> float:
        """Images a second since this process began."""
        assert self._started is not None
        seconds = time.monotonic() - self._started[0]
        return (epoch - self._started[1]) * self._n_images / seconds if seconds else 0.0

    def _losses(self, entry: Any) -> str:
        return "  ".join(f"{key.removeprefix('main/')} {entry[key]:.2f}" for key in self._keys if key in entry)


def _bar(console: Console) -> Any:
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Live

    return Live(
        TextColumn("epoch {task.completed:.1f}/{task.total:.0f}"),
        BarColumn(bar_width=None),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[rate]:.0f} img/s"),
        TextColumn("{task.fields[losses]}"),
        console=console,
        expand=True,
    )
