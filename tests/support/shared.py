"""What takes long to make is made once for a whole run of the tests, however many processes share that run."""

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
    """A folder that all processes of this run of the tests have in common."""

    folder: Path

    def made(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder `name`, as `make` filled it. The first process that asks makes it, the others wait. Read only."""
        place, done = self.folder / name, self.folder / f"{name}.done"
        with FileLock(self.folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(place, ignore_errors=True)
                make(place)
                done.touch()
        return place
