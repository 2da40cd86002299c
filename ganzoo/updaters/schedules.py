"""Learning-rate schedules."""

from __future__ import annotations

from typing import Any

from chainer.training import extensions


class LinearShift(extensions.LinearShift):
    """Chainer's LinearShift, except that its value only depends on the number of calls.

    Chainer's also stores the last value, so that a training that continues with another rate would use the former rate
    in its first step.
    """

    _t: int

    def serialize(self, serializer: Any) -> None:
        self._t = int(serializer("_t", self._t))
