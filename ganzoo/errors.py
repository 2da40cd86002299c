"""The errors that a user can cause or a machine can have: one class per kind, each with exit code and remedy.

An error has a sentence that says what is wrong and one that says what to do. The command line prints both and
exits with `exit_code`; `--debug` also prints the traceback. Any exception that is not a `GanzooError` is a bug.
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


# Exit code 1: a check failed.


class VerificationError(GanzooError):
    """A backend's output in the browser differs from the original network's, or is not finite."""


class BudgetError(GanzooError):
    """An export is larger than `--budget` allows."""


class DivergedError(GanzooError):
    """A loss, a score or a weight became NaN or infinite during training."""


class CollapsedError(GanzooError):
    """A training no longer learns: a loss was outside its healthy range for long, or scores fell and stayed low."""


# Exit code 2: wrong usage.


class UsageError(GanzooError):
    """Options that cannot be combined, or a value outside its range."""

    exit_code = 2


class UnknownNameError(UsageError):
    """There is no plugin, preset or option of that name. The remedy suggests the most similar one."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else ""
        super().__init__(f"There is no {kind} '{name}'.", f"{remedy} Known: {listed(known) or 'none'}.".strip())


class DuplicateNameError(UsageError):
    """Two plugins of one kind claim the same name."""


class PluginError(UsageError):
    """An installed plugin cannot be imported, or is not what its entry point says."""


class RunError(UsageError):
    """The folder of a run is missing, incomplete, or not a run."""


class UnreadableError(RunError):
    """The system refuses to read a file that is there, as it does where its permissions say so."""

    def __init__(self, path: Path, reason: OSError) -> None:
        problem = f"{path} cannot be read: {reason.strerror}."
        super().__init__(problem, "Give yourself the permission to read it, then try again.")


class DocumentError(RunError):
    """A JSON file breaks a rule of its format. `field` is the wrong field; empty if the whole file is wrong."""

    def __init__(self, path: Path, field: str, problem: str, remedy: str = "Export again.") -> None:
        super().__init__(f"{path} is damaged: {problem}.", remedy)
        self.field = field


class SnapshotError(UsageError):
    """A snapshot is damaged, has another format version, or does not fit the network."""


class UnsupportedOperatorError(UsageError):
    """A network uses an operator that the converter or a backend does not support."""


class AssetError(UsageError):
    """A JavaScript file cannot be shipped: it cannot be parsed, or its imports cannot be joined to it."""


class DataError(UsageError):
    """A data set's files are damaged, mislabelled or not what they claim to be."""


# Exit code 3: something is missing on this machine.


class MissingError(GanzooError):
    """Base class for things that this machine lacks. The remedy says how to get them."""

    exit_code = 3


class DataMissingError(MissingError):
    """The files of a data set are missing and could not be downloaded."""


class BrowserMissingError(MissingError):
    """No browser was found, or it did not start or answer."""


class DiskFullError(MissingError):
    """A disk took no more in the middle of a training, of a compiler's work, or of what needs temporary files."""


class ToolMissingError(MissingError):
    """A program or library outside Python's registry was not found."""


class PackageMissingError(MissingError):
    """A package that only some commands need is not installed."""


class DeviceMissingError(MissingError):
    """The requested GPU cannot be used."""
