"""npz files that may come from anywhere: read without pickles, and refused in words."""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    Arrays = dict[str, np.ndarray[Any, Any]]


def read(file: Path | IO[bytes], *wanted: str) -> Arrays:
    """The arrays of `file` by name, all of them or those that are `wanted`.

    Raises `ValueError` where it is no npz file, lacks one that is wanted or holds anything else than arrays without
    pickles, and `OSError` where it cannot be read.
    """
    import numpy as np

    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in wanted or stored.files}
    except OSError:
        raise
    except Exception as error:  # NumPy, zipfile and tokenize raise their own on hostile bytes
        raise ValueError(f"{type(error).__name__}: {error}") from error
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # NumPy hands over the bytes of any other member of the archive
            raise ValueError(f"its member '{name}' is not an array")
    return arrays


def compressed(file: Path | IO[bytes]) -> bool:
    """Whether a member of `file` is compressed and might unfold to more than the file's size. Raises as `read` does."""
    return any(member.compress_type != zipfile.ZIP_STORED for member in _members(file))


def names(file: Path | IO[bytes]) -> set[str]:
    """What the arrays of `file` are called; none of them is read. Raises as `read` does."""
    return {member.filename.removesuffix(".npy") for member in _members(file)}


def headers(file: Path) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """The shape and type of each array of `file`, by name; none of them is read. Raises as `read` does.

    It lets a caller refuse an array before anything is unfolded: a header can announce more than any memory holds.
    """
    from numpy.lib import format as npy

    try:
        found = {}
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                with archive.open(member) as stored:
                    version = npy.read_magic(stored)
                    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                    shape, _, dtype = read_header(stored)
                found[member.filename.removesuffix(".npy")] = shape, dtype
    except OSError:
        raise
    except Exception as error:  # NumPy, zipfile and tokenize raise their own on hostile bytes
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return found


def _members(file: Path | IO[bytes]) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except OSError:
        raise
    except Exception as error:  # zipfile raises its own on hostile bytes
        raise ValueError(f"{type(error).__name__}: {error}") from error
