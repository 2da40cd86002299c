"""Room for what several threads hold at once: a bound for all of them together, not for each."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Room:
    """`most` is what may be taken at once, in whatever unit. One that asks for more has it when nobody else has any."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0
        self._change = threading.Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Wait until there is room for `size`, and have it until the context ends."""
        with self._change:
            self._change.wait_for(lambda: not self._taken or self._taken + size <= self._most)
            self._taken += size
        try:
            yield
        finally:
            with self._change:
                self._taken -= size
                self._change.notify_all()
