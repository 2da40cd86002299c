"""Trainings that go on: bit for bit as if they had never stopped, or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import datasets, roles
from ganzoo.errors import (
    RunError,
    SnapshotError,
    UsageError,
)
from ganzoo.runs import run as runs_module
from ganzoo.training import loop as loop_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train
from tests.support.registries import ARCHS
from tests.support.trainings import Trained, interrupted, last, last_snapshot, log, same

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.training.progress import Listener


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize("arch", ARCHS)
def test_resumed_training_equals_uninterrupted(
    arch: str, tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    whole = trained(arch, "whole")
    run = interrupted(arch, tmp_path, quiet, monkeypatch, after=1 if arch == "wgan-gp" else 2)
    resumed = resume(arch, TrainOptions(), tmp_path, run.path, quiet).run
    assert same(whole.model_path, resumed.model_path) and same(last(whole), last(resumed))
    assert whole.best() == resumed.best()
    assert whole.best() or roles.converter(whole.networks())  # for which there are no scores
    assert last_snapshot(whole).name == last_snapshot(resumed).name
    assert same(last_snapshot(whole), last_snapshot(resumed))
    assert log(whole) == log(resumed)
    assert (whole.path / "log.jsonl").stat().st_size


@pytest.mark.slow
@pytest.mark.training
def test_a_finished_training_that_is_lengthened_and_stopped_goes_on(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    """Nor is there a network meanwhile that `config.json` does not describe."""
    run = trained("cnn", "run")
    with monkeypatch.context() as patched:
        goes_on = loop_module.Stop.__call__

        def stop(self: loop_module.Stop, trainer: Any) -> bool:
            self.interrupted = trainer.updater.iteration >= 8
            return goes_on(self, trainer)

        patched.setattr(loop_module.Stop, "__call__", stop)
        assert resume("cnn", TrainOptions(epochs=4), tmp_path, run.path, quiet).interrupted
    assert not (run.path / "model.npz").exists() and not (run.path / "last.npz").exists()
    assert runs_module.latest(tmp_path, "cnn", finished=False).path == run.path
    ended = resume("cnn", TrainOptions(), tmp_path, None, quiet).run
    assert ended.finished and ended.path == run.path and ended.log()[-1]["iteration"] == 12
    ended.model()


@pytest.mark.training
def test_a_finished_training_without_snapshots_is_not_begun_again(
    tmp_path: Path, quiet: Listener, trained: Trained
) -> None:
    run = trained("cnn", "run")
    for path in run.kept():
        path.unlink()
    before = run.model_path.read_bytes()
    with pytest.raises(RunError, match="no snapshot"):
        resume("cnn", TrainOptions(epochs=4), tmp_path, run.path, quiet)
    assert run.model_path.read_bytes() == before


@pytest.mark.training
def test_snapshots_are_numbers_and_other_files_are_somebody_elses(
    tmp_path: Path, quiet: Listener, trained: Trained
) -> None:
    run = trained("cnn", "run")
    (kept,) = run.kept()[-1:]
    for name in ("0000001-good", "0000009_good", "mine"):
        (run.snapshots / f"{name}.npz").write_bytes(kept.read_bytes())
    for iteration in (9_999_999, 10_000_200):
        run.snapshot(iteration).write_bytes(b"")
    assert [path.stem for path in run.kept()][-2:] == ["9999999", "10000200"]
    for iteration in (9_999_999, 10_000_200):
        run.snapshot(iteration).unlink()
    resume("cnn", TrainOptions(epochs=3, keep=1), tmp_path, run.path, quiet)
    assert {"0000001-good", "0000009_good", "mine"} < {path.stem for path in run.snapshots.iterdir()}


@pytest.mark.training
@pytest.mark.parametrize("position", [-1, 625, 10**9])
def test_random_numbers_from_nowhere_are_refused(
    position: int, tmp_path: Path, quiet: Listener, trained: Trained
) -> None:
    run = trained("cnn", "run")
    path = run.kept()[-1]
    with np.load(path, allow_pickle=False) as stored:
        content = dict(stored.items())
    np.savez(path, **{**content, "random/rest": np.asarray([position, 0])})
    with pytest.raises(SnapshotError, match="its random numbers are at"):
        resume("cnn", TrainOptions(epochs=3), tmp_path, run.path, quiet)


@pytest.mark.slow
@pytest.mark.training
def test_another_rate_is_that_of_the_first_step(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    from ganzoo.layers import Adam

    run = trained("cnn", "run")
    rates, update = [], Adam.update

    def watched(self: Any, *arguments: Any, **options: Any) -> Any:
        rates.append(self.alpha)
        return update(self, *arguments, **options)

    monkeypatch.setattr(Adam, "update", watched)
    changed = TrainOptions(epochs=4, hparams={"alpha": 0.0009765625, "final_alpha": 1})
    resume("cnn", changed, tmp_path, run.path, quiet, "last")
    assert rates == [0.0009765625] * 6


@pytest.mark.training
def test_a_test_set_that_changed_is_told(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=2)
    load = datasets.load

    def other(*given: Any) -> Any:
        data = load(*given)
        return replace(data, test_t=np.roll(data.test_t, 1))

    monkeypatch.setattr(datasets, "load", other)
    with pytest.raises(RunError, match="changed since"):
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)


@pytest.mark.slow
@pytest.mark.training
def test_resumed_training_differs_without_its_random_state(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    """The test above would pass by luck if nothing random happened after a resume."""
    whole = trained("dcgan-cond", "whole")
    run = interrupted("dcgan-cond", tmp_path, quiet, monkeypatch, after=2)
    monkeypatch.setattr(np.random, "set_state", lambda state: None)
    assert not same(last(whole), last(resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet).run))


KILLED_IN_SNAPSHOT = """
import os, signal, sys
import numpy as np
from pathlib import Path
from ganzoo.training import loop, options, train

