"""`ganzoo eval`, and the judge of a training that goes on."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
import pytest
from PIL import Image

from ganzoo import datasets, plugins
from ganzoo.archs import cnn
from ganzoo.errors import RunError, UsageError
from ganzoo.metrics import evaluate_run, gan_train, neighbours, plots, pretrained
from ganzoo.metrics.in_training import during
from ganzoo.runs import run as runs_module
from ganzoo.specs import Part, TensorSpec
from ganzoo.training.options import TrainOptions, configure
from tests.support.colours import colours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done


@pytest.fixture
def copied(runs: Mapping[str, Run], tmp_path: Path) -> Callable[[str], Run]:
    """A run of an architecture that the test may write to."""

    def copy(arch: str) -> Run:
        return runs_module.load(shutil.copytree(runs[arch].path, tmp_path / arch))

    return copy


@pytest.mark.slow
def test_generator(ganzoo: Callable[..., Done], copied: Callable[[str], Run]) -> None:
    run = copied("dcgan-cond")
    done = ganzoo("eval", run.path, "--quick", "--json")
    document = json.loads(done.out)
    assert done.code == 0 and document == json.loads((run.path / "metrics.json").read_text())
    assert document["format"] == 1 and document["data_sha256"] == run.provenance["data_sha256"]
    assert list(document["scores"]) == ["accuracy", "frechet", "kid", "density", "coverage"]
    for score in document["scores"].values():
        assert math.isfinite(score["value"]) and math.isfinite(score["floor"])
    # two epochs of 96 images: nothing that any real image would not beat
    frechet, coverage = document["scores"]["frechet"], document["scores"]["coverage"]
    assert frechet["better"] == "min" and frechet["value"] > 2 * frechet["floor"]
    assert coverage["better"] == "max" and coverage["value"] < coverage["floor"]
    table = document["confusion"]
    assert sum(map(sum, table)) == document["pictures"] == 10_000 and document["compared"] == 96 // 6
    assert document["scores"]["accuracy"]["value"] == pytest.approx(np.trace(table) / 10_000)
    assert document["per_class"]["classes"] == list("0123456789")
    for name in ("metrics.png", "neighbours.png"):
        Image.open(run.path / name).verify()
    np.random.uniform()  # no matter what was drawn between
    assert json.loads(ganzoo("eval", run.path, "--quick", "--json").out) == document


@pytest.mark.slow
def test_classifier(ganzoo: Callable[..., Done], copied: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pretrained, "of")  # no evaluator is asked
    run = copied("cnn")
    done = ganzoo("eval", run.path)
    document = json.loads((run.path / "metrics.json").read_text())
    table, scores = np.array(document["confusion"]), document["scores"]
    assert done.code == 0 and table.sum() == document["pictures"] == 304  # all test images of digits
    assert scores["accuracy"]["value"] == pytest.approx(np.trace(table) / 304)
    assert sum(each["count"] for each in document["reliability"]) == 304 and len(document["reliability"]) == 15
    assert 0 < scores["calibration_error"]["value"] < 1
    assert not (run.path / "neighbours.png").exists()
    assert all(len(line) <= 80 for line in done.out.splitlines() if line.startswith(" "))
    assert f"{100 * scores['accuracy']['value']:.2f}%" in done.out and "all 304 test images of digits" in done.out


def test_data_that_is_another_is_refused(ganzoo: Callable[..., Done], copied: Callable[[str], Run]) -> None:
    run = copied("cnn")
    stored = json.loads((run.path / "config.json").read_text())
    (run.path / "config.json").write_text(json.dumps({**stored, "data_sha256": "0" * 64}))
    done = ganzoo("eval", run.path)
    assert done.code == RunError.exit_code and "--data-dir" in done.err
    assert not (run.path / "metrics.json").exists()


def test_too_few_images_are_refused(copied: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    run = copied("dcgan-cond")
    data = evaluate_run.data_of(run.config)
    few = replace(data, test_x=data.test_x[:5], test_t=data.test_t[:5])
    monkeypatch.setattr(evaluate_run, "data_of", lambda config, data_dir: few)
    with pytest.raises(UsageError, match="5 test images"):
        evaluate_run.evaluate(run, None, True, str)


def test_what_makes_images_of_images_has_no_scores(tmp_path: Path) -> None:
    made = colours(tmp_path)
    config = replace(made.config, dataset="digits", arch="cnn")  # which says of no pictures what to draw of them
    known = {"data_sha256": datasets.checksum(evaluate_run.data_of(config))}
    run = replace(made, config=config, provenance=known, own=made.own[:1])
    with pytest.raises(UsageError, match="makes images of images"):
        evaluate_run.evaluate(run, None, True, str)


@pytest.mark.slow
@pytest.mark.training
def test_gan_train_learns_from_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "evaluators").mkdir()
    monkeypatch.setattr(gan_train, "cache_path", lambda: tmp_path)  # GANZOO_CACHE would build the layers anew
    monkeypatch.setattr(gan_train, "writable_cache", lambda name: tmp_path / name)
    short = replace(cnn.ARCH.presets["default"], pictures=3_000)
    monkeypatch.setattr(cnn, "ARCH", replace(cnn.ARCH, presets={"default": short}))
    _, data = configure(plugins.ARCHS.get("cnn"), TrainOptions(limit=300))
    real = gan_train.accuracy_of_real(data)
    assert real > 0.7
    with monkeypatch.context() as patch:
        patch.setattr(gan_train, "accuracy", None)
        assert gan_train.accuracy_of_real(data) == real  # from the cache
    shifted = replace(data, train_t=(data.train_t + 1) % 10)
    assert gan_train.accuracy(shifted) < 0.1


# Nearest training images


def test_copies_are_seen() -> None:
    rng = np.random.RandomState(0)
    train, test = rng.uniform(size=(2, 60, 1, 6, 6)).astype(np.float32)
    other = rng.uniform(size=(60, 1, 6, 6)).astype(np.float32)
    tests = neighbours.nearest(train, test)
    copies = neighbours.nearest(train, train[::2] + 0.001)
    assert copies.indices[:, 0].tolist() == list(range(0, 60, 2))
    assert neighbours.distances(copies, tests)["closer"] == 1.0
    honest = neighbours.distances(neighbours.nearest(train, other), tests)
    assert honest["closer"] < 0.1 and honest["drawn"][2] == pytest.approx(honest["test"][2], rel=0.1)


# While a training goes on


class Painter(chainer.Chain):
    """Draws what `canvas` holds, for each class, whatever the noise; or noise itself."""

    def __init__(self, canvas: np.ndarray[Any, Any] | None) -> None:
        super().__init__()
        self.canvas = canvas

    def forward(self, x: Any) -> Any:
        if self.canvas is None:
            return chainer.Variable(np.abs(np.resize(x.array, (len(x), 1, 28, 28))).clip(0, 1))
        return chainer.Variable(self.canvas[x.array[:, 3:].argmax(axis=1)])


def painting(model: Any, conditional: bool = True) -> Any:
    parts = (Part("z", 3, "latent"), *((Part("label", 10, "onehot"),) if conditional else ()))
    size = sum(part.size for part in parts)
    x = TensorSpec("x", (size,), "latent", parts=parts)
    return networks_of(model, x, TensorSpec("y", (1, 28, 28), "image"))


def networks_of(model: Any, x: TensorSpec, y: TensorSpec) -> Any:
    from ganzoo.specs import Network

    return Network("n", model, model.forward, (x,), (y,))


def test_judge_of_a_painter_tells_noise_copies_and_nan_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    arch = plugins.ARCHS.get("dcgan-cond")
    config, data = configure(arch, TrainOptions(limit=96))
    one_each = np.stack([data.train_x[data.train_t == k][0] for k in range(10)])

    def judge(model: Any, conditional: bool = True) -> Any:
        plugin = replace(arch, export=lambda config, model: [painting(model, conditional)])
        monkeypatch.setattr(plugins, "ARCHS", SimpleNamespace(get=lambda name: plugin))
        return during(config, data, model)

    state = np.random.get_state()[1].copy()
    noise, collapsed = judge(Painter(None)), judge(Painter(one_each))
    assert (noise.key, noise.better) == ("eval/frechet", "min")
    with chainer.using_config("train", True):
        of_noise, of_collapsed = noise.score(), collapsed.score()
        assert chainer.config.train and chainer.config.enable_backprop
    assert of_collapsed["eval/accuracy"] > 0.9 > of_noise["eval/accuracy"]
    assert of_collapsed["eval/frechet"] < of_noise["eval/frechet"]
    assert of_noise["eval/coverage"] <= of_collapsed["eval/coverage"] < 0.9
    assert collapsed.score() == of_collapsed
    assert (np.random.get_state()[1] == state).all()
    assert "eval/accuracy" not in judge(Painter(None), conditional=False).score()
    assert all(math.isnan(value) for value in judge(Painter(one_each * np.nan)).score().values())


def test_judge_of_a_classifier_follows_its_weights() -> None:
    arch = plugins.ARCHS.get("cnn")
    config, data = configure(arch, TrainOptions(limit=96))
    model = arch.build(config)
    judge = during(config, data, model)
    assert judge is not None and (judge.key, judge.better) == ("eval/accuracy", "max")
    model.l4.W.array[...], model.l4.b.array[...] = 0, np.arange(10) == 3
    assert judge.score() == {"eval/accuracy": float((data.test_t == 3).mean())}
    model.l4.b.array[...] = np.arange(10) == 8
    assert judge.score() == {"eval/accuracy": float((data.test_t == 8).mean())}


def test_what_neither_draws_nor_reads_has_no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    arch = plugins.ARCHS.get("cnn")
    config, data = configure(arch, TrainOptions(limit=96))
    plugin = replace(arch, export=lambda config, model: [])
    monkeypatch.setattr(plugins, "ARCHS", SimpleNamespace(get=lambda name: plugin))
    assert during(config, data, arch.build(config)) is None


def test_names_are_no_formulas(tmp_path: Path) -> None:
    names = ["$#$", "$a_$"]
    document = {
        "run": "$_$",
        "kind": "generator",
        "data": "$^",
        "scores": {"accuracy": {"value": 0.5, "floor": None, "better": "max"}},
        "per_class": {"classes": names, "accuracy": [0.5, 0.5], "floor": [0.5, 0.5]},
        "confusion": [[1, 1], [1, 1]],
    }
    plots.plot(document, tmp_path / "metrics.png")
    Image.open(tmp_path / "metrics.png").verify()


def test_the_floor_of_gan_train_is_of_the_test_images_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    told = iter((0.25, 0.75))
    monkeypatch.setattr(gan_train, "accuracy", lambda data, progress: next(told))
    _, data = configure(plugins.ARCHS.get("cnn"), TrainOptions(limit=96))
    other = replace(data, test_t=np.roll(data.test_t, 1))
    assert [gan_train.accuracy_of_real(each) for each in (data, data, other, data)] == [0.25, 0.25, 0.75, 0.25]
