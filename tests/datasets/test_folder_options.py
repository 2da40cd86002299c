"""Folders of pictures: size, colour, fit and background; one class; blank and repeated pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from ganzoo import datasets
from ganzoo.datasets import folder
from ganzoo.datasets.folder import decode
from ganzoo.errors import DataError, UnknownNameError, UsageError
from ganzoo.runs.data import with_data_options
from ganzoo.specs import TrainConfig

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("cache_elsewhere")
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def halves(left, right, size=(40, 20), mode: str = "RGB") -> Image.Image:
    made = Image.new(mode, size, left)
    made.paste(right, (size[0] // 2, 0, *size))
    return made


def fill(root: Path, make, classes: str = "ab", count: int = 4, suffix: str = "png", **options) -> Path:
    for k, name in enumerate(classes):
        (root / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            make(k, i).save(root / name / f"{i}.{suffix}", **options)
    return root


def noise(k: int, i: int, size=(24, 24, 3)) -> Image.Image:
    return Image.fromarray(np.random.default_rng((k, i)).integers(0, 256, size, np.uint8))


def load(root: Path, **options):
    return datasets.load(folder.DATASET, root, options=options)


def test_pictures_stay_in_colour_at_any_size(tmp_path):
    fill(tmp_path, lambda k, i: halves(RED, (0, 20 * i, 255)))
    data = load(tmp_path)
    assert data.train_x.shape == (6, 3, 32, 32) and data.train_x.dtype == np.uint8
    assert data.train_x[0, :, 16, 2].tolist() == [255, 0, 0] and data.train_x[0, 2, 16, -3] == 255
    assert load(tmp_path, size=64, colour="grey").train_x.shape == (6, 1, 64, 64)
    # runs of earlier versions had none of these options
    former = datasets.completed(folder.DATASET, {})
    assert load(tmp_path, **former).train_x.shape == (6, 1, 28, 28)


def test_colour_follows_what_a_notable_share_of_the_pictures_is(tmp_path):
    fill(tmp_path, lambda k, i: halves(0, 255, mode="L") if k or i else halves(RED, BLUE), count=10)
    assert load(tmp_path).train_x.shape[1:] == (1, 28, 28)
    fill(tmp_path, lambda k, i: halves(RED, (0, 9 * i, 255)), classes="a", count=10)
    assert load(tmp_path).train_x.shape[1:] == (3, 32, 32)


def test_a_picture_that_is_not_square_fits_as_asked(tmp_path, capsys):
    """Red, green, red: the middle half is green, and twice as wide as it is high."""

    def made(k, i):
        striped = Image.new("RGB", (80, 40), RED)
        striped.paste((0, 255 - i, 0), (20, 0, 60, 40))
        return striped

    fill(tmp_path, made)
    stretched, cropped, padded, pale = (
        load(tmp_path, size=16, **options).test_x[0]
        for options in ({}, {"fit": "crop"}, {"fit": "pad"}, {"fit": "pad", "background": "#fffafa"})
    )
    for image, column, colour in ((stretched, 8, GREEN), (stretched, 1, RED), (padded, 1, RED)):
        np.testing.assert_allclose(image[:, 8, column], colour, atol=4)
    assert (cropped[1] > 200).all() and (cropped[0] < 30).all()
    assert (padded[:, :3] == 0).all()
    assert (pale[:, :3] == np.array([255, 250, 250]).reshape(3, 1, 1)).all()
    np.testing.assert_array_equal(pale[:, 5:11], padded[:, 5:11])
    told = capsys.readouterr().err
    assert "8 of 8 pictures are not square and were squeezed" in told and "were padded" in told


@pytest.mark.parametrize(("ink", "ground"), [((250, 200, 0), 0), ((40, 0, 60), 255)])
def test_what_lies_behind_transparency_is_asked_for_or_shows_most(ink, ground, tmp_path, capsys):
    def made(k, i):
        drawn = Image.new("RGBA", (32, 32))
        drawn.paste((*ink, 255), (4 + i, 4, 20 + i, 20))
        return drawn if k else drawn.quantize()  # a palette with one transparent entry

    fill(tmp_path, made)
    for options, behind in (({}, [ground] * 3), ({"background": "teal"}, [0, 128, 128])):
        data = load(tmp_path, **options)
        for image in data.train_x:
            assert image[:, 30, 30].tolist() == behind
            np.testing.assert_allclose(image[:, 12, 12], ink, atol=4)
    assert f"8 of 8 pictures are transparent in part, and are shown on {'white' if ground else 'black'}" in (
        capsys.readouterr().err
    )
    assert load(tmp_path, colour="grey", background="white").train_x[0, 0, 27, 27] == 255


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"size": 30}, "--size is 30"),
        ({"size": 12}, "--size is 12"),
        ({"colour": "gray"}, "gray"),
        ({"fit": "cut"}, "cut"),
        ({"background": "nocolour"}, "--background is nocolour"),
    ],
)
def test_other_options_are_refused(options, told, tmp_path):
    with pytest.raises((UsageError, UnknownNameError), match=told):
        load(tmp_path, **options)


def test_a_folder_without_subfolders_is_one_class(tmp_path, capsys):
    flowers = tmp_path / "flowers"
    fill(tmp_path, noise, classes=["flowers"], count=10)
    (flowers / "README.md").write_text("About these pictures")
    (flowers / "Thumbs.db").write_bytes(b"x")
    data = load(flowers)
    assert data.classes == ("flowers",) and (len(data.train_t), len(data.test_t)) == (8, 2)
    assert "README.md is not a picture: ignored" in capsys.readouterr().err
    assert load(tmp_path).classes == ("flowers",)  # one subfolder, too
    for part in ("train", "test"):
        fill(tmp_path / "divided", noise, classes=[part], count=3)
    data = load(tmp_path / "divided")
    assert data.classes == ("divided",) and len(data.train_t) == len(data.test_t) == 3


def test_blank_and_repeated_pictures_are_told(tmp_path, capsys):
    fill(tmp_path, lambda k, i: noise(k, i if i < 9 else 8), count=11)  # two more that equal the ninth
    pixels = np.asarray(noise(0, 0)).copy()
    pixels[0, 0] = 255 - pixels[0, 0]
    Image.fromarray(pixels).save(tmp_path / "a" / "nearly.png")
    Image.new("RGB", (24, 24), (200, 10, 10)).save(tmp_path / "a" / "blank.png")
    load(tmp_path)
    told = capsys.readouterr().err
    assert "1 of 24 pictures are of nearly one brightness" in told
    assert "4 of 24 pictures are the same as another one" in told
    assert "1 of 24 pictures are nearly the same as another one of their class" in told
    load(tmp_path)
    assert capsys.readouterr().err == told  # from the cache as well
    fill(tmp_path, lambda k, i: Image.new("RGB", (24, 24), BLUE), classes="b", count=3)
    with pytest.raises(DataError, match="Of the 11 pictures of the class 'b', 3 are blank"):
        load(tmp_path)


def test_decoded_pictures_are_kept_by_their_content(tmp_path, monkeypatch):
    fill(tmp_path / "in", noise)
    first = load(tmp_path / "in")
    decoded = []
    read = decode.read
    monkeypatch.setattr(decode, "read", lambda paths, form: decoded.append(len(paths)) or read(paths, form))
    np.testing.assert_array_equal(load(tmp_path / "in").train_x, first.train_x)
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    assert not load(tmp_path / "elsewhere").train_x.flags.writeable and decoded == []
    load(tmp_path / "elsewhere", size=16)
    fill(tmp_path / "elsewhere", lambda k, i: noise(9, 9), classes="a", count=1)
    assert (load(tmp_path / "elsewhere").test_x[0] != first.test_x[0]).any()
    assert decoded == [8, 8]


def test_odd_pictures_are_read(tmp_path, capsys):
    """CMYK, a pixel that is all there is, frames of an animation, and 16 bits among colours."""
    fill(tmp_path, noise)
    halves((255, 0, 0, 0), (0, 255, 0, 0), mode="CMYK").save(tmp_path / "a" / "cmyk.jpg", quality=95)
    Image.new("RGB", (1, 1), RED).save(tmp_path / "a" / "dot.png")
    halves(RED, BLUE).save(tmp_path / "b" / "moves.gif", save_all=True, append_images=[halves(BLUE, RED)])
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "b" / "deep.png")
    data = load(tmp_path)
    told = capsys.readouterr().err
    assert "1 of 12 pictures are animated" in told and "1 of 12 pictures are of nearly one brightness" in told
    cyan, moving = data.train_x[data.train_t == 0][-2], data.train_x[data.train_t == 1][-1]
    assert cyan[0, 16, 4] < 60 and cyan[2, 16, 4] > 180 and moving[0, 16, 4] > 200


def test_more_classes_than_can_be_told_apart_are_refused(tmp_path):
    for i in range(1001):
        (tmp_path / str(i)).mkdir()
    with pytest.raises(DataError, match="has 1,001 subfolders, but at most 1,000"):
        load(tmp_path)


def test_a_run_of_before_goes_on_as_it_was():
    values = {"arch": "cnn", "preset": "default", "dataset": "folder", "shape": (1, 28, 28), "n_classes": 2}
    before = TrainConfig(**values, epochs=1, batch_size=1, seed=0, device="cpu", hparams={})
    now = with_data_options(before).data_options
    assert now == {"size": 28, "colour": "grey", "fit": "stretch", "background": "auto"}
    assert with_data_options(replace(before, data_options=now | {"size": 64})).data_options["size"] == 64
