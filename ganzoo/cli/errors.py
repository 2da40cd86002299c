"""Print errors for the user: a message and a remedy, with an exit code."""

from __future__ import annotations

from ganzoo.cli import console
from ganzoo.errors import GanzooError, MissingError


def tell(error: BaseException) -> int:
    """Print what `error` means to the user, and return the exit code. Raises `error` again if it is a bug."""
    from ganzoo.files import FULL

    if isinstance(error, GanzooError):
        console.error(error)
        return error.exit_code
    if isinstance(error, OSError) and (error.filename is not None or error.errno in FULL):
        where = "" if error.filename is None else f"{error.filename}: "
        remedy = "Free some space on that disk" if error.errno in FULL else "Check that path and its permissions"
        console.error(MissingError(f"{where}{error.strerror}.", f"{remedy}, or choose another folder."))
        return MissingError.exit_code
    if isinstance(error, MemoryError):
        reason = " ".join(str(error).split()) or "an array could not be made"
        remedy = "Choose a smaller batch or network, or fewer pictures."
        console.error(MissingError(f"This machine has not enough memory: {reason}.", remedy))
        return MissingError.exit_code
    raise error
