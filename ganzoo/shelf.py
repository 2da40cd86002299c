"""Large arrays in temporary files: they take memory only while they are read."""

from __future__ import annotations

import mmap
import tempfile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

LEAST = 1 << 20  # bytes of an array that is worth it
SIZE = 1 << 26  # bytes of a file: the system limits how many may be open


class Shelf:
    """Puts arrays into files that have no name, and are gone with the last array in them."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None
        self._at = 0

    def put(self, array: Array) -> Array:
        """A copy of `array` that lies in a file and cannot be written to.

        It is `array` itself where that is small, or where the system has no place for files.
        """
        import numpy as np

        if array.nbytes < LEAST:
            return array
        try:
            file, held = self._room(array.nbytes)
            file.seek(self._at)
            file.write(np.ascontiguousarray(array).data.cast("B"))
            file.flush()
        except OSError:
            return array
        made = np.frombuffer(held, array.dtype, array.size, self._at).reshape(array.shape)
        self._at += -(-array.nbytes // mmap.PAGESIZE) * mmap.PAGESIZE
        return made

    def _room(self, size: int) -> tuple[IO[bytes], mmap.mmap]:
        """A file with `size` free bytes from `_at` on."""
        if self._file is None or self._map is None or self._at + size > len(self._map):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - arrays lie in it
            self._file.truncate(max(size, SIZE))
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
            self._at = 0
        return self._file, self._map


def put_back(array: Array) -> None:
    """Give up the memory that reading `array` took, if it lies on a shelf: reading it again takes it again."""
    import numpy as np

    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    held = base.obj if isinstance(base, memoryview) else base
    if isinstance(held, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        held.madvise(mmap.MADV_DONTNEED)
