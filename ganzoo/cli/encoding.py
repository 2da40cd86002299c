"""What is printed reaches every stream: those of other encodings than UTF-8, and names that are no text."""

from __future__ import annotations

import codecs
import io
import sys
from typing import TextIO

HANDLER = "ganzoo"  # of what an encoding lacks


def let_everything_be_printed() -> None:
    """Have standard output and error never refuse a letter.

    The bytes of a file's name that are no text leave as they are, so that a program which reads the name finds the
    file; a letter that the encoding lacks leaves as Python escapes it.
    """
    codecs.register_error(HANDLER, _written)
    for stream in (sys.stdout, sys.stderr):  # None where it is closed
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def is_utf8(stream: TextIO | None) -> bool:
    """Whether `stream` writes UTF-8."""
    return codecs.lookup(getattr(stream, "encoding", None) or "ascii").name == "utf-8"


def _written(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    if 0xDC80 <= ord(letter) <= 0xDCFF:  # os.fsdecode's word for a byte
        return bytes([ord(letter) - 0xDC00]), error.start + 1
    return letter.encode("ascii", "backslashreplace"), error.start + 1
