"""IDX files: what is read, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganzoo import datasets
from ganzoo.datasets import idx, mnist
from ganzoo.errors import DataError, DataMissingError
from tests.support.idx_files import encode, sha256, small_set, write
from tests.support.places import MNIST


@given(st.one_of(*(arrays(np.uint8, st.tuples(*[st.integers(1, 9)] * n_dims)) for n_dims in (1, 3))))
def test_idx_round_trip(array):
    read = idx.parse(encode(array), Path("x"))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


ONE = encode(np.arange(6, dtype=np.uint8))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not an IDX"),
        (b"\0\0", "not an IDX"),
        (b"<!DOCTYPE html>", "not an IDX"),
        (b"\0\0\x0d" + ONE[3:], "not an IDX"),  # floats
        (encode(np.zeros((2, 2), np.uint8)), "not an IDX"),
        (b"\1" + ONE[1:], "not an IDX"),
        (ONE[:6], "header"),
        (ONE[:-1], "has 13 bytes, but its header says 14"),
        (ONE + b"\0", "has 15 bytes"),
        (struct.pack(">4BI", 0, 0, 8, 1, 0), "empty"),
        (struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3), f"its header says {16 + (2**32 - 1) ** 3}"),
    ],
)
def test_idx_with_a_fault_is_refused(content, told):
    with pytest.raises(DataError, match=told) as caught:
        idx.parse(content, Path("some/file"))
    assert "some/file" in caught.value.message
    assert caught.value.remedy


SMALL, CONTENTS = small_set()


@given(st.data())
@settings(max_examples=300)
def test_a_corrupted_file_never_yields_other_data(tmp_path_factory, data):
    file = data.draw(st.sampled_from(SMALL.files))
    packed = data.draw(st.booleans())
    sound = gzip.compress(CONTENTS[file.name], mtime=0) if packed else CONTENTS[file.name]
    start = data.draw(st.integers(0, len(sound)))
    bad = sound[:start] + data.draw(st.binary(max_size=8)) + sound[start + data.draw(st.integers(0, 8)) :]
    path = tmp_path_factory.getbasetemp() / "corrupted"
    path.write_bytes(bad)
    try:
        array = idx.read(path, file, SMALL, ())
    except DataError as error:
        assert bad != sound and str(path) in error.message
    else:  # a byte of gzip's header that says nothing about the content
        assert encode(array) == CONTENTS[file.name] and (packed or bad == sound)


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_found_by_each_name_and_read_by_content(tmp_path, dotted, suffix, packed):
    for name, content in CONTENTS.items():
        name = (name.replace("-idx", ".idx") if dotted else name) + suffix
        (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    data = idx.load(SMALL, (), tmp_path)
    assert encode(data.train_x[:, 0]) == CONTENTS[mnist.TRAIN_IMAGES]
    assert encode(data.test_t.astype(np.uint8)) == CONTENTS[mnist.TEST_LABELS]
    assert data.train_x.dtype == np.uint8 and data.train_t.dtype == np.int32
    assert data.test_x.shape == (5, 1, 6, 5)


@pytest.mark.parametrize(
    ("one", "other"), [(mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS), (mnist.TRAIN_LABELS, mnist.TEST_LABELS)]
)
def test_swapped_files_are_named(tmp_path, one, other):
    write(tmp_path, CONTENTS | {one: CONTENTS[other], other: CONTENTS[one]})
    with pytest.raises(DataError) as caught:
        idx.load(SMALL, (), tmp_path)
    assert f"{tmp_path / one} holds {other} of 'small', not {one} of 'small'" in caught.value.message


def test_another_set_of_the_family_is_named(tmp_path):
    other, contents = small_set("other", seed=1)
    write(tmp_path, contents)
    assert idx.load(other, (SMALL, other), tmp_path).classes == other.classes
    with pytest.raises(DataError, match="holds train-images-idx3-ubyte of 'other'"):
        idx.load(SMALL, (SMALL, other), tmp_path)
    with pytest.raises(DataError, match=r"its checksum differs"):  # a stranger's, of the same structure
        idx.load(SMALL, (SMALL,), tmp_path)
    write(tmp_path, small_set(n_train=11)[1])
    with pytest.raises(DataError, match="holds 11 images of 6x5, not 12 images of 6x5") as caught:
        idx.load(SMALL, (SMALL,), tmp_path)
    assert "--dataset idx" in caught.value.remedy  # for somebody's own files


PACKED = gzip.compress(CONTENTS[mnist.TRAIN_IMAGES])

DAMAGED = {
    "cut": (PACKED[:-9], "ended before"),
    "header cut": (PACKED[:5], "ended before"),
    "trailing": (PACKED + b"more", "Not a gzipped file"),
    "bomb": (gzip.compress(bytes(20_000_000)), "larger than any file"),
    "large": (bytes(50_000), "larger than any file"),
    "empty": (b"", "not an IDX file"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_files_are_named(tmp_path, damage):
    content, told = DAMAGED[damage]
    write(tmp_path, CONTENTS | {mnist.TRAIN_IMAGES: content})
    tracemalloc.start()
    with pytest.raises(DataError, match=told) as caught:
        idx.load(SMALL, (), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000  # bytes: a bomb is not unpacked
    assert str(tmp_path / mnist.TRAIN_IMAGES) in caught.value.message
    assert caught.value.remedy


def test_a_label_without_class_is_refused(tmp_path):
    write(tmp_path, CONTENTS)
    with pytest.raises(DataError, match="has the label 2, but the largest label allowed is 1"):
        idx.load(replace(SMALL, classes=("a", "b")), (), tmp_path)


def test_missing_files_are_named(tmp_path):
    write(tmp_path, CONTENTS)
    (tmp_path / mnist.TEST_LABELS).unlink()
    (tmp_path / mnist.TRAIN_LABELS).rename(tmp_path / "labels")
    with pytest.raises(DataMissingError) as caught:
        idx.load(SMALL, (), tmp_path)
    assert f"lacks {mnist.TRAIN_LABELS}, {mnist.TEST_LABELS} " in caught.value.message
    assert "--data-dir" in caught.value.remedy
    for nowhere in (tmp_path / "nowhere", tmp_path / ("x" * 300)):
        with pytest.raises(DataMissingError, match=mnist.TEST_IMAGES):
            idx.load(SMALL, (), nowhere)


def test_a_gzip_file_known_by_its_own_digest_is_accepted_as_served(tmp_path):
    name = mnist.TEST_LABELS
    served, repacked = gzip.compress(CONTENTS[name], mtime=0), gzip.compress(CONTENTS[name], 1, mtime=1)
    path = tmp_path / name
    by_packed = replace(SMALL.test_labels, unpacked="md5:0", packed=sha256(served))
    by_md5 = replace(by_packed, unpacked=f"md5:{hashlib.md5(CONTENTS[name]).hexdigest()}")
    for file, content, right in (
        (by_packed, served, True),
        (by_packed, repacked, False),
        (by_md5, repacked, True),
        (by_md5, CONTENTS[name], True),
    ):
        path.write_bytes(content)
        if right:
            assert encode(idx.read(path, file, SMALL, ())) == CONTENTS[name]
        else:
            with pytest.raises(DataError, match="checksum differs"):
                idx.read(path, file, replace(SMALL, test_labels=file), ())


def test_the_named_sets_are_described_in_full():
    files = [file for chosen in mnist.SETS for file in chosen.files]
    assert [file.size for file in files] == [47040016, 60008, 7840016, 10008] * 3
    assert len({file.unpacked for file in files}) == 12
    lengths = {"sha256": 64, "md5": 32}
    for digest in [file.unpacked for file in files] + [file.packed for file in files if file.packed]:
        algorithm, _, value = digest.partition(":")
        assert len(bytes.fromhex(value)) * 2 == lengths[algorithm]
    for chosen in mnist.SETS:
        assert len(chosen.classes) == 10 and chosen.mirrors
        # nothing but KMNIST rests on less than the SHA-256 of the unpacked content
        assert all(file.unpacked.startswith("sha256:") or file.packed for file in chosen.files)
        assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in chosen.mirrors)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["generated", *(["real"] if MNIST.is_dir() else [])])
def test_mnist_loads_from_a_folder_and_is_no_other_set(tmp_path, source):
    """Generated files of MNIST's structure, and the real ones where they lie beside the repository."""
    if source == "real":
        (mnist_, other), folder = mnist.SETS[:2], MNIST
        dataset, n_train, n_test = mnist.MNIST, 60_000, 10_000
    else:
        mnist_, contents = small_set("mnist", n_train=60, n_test=10, size=(28, 28))
        other, _ = small_set("fashion-mnist", n_train=60, n_test=10, size=(28, 28), seed=1)
        folder, n_train, n_test = write(tmp_path, contents), 60, 10
        dataset = replace(mnist.MNIST, n_classes=3, load=lambda path: idx.load(mnist_, (mnist_, other), path))
    data = datasets.load(dataset, folder)
    assert data.train_x.shape == (n_train, 1, 28, 28) and data.test_x.shape == (n_test, 1, 28, 28)
    assert data.train_x.max() == 255 and data.train_x.min() == 0
    assert set(np.unique(data.train_t)) == set(range(len(mnist_.classes)))
    with pytest.raises(DataError, match="of 'mnist', not train-images-idx3-ubyte of 'fashion-mnist'"):
        idx.load(other, (mnist_, other), folder)
