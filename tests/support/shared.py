"""Expensive things are made once per test run, even when several processes run the tests."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Shared:
    """A folder that all processes of a test run share."""

    folder: Path

    def made(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder `name`, filled by `make`. The first process that asks makes it; the others wait. Read only."""
        place, done = self.folder / name, self.folder / f"{name}.done"
        with FileLock(self.folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(place, ignore_errors=True)
                make(place)
                done.touch()
        return place
