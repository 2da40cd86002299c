"""The embedded data set in colour."""

from __future__ import annotations

import numpy as np
import pytest

from ganzoo import datasets
from ganzoo.datasets import decoded, garments
from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.specs import floats

pytestmark = pytest.mark.usefixtures("own_cache")
FEW = {"count": 200, "size": 32}


def test_garments_are_the_same_on_every_machine():
    """Their checksum was written on the machine where they were drawn first."""
    data = datasets.load(garments.DATASET, options={"count": 20, "size": 16})
    assert datasets.checksum(data) == "552a888e123aae3c015f9fd6716e91225a4edc97585867e33308a05ebb804a84"
    grey = datasets.load(garments.DATASET, options={"count": 20, "size": 28, "colour": "grey"})
    assert datasets.checksum(grey) == "04b27a29b59572fb91eada384b6afe81caacd7a111405ccdf56c6e7c4e230841"


def test_garments_differ_in_class_and_variant():
    data = datasets.load(garments.DATASET, options=FEW)
    assert data.train_x.shape == (200, 3, 32, 32) and data.test_x.shape == (33, 3, 32, 32)
    assert data.train_x.dtype == np.uint8 and len(data.classes) == 10
    assert (np.bincount(data.train_t) == 20).all()
    other = datasets.load(garments.DATASET, options=FEW | {"variant": 1})
    assert (data.train_x != other.train_x).any(axis=(1, 2, 3)).all()
    assert (data.train_x[:30, None] != data.test_x[None]).any(axis=(2, 3, 4)).all()  # none is in both
    x = floats(data.train_x)
    assert (x.max(axis=1) - x.min(axis=1)).mean() > 0.08  # in colour
    # shapes tell classes: how far pixels are from the picture's corner, a piece of its ground
    shapes, tested = (np.abs(each - each[:, :, :1, :1]).mean(axis=1) > 0.1 for each in (x, floats(data.test_x)))
    means = np.stack([shapes[data.train_t == k].mean(axis=0) for k in range(10)])
    nearest = ((tested[:, None] - means) ** 2).sum(axis=(2, 3)).argmin(axis=1)
    assert (nearest == data.test_t).mean() > 0.6


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"size": 30}, "--size is 30"),
        ({"size": 260}, "--size is 260"),
        ({"count": 9}, "--count is 9"),
        ({"variant": -1}, "--variant is -1"),
        ({"colour": "blue"}, "blue"),
        ({"count": "many"}, "--count many: 'many' is not a valid int"),
        ({"colur": "rgb"}, "colur"),
    ],
)
def test_garments_refuse_other_options(options, told):
    with pytest.raises((UsageError, UnknownNameError), match=told):
        datasets.load(garments.DATASET, options=options)


def test_garments_are_drawn_once_and_again_where_the_cache_is_damaged(tmp_path, monkeypatch):
    first = datasets.load(garments.DATASET, options={"count": 10, "size": 16})
    drawn = []
    monkeypatch.setattr("ganzoo.datasets.garments.drawing.draw", lambda *given: drawn.append(given) or first.train_x[0])
    same = datasets.load(garments.DATASET, options={"count": 10, "size": 16})
    assert not drawn and not same.train_x.flags.writeable
    np.testing.assert_array_equal(same.train_x, first.train_x)
    (file,) = (tmp_path / "cache" / decoded.FOLDER).glob("*.npy")
    for damage in (lambda content: content[:-1] + bytes([content[-1] ^ 1]), lambda content: content[:50]):
        drawn.clear()
        file.write_bytes(damage(file.read_bytes()))
        datasets.load(garments.DATASET, options={"count": 10, "size": 16})
        assert len(drawn) == 20
    file.with_suffix(".json").write_text("[" * 100_000)
    datasets.load(garments.DATASET, options={"count": 10, "size": 16})
    assert len(drawn) == 40


def test_the_cache_keeps_the_images_that_were_used_last(tmp_path, monkeypatch):
    monkeypatch.setattr(decoded, "MOST_FILES", 2)
    for variant in range(4):
        datasets.load(garments.DATASET, options={"count": 10, "size": 16, "variant": variant})
    left = sorted(path.suffix for path in (tmp_path / "cache" / decoded.FOLDER).iterdir())
    assert left.count(".npy") == left.count(".json") == 2


def test_without_a_cache_images_stay_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "file" / "cache"))
    assert datasets.load(garments.DATASET, options={"count": 10, "size": 16}).train_x.shape == (10, 3, 16, 16)
