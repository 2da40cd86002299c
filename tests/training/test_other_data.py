"""`ganzoo train` on data that is not MNIST's: what trains, and what is refused in words before anything is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from ganzoo.datasets import digits, garments
from ganzoo.runs import run as runs
from ganzoo.specs import Data, Dataset, floats
from tests.support.registries import ARCHS, brief

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support.command import Done

NOISE = np.random.default_rng(0)
GARMENTS = ("--dataset", "garments", "--count", 200, "--size", 28, "--colour", "grey")


def fill(folder: Path, classes: str, count: int, make: Callable[[str, int], np.ndarray]) -> Path:
    for name in classes:
        (folder / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(make(name, i).astype(np.uint8)).save(folder / name / f"{i}.png")
    return folder


def noise(*shape: int) -> Callable[[str, int], np.ndarray]:
    return lambda name, i: NOISE.integers(0, 256, shape)


def assert_trained(done: Done, folder: Path) -> None:
    assert done.code == 0 and "Traceback" not in done.err, done.err
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert log and np.isfinite([value for entry in log for value in entry.values()]).all()
    weights = [parameter.array for parameter in runs.load(folder).model().params()]
    assert all(np.isfinite(array).all() for array in weights)


def assert_refused(done: Done, told: str, remedy: str, folder: Path) -> None:
    assert done.code == 2, done.err
    assert told in done.err and remedy in done.err and "Traceback" not in done.err, done.err
    assert not folder.exists()


REFUSED: Mapping[str, tuple[Callable[[Path], Path], tuple[str, ...], str, str]] = {
    "two pictures": (lambda path: fill(path, "ab", 1, noise(28, 28)), (), "The class 'a' has only one picture", "Add"),
    "a batch larger than the data": (
        lambda path: fill(path, "ab", 3, noise(28, 28)),
        ("--batch-size", "5"),
        "The batch size is 5, but there are only 4 training images.",
        "Set --batch-size to at most 4, or add images.",
    ),
    "a batch larger than the limit": (
        lambda path: fill(path, "ab", 9, noise(28, 28)),
        ("--batch-size", "8", "--limit", "6"),
        "The batch size is 8, but there are only 6 training images.",
        "or raise --limit.",
    ),
    "a class beyond the limit": (
        lambda path: fill(path, "abc", 9, noise(28, 28)),
        ("--batch-size", "2", "--limit", "2"),
        "The 2 training images contain none of the classes",
        "Raise --limit",
    ),
    "all of one value": (
        lambda path: fill(path, "ab", 9, lambda name, i: np.full((28, 28), 255)),
        ("--batch-size", "2"),
        "Of the 9 pictures of the class 'a', 9 are blank.",
        "remove the blank ones",
    ),
    "all alike": (
        lambda path: fill(path, "ab", 9, lambda name, i: 200 * np.eye(28)),
        ("--batch-size", "2"),
        "All 14 training images are identical",
        "bright pixels as the drawing",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_nothing_can_be_learned_from_is_refused(fault: str, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    make, options, told, remedy = REFUSED[fault]
    make(in_tmp / "in")
    for arch in ARCHS:
        command = ("train", arch, "--dataset", "folder", "--data-dir", "in", *options, "--out", "run")
        assert_refused(ganzoo(*command), told, remedy, in_tmp / "run")


def test_a_classifier_needs_two_classes(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    fill(in_tmp / "in", "a", 9, noise(28, 28))
    command = ("train", "cnn", "--dataset", "folder", "--data-dir", "in", "--batch-size", "2", "--out", "run")
    done = ganzoo(*command)
    assert done.code == 2 and "cnn tells classes apart, but folder has only one." in done.err


TRAINED: Mapping[str, tuple[Callable[[Path], Path], tuple[str, ...], list[str]]] = {
    "the least there can be": (lambda path: fill(path, "ab", 2, noise(28, 28)), ("--batch-size", "1"), []),
    "tall and in colour": (
        lambda path: fill(path, "ab", 4, noise(50, 20, 3)),
        ("--batch-size", "4", "--colour", "grey"),
        [
            "8 of 8 pictures are in colour and were converted to grey.",
            "8 of 8 pictures are not square and were squeezed; --fit crop or --fit pad keeps their proportions.",
        ],
    ),
    # batch norm divides by no spread, and each class is one picture
    "a value for each class": (
        lambda path: fill(path, "ab", 9, lambda name, i: 50 * np.eye(28) + 200 * (name == "a")),
        ("--batch-size", "7"),
        ["16 of 18 pictures are the same as another one."],
    ),
}


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("case", TRAINED)
def test_odd_pictures_train(case: str, arch: str, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    make, options, notes = TRAINED[case]
    make(in_tmp / "in")
    preset = ("--preset", brief(arch)) if brief(arch) else ()
    command = (
        "train",
        arch,
        *preset,
        "--dataset",
        "folder",
        "--data-dir",
        "in",
        *options,
        "--epochs",
        2,
        "--out",
        "run",
    )
    done = ganzoo(*command, "--out", "run")
    assert_trained(done, in_tmp / "run")
    assert [line.removeprefix("Note: ") for line in done.err.splitlines() if line.startswith("Note: ")] == notes


def offered(monkeypatch: pytest.MonkeyPatch, data: Data) -> None:
    """As the data set `digits`: a plugin's may have any shape."""
    shape = data.train_x.shape[1:]
    odd = Dataset("digits", "", "", "", shape, None, lambda data_dir: data)
    monkeypatch.setattr(digits, "DATASET", odd)


