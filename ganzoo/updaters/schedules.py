"""Learning rates that fall."""

from __future__ import annotations

from typing import Any

from chainer.training import extensions


class LinearShift(extensions.LinearShift):
    """Chainer's, whose value is a matter of how often it was called alone.

    Chainer's also keeps the last value: a training that goes on with another rate would take its first step at the
    former one.
    """

    _t: int

    def serialize(self, serializer: Any) -> None:
        self._t = int(serializer("_t", self._t))