loop.SNAPSHOT_SECONDS = 0.0  # after every iteration
savez = np.savez
written = 0

def die_half_way(file, **arrays):
    global written
    written += 1
    if written == 3:
        savez(file, **dict(list(arrays.items())[: len(arrays) // 2]))
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    savez(file, **arrays)

np.savez = die_half_way
few = options.TrainOptions(epochs=2, limit=96, batch_size=32, seed=3)
train.train("dcgan-cond", few, Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.training
def test_kill_in_mid_snapshot_then_resume_equals_uninterrupted(
    tmp_path: Path, quiet: Listener, trained: Trained
) -> None:
    path = tmp_path / "killed"
    done = subprocess.run([sys.executable, "-c", KILLED_IN_SNAPSHOT, tmp_path, path], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    snapshots = path / "snapshots"
    assert sorted(file.name for file in snapshots.glob("[0-9]*.npz")) == ["0000001.npz", "0000002.npz"]
    assert list(snapshots.glob(".*"))  # the half-written one, beside its place
    whole = trained("dcgan-cond", "whole")
    resumed = resume("dcgan-cond", TrainOptions(), tmp_path, path, quiet).run
    assert same(whole.model_path, resumed.model_path)
    assert same(last_snapshot(whole), last_snapshot(resumed))
    assert not list(snapshots.glob(".*"))  # and it is swept away


@pytest.mark.slow
@pytest.mark.training
def test_the_last_two_snapshots_are_kept(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    run = train("cnn", TrainOptions(epochs=4, limit=64), tmp_path, None, quiet).run
    assert [path.name for path in sorted(run.snapshots.iterdir())] == ["0000003.npz", "0000004.npz"]


@pytest.mark.slow
@pytest.mark.training
def test_stopped_before_its_first_snapshot_begins_again(tmp_path: Path, quiet: Listener, trained: Trained) -> None:
    whole = trained("dcgan-cond", "whole")
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    (stopped / "config.json").write_bytes((whole.path / "config.json").read_bytes())
    assert same(resume("dcgan-cond", TrainOptions(), tmp_path, stopped, quiet).run.model_path, whole.model_path)


@pytest.mark.slow
@pytest.mark.training
def test_resume_takes_the_unfinished_run(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    finished = trained("cnn", "younger")
    assert resume("cnn", TrainOptions(), tmp_path, None, quiet).run.path == run.path
    with pytest.raises(UsageError, match="younger is finished"):
        resume("cnn", TrainOptions(), tmp_path, finished.path, quiet)
    finished.model_path.unlink()
    with pytest.raises(UsageError, match="is at epoch 2 already"):
        resume("cnn", TrainOptions(epochs=1), tmp_path, finished.path, quiet)
    longer = resume("cnn", TrainOptions(epochs=3), tmp_path, finished.path, quiet).run
    assert longer.config.epochs == 3 and log(longer)[-1]["epoch_detail"] >= 3


@pytest.mark.training
def test_a_refused_resume_changes_nothing(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    before = (run.path / "config.json").read_bytes()
    for options in (TrainOptions(epochs=0), TrainOptions(limit=0), TrainOptions(batch_size=0), TrainOptions(seed=9)):
        with pytest.raises(UsageError):
            resume("cnn", options, tmp_path, run.path, quiet)
    assert (run.path / "config.json").read_bytes() == before


@pytest.mark.training
def test_resume_refuses_another_recipe(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    with pytest.raises(UsageError, match="batch_size, hparams"):
        resume("cnn", TrainOptions(batch_size=16, hparams={"alpha": 0.5}), tmp_path, run.path, quiet)
    with pytest.raises(UsageError, match="run of cnn"):
        resume("wgan-gp", TrainOptions(), tmp_path, run.path, quiet)


@pytest.mark.training
def test_resume_refuses_changed_data(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    config = run.path / "config.json"
    stored = json.loads(config.read_text())
    config.write_text(json.dumps({**stored, "data_sha256": "0" * 64}))
    with pytest.raises(RunError, match="changed"):
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)
