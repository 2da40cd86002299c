"""What memory the C library keeps for itself."""

from __future__ import annotations

import sys

LARGE = 1 << 22  # bytes
MMAP_THRESHOLD = -3  # mallopt's M_MMAP_THRESHOLD (man 3 mallopt)


def return_large_arrays() -> None:
    """Have the memory of large arrays returned to the system when these are gone, in this process from now on.

    Left alone, glibc keeps ever larger blocks for later ones, which seldom fit: an export would keep twice its weights.
    Other C libraries do not.
    """
    _call("mallopt", MMAP_THRESHOLD, LARGE)


def return_rest() -> None:
    """Have all memory that is free at this moment returned, also what lies between blocks that are in use.

    Worth its few milliseconds where much has been given up, and something else will be as large.
    """
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function that glibc has; other C libraries do without."""
    if sys.platform == "linux":
        import ctypes

        function = getattr(ctypes.CDLL(None), name, None)
        if function:
            function(*arguments)
