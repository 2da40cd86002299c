"""Folders of pictures: what is read, passed over and refused."""

from __future__ import annotations

import os
import shutil
import struct
import unicodedata
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from ganzoo import datasets
from ganzoo.datasets import folder
from ganzoo.datasets.folder import decode
from ganzoo.datasets.folder.findings import HINT
from ganzoo.errors import DataError, DataMissingError, UsageError
from ganzoo.specs import Data, floats

if TYPE_CHECKING:
    from pathlib import Path


def picture(path: Path, grey: int = 200, size=(40, 20), mode: str = "L", **options) -> Path:
    """A grey picture with a stripe on the right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = Image.new("L", size, grey)
    drawn.paste((grey + 100) % 256, (size[0] - size[0] // 4, 0, *size))
    drawn.convert(mode).save(path, **options)
    return path


def loaded(path: Path, **options) -> Data:
    """The data set in `path`, with float images."""
    data = datasets.load(folder.DATASET, path, options=options)
    assert data.train_x.dtype == data.test_x.dtype == np.uint8
    return replace(data, train_x=floats(data.train_x), test_x=floats(data.test_x))


pytestmark = pytest.mark.usefixtures("cache_elsewhere")


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Classes a and b with seven pictures each, in several formats, grey by class and number."""
    names = ["0.png", "1.jpg", "2.bmp", "3.gif", "4.webp", "5.tiff", "6.pgm"]
    for k, label in enumerate("ab"):
        for i, name in enumerate(names):
            picture(tmp_path / "in" / label / name, grey=k * 100 + i * 10, mode="RGB" if i < 3 else "L")
    return tmp_path / "in"


def test_folder_divides_each_class_by_name(pictures):
    data = loaded(pictures)
    assert data.classes == ("a", "b")
    np.testing.assert_array_equal(data.test_t, [0, 0, 1, 1])
    np.testing.assert_array_equal(data.train_t, [0] * 5 + [1] * 5)
    assert data.train_x.shape == (10, 1, 28, 28)
    grey = data.test_x[..., :14].mean(axis=(1, 2, 3)) * 255
    np.testing.assert_allclose(grey, [0, 60, 100, 160], atol=3)  # a lossy format is among them
    np.testing.assert_allclose(data.train_x[..., :14].mean(axis=(1, 2, 3))[:3] * 255, [10, 20, 30], atol=3)


@pytest.mark.parametrize("with_test", [False, True])
def test_folder_with_train_and_test(tmp_path, with_test):
    for label in "ab":
        for i in range(3):
            picture(tmp_path / "train" / label / f"{i}.png")
        if with_test:
            picture(tmp_path / "test" / label / "only.png", 10)
    data = loaded(tmp_path)
    assert (len(data.train_t), len(data.test_t)) == ((6, 2) if with_test else (4, 2))
    assert (data.test_x[..., :14].max() < 0.1) == with_test


def test_folder_takes_train_for_a_class_among_others(tmp_path):
    for label in ("train", "car"):
        for i in range(2):
            picture(tmp_path / label / f"{i}.png")
    assert loaded(tmp_path).classes == ("car", "train")


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
    data = loaded(tmp_path)
    for image in [*data.train_x, *data.test_x]:
        assert image[0, :12].min() > 0.95
        assert image[0, 16:].max() < 0.05


@pytest.mark.posix
def test_folder_passes_over_what_the_system_hides_and_follows_links_within(pictures):
    (pictures / ".DS_Store").write_bytes(b"x")
    (pictures / ".git").mkdir()
    (pictures / "a" / "._0.png").write_bytes(b"x")
    (pictures / "a" / "7.png").symlink_to("0.png")
    data = loaded(pictures)
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
    assert "x25.png" not in told and "Formats: " in caught.value.remedy and HINT in caught.value.remedy


def test_folder_passes_over_what_is_no_picture(pictures, capsys):
    expected = loaded(pictures)
    before = capsys.readouterr().err
    for name in ("Thumbs.db", "a/Thumbs.db", "b/desktop.ini", "b/Icon\r"):
        (pictures / name).write_bytes(b"x")
    (pictures / "__MACOSX").mkdir()
    (pictures / "a" / "__MACOSX").mkdir()
    assert loaded(pictures).classes == ("a", "b")
    assert capsys.readouterr().err == before
    for name in ("labels.csv", "a/README.md", "b/LICENSE"):
        (pictures / name).write_text("1,2")
    data = loaded(pictures)
    np.testing.assert_array_equal(data.train_x, expected.train_x)
    told = capsys.readouterr().err
    assert "labels.csv, " in told and "README.md, " in told and "LICENSE are not pictures: ignored." in told
    for part in ("train", "test"):
        shutil.copytree(pictures, pictures.parent / "divided" / part)
    (pictures.parent / "divided" / "README.md").write_text("About these pictures")
    assert len(loaded(pictures.parent / "divided").test_x) == 14


def test_folder_reads_sixteen_bits(tmp_path):
    ramp = np.linspace(0, 65535, 28 * 28).reshape(28, 28).astype(np.uint16)
    for label in "ab":
        (tmp_path / label).mkdir()
        Image.fromarray(ramp).save(tmp_path / label / "0.png")
        Image.fromarray(ramp).save(tmp_path / label / "1.tiff")
        (tmp_path / label / "2.pgm").write_bytes(b"P5 28 28 65535 " + ramp.byteswap().tobytes())
    data = loaded(tmp_path)
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
    data = loaded(tmp_path)
    assert (data.train_x[0, 0, :, 5:11] > 0.8).all() and (data.train_x[0, 0, :, 14:] == 0).all()
    told = capsys.readouterr().err
    assert ("8 of 8 pictures are dark on a transparent ground" in told) == (ink < 128)


def test_folder_compares_names_as_unicode_composes_them(tmp_path):
    for part, form in (("train", "NFC"), ("test", "NFD")):
        for label in ("café", "cafz"):
            picture(tmp_path / part / unicodedata.normalize(form, label) / "0.png")
    assert loaded(tmp_path).classes == ("cafz", "café")


def test_folder_reads_a_large_photo_and_says_what_was_squeezed(pictures, monkeypatch, capsys):
    """A JPEG is decoded at a fraction of its size, and may be large; no other is."""
    monkeypatch.setattr(decode, "LARGEST", 799)
    with pytest.raises(DataError, match="12 faults") as caught:
        folder.load(pictures)
    assert "a/0.png" in caught.value.message.replace(os.sep, "/") and ".jpg" not in caught.value.message
    monkeypatch.undo()
    folder.load(pictures)
    assert "14 of 14 pictures are not square and were squeezed" in capsys.readouterr().err


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
    (tmp_path / "empty" / "README.md").write_text("none yet")
    with pytest.raises(DataError, match="no class folders and no pictures"):
        folder.load(tmp_path / "empty")
    with pytest.raises(DataError, match="class 'in' has only one picture"):
        folder.load(tmp_path / "in")


def test_folder_with_other_classes_for_testing(tmp_path):
    for name in ("train/a", "train/b", "test/a", "test/c"):
        picture(tmp_path / name / "1.png")
    with pytest.raises(DataError, match="the classes b, c"):
        folder.load(tmp_path)