def noisy(*shape: int) -> Data:
    x, t = NOISE.random((12, *shape), np.float32), np.arange(12, dtype=np.int32) % 3
    return Data(x, t, x, t, ("a", "b", "c"))


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize("shape", [(3, 28, 28), (1, 20, 36), (1, 5, 5), (1, 4, 28)])
def test_pictures_of_a_plugin_with_another_shape(
    shape: tuple[int, int, int], ganzoo: Callable[..., Done], in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A classifier reads any shape that its layers leave something of; a generator draws squares."""
    offered(monkeypatch, noisy(*shape))
    command = ("--batch-size", 6, "--epochs", 1, "--out", "run")
    if shape[1] != shape[2] or shape[1] < 8:
        for arch in ("dcgan-cond", "wgan-gp", "sngan"):
            words = f"but those of digits are of shape {shape}."
            assert_refused(ganzoo("train", arch, *command), words, "convert its pictures", in_tmp / "run")
    else:
        out = in_tmp / "drawn"
        assert_trained(ganzoo("train", "dcgan-cond", *command[:-1], out), out)
    done = ganzoo("train", "cnn", *command)
    if min(shape[1:]) < 5:
        assert_refused(done, "cnn needs images of at least 5x5 pixels", "Enlarge them", in_tmp / "run")
    else:
        assert_trained(done, in_tmp / "run")


def test_a_class_without_training_pictures(
    ganzoo: Callable[..., Done], in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = noisy(1, 28, 28)
    offered(monkeypatch, replace(data, train_x=data.train_x[:1], train_t=data.train_t[:1]))
    words = "The 1 training images contain none of the classes b, c."
    done = ganzoo("train", "cnn", "--batch-size", 1, "--out", "run")
    assert_refused(done, words, "Add images of these classes", in_tmp / "run")


# Garments: ten classes of grey pictures that are no digits


@pytest.mark.slow
def test_grey_garments_are_no_digits() -> None:
    raw = garments.load(None, size=28, count=300, colour="grey")
    data = replace(raw, train_x=floats(raw.train_x), test_x=floats(raw.test_x))
    assert (data.train_x[:50, None] != data.test_x[None]).any(axis=(2, 3, 4)).all()  # none is in both
    inside, handwritten = data.train_x[data.train_x > 0.1], digits.load(None).train_x
    assert (inside < 0.9).mean() > 0.85  # middle greys, where digits have ink and paper
    assert (data.train_x > 0.1).mean() > 1.3 * (handwritten > 0.1).mean()
    # classes differ, and the pictures of each among themselves
    means = np.stack([data.train_x[data.train_t == k].mean(axis=0).ravel() for k in range(10)])
    nearest = ((data.test_x.reshape(-1, 1, 784) - means) ** 2).sum(axis=2).argmin(axis=1)
    assert 0.7 < (nearest == data.test_t).mean() < 1
    assert min(data.train_x[data.train_t == k].std(axis=0).max() for k in range(10)) > 0.2


@pytest.mark.slow
@pytest.mark.training
def test_every_default_preset_trains_on_garments(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    """By the command that a user would give: as it is, but for its length."""
    for arch in ARCHS:
        out = in_tmp / arch
        done = ganzoo("train", arch, *GARMENTS, "--epochs", 1, "--out", out)
        assert_trained(done, out)
    assert runs.load(out).config.n_classes == 10
