"""A small data set of MNIST's structure."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import numpy as np

from ganzoo.datasets import mnist
from ganzoo.datasets.idx import IdxFile, IdxSet

if TYPE_CHECKING:
    from pathlib import Path


def encode(array: np.ndarray) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def small_set(name="small", mirrors=(), n_train=12, n_test=5, size=(6, 5), seed=0) -> tuple[IdxSet, dict[str, bytes]]:
    """A set of MNIST's structure with its files' contents by name."""
    rng = np.random.default_rng(seed)
    contents, files = {}, []
    for images, labels, n in (
        (mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS, n_train),
        (mnist.TEST_IMAGES, mnist.TEST_LABELS, n_test),
    ):
        for file, array in (
            (images, rng.integers(0, 256, (n, *size), dtype=np.uint8)),
            (labels, rng.integers(0, 3, n, dtype=np.uint8)),
        ):
            contents[file] = encode(array)
            files.append(IdxFile(file, array.shape, sha256(contents[file])))
    return IdxSet(name, ("a", "b", "c"), tuple(mirrors), *files), contents


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder
