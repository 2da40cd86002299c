"""A run's folder: what is in it, what it says of itself, and what damages it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import datasets, provenance, roles
from ganzoo.errors import (
    RunError,
)
from ganzoo.runs import run as runs_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import train
from tests.support.registries import ARCHS
from tests.support.trainings import OPTIONS, last, log, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener
    from tests.support.command import Done


@pytest.mark.parametrize("line", ['{"epoch_detail": 1, "iteration": NaN, "elapsed_time": 1}', '{"epoch_detail": 1}'])
def test_a_log_without_its_clock_is_damaged(line: str, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(line + "\n")
    with pytest.raises(RunError, match="damaged"):
        runs_module.Run(tmp_path, None, {}).log()  # type: ignore[arg-type]


@pytest.mark.parametrize("epoch", ["1" + "0" * 400, "NaN", "Infinity"])
def test_a_best_that_is_at_no_epoch_is_damaged(epoch: str, tmp_path: Path) -> None:
    best = f'{{"iteration": 1, "epoch": {epoch}, "key": "a", "better": "min", "score": 1}}'
    (tmp_path / "best.json").write_text(best)
    with pytest.raises(RunError, match="damaged"):
        runs_module.Run(tmp_path, None, {}).best()  # type: ignore[arg-type]


@pytest.mark.slow
def test_same_seed_same_run_other_seed_another(tmp_path: Path, quiet: Listener, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    options = TrainOptions(epochs=run.config.epochs, limit=run.config.limit, seed=run.config.seed)
    again = train("dcgan-cond", options, tmp_path, None, quiet).run
    assert same(run.model_path, again.model_path) and same(last(run), last(again))
    assert log(run) == log(again) and run.best() == again.best()
    other = train("dcgan-cond", replace(options, seed=2), tmp_path, None, quiet).run
    assert not same(last(run), last(other))
    assert log(run)[0] != log(other)[0]


@pytest.mark.training
def test_blas_has_one_thread_while_training(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    from threadpoolctl import threadpool_info

    from ganzoo.runs.snapshot import save_model

    def threads() -> list[int]:
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    seen: list[list[int]] = []

    def record(*arguments: Any) -> None:
        seen.append(threads())
        save_model(*arguments)

    before = threads()
    monkeypatch.setattr("ganzoo.runs.snapshot.save_model", record)
    train("cnn", TrainOptions(epochs=1, limit=64), tmp_path, None, quiet)
    assert seen and set(seen[0]) == {1}
    assert threads() == before


@pytest.mark.training
def test_users_random_state_is_left_alone(tmp_path: Path, quiet: Listener) -> None:
    np.random.seed(5)
    expected = np.random.RandomState(5).uniform(size=3)
    train("cnn", TrainOptions(epochs=1, limit=64), tmp_path, None, quiet)
    np.testing.assert_array_equal(np.random.uniform(size=3), expected)


def test_checksum_covers_images_and_labels() -> None:
    from ganzoo.specs import Data

    x, t = np.zeros((4, 1, 2, 2), np.float32), np.zeros(4, np.int32)
    plain = datasets.checksum(Data(x, t, x, t, ("a",)))
    assert plain != datasets.checksum(Data(x + 1, t, x, t, ("a",)))
    assert plain != datasets.checksum(Data(x, t + 1, x, t, ("a",)))


def test_provenance_has_the_git_state(in_tmp: Path) -> None:
    assert provenance.git() is None
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *command], check=True)
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert provenance.git() == head
    (in_tmp / "file").write_text("1")
    subprocess.run(["git", "add", "file"], check=True)
    assert provenance.git() == f"{head}-dirty"
    assert provenance.git(in_tmp / "file") == f"{head}-dirty" and provenance.git(in_tmp / "other") is None


def test_a_run_is_never_overwritten(tmp_path: Path, quiet: Listener, runs: Mapping[str, Run]) -> None:
    with pytest.raises(RunError, match="already holds a run"):
        train("cnn", OPTIONS, tmp_path, runs["cnn"].path, quiet)


@pytest.mark.parametrize("arch", ARCHS)
def test_run_directory(arch: str, runs: Mapping[str, Run]) -> None:
    run = runs[arch]
    stored = json.loads((run.path / "config.json").read_text())
    assert stored["config"]["hparams"] == dict(run.config.hparams)
    assert stored["versions"]["chainer"] == "7.8.1" and len(stored["data_sha256"]) == 64
    entries = [json.loads(line) for line in (run.path / "log.jsonl").read_text().splitlines()]
    assert entries[-1]["epoch_detail"] >= 2 and "elapsed_time" in entries[-1]  # the end is logged
    reads = roles.classifier(run.arch.export(run.config, run.model())) is not None
    if reads:
        assert 0 <= entries[-1]["validation/main/accuracy"] <= 1
    sheets = sorted((run.path / "samples").glob("*.png"))
    assert bool(sheets) is not reads
    assert len(list(run.snapshots.glob("*.npz"))) <= 2


def test_samples_are_of_the_same_noise_at_every_call(runs: Mapping[str, Run]) -> None:
    from ganzoo.archs import _gan

    run = runs["dcgan-cond"]
    sample = _gan.sampler(run.config, run.model())
    first, second = sample(), sample()
    assert first.shape == (10, 10, 1, 28, 28) and first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored["config"].update(epochs="many"),
        lambda stored: stored["config"].update(shape=[1, 28]),
        lambda stored: stored["config"].update(hparams={"latent_dim": None}),
        lambda stored: stored.pop("classes"),
        lambda stored: stored.update(classes=["0", "1"]),
        lambda stored: stored["config"].pop("seed"),
        lambda stored: stored["config"].update(surprise=1),
        lambda stored: stored.pop("config"),
        lambda stored: stored.pop("format"),
    ],
)
def test_damaged_config_is_refused(damage: Callable[[Any], Any], tmp_path: Path, runs: Mapping[str, Run]) -> None:
    stored = json.loads((runs["dcgan-cond"].path / "config.json").read_text())
    damage(stored)
    (tmp_path / "config.json").write_text(json.dumps(stored))
    with pytest.raises(RunError, match="damaged"):
        runs_module.load(tmp_path)


def test_a_run_of_a_plugin_that_is_gone_harms_no_other(
    ganzoo: Callable[..., Done], in_tmp: Path, runs: Mapping[str, Run]
) -> None:
    import shutil

    shutil.copytree(runs["cnn"].path, "runs/fine")
    for name, text in {
        "gone": (runs["cnn"].path / "config.json").read_text().replace('"arch": "cnn"', '"arch": "gone"'),
        "deep": "[" * 100_000,
        "half": '{"format": 1',
    }.items():
        folder = in_tmp / "runs" / name
        folder.mkdir()
        (folder / "config.json").write_text(text)
    (in_tmp / "runs" / "odd" / "config.json").mkdir(parents=True)
    listed = {run["name"]: run for run in json.loads(ganzoo("list", "runs", "--json").out)["runs"]}
    assert set(listed) == {"fine", "gone", "deep", "half", "odd"}
    assert all("damaged" in listed[name]["error"] for name in ("deep", "half", "odd"))
    assert ganzoo("export", "--backend", "webgpu", "--no-verify").code == 0
    done = ganzoo("export", "gone", "--backend", "webgpu")
    assert done.code == 2 and "gone" in done.err


def test_a_run_of_an_older_recipe_says_what_it_lacks(tmp_path: Path, runs: Mapping[str, Run]) -> None:
    import shutil

    shutil.copytree(runs["dcgan-cond"].path, tmp_path / "old")
    config = tmp_path / "old" / "config.json"
    stored = json.loads(config.read_text())
    del stored["config"]["hparams"]["noise_dims"]
    config.write_text(json.dumps(stored))
    run = runs_module.load(tmp_path / "old")  # it is still a run, and is listed
    with pytest.raises(RunError, match="noise_dims"):
        run.model()
