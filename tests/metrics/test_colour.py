"""Colour pictures of any size, few of them and of one class: the evaluator, and what depends on it."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from ganzoo import datasets, plugins
from ganzoo.metrics import amounts, evaluate_run, evaluator_training, intervals, pretrained, report, scores
from ganzoo.metrics.evaluator import Evaluator, look
from ganzoo.metrics.in_training import during
from ganzoo.metrics.residual import Residual
from ganzoo.specs import Data, Network, Part, TensorSpec, TrainConfig
from tests.support.toy import ToyRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZE = 32


def faces(n: int, classes: int = 1) -> Data:
    """`n` training images, and half as many for testing, of round faces; those of a second class have no eyes."""
    rng = np.random.RandomState(0)
    total = n + n // 2
    t = (np.arange(total) % classes).astype(np.int32)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    x = np.full((total, 3, SIZE, SIZE), 255, np.uint8)

    def paint(at: Any, radius: Any, colour: Any, shown: Any = True) -> None:
        (down, right), radius = np.broadcast_arrays(*at, radius)[:2], np.broadcast_to(radius, total)
        inside = (rows - down[:, None, None]) ** 2 + (columns - right[:, None, None]) ** 2 < radius[:, None, None] ** 2
        inside &= np.broadcast_to(shown, total)[:, None, None]
        x.transpose(0, 2, 3, 1)[inside] = np.broadcast_to(colour, (total, 3)).repeat(inside.sum(axis=(1, 2)), axis=0)

    middle, size = rng.uniform(14, 18, (2, total)), rng.uniform(9, 13, total)
    paint(middle, size, rng.randint(90, 256, (total, 3)))
    for side in (-1, 1):
        paint((middle[0] - size / 3, middle[1] + side * size / 2.5), size / 6, (20, 20, 60), t == 0)
    paint((middle[0] + size / 2, middle[1]), size * rng.uniform(0.15, 0.35, total), (160, 20, 20))
    return Data(x[:n], t[:n], x[n:], t[n:], tuple(f"face {k}" for k in range(classes)))


@pytest.fixture(scope="module")
def known() -> tuple[Data, Any]:
    """300 pictures of one class, and their evaluator."""
    data = faces(300)
    return data, evaluator_training.train(data, replace(evaluator_training.recipe(data), pictures=3_000))


def test_colour_and_size_choose_the_network() -> None:
    assert isinstance(evaluator_training.network((1, 28, 28), 10), Evaluator)
    for shape in ((3, 28, 28), (1, 64, 64), (3, 256, 256), (3, 16, 16), (3, 40, 24)):
        network = evaluator_training.network(shape, 5)
        features, logits = look(network, np.zeros((2, *shape), np.uint8))
        assert isinstance(network, Residual) and features.shape == (2, 96) and logits.shape == (2, 5)


def test_what_is_shown_and_drawn_follows_the_size() -> None:
    def shown(*shape: int, n: int = 10_000) -> int:
        x, t = np.zeros((n, *shape), np.uint8), np.zeros(n, np.int32)
        return evaluator_training.recipe(Data(x, t, x, t, ("one",))).pictures

    assert shown(1, 28, 28) == 140_000 and shown(3, 28, 28) < 80_000
    assert shown(3, 64, 64) == 60_000_000 // 64**2 and shown(3, 64, 64, n=100) == 5_000
    assert shown(3, 256, 256, n=2_000) == shown(3, 64, 64)  # it looks at them in 64x64
    assert amounts.pictures(amounts.DRAWN, (1, 28, 28)) == 10_000
    assert (
        1_000 <= amounts.pictures(amounts.DRAWN, (3, 256, 256)) < amounts.pictures(amounts.DRAWN, (3, 64, 64)) < 3_000
    )


def test_weights_do_not_depend_on_the_global_random_state() -> None:
    np.random.seed(1)
    one = Residual((3, 32, 32), 4)
    after = np.random.uniform()
    np.random.seed(1)
    assert np.random.uniform() == after
    other = Residual((3, 32, 32), 4)
    for a, b in zip(one.params(), other.params(), strict=True):
        np.testing.assert_array_equal(a.array, b.array)


def test_images_are_turned_by_quarters() -> None:
    x = np.arange(2 * 9, dtype=np.float32).reshape(2, 1, 3, 3)
    turned = evaluator_training.turned(x, np.array([1, 2]))
    np.testing.assert_array_equal(turned[0, 0], np.rot90(x[0, 0]))
    np.testing.assert_array_equal(turned[1, 0], x[1, 0, ::-1, ::-1])
    assert evaluator_training.quarters((3, 4, 6)) == (0, 2)


def test_beyond_the_edge_of_a_colour_picture_its_colour_goes_on() -> None:
    white = np.ones((8, 3, 16, 16), np.float32)
    recipe = evaluator_training.recipe(faces(12))
    assert evaluator_training.moved(white, recipe, np.random.RandomState(0)).min() > 0.999


@pytest.mark.slow
@pytest.mark.training
def test_one_class_is_judged_by_what_it_shows(known: tuple[Data, Any]) -> None:
    data, evaluator = known
    upright = (look(evaluator, data.test_x)[1].argmax(axis=1) == 0).mean()
    assert upright > 0.8
    real = scores.gaussian(look(evaluator, data.test_x)[0])
    new = data.train_x[evaluator_training.held_out(300)]

    def distance(x: Any) -> float:
        return scores.frechet(real, scores.gaussian(look(evaluator, x)[0]))

    rng = np.random.RandomState(1)
    worse: dict[str, list[Any]] = {
        "blurred": [gaussian_filter(new, (0, 0, s, s)) for s in (0.7, 1.5, 3)],
        "noisy": [(new + rng.normal(0, s, new.shape)).clip(0, 255).astype(np.uint8) for s in (10, 25, 60)],
        "fewer": [np.resize(new[:n], new.shape) for n in (15, 5, 2)],
        "one half": [np.resize(new[np.argsort(new.mean(axis=(1, 2, 3)))[:n]], new.shape) for n in (25, 8)],
    }
    for name, steps in worse.items():
        found = [distance(new), *map(distance, steps)]
        assert found == sorted(found), name


def test_intervals_tell_few_pictures_from_many() -> None:
    rng = np.random.RandomState(0)
    real, fake = rng.standard_normal((2, 800, 5))
    fake += 0.3
    for few, many in (
        (intervals.of_mean(fake[:40, 0]), intervals.of_mean(fake[:, 0])),
        (intervals.of_frechet(real[:40], fake[:40]), intervals.of_frechet(real, fake)),
    ):
        assert few[1] - few[0] > 2 * (many[1] - many[0]) > 0
    low, high = intervals.of_frechet(real, fake)
    assert low < scores.frechet(scores.gaussian(real), scores.gaussian(fake)) < high
    assert intervals.of_frechet(real, fake) == (low, high)
    covered = 0
    for _ in range(60):
        low, high = intervals.of_mean(rng.standard_normal(50))
        covered += low < 0 < high
    assert covered > 50


def test_feature_distance_is_one_for_unrelated_pictures() -> None:
    rng = np.random.RandomState(0)
    a, b = rng.standard_normal((2, 500, 8)) * (1, 2, 3, 4, 5, 6, 7, 8)
    assert scores.feature_distances(a, a).max() == 0
    assert np.sqrt((scores.feature_distances(b, a) ** 2).mean()) == pytest.approx(1, abs=0.05)


# A whole evaluation


class Painter(chainer.Chain):
    """Draws what `canvas` (n, C, H, W) holds in turn, whatever the noise; a class's own where it is told the class."""

    def __init__(self, canvas: np.ndarray[Any, Any], t: np.ndarray[Any, Any]) -> None:
        super().__init__()
        self.canvas, self.t, self.drawn = canvas.astype(np.float32) / 255, t, 0

    def forward(self, x: Any) -> Any:
        n = len(x.array)
        here = (np.arange(n) + self.drawn) % len(self.canvas)
        self.drawn += n
        if x.array.shape[1] > 3:
            classes = x.array[:, 3:].argmax(axis=1)
            here = np.array([np.flatnonzero(self.t == k)[i // 2] for k, i in zip(classes, here, strict=True)])
        return chainer.Variable(self.canvas[here])


@pytest.fixture
def evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The document of a run with one network, on `data`."""
    monkeypatch.setattr(pretrained, "cache_path", lambda: tmp_path / "empty")
    monkeypatch.setattr(pretrained, "writable_cache", lambda name: tmp_path)
    monkeypatch.setattr(evaluator_training, "LEAST", 1_500)
    monkeypatch.setattr(evaluator_training, "PIXELS", 1_500 * SIZE**2)
    monkeypatch.setattr(amounts, "LEAST", 100)
    monkeypatch.setattr(amounts, "PIXELS", 100 * SIZE**2)

    def of(data: Data, network: Network, arch: str = "cnn") -> dict[str, Any]:
        config = TrainConfig(arch, "default", "faces", data.train_x.shape[1:], len(data.classes), 1, 4, 0, "cpu", {})
        monkeypatch.setattr(evaluate_run, "data_of", lambda config, data_dir: data)
        monkeypatch.setattr(ToyRun, "model_sha256", lambda self: "0" * 64, raising=False)
        run = ToyRun(tmp_path, config=config, provenance={"data_sha256": datasets.checksum(data)}, own=(network,))
        document = evaluate_run.evaluate(run, None, False, str)  # type: ignore[arg-type]
        assert list(report.tables(document)) and document == json.loads((tmp_path / "metrics.json").read_text())
        return document

    return of


@pytest.mark.slow
@pytest.mark.training
def test_generator_of_colour_pictures_in_classes(evaluated: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    data = faces(240, 2)
    x = TensorSpec("x", (5,), "latent", parts=(Part("z", 3, "latent"), Part("label", 2, "onehot")))
    y = TensorSpec("y", (3, SIZE, SIZE), "image")
    painter = Painter(data.train_x, data.train_t)
    document = evaluated(data, Network("g", painter, painter.forward, (x,), (y,)))
    found = document["scores"]
    assert document["pictures"] == 100 and document["evaluator"]["learned"] == "classes"
    assert found["accuracy"]["value"] > 0.9 and found["gan_train"]["value"] > 0.9
    assert found["gan_train"]["floor"] == document["evaluator"]["accuracy"]
    low, high = found["frechet"]["interval"]
    assert low < found["frechet"]["value"] < high
    assert document["neighbours"]["space"] == "features" and document["neighbours"]["closer"] > 0.9  # they are copies
    Image.open(tmp_path / "neighbours.png").verify()


@pytest.mark.slow
@pytest.mark.training
def test_converter_is_judged_by_its_pairs(
    evaluated: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = faces(60)
    arch = replace(plugins.ARCHS.get("cnn"), pairs=lambda config, images: (images[:, :1], images))
    monkeypatch.setattr(plugins, "ARCHS", SimpleNamespace(get=lambda name: arch))
    inputs, outputs = (TensorSpec("x", (1, SIZE, SIZE), "image"),), (TensorSpec("y", (3, SIZE, SIZE), "image"),)

    def network(forward: Any) -> Network:
        return Network("g", chainer.Chain(), forward, inputs, outputs)

    grey = network(lambda x: chainer.functions.concat([x, x, x]))
    blank = network(lambda x: chainer.Variable(np.zeros((len(x), 3, SIZE, SIZE), np.float32)))
    document, worse = evaluated(data, grey), evaluated(data, blank)
    assert document["kind"] == "converter" and document["evaluator"]["learned"] == "turns"
    images = data.test_x.astype(np.float32) / 255
    assert document["scores"]["l1"]["value"] == pytest.approx(np.abs(images - images[:, :1]).mean(), abs=1e-5)
    for name in ("feature_distance", "l1", "frechet"):
        better, other = document["scores"][name], worse["scores"][name]
        assert 0 < better["value"] < other["value"] and better["interval"][0] < better["value"] < better["interval"][1]
    config = TrainConfig("cnn", "default", "faces", (3, SIZE, SIZE), 1, 1, 4, 0, "cpu", {})
    monkeypatch.setattr(plugins, "exported", lambda arch, config, model: [grey])
    judge = during(config, data, None)
    assert judge is not None and judge.key == "eval/feature_distance"
    assert judge.score()["eval/l1"] == pytest.approx(document["scores"]["l1"]["value"])
