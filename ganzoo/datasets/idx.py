"""IDX, the file format of MNIST: reading it, and data sets that consist of four such files.

A file is a magic number (two zero bytes, 0x08 for unsigned bytes, the number of dimensions), the dimensions
as big-endian 32-bit numbers, and the values. Images have three dimensions, labels one.
Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ganzoo.datasets.download import download, locked
from ganzoo.errors import DataError, DataMissingError
from ganzoo.paths import cache_path
from ganzoo.specs import Data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    ByteArray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class IdxFile:
    """One file: its name without `.gz`, its dimensions (N, H, W) or (N,), and the content it must have.

    `unpacked` is the digest of the unpacked content, as "algorithm:hex". `packed` is the SHA-256 of the gzip
    file as its publisher serves it, likewise; either will do, since one gzip file has one content.
    """

    name: str
    shape: tuple[int, ...]
    unpacked: str
    packed: str = ""

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return 4 + 4 * len(self.shape) + math.prod(self.shape)

    def matches(self, served: bytes, content: bytes) -> bool:
        """Whether these are this file's bytes: as `served`, and unpacked as `content`."""
        return len(content) == self.size and (
            (self.packed != "" and _digest(self.packed, served) == self.packed)
            or _digest(self.unpacked, content) == self.unpacked
        )


@dataclass(frozen=True)
class IdxSet:
    """A data set of four IDX files. A mirror is the address to which a file's name and `.gz` are added."""

    name: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    train_images: IdxFile
    train_labels: IdxFile
    test_images: IdxFile
    test_labels: IdxFile

    @property
    def files(self) -> tuple[IdxFile, IdxFile, IdxFile, IdxFile]:
        return self.train_images, self.train_labels, self.test_images, self.test_labels

    @property
    def limit(self) -> int:
        """More bytes than any of the files has, unpacked or packed: deflate adds less than a thousandth."""
        size = max(file.size for file in self.files)
        return size + size // 1000 + 4096


def load(chosen: IdxSet, family: Sequence[IdxSet], data_dir: Path | None) -> Data:
    """`chosen` from `data_dir`, or from the cache, after downloading what is not there.

    Every file is checked, structure and digest, at every call. A file that holds another one of a set in
    `family` is told so. Raises `DataError`, or `DataMissingError` where a file is absent.
    """
    import numpy as np

    paths = _obtain(chosen, family) if data_dir is None else _find_all(chosen, data_dir)
    train_x, train_t, test_x, test_t = (
        read(path, file, chosen, family) for path, file in zip(paths, chosen.files, strict=True)
    )
    return Data(train_x[:, None], train_t.astype(np.int32), test_x[:, None], test_t.astype(np.int32), chosen.classes)


def fetch(chosen: IdxSet, family: Sequence[IdxSet]) -> list[Path]:
    """Downloads what the cache lacks, checks all four files, returns their paths. Raises as `load` does."""
    paths = _obtain(chosen, family)
    for path, file in zip(paths, chosen.files, strict=True):
        read(path, file, chosen, family)
    return paths


def read(path: Path, file: IdxFile, chosen: IdxSet, family: Iterable[IdxSet]) -> ByteArray:
    """`file` of `chosen`, from `path`: uint8 of the shape `file.shape`. Raises `DataError`."""
    too_large = _another(path, f"is larger than any file of '{chosen.name}'", chosen)
    served, content = unpack(path, chosen.limit, too_large)
    if not file.matches(served, content):
        for known in (chosen, *family):
            for other in known.files:
                if other.matches(served, content):
                    raise _wrong(path, f"holds {other.name} of '{known.name}', not {file.name} of '{chosen.name}'")
        found = parse(content, path)
        if found.shape != file.shape:
            raise _another(path, f"holds {_words(found.shape)}, not {_words(file.shape)}", chosen)
        raise _another(path, f"is an IDX file, but not {file.name} of '{chosen.name}': its checksum differs", chosen)
    array = parse(content, path)
    if array.ndim == 1 and array.max() >= len(chosen.classes):
        raise _wrong(path, f"has the label {array.max()}, but the largest label allowed is {len(chosen.classes) - 1}")
    return array


