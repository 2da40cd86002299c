"""What a user can get wrong or a machine can lack: one class per rule, each with exit code and remedy.

An error is one sentence that says what is wrong and one that says what to do. The command line prints
both and exits with `exit_code`; `--debug` shows the traceback as well. Anything that is no `GanzooError`
is a bug.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


LISTED = 40  # names in a message


def listed(names: Iterable[str]) -> str:
    """Names in a row; of very many the first."""
    names = list(names)
    more = [f"and {len(names) - LISTED:,} more"] if len(names) > LISTED else []
    return ", ".join([*names[:LISTED], *more])


class GanzooError(Exception):
    """Base class. `remedy` is a sentence for the user, empty where the message says it all; `str` of it has both."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy

    def __str__(self) -> str:  # all that a notebook shows of an error
        return f"{self.message} {self.remedy}".strip()


# Exit code 1: a check did not hold.


class VerificationError(GanzooError):
    """A backend's output in the browser differs from Chainer's, or is not finite."""


class BudgetError(GanzooError):
    """An export is larger than `--budget` allows."""


class DivergedError(GanzooError):
    """A loss, a score or a weight became NaN or infinite during training."""


class CollapsedError(GanzooError):
    """A training learns nothing any more: a loss left its healthy range for long, or scores fell and stayed low."""


# Exit code 2: wrong use.


class UsageError(GanzooError):
    """Options that do not fit together, or a value out of its range."""

    exit_code = 2


class UnknownNameError(UsageError):
    """No plugin, preset or option of that name; the nearest right one is offered."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else ""
        super().__init__(f"There is no {kind} '{name}'.", f"{remedy} Known: {listed(known) or 'none'}.".strip())


class DuplicateNameError(UsageError):
    """Two plugins of one kind claim the same name."""


class PluginError(UsageError):
    """A plugin that is installed does not import, or does not yield what its entry point promises."""


class RunError(UsageError):
    """A run directory is absent, incomplete, or not one of ganzoo's."""


class UnreadableError(RunError):
    """The system refuses to read a file that is there, as it does where its permissions say so."""

    def __init__(self, path: Path, reason: OSError) -> None:
        problem = f"{path} cannot be read: {reason.strerror}."
        super().__init__(problem, "Give yourself the permission to read it, then try again.")


class DocumentError(RunError):
    """A JSON file breaks a rule of its format. `field` is the place in it, empty where the file as a whole is wrong."""

    def __init__(self, path: Path, field: str, problem: str, remedy: str = "Export again.") -> None:
        super().__init__(f"{path} is damaged: {problem}.", remedy)
        self.field = field


class SnapshotError(UsageError):
    """A snapshot is damaged, of another format version, or does not fit the network."""


class UnsupportedOperatorError(UsageError):
    """A network uses an operator that the converter or a backend lacks."""


class AssetError(UsageError):
    """A JavaScript file that cannot be shipped: it does not parse, or what it imports cannot be joined to it."""


class DataError(UsageError):
    """A data set's files are damaged, mislabelled or not what they claim to be."""


# Exit code 3: something is missing on this machine.


class MissingError(GanzooError):
    """Base class of what this machine lacks; the remedy says how to get it."""

    exit_code = 3


class DataMissingError(MissingError):
    """A data set's files are not here and could not be fetched."""


class BrowserMissingError(MissingError):
    """No browser was found, or it did not start or answer."""


class DiskFullError(MissingError):
    """A disk took no more in the middle of a training, of a compiler's work, or of what needs temporary files."""


class ToolMissingError(MissingError):
    """A program or library outside Python's registry was not found."""


class PackageMissingError(MissingError):
    """A package that only some commands need is not installed."""


class DeviceMissingError(MissingError):
    """The GPU asked for does not answer."""
