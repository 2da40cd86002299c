"""The evaluator: frozen for MNIST, trained and cached for other data, refused when it is not what it was."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import datasets, plugins
from ganzoo.errors import SnapshotError
from ganzoo.metrics import evaluator_training, pretrained, slow_work
from ganzoo.metrics.evaluator import Evaluator, look
from ganzoo.metrics.slow_work import SlowWork
from ganzoo.specs import Data
from tests.support.places import MNIST

if TYPE_CHECKING:
    from pathlib import Path


def blobs(n: int, seed: int = 0, shape: tuple[int, int, int] = (1, 12, 10)) -> Data:
    """Two classes that differ in where the light is."""
    rng = np.random.RandomState(seed)
    t = (np.arange(n) % 2).astype(np.int32)
    x = (0.2 * rng.uniform(size=(n, *shape))).astype(np.float32)
    x[t == 0, :, 2:5, 2:5] += 0.7
    x[t == 1, :, 7:10, 5:8] += 0.7
    return Data(x, t, x, t, ("left", "right"))


def accuracy(known: pretrained.Known, data: Data) -> float:
    return float((look(known.evaluator, data.test_x)[1].argmax(axis=1) == data.test_t).mean())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pretrained, "cache_path", lambda: tmp_path / "empty")
    monkeypatch.setattr(pretrained, "writable_cache", lambda name: tmp_path)  # GANZOO_CACHE would build the layers anew
    monkeypatch.setattr(
        evaluator_training, "for_images", lambda n: evaluator_training.Recipe(pictures=800, batch_size=16)
    )  # a second
    return tmp_path


@pytest.mark.slow
def test_frozen_reads_the_test_images_it_never_saw() -> None:
    frozen = pretrained.frozen()
    if MNIST.is_dir():
        data = datasets.load(plugins.DATASETS.get("mnist"), MNIST)
        assert pretrained.of(data).sha256 == frozen.sha256 == pretrained.FROZEN_SHA256
        assert accuracy(frozen, data) >= 0.993
    else:  # another hand's digits, which it has never seen either
        assert accuracy(frozen, datasets.load(plugins.DATASETS.get("digits"))) >= 0.8


def test_frozen_is_small() -> None:
    assert pretrained.FROZEN.stat().st_size < 300_000


@pytest.mark.parametrize("damage", ["bit", "cut", "other"])
def test_frozen_is_refused_when_it_is_another(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(pretrained.FROZEN.read_bytes())
    file = tmp_path / "mnist.npz"
    if damage == "bit":
        content[len(content) // 2] ^= 1
    file.write_bytes(content[:1000] if damage == "cut" else content)
    if damage == "other":
        pretrained.write(file, Evaluator(1, 10, seed=5))
    monkeypatch.setattr(pretrained, "FROZEN", file)
    with pytest.raises(SnapshotError, match=r"mnist\.npz"):
        pretrained.frozen()


def test_only_whole_mnist_gets_the_frozen_one() -> None:
    data = blobs(40)
    assert datasets.checksum(data) != pretrained.MNIST


@pytest.mark.training
def test_trained_on_the_spot_once(cache: Path) -> None:
    data, lines = blobs(60), []
    first = pretrained.of(data, lines.append)
    again = pretrained.of(data, lines.append)
    assert len(lines) == 1 and first.sha256 == again.sha256
    assert accuracy(first, data) > 0.95
    np.testing.assert_array_equal(look(first.evaluator, data.test_x)[0], look(again.evaluator, data.test_x)[0])
    (file,) = cache.glob("*.npz")
    assert datasets.checksum(data) in file.name


@pytest.mark.slow
@pytest.mark.training
def test_other_labels_get_another(cache: Path) -> None:
    data = blobs(30)
    swapped = replace(data, train_t=1 - data.train_t)
    assert pretrained.of(data).sha256 != pretrained.of(swapped).sha256


@pytest.mark.slow
@pytest.mark.training
def test_damaged_one_is_trained_anew(cache: Path) -> None:
    data = blobs(30)
    known = pretrained.of(data)
    (file,) = cache.glob("*.npz")
    for content in (b"", file.read_bytes()[:-200], b"PK" + b"\0" * 400):
        file.write_bytes(content)
        assert pretrained.of(data).sha256 == known.sha256


@pytest.mark.training
def test_two_at_once_train_one(cache: Path) -> None:
    data, lines = blobs(30), []
    threads = [threading.Thread(target=lambda: pretrained.of(data, lines.append)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines) == 1


@pytest.mark.training
def test_training_repeats_and_leaves_the_global_random_state() -> None:
    data = blobs(20)
    np.random.seed(4)
    expected = np.random.RandomState(4).uniform()
    one, other = (evaluator_training.train(data, evaluator_training.Recipe(pictures=60)) for _ in range(2))
    assert np.random.uniform() == expected
    np.testing.assert_array_equal(look(one, data.test_x)[1], look(other, data.test_x)[1])


@pytest.mark.training
def test_images_that_are_held_out_teach_nothing() -> None:
    data = blobs(24)
    held_out = evaluator_training.held_out(24)
    assert len(held_out) == 4 and len(evaluator_training.held_out(60_000)) == 10_000
    noise = data.train_x.copy()
    noise[held_out] = np.random.RandomState(0).uniform(size=(4, *noise.shape[1:]))
    one, other = (
        evaluator_training.train(each, evaluator_training.Recipe(pictures=60))
        for each in (data, replace(data, train_x=noise))
    )
    np.testing.assert_array_equal(look(one, data.test_x)[1], look(other, data.test_x)[1])


def test_images_are_moved_by_no_more_than_the_recipe_says() -> None:
    x = np.zeros((64, 2, 21, 15), np.float32)
    x[:, :, 10, 7] = 1
    still = evaluator_training.Recipe(1, shift=0, degrees=0, zoom=0)
    np.testing.assert_array_equal(evaluator_training.moved(x, still, np.random.RandomState(0)), x)
    shifted = evaluator_training.moved(x, replace(still, shift=2.0), np.random.RandomState(0))
    assert np.allclose(shifted.sum(axis=(2, 3)), 1, atol=1e-5)  # all the light is there
    rows = (shifted[:, 0].sum(axis=2) * np.arange(21)).sum(axis=1) - 10
    assert 1.5 < np.abs(rows).max() <= 2 and rows.std() > 0.9


def test_what_is_turned_is_turned_about_the_middle() -> None:
    x = np.zeros((64, 1, 21, 21), np.float32)
    x[:, :, 10, 10] = 1
    x[:, :, 10, 18] = 1
    turned = evaluator_training.moved(
        x, evaluator_training.Recipe(1, shift=0, degrees=30, zoom=0), np.random.RandomState(0)
    )
    assert np.allclose(turned[:, 0, 10, 10], 1, atol=1e-5)
    right = turned[:, 0, :, 12:].sum(axis=2) * np.arange(21)
    angle = np.rad2deg(np.arcsin((right.sum(axis=1) / turned[:, 0, :, 12:].sum(axis=(1, 2)) - 10) / 8))
    assert 24 < np.abs(angle).max() < 31.5


def test_slow_work_says_how_far_it_is_and_how_long_it_takes() -> None:
    told: list[str] = []
    now = iter([0.0, 1.0, 6.0, 7.0, 12.0, 19.0, 30.0, 400.0])
    work = SlowWork("Learning", told.append, lambda: next(now))
    for share in (0.05, 0.2, 0.22, 0.25, 0.5, 1.0):
        work(share)
    work.over()
    assert told == [
        "Learning",
        "Learning: 20% done, about 24 s left",
        "Learning: 50% done, about 19 s left",
        "Learning: this took 7 min.",
    ]
    quick: list[str] = []
    short = iter([0.0, 1.0, 2.0])
    work = SlowWork("Learning", quick.append, lambda: next(short))
    work(0.5)
    work.over()
    assert quick == ["Learning"]


@pytest.mark.slow
def test_the_training_of_an_evaluator_is_told_step_by_step(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_work, "SECONDS", 0.0)
    told: list[str] = []
    pretrained.of(blobs(24), told.append)
    assert told[0].startswith("Training an evaluator of this data, once")
    assert len(told) == 11 and "50% done" in told[5] and "this took" in told[-1]
