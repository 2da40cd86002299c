"""Data sets: what they yield, and what they refuse."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ganzoo import datasets, plugins
from ganzoo.datasets import digits, folder, idx, mnist, subset
from ganzoo.datasets.split import is_test
from ganzoo.errors import DataError, DataMissingError, PluginError, UsageError
from ganzoo.specs import Data, Dataset
from ganzoo.training import options
from tests.support.idx_files import encode, sha256, small_set, write
from tests.support.places import MNIST

# All of them


def test_every_built_in_is_listed_without_importing_numpy():
    code = (
        "import sys, json; from ganzoo.plugins import DATASETS; "
        "print(json.dumps([x.name for x in DATASETS.working(exit)])); assert 'numpy' not in sys.modules"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    listed = json.loads(shown)
    assert {"digits", "mnist", "fashion-mnist", "kmnist", "folder"} <= {*listed}
    for spec in plugins.DATASETS.working(pytest.fail):
        assert (spec.fetch is not None) == (spec.name in {"mnist", "fashion-mnist", "kmnist"})


def good() -> Data:
    x = np.zeros((4, 1, 2, 3), np.float32)
    t = np.array([0, 1, 2, 0], np.int32)
    return Data(x, t, x, t, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"classes": None}, "not a tuple of names"),
        ({"classes": (0, 1, 2)}, "not a tuple of names"),
        ({"train_x": None}, "NoneType"),
        ({"test_t": [0, 1, 2, 0]}, "labels list, not NumPy arrays"),
        ({"classes": ("a",)}, "two or more"),
        ({"classes": ("a", "b", "b")}, "different names"),
        ({"classes": ("a", "b", "c", "d")}, "4 classes, not 3"),
        ({"train_x": np.zeros((4, 1, 2, 3))}, "float64"),
        ({"test_t": np.zeros(4, np.int64)}, "int64"),
        ({"train_x": np.zeros((4, 2, 3), np.float32)}, "have shape"),
        ({"train_t": np.zeros(3, np.int32)}, "one label per image"),
        ({"test_x": np.zeros((0, 1, 2, 3), np.float32), "test_t": np.zeros(0, np.int32)}, "0 images"),
        ({"test_x": np.full((4, 1, 2, 3), 1.01, np.float32)}, "outside"),
        ({"test_x": np.full((4, 1, 2, 3), np.nan, np.float32)}, "outside"),
        ({"train_t": np.array([0, 1, 2, 3], np.int32)}, "from 0 to 3"),
        ({"train_t": np.array([0, 1, 2, -1], np.int32)}, "from -1 to 2"),
    ],
)
def test_what_a_plugin_promises_is_checked(change, told):
    def dataset(data):
        return Dataset("odd", "", "", "", (1, 2, 3), 3, lambda data_dir: data)

    assert datasets.load(dataset(good())).classes == ("a", "b", "c")
    with pytest.raises(DataError, match=told):
        datasets.load(dataset(replace(good(), **change)))


@pytest.mark.parametrize("yielded", [None, (1, 2), "data"])
def test_a_plugin_that_yields_no_data_is_named(yielded):
    dataset = Dataset("odd", "", "", "", (1, 2, 3), 3, lambda data_dir: yielded)
    with pytest.raises(PluginError, match=f"'odd' returned {type(yielded).__name__}, not Data"):
        datasets.load(dataset)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_each_class_is_divided_alike(labels):
    t = np.array(labels, np.int32)
    chosen = is_test(t)
    for label in set(labels):
        n = labels.count(label)
        assert chosen[t == label].sum() == -(-n // 6)
        assert n == 1 or not chosen[t == label].all()


# digits


def test_digits_have_the_geometry_of_mnist_and_crisp_strokes():
    data = datasets.load(digits.DATASET)
    assert data.train_x.shape == (1493, 1, 28, 28)
    assert data.test_x.shape == (304, 1, 28, 28)
    for x, t in ((data.train_x, data.train_t), (data.test_x, data.test_t)):
        assert np.bincount(t, minlength=10).min() >= len(t) // 11  # balanced
        frame = x.copy()
        frame[:, :, 4:24, 4:24] = 0
        assert not frame.any()
        assert x.max(axis=(1, 2, 3)).min() == 1  # full ink in every digit
    again = digits.load(None)
    np.testing.assert_array_equal(again.train_x, data.train_x)
    np.testing.assert_array_equal(again.test_t, data.test_t)
    # the nearest class mean names most test digits: labels and images belong together
    means = np.stack([data.train_x[data.train_t == k].mean(axis=0).ravel() for k in range(10)])
    nearest = ((data.test_x.reshape(-1, 1, 784) - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == data.test_t).mean() > 0.85
    # strokes have an edge: few values lie between ink and paper
    box = data.train_x[:, 0, 4:24, 4:24]
    assert ((box > 0.1) & (box < 0.9)).mean() < 0.3


def test_digits_are_enlarged_each_on_its_own():
    images = np.random.RandomState(0).uniform(0, 1, (5, 8, 8)).astype(np.float32)
    together = digits._enlarged(images)
    for image, enlarged in zip(images, together, strict=True):
        box = np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
        crisp = np.clip(1.6 * (box - 0.5) + 0.5, 0, 1, dtype=np.float32)
        np.testing.assert_array_equal(enlarged, np.pad(crisp, 4))


def test_digits_reads_no_folder(tmp_path):
    with pytest.raises(UsageError, match="scikit-learn") as caught:
        digits.DATASET.load(tmp_path)
    assert "--data-dir" in caught.value.remedy


# IDX


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
    assert encode((data.train_x[:, 0] * 255).round().astype(np.uint8)) == CONTENTS[mnist.TRAIN_IMAGES]
    assert encode(data.test_t.astype(np.uint8)) == CONTENTS[mnist.TEST_LABELS]
    assert data.train_x.dtype == np.float32 and data.train_t.dtype == np.int32
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
    assert "--dataset folder" in caught.value.remedy  # for somebody's own pictures


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
    assert data.train_x.max() == 1 and data.train_x.min() == 0
    assert set(np.unique(data.train_t)) == set(range(len(mnist_.classes)))
    with pytest.raises(DataError, match="of 'mnist', not train-images-idx3-ubyte of 'fashion-mnist'"):
        idx.load(other, (mnist_, other), folder)


# folder


def picture(path: Path, grey: int = 200, size=(40, 20), mode: str = "L", **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, grey).convert(mode).save(path, **options)
    return path


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Classes a and b with seven pictures each, in several formats, grey by class and number."""
    names = ["0.png", "1.jpg", "2.bmp", "3.gif", "4.webp", "5.tiff", "6.pgm"]
    for k, label in enumerate("ab"):
        for i, name in enumerate(names):
            picture(tmp_path / "in" / label / name, grey=k * 100 + i * 10, mode="RGB" if i < 3 else "L")
    return tmp_path / "in"


