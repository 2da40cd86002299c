"""What a training tells while it runs, as values: whoever listens decides how they are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.runs.run import Best
    from ganzoo.specs import FloatArray, TrainConfig


@dataclass(frozen=True)
class Progress:
    """Where a training stands. `str(progress)` is a line of text about it.

    A listener is called before each longer step, with every new line of the log, and twice a second in between.
    `notable` is False in between, so that a listener can print lines only for something new.

    `path` is the run's folder, None before it exists. `epoch` counts to `epochs` and may be a fraction. `seconds_left`
    is None before it can be estimated. `log` holds the lines of log.jsonl so far; `monitors` are the keys of its
    losses, the most informative first. `images` are the pictures of the last sample sheet, float32 (rows, columns, C,
    H, W) in [0, 1]; `best` is the best snapshot so far; both are None if there is none.
    """

    config: TrainConfig
    message: str
    notable: bool = True
    path: Path | None = None
    epoch: float = 0.0
    images_per_second: float = 0.0
    seconds_left: float | None = None
    log: Sequence[Mapping[str, Any]] = ()
    monitors: Sequence[str] = ()
    images: FloatArray | None = None
    best: Best | None = None

    @property
    def epochs(self) -> int:
        """The number of epochs of the whole training."""
        return self.config.epochs

    def __str__(self) -> str:
        return self.message


Listener = Callable[[Progress], object]


def silent(progress: Progress) -> None:
    """A listener that shows nothing."""


@dataclass
class Pace:
    """The speed of a training since `start`. It counts epochs, because an update may use more than one batch.

    `n_images` is the number of images in an epoch.
    """

    epochs: int
    n_images: int
    began: float = field(default_factory=time.monotonic)
    first: float = 0.0

    def start(self, epoch: float) -> None:
        self.began, self.first = time.monotonic(), epoch

    def rate(self, epoch: float) -> float:
        """Images per second."""
        seconds = time.monotonic() - self.began
        return (epoch - self.first) * self.n_images / seconds if seconds else 0.0

    def left(self, epoch: float) -> float | None:
        """Seconds until the end; None as long as that is unknown."""
        rate = self.rate(epoch)
        return max(0.0, self.epochs - epoch) * self.n_images / rate if rate else None
