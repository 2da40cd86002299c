"""Report the progress of work that may take minutes: how much is done, and how long it will still take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 5.0  # between two lines, at the least
SHARE = 0.1  # of the work between two lines, at the least


class SlowWork:
    """Say now and then how much of `what` is done. Work that ends within seconds only has its first line.

    Call it with the share that is done, from 0 to 1, as often as you like.
    """

    def __init__(self, what: str, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._tell, self._clock = what, tell, clock
        self._began = self._told = clock()
        self._share = 0.0
        tell(what)

    def __call__(self, share: float) -> None:
        now = self._clock()
        if share >= 1 or share - self._share < SHARE - 1e-9 or now - self._told < SECONDS:
            return
        self._told, self._share = now, share
        left = (now - self._began) * (1 - share) / share
        self._tell(f"{self._what}: {100 * share:.0f}% done, about {_time(left)} left")

    def over(self) -> None:
        """Say how long the work took, if it was long."""
        took = self._clock() - self._began
        if took >= SECONDS:
            self._tell(f"{self._what}: this took {_time(took)}.")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