def test_folder_divides_each_class_by_name(pictures):
    data = datasets.load(folder.DATASET, pictures)
    assert data.classes == ("a", "b")
    np.testing.assert_array_equal(data.test_t, [0, 0, 1, 1])
    np.testing.assert_array_equal(data.train_t, [0] * 5 + [1] * 5)
    assert data.train_x.shape == (10, 1, 28, 28)
    grey = data.test_x.mean(axis=(1, 2, 3)) * 255
    np.testing.assert_allclose(grey, [0, 60, 100, 160], atol=3)  # a lossy format is among them
    np.testing.assert_allclose(data.train_x.mean(axis=(1, 2, 3))[:3] * 255, [10, 20, 30], atol=3)


@pytest.mark.parametrize("with_test", [False, True])
def test_folder_with_train_and_test(tmp_path, with_test):
    for label in "ab":
        for i in range(3):
            picture(tmp_path / "train" / label / f"{i}.png")
        if with_test:
            picture(tmp_path / "test" / label / "only.png", 10)
    data = datasets.load(folder.DATASET, tmp_path)
    assert (len(data.train_t), len(data.test_t)) == ((6, 2) if with_test else (4, 2))
    assert (data.test_x.max() < 0.1) == with_test


def test_folder_takes_train_for_a_class_among_others(tmp_path):
    for label in ("train", "car"):
        for i in range(2):
            picture(tmp_path / label / f"{i}.png")
    assert datasets.load(folder.DATASET, tmp_path).classes == ("car", "train")


