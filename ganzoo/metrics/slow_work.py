"""What is told of work that may take minutes: how far it is, and how long it still takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 5.0  # between two lines, at the least
SHARE = 0.1  # of the work between two lines, at the least


class SlowWork:
    """Says now and then how far `what` is. Work that is over within seconds has no line besides its first.

    Called with the share that is done, from 0 to 1, as often as one likes.
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
        """Say how long it took, where that was long."""
        took = self._clock() - self._began
        if took >= SECONDS:
            self._tell(f"{self._what}: this took {_time(took)}.")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
