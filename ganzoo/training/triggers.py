"""When an extension of Chainer's Trainer is called."""

from __future__ import annotations

import math
from typing import Any


class Evenly:
    """Fire Fire Fire `times` times in a training of `epochs` epochs, the last time at its end.

    Chainer's IntervalTrigger takes fractions of an epoch, but misses the end: 4.0 // 0.04 is 99.
    """

    def __init__(self, times: int, epochs: int) -> None:
        self._times, self._epochs = times, epochs
        self._epoch_detail = 0.0

    def __call__(self, trainer: Any) -> bool:
        before, self._epoch_detail = self._epoch_detail, trainer.updater.epoch_detail
        return self._share(before) != self._share(self._epoch_detail)

    def serialize(self, serializer: Any) -> None:
        self._epoch_detail = serializer("epoch_detail", self._epoch_detail)

    def _share(self, epoch_detail: float) -> int:
        return math.floor(epoch_detail * self._times / self._epochs + 1e-9)
