"""What errors mean to a user: a message, a remedy and an exit code."""

from __future__ import annotations

from ganzoo.cli import console
from ganzoo.errors import GanzooError, MissingError


def tell(error: BaseException) -> int:
    """Say what `error` means to a user, and return the exit code. Raises it again when it is a bug."""
    from ganzoo.files import FULL

    if isinstance(error, GanzooError):
        console.error(error)
        return error.exit_code
    if isinstance(error, OSError) and (error.filename is not None or error.errno in FULL):
        where = "" if error.filename is None else f"{error.filename}: "
        remedy = "Make room on that disk, or name" if error.errno in FULL else "Mend this place, or name"
        console.error(MissingError(f"{where}{error.strerror}.", f"{remedy} another place."))
        return MissingError.exit_code
    if isinstance(error, MemoryError):
        reason = " ".join(str(error).split()) or "an array could not be made"
        remedy = "Choose a smaller batch or network, or fewer pictures."
        console.error(MissingError(f"This machine has not enough memory: {reason}.", remedy))
        return MissingError.exit_code
    raise error