def test_folder_scales_turns_and_blends(tmp_path):
    """A bright top half stays on top: squeezed to 28x28, after EXIF's turn, over black where transparent."""
    half = Image.new("L", (60, 120))
    half.paste(255, (0, 0, 60, 60))
    turned = half.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    clear = Image.new("LA", (60, 120), (255, 255))
    clear.paste((255, 0), (0, 60, 60, 120))
    for label in "ab":
        (tmp_path / label).mkdir()
        half.save(tmp_path / label / "0.png")
        turned.save(tmp_path / label / "1.jpg", exif=exif, quality=95)
        clear.save(tmp_path / label / "2.png")
    data = datasets.load(folder.DATASET, tmp_path)
    for image in [*data.train_x, *data.test_x]:
        assert image[0, :12].min() > 0.95
        assert image[0, 16:].max() < 0.05


@pytest.mark.posix
def test_folder_passes_over_what_the_system_hides_and_follows_links_within(pictures):
    (pictures / ".DS_Store").write_bytes(b"x")
    (pictures / ".git").mkdir()
    (pictures / "a" / "._0.png").write_bytes(b"x")
    (pictures / "a" / "7.png").symlink_to("0.png")
    data = datasets.load(folder.DATASET, pictures)
    assert len(data.train_t) + len(data.test_t) == 15


def bomb(path: Path, size=(100_000, 100_000)) -> None:
    """A small PNG that says it has 10^10 pixels."""
    content = picture(path).read_bytes()
    header = b"IHDR" + struct.pack(">2I", *size) + content[24:29]
    path.write_bytes(content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:])


def truncated(path: Path) -> None:
    Image.effect_noise((60, 60), 50).save(path)
    path.write_bytes(path.read_bytes()[:-500])


def postscript(path: Path) -> None:
    Image.new("L", (8, 8)).save(path, "EPS")


def no_picture(path: Path) -> None:
    path.mkdir()
    (path / "LICENSE").write_text("no picture")


