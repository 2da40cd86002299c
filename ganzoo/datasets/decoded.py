"""Decoded images in the cache: what takes long to decode or to draw is made once, and then mapped into memory.

A file is named after a key that stands for its content. Mapped images are pages of the file: they are never in memory
twice, and the system takes the memory back where it is short. Beside the images is a JSON file with their SHA-256, by
which a damaged file is known, and with what is to be told about them. Files that were not used for longest are removed.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import ToolMissingError
from ganzoo.files import readable, replacing, write_json
from ganzoo.paths import cache_path, writable_cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

FOLDER = "images"
MOST_FILES, MOST_BYTES = 16, 8 << 30
LONGEST = 1 << 20  # bytes of a JSON file


@dataclass(frozen=True)
class Decoded:
    """Images, uint8 (N, C, H, W), and `notes`, sentences about them that a user should read."""

    images: npt.NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def key_of(*told: Any) -> str:
    """A key for content that depends on nothing but `told`, which JSON can store."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def of(key: str, make: Callable[[], Decoded]) -> Decoded:
    """What the cache has under `key`, or else what `make` makes, which is then kept there. Raises what `make` raises.

    Where the cache cannot be written, the images stay in memory.
    """
    from filelock import FileLock

    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        return _read(cache_path() / FOLDER / f"{key}.npy")
    try:
        path = writable_cache(FOLDER) / f"{key}.npy"
    except ToolMissingError:
        return make()
    with FileLock(path.with_suffix(".lock")):
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            return _read(path)  # another process may have made it meanwhile
        made = make()
        try:
            _write(path, made)
            _prune(path.parent)
            return _read(path)
        except OSError:  # a full disk
            return made


def _read(path: Path) -> Decoded:
    """Raises `OSError`, `ValueError`, `KeyError` or `TypeError` unless `_write` wrote both files and they are whole."""
    import numpy as np

    beside = readable(path.with_suffix(".json"))
    if beside.stat().st_size > LONGEST:
        raise ValueError("too long")
    told = json.loads(beside.read_text("utf-8"))
    images = np.load(readable(path), mmap_mode="r", allow_pickle=False)
    if images.dtype != np.uint8 or images.ndim != 4 or list(images.shape) != told["shape"]:
        raise ValueError("not these images")
    plain = np.asarray(images)  # mapped as before, without the subclass
    if hashlib.sha256(plain.data).hexdigest() != told["sha256"]:
        raise ValueError("damaged")
    notes = tuple(map(str, told["notes"]))
    with suppress(OSError):  # in a frozen cache
        os.utime(path)
    return Decoded(plain, notes)


def _write(path: Path, made: Decoded) -> None:
    import numpy as np

    images = np.ascontiguousarray(made.images)
    told = {"shape": images.shape, "sha256": hashlib.sha256(images.data).hexdigest(), "notes": made.notes}
    with replacing(path) as beside, beside.open("wb") as file:
        np.save(file, images, allow_pickle=False)
    write_json(path.with_suffix(".json"), told)


def _prune(folder: Path) -> None:
    """Remove what was not used for longest, beyond `MOST_FILES` and `MOST_BYTES`; the newest always stays."""
    files = sorted(((path.stat(), path) for path in folder.glob("*.npy")), key=lambda each: -each[0].st_mtime)
    size = 0
    for n, (stat, path) in enumerate(files):
        size += stat.st_size
        if n and (n >= MOST_FILES or size > MOST_BYTES):
            for each in (path, path.with_suffix(".json"), path.with_suffix(".lock")):
                with suppress(OSError):  # another process has it open
                    each.unlink(missing_ok=True)