def parse(content: bytes, path: Path) -> ByteArray:
    """An unpacked IDX file of images or labels as uint8. Raises `DataError`, which names `path`."""
    import numpy as np

    if content[:4] not in (b"\0\0\x08\1", b"\0\0\x08\3"):
        raise _wrong(path, f"is not an IDX file of images or labels: it starts with 0x{content[:4].hex()}")
    n_dims = content[3]
    start = 4 + 4 * n_dims
    if len(content) < start:
        raise _wrong(path, f"is truncated: its header has {start} bytes, but the file has {len(content)}")
    shape = struct.unpack(f">{n_dims}I", content[4:start])
    if not all(shape):
        raise _wrong(path, f"is empty: its dimensions are {shape}")
    if len(content) != start + math.prod(shape):
        raise _wrong(path, f"has {len(content)} bytes, but its header says {start + math.prod(shape)}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def unpack(path: Path, limit: int, too_large: DataError) -> tuple[bytes, bytes]:
    """The bytes of a file as they are, and unpacked where they are gzip's; reads no more than `limit` of either.

    Raises `DataError` for a damaged file, and `too_large` for one that has more.
    """
    try:
        with path.open("rb") as file:
            served = file.read(limit + 1)
        content = served
        if served[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(served)) as packed:
                content = packed.read(limit + 1)
    except (EOFError, zlib.error, OSError) as error:
        raise _wrong(path, f"is damaged or cannot be read: {error}") from error
    if max(len(served), len(content)) > limit:
        raise too_large
    return served, content


def _obtain(chosen: IdxSet, family: Sequence[IdxSet]) -> list[Path]:
    """The four files in the cache; downloads those that are not there."""
    folder = cache_path() / "datasets" / chosen.name
    paths = [_find(folder, file) for file in chosen.files]
    if all(paths):
        return [path for path in paths if path]
    with locked(folder):
        for file in chosen.files:
            if _find(folder, file):
                continue
            urls = [f"{mirror}{file.name}.gz" for mirror in chosen.mirrors]
            check = partial(read, file=file, chosen=chosen, family=family)
            download(folder / f"{file.name}.gz", urls, chosen.limit, check)
    return _find_all(chosen, folder)


def _find_all(chosen: IdxSet, folder: Path) -> list[Path]:
    found = {file.name: _find(folder, file) for file in chosen.files}
    absent = [name for name, path in found.items() if path is None]
    if absent:
        raise DataMissingError(
            f"{folder} lacks {', '.join(absent)} (or the same names with .gz).",
            "Put them there, or leave --data-dir out to download them.",
        )
    return [path for path in found.values() if path]


def _find(folder: Path, file: IdxFile) -> Path | None:
    """The file under one of the names in use: `-idx3-` or `.idx3-`, with `.gz` or without."""
    dotted = file.name.replace("-idx", ".idx")
    names = (file.name, f"{file.name}.gz", dotted, f"{dotted}.gz")
    with suppress(OSError):  # a folder that cannot be searched
        return next((folder / name for name in names if (folder / name).is_file()), None)
    return None


def _wrong(path: Path, problem: str) -> DataError:
    return DataError(
        f"{path} {problem}.",
        "Put the right file there, or delete it and leave --data-dir out to download it.",
    )


def _another(path: Path, problem: str, chosen: IdxSet) -> DataError:
    """The error for a sound IDX file that is none of `chosen`, perhaps because it holds somebody's own pictures."""
    return DataError(
        f"{path} {problem}.",
        f"The data set '{chosen.name}' is made of its four published files and no others. For IDX files of your own, "
        f"give: --dataset idx --data-dir DIR. For '{chosen.name}' itself, leave --data-dir out: ganzoo then downloads "
        "what its cache lacks.",
    )


def _digest(like: str, content: bytes) -> str:
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()}"


def _words(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} labels" if len(shape) == 1 else f"{shape[0]} images of {shape[1]}x{shape[2]}"
