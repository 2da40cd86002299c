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
    if sys.platform == "linux":
        import ctypes

        tune = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if tune:
            tune(MMAP_THRESHOLD, LARGE)
