"""What is found while a folder is read, so that all of it can be told at once."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganzoo.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

HINT = (
    "Expected: DIR/<class>/<picture>, or DIR/train/<class>/<picture> and DIR/test/<class>/<picture>; "
    "for a single class, DIR/<picture>."
)
SHOWN = 20  # faults that are told in full


@dataclass
class Findings:
    """`faults` are sentences with their remedies, `changes` counts what was lost of pictures and what is odd of them,
    `no_pictures` are files that do not claim to be any.
    """

    root: Path
    faults: list[tuple[str, str]] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    no_pictures: list[Path] = field(default_factory=list)

    def refuse(self, problem: str, remedy: str) -> None:
        self.faults.append((problem, remedy))

    def conclude(self) -> None:
        """Raise `DataError` where there are faults, with all of them."""
        if len(self.faults) == 1:
            raise DataError(*self.faults[0])
        if self.faults:
            shown = [f"  {problem}" for problem, _ in self.faults[:SHOWN]]
            more = [f"  and {len(self.faults) - SHOWN} more"] if len(self.faults) > SHOWN else []
            told = "\n".join([f"{self.root} has {len(self.faults)} faults:", *shown, *more])
            raise DataError(told, " ".join(dict.fromkeys(remedy for _, remedy in self.faults)))

    def counted(self, n_pictures: int) -> tuple[str, ...]:
        """Sentences on what of the pictures was lost and what is odd of them, since no error will say it."""
        return tuple(
            f"{count} of {n_pictures} pictures are {change}." for change, count in sorted(self.changes.items()) if count
        )

    def ignored(self) -> tuple[str, ...]:
        """A sentence on the files that are no pictures, if there are any."""
        if not self.no_pictures:
            return ()
        some = ", ".join(map(str, self.no_pictures[:3]))
        more = len(self.no_pictures) - 3
        told = f"{some} and {more} more" if more > 0 else some
        return (f"{told} {'is not a picture' if len(self.no_pictures) == 1 else 'are not pictures'}: ignored.",)


def tell(notes: tuple[str, ...]) -> None:
    """Say `notes` on standard error."""
    for note in notes:
        print(f"Note: {note}", file=sys.stderr, flush=True)