FAULTS = {
    "text": ("a/x.png", lambda path: path.write_text("no picture"), "cannot identify"),
    "empty file": ("a/x.png", lambda path: path.write_bytes(b""), "cannot identify"),
    "truncated png": ("a/x.png", truncated, "truncated"),
    "truncated jpeg": ("b/x.jpg", truncated, "truncated"),
    "bomb": ("b/x.png", bomb, "more than 179 megapixels, where 89 are the most"),
    "bomb that Pillow only warns of": ("b/x.png", lambda path: bomb(path, (10_000, 9_500)), "it has 95 megapixels"),
    "deep": ("a/x.tiff", lambda path: Image.new("F", (8, 8), 300).save(path), "more than 16 bits"),
    "a format of telephones": ("a/x.heic", lambda path: path.write_bytes(b"\0\0\0 ftypheic"), "cannot identify"),
    "postscript": ("a/x.png", postscript, "cannot identify"),
    "folder among pictures": ("a/x", lambda path: path.mkdir(), "only pictures may be there"),
    "pipe": ("a/x", lambda path: os.mkfifo(path), "only pictures may be there"),
    "picture among classes": ("x.png", picture, "only class folders may be there"),
    "class without a picture": ("x", no_picture, "has no pictures"),
    "empty class": ("x", lambda path: path.mkdir(), "is empty"),
    "class of one": ("x", lambda path: picture(path / "y.png"), "one picture"),
    "link out": ("a/x.png", lambda path: path.symlink_to("../../out.png"), "leads out"),
    "class link out": ("x", lambda path: path.symlink_to("../../"), "leads out"),
    "link to nothing": ("a/x.png", lambda path: path.symlink_to("nothing.png"), "leads out"),
    "link in a circle": ("a/x.png", lambda path: path.symlink_to("x.png"), "leads out"),
    "unprintable": ("a\nb", lambda path: path.mkdir(), "unprintable characters"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_folder_names_what_does_not_fit(pictures, fault):
    picture(pictures.parent / "out.png")
    name, make, told = FAULTS[fault]
    make(pictures / name)
    with pytest.raises(DataError, match=told) as caught:
        folder.load(pictures)
    assert str(pictures / name) in caught.value.message or repr(str(pictures / name)) in caught.value.message
    assert caught.value.remedy


def test_folder_tells_all_faults_at_once(pictures):
    for i in range(30):
        (pictures / "a" / f"x{i:02}.png").write_bytes(b"")
    (pictures / "b" / "below").mkdir()
    with pytest.raises(DataError, match="31 faults") as caught:
        folder.load(pictures)
    told = caught.value.message
    assert "b/below is not a file" in told.replace(os.sep, "/") and "x00.png" in told and "and 11 more" in told
    assert "x25.png" not in told and "Formats: " in caught.value.remedy and folder.HINT in caught.value.remedy


def test_folder_passes_over_what_is_no_picture(pictures, capsys):
    expected = datasets.load(folder.DATASET, pictures)
    before = capsys.readouterr().err
    for name in ("Thumbs.db", "a/Thumbs.db", "b/desktop.ini", "b/Icon\r"):
        (pictures / name).write_bytes(b"x")
    (pictures / "__MACOSX").mkdir()
    (pictures / "a" / "__MACOSX").mkdir()
    assert datasets.load(folder.DATASET, pictures).classes == ("a", "b")
    assert capsys.readouterr().err == before
    for name in ("labels.csv", "a/README.md", "b/LICENSE"):
        (pictures / name).write_text("1,2")
    data = datasets.load(folder.DATASET, pictures)
    np.testing.assert_array_equal(data.train_x, expected.train_x)
    told = capsys.readouterr().err
    assert "labels.csv, " in told and "README.md, " in told and "LICENSE are not pictures: ignored." in told
    for part in ("train", "test"):
        shutil.copytree(pictures, pictures.parent / "divided" / part)
    (pictures.parent / "divided" / "README.md").write_text("About these pictures")
    assert len(datasets.load(folder.DATASET, pictures.parent / "divided").test_x) == 14


def test_folder_reads_sixteen_bits(tmp_path):
    ramp = np.linspace(0, 65535, 28 * 28).reshape(28, 28).astype(np.uint16)
    for label in "ab":
        (tmp_path / label).mkdir()
        Image.fromarray(ramp).save(tmp_path / label / "0.png")
        Image.fromarray(ramp).save(tmp_path / label / "1.tiff")
        (tmp_path / label / "2.pgm").write_bytes(b"P5 28 28 65535 " + ramp.byteswap().tobytes())
    data = datasets.load(folder.DATASET, tmp_path)
    for image in (*data.train_x, *data.test_x):
        np.testing.assert_allclose(image[0], ramp / 65535, atol=0.51 / 255)


@pytest.mark.parametrize("ink", [0, 40, 255])
def test_folder_shows_ink_on_transparency(ink, tmp_path, capsys):
    """Bright on black, whether the ink is black or white."""
    for label, left in (("a", 4), ("b", 14)):
        for i in range(4):
            drawn = np.zeros((28, 28, 2), np.uint8)
            drawn[:, left : left + 8] = ink, 255
            made = Image.fromarray(drawn)
            (tmp_path / label).mkdir(exist_ok=True)
            (made if i else made.convert("RGBA")).save(tmp_path / label / f"{i}.png")
    data = datasets.load(folder.DATASET, tmp_path)
    assert (data.train_x[0, 0, :, 5:11] > 0.8).all() and (data.train_x[0, 0, :, 14:] == 0).all()
    told = capsys.readouterr().err
    assert ("8 of 8 pictures are dark on a transparent ground" in told) == (ink < 128)


def test_folder_compares_names_as_unicode_composes_them(tmp_path):
    for part, form in (("train", "NFC"), ("test", "NFD")):
        for label in ("café", "cafz"):
            picture(tmp_path / part / unicodedata.normalize(form, label) / "0.png")
    assert datasets.load(folder.DATASET, tmp_path).classes == ("cafz", "café")


def test_folder_reads_a_large_photo_and_says_what_has_no_contrast(pictures, monkeypatch, capsys):
    """A JPEG is decoded at a fraction of its size, and may be large; no other is."""
    monkeypatch.setattr(folder, "LARGEST", 799)
    with pytest.raises(DataError, match="12 faults") as caught:
        folder.load(pictures)
    assert "a/0.png" in caught.value.message.replace(os.sep, "/") and ".jpg" not in caught.value.message
    monkeypatch.undo()
    folder.load(pictures)
    assert "14 of 14 pictures are of nearly one brightness" in capsys.readouterr().err


def test_folder_needs_classes_and_a_folder(tmp_path):
    with pytest.raises(UsageError, match="needs the folder of your pictures"):
        folder.load(None)
    with pytest.raises(DataMissingError, match="nowhere"):
        folder.load(tmp_path / "nowhere")
    with pytest.raises(DataMissingError, match=r"a\.png"):
        folder.load(picture(tmp_path / "in" / "a.png"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no class folders"):
        folder.load(tmp_path / "empty")
    picture(tmp_path / "one" / "a" / "1.png")
    with pytest.raises(DataError, match="one class, 'a'"):
        folder.load(tmp_path / "one")


def test_folder_with_other_classes_for_testing(tmp_path):
    for name in ("train/a", "train/b", "test/a", "test/c"):
        picture(tmp_path / name / "1.png")
    with pytest.raises(DataError, match="the classes b, c"):
        folder.load(tmp_path)


def test_some_indices_follow_no_order_of_the_data() -> None:
    found = subset.some(1000, 6000)
    assert len(set(found.tolist())) == 1000 and (found == subset.some(1000, 6000)).all()
    for period in (2, 3, 6):  # none of a data set's groups that take turns is preferred
        shares = np.bincount(found % period) / 1000
        assert np.abs(shares - 1 / period).max() < 0.05
    assert subset.some(9, 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_limit_takes_as_many_of_each_class_while_there_are(ordered: bool) -> None:
    t = np.repeat(np.arange(3, dtype=np.int32), [40, 40, 5])
    if not ordered:
        t = np.random.RandomState(1).permutation(t)
    assert np.bincount(t[subset.of_each_class(15, t)]).tolist() == [5, 5, 5]
    assert np.bincount(t[subset.of_each_class(45, t)]).tolist() == [20, 20, 5]
    assert (np.diff(subset.of_each_class(45, t)) > 0).all()
    assert subset.of_each_class(1000, t).tolist() == list(range(85))


def test_a_limit_prefers_no_part_of_a_class() -> None:
    t = np.tile(np.arange(10, dtype=np.int32), 600)
    found = subset.of_each_class(1000, t)
    for period in (2, 3, 6):  # of each class's own images
        shares = np.bincount(found // 10 % period) / 1000
        assert np.abs(shares - 1 / period).max() < 0.05


def test_limit_of_a_training_is_taken_from_its_images_and_labels() -> None:
    whole = options.configure(plugins.ARCHS.get("cnn"), options.TrainOptions())[1]
    config, data = options.configure(plugins.ARCHS.get("cnn"), options.TrainOptions(limit=70, batch_size=7))
    assert config.limit == 70 and np.bincount(data.train_t).tolist() == [7] * 10
    chosen = subset.of_each_class(70, whole.train_t)
    np.testing.assert_array_equal(data.train_x, whole.train_x[chosen])
    np.testing.assert_array_equal(data.train_t, whole.train_t[chosen])
    assert len(data.test_x) == len(whole.test_x)
