"""IDX files of one's own."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import datasets
from ganzoo.datasets import own_idx
from ganzoo.errors import DataError, DataMissingError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = np.random.default_rng(0).integers(0, 256, (24, 12, 8), np.uint8)
LABELS = (np.arange(24) % 3 * 2 + 1).astype(np.uint8)  # 1, 3 and 5


def encoded(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(folder: Path, images=IMAGES, labels=LABELS, part: str = "emnist-letters-train-", packed: bool = True) -> Path:
    for array, name in ((images, "images-idx3-ubyte"), (labels, "labels-idx1-ubyte")):
        content = encoded(array)
        path = folder / f"{part}{name}{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


def load(folder: Path, **options):
    return datasets.load(own_idx.DATASET, folder, options=options)


def test_files_of_any_name_size_and_labels_are_read(tmp_path):
    write(tmp_path)
    write(tmp_path, IMAGES[:6], LABELS[:6], part="emnist-letters-test-")
    data = load(tmp_path)
    np.testing.assert_array_equal(data.train_x[:, 0], IMAGES)
    np.testing.assert_array_equal(data.train_t, np.arange(24) % 3)
    assert data.classes == ("1", "3", "5") and data.test_x.shape == (6, 1, 12, 8)
    turned = load(tmp_path, transposed="true", classes="a, b, c")
    np.testing.assert_array_equal(turned.test_x[:, 0], IMAGES[:6].transpose(0, 2, 1))
    assert turned.classes == ("a", "b", "c")
    names = tmp_path / "names.txt"
    names.write_text("zero\none\ntwo\nthree\nfour\nfive\n")
    assert load(tmp_path, classes=str(names)).classes == ("one", "three", "five")


def test_one_pair_is_split(tmp_path):
    data = load(write(tmp_path, part="", packed=False))
    assert (len(data.train_t), len(data.test_t)) == (18, 6)
    assert data.test_t.tolist() == [0, 1, 2, 0, 1, 2]


FAULTS = {
    "nothing": (lambda folder: None, DataMissingError, "no file of the train images or labels"),
    "labels only": (
        lambda folder: (write(folder) / "emnist-letters-train-images-idx3-ubyte.gz").unlink(),
        DataMissingError,
        "train images",
    ),
    "two of a kind": (
        lambda folder: (write(folder), write(folder, part="digits-train-")),
        DataError,
        "two files of train images",
    ),
    "not as many": (lambda folder: write(folder, labels=LABELS[:5]), DataError, "has 24 images, and"),
    "swapped": (lambda folder: write(folder, LABELS, IMAGES), DataError, "holds labels"),
    "no IDX": (
        lambda folder: (write(folder) / "emnist-letters-train-images-idx3-ubyte.gz").write_bytes(b"x"),
        DataError,
        "is not an IDX file",
    ),
    "too small": (lambda folder: write(folder, IMAGES[:, :3]), DataError, "are 3x8"),
    "blank": (lambda folder: write(folder, IMAGES * 0), DataError, "6 pictures of the class '1', 6 are blank"),
    "other labels": (
        lambda folder: (write(folder), write(folder, IMAGES, LABELS + 1, part="x-t10k-")),
        DataError,
        "has the label 2",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_named(fault, tmp_path):
    make, kind, told = FAULTS[fault]
    make(tmp_path)
    with pytest.raises(kind, match=told) as caught:
        load(tmp_path)
    assert str(tmp_path) in caught.value.message or fault == "blank"
    assert caught.value.remedy


def test_names_must_be_as_many_as_classes(tmp_path):
    write(tmp_path)
    for classes in ("a,b", "a,a,b", "a,b,\x07"):
        with pytest.raises(UsageError, match="but there are 3 classes: 1, 3, 5"):
            load(tmp_path, classes=classes)
    with pytest.raises(UsageError, match="needs the folder"):
        own_idx.load(None)
