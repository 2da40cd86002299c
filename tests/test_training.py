"""Training: repeatable, resumable bit for bit, guarded, and honest about where it stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import datasets, provenance
from ganzoo.errors import (
    DeviceMissingError,
    DivergedError,
    RunError,
    SnapshotError,
    UnknownNameError,
    UsageError,
)
from ganzoo.runs import run as runs_module
from ganzoo.training import loop as loop_module
from ganzoo.training import options as options_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rich.console import Console

    from conftest import Done
    from ganzoo.runs.run import Run

ARCHS = ("cnn", "dcgan-cond", "wgan-gp")
OPTIONS = TrainOptions(epochs=2, limit=96, batch_size=32, seed=3)


def arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """What a file holds, without the seconds that it took."""
    with np.load(path, allow_pickle=False) as stored:
        return {key: value for key, value in stored.items() if "elapsed" not in key and not key.endswith("log/_log")}


def same(one: Path, other: Path) -> bool:
    a, b = arrays(one), arrays(other)
    return a.keys() == b.keys() and all(a[key].tobytes() == b[key].tobytes() for key in a)


def last(run: Run) -> Path:
    """The network as it was at the end, which the best one by score need not be."""
    return run.path / "last.npz"


def last_snapshot(run: Run) -> Path:
    return sorted(run.snapshots.glob("*.npz"))[-1]


def log(run: Run) -> list[dict[str, float]]:
    lines = (run.path / "log.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "elapsed_time"} for line in lines]


def interrupted(arch: str, path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch, after: int) -> Run:
    """A run that was told to stop after `after` iterations, as Ctrl-C tells it."""
    with monkeypatch.context() as patched:

        def stop(self: loop_module._Stop, trainer: Any) -> bool:
            self.interrupted = trainer.updater.iteration >= after
            return self.interrupted

        patched.setattr(loop_module._Stop, "__call__", stop)
        outcome = train(arch, OPTIONS, path, path / "stopped", quiet)
    assert outcome.interrupted and not outcome.run.finished
    return outcome.run


@pytest.mark.parametrize("arch", ARCHS)
def test_resumed_training_equals_uninterrupted(
    arch: str, tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(arch, OPTIONS, tmp_path, tmp_path / "whole", quiet).run
    run = interrupted(arch, tmp_path, quiet, monkeypatch, after=1 if arch == "wgan-gp" else 2)
    resumed = resume(arch, TrainOptions(), tmp_path, run.path, quiet).run
    assert same(whole.model_path, resumed.model_path) and same(last(whole), last(resumed))
    assert whole.best() == resumed.best() and whole.best()
    assert last_snapshot(whole).name == last_snapshot(resumed).name
    assert same(last_snapshot(whole), last_snapshot(resumed))
    assert log(whole) == log(resumed)
    assert (whole.path / "log.jsonl").stat().st_size


def test_a_finished_training_that_is_lengthened_and_stopped_goes_on(
    tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is there a network meanwhile that `config.json` does not describe."""
    run = train("cnn", OPTIONS, tmp_path, tmp_path / "run", quiet).run
    with monkeypatch.context() as patched:
        goes_on = loop_module._Stop.__call__

        def stop(self: loop_module._Stop, trainer: Any) -> bool:
            self.interrupted = trainer.updater.iteration >= 8
            return goes_on(self, trainer)

        patched.setattr(loop_module._Stop, "__call__", stop)
        assert resume("cnn", TrainOptions(epochs=4), tmp_path, run.path, quiet).interrupted
    assert not (run.path / "model.npz").exists() and not (run.path / "last.npz").exists()
    assert runs_module.latest(tmp_path, "cnn", finished=False).path == run.path
    ended = resume("cnn", TrainOptions(), tmp_path, None, quiet).run
    assert ended.finished and ended.path == run.path and ended.log()[-1]["iteration"] == 12
    ended.model()


def test_a_finished_training_without_snapshots_is_not_begun_again(tmp_path: Path, quiet: Console) -> None:
    run = train("cnn", OPTIONS, tmp_path, tmp_path / "run", quiet).run
    for path in run.kept():
        path.unlink()
    before = run.model_path.read_bytes()
    with pytest.raises(RunError, match="no snapshot"):
        resume("cnn", TrainOptions(epochs=4), tmp_path, run.path, quiet)
    assert run.model_path.read_bytes() == before


def test_snapshots_are_numbers_and_other_files_are_somebody_elses(tmp_path: Path, quiet: Console) -> None:
    run = train("cnn", OPTIONS, tmp_path, tmp_path / "run", quiet).run
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


@pytest.mark.parametrize("position", [-1, 625, 10**9])
def test_random_numbers_from_nowhere_are_refused(position: int, tmp_path: Path, quiet: Console) -> None:
    run = train("cnn", OPTIONS, tmp_path, tmp_path / "run", quiet).run
    path = run.kept()[-1]
    with np.load(path, allow_pickle=False) as stored:
        content = dict(stored.items())
    np.savez(path, **{**content, "random/rest": np.asarray([position, 0])})
    with pytest.raises(SnapshotError, match="its random numbers are at"):
        resume("cnn", TrainOptions(epochs=3), tmp_path, run.path, quiet)


def test_another_rate_is_that_of_the_first_step(
    tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganzoo.layers import Adam

    run = train("cnn", OPTIONS, tmp_path, tmp_path / "run", quiet).run
    rates, update = [], Adam.update

    def watched(self: Any, *arguments: Any, **options: Any) -> Any:
        rates.append(self.alpha)
        return update(self, *arguments, **options)

    monkeypatch.setattr(Adam, "update", watched)
    changed = TrainOptions(epochs=4, hparams=["alpha=0.0009765625", "final_alpha=1"])
    resume("cnn", changed, tmp_path, run.path, quiet, "last")
    assert rates == [0.0009765625] * 6


def test_a_test_set_that_changed_is_told(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=2)
    load = datasets.load

    def other(*given: Any) -> Any:
        data = load(*given)
        return replace(data, test_t=np.roll(data.test_t, 1))

    monkeypatch.setattr(datasets, "load", other)
    with pytest.raises(RunError, match="changed since"):
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)


@pytest.mark.parametrize(
    ("arch", "assignment"),
    [
        ("wgan-gp", "critic_steps=0"),
        ("wgan-gp", "beta1=1"),
        ("dcgan-cond", "beta2=2"),
        ("dcgan-cond", "gen_alpha=nan"),
        ("dcgan-cond", "ema_decay=-0.5"),
        ("dcgan-cond", "bn_decay=1"),
        ("dcgan-cond", "wrong_label=-1"),
        ("dcgan-cond", "clip=-1"),
        ("cnn", "alpha=-1"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_before_there_is_a_run(
    arch: str, assignment: str, ganzoo: Callable[..., Done], in_tmp: Path
) -> None:
    done = ganzoo("train", arch, "--set", assignment, "--limit", 64, "--epochs", 1)
    assert done.code == 2 and f"{assignment.partition('=')[0]} is " in done.err and "It is at least " in done.err
    assert not (in_tmp / "runs").exists()


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


def test_resumed_training_differs_without_its_random_state(
    tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would pass by luck if nothing random happened after a resume."""
    whole = train("dcgan-cond", OPTIONS, tmp_path, tmp_path / "whole", quiet).run
    run = interrupted("dcgan-cond", tmp_path, quiet, monkeypatch, after=2)
    monkeypatch.setattr(np.random, "set_state", lambda state: None)
    assert not same(last(whole), last(resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet).run))


def test_same_seed_same_run_other_seed_another(tmp_path: Path, quiet: Console, runs: Mapping[str, Run]) -> None:
    run = runs["dcgan-cond"]
    options = TrainOptions(epochs=run.config.epochs, limit=run.config.limit, seed=run.config.seed)
    again = train("dcgan-cond", options, tmp_path, None, quiet).run
    assert same(run.model_path, again.model_path) and same(last(run), last(again))
    assert log(run) == log(again) and run.best() == again.best()
    other = train("dcgan-cond", replace(options, seed=2), tmp_path, None, quiet).run
    assert not same(last(run), last(other))
    assert log(run)[0] != log(other)[0]


def test_blas_has_one_thread_while_training(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_users_random_state_is_left_alone(tmp_path: Path, quiet: Console) -> None:
    np.random.seed(5)
    expected = np.random.RandomState(5).uniform(size=3)
    train("cnn", TrainOptions(epochs=1, limit=64), tmp_path, None, quiet)
    np.testing.assert_array_equal(np.random.uniform(size=3), expected)


KILLED_IN_SNAPSHOT = """
import os, signal, sys
import numpy as np
from pathlib import Path
from rich.console import Console
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
train.train("dcgan-cond", few, Path(sys.argv[1]), Path(sys.argv[2]), Console(quiet=True))
"""


def test_kill_in_mid_snapshot_then_resume_equals_uninterrupted(tmp_path: Path, quiet: Console) -> None:
    path = tmp_path / "killed"
    done = subprocess.run([sys.executable, "-c", KILLED_IN_SNAPSHOT, tmp_path, path], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    snapshots = path / "snapshots"
    assert sorted(file.name for file in snapshots.glob("[0-9]*.npz")) == ["0000001.npz", "0000002.npz"]
    assert list(snapshots.glob(".*"))  # the half-written one, beside its place
    whole = train("dcgan-cond", OPTIONS, tmp_path, tmp_path / "whole", quiet).run
    resumed = resume("dcgan-cond", TrainOptions(), tmp_path, path, quiet).run
    assert same(whole.model_path, resumed.model_path)
    assert same(last_snapshot(whole), last_snapshot(resumed))
    assert not list(snapshots.glob(".*"))  # and it is swept away


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ganzoo",
        "train",
        "dcgan-cond",
        "--limit",
        "64",
        "--epochs",
        "300",
        "--out",
        "run",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "ganzoo train dcgan-cond --resume --out run" in err
    assert "Traceback" not in err
    assert out.strip() == "run"
    assert list((tmp_path / "run" / "snapshots").glob("*.npz")) and not (tmp_path / "run" / "model.npz").exists()
    log_before = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    epochs = int(json.loads(log_before[-1])["epoch"]) + 2
    again = [*command[:5], "--resume", "--epochs", str(epochs), "--out", "run"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model.npz").exists()


def test_nan_stops_the_training_and_keeps_the_last_good_snapshot(
    tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = interrupted("dcgan-cond", tmp_path, quiet, monkeypatch, after=2)
    good = arrays(last_snapshot(run))
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    from ganzoo.archs import dcgan_cond

    monkeypatch.setattr(dcgan_cond, "loss_fake", lambda logits: logits[0] * float("nan"))
    with pytest.raises(DivergedError, match="loss is not finite after 3 iterations") as caught:
        resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet)
    assert str(run.snapshots) in caught.value.remedy
    kept = arrays(last_snapshot(run))
    assert all(kept[key].tobytes() == good[key].tobytes() for key in good)
    assert not run.finished


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, of what is provoked here
def test_infinite_losses_stop_the_training_too(tmp_path: Path, quiet: Console) -> None:
    with pytest.raises(DivergedError) as caught:
        train("cnn", TrainOptions(epochs=2, limit=96, hparams=["alpha=1e38"]), tmp_path, tmp_path / "run", quiet)
    assert "kept" not in caught.value.remedy  # there is no snapshot yet, and none is claimed
    assert "ganzoo info cnn" in caught.value.remedy
    assert not (tmp_path / "run" / "model.npz").exists()


@pytest.fixture
def second_update_poisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """NaN in a weight after the second update of every optimiser."""
    import chainer

    update = chainer.optimizers.Adam.update

    def poisoned(self: Any, *arguments: Any, **options: Any) -> None:
        update(self, *arguments, **options)
        if self.t == 2:
            next(iter(self.target.params())).array[:] = np.nan

    monkeypatch.setattr(chainer.optimizers.Adam, "update", poisoned)


@pytest.mark.usefixtures("second_update_poisons")
def test_a_snapshot_never_holds_nan(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of an update says nothing of the weights after it: they are looked at before they are stored."""
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    with pytest.raises(DivergedError, match=r"model:main/.* is not finite after 2 iterations"):
        train("cnn", TrainOptions(epochs=2, limit=192), tmp_path, tmp_path / "run", quiet)
    kept = sorted((tmp_path / "run" / "snapshots").glob("*.npz"))
    assert [path.name for path in kept] == ["0000001.npz"]
    assert all(np.isfinite(value).all() for value in arrays(kept[0]).values() if value.dtype.kind == "f")


@pytest.mark.usefixtures("second_update_poisons")
def test_nan_in_the_very_last_update_leaves_no_model(tmp_path: Path, quiet: Console) -> None:
    with pytest.raises(DivergedError):
        train("cnn", TrainOptions(epochs=1, limit=128), tmp_path, tmp_path / "run", quiet)
    assert not (tmp_path / "run" / "model.npz").exists()


def test_the_last_two_snapshots_are_kept(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    run = train("cnn", TrainOptions(epochs=4, limit=64), tmp_path, None, quiet).run
    assert [path.name for path in sorted(run.snapshots.iterdir())] == ["0000003.npz", "0000004.npz"]


def test_stopped_before_its_first_snapshot_begins_again(tmp_path: Path, quiet: Console) -> None:
    whole = train("dcgan-cond", OPTIONS, tmp_path, tmp_path / "whole", quiet).run
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    (stopped / "config.json").write_bytes((whole.path / "config.json").read_bytes())
    assert same(resume("dcgan-cond", TrainOptions(), tmp_path, stopped, quiet).run.model_path, whole.model_path)


def test_resume_takes_the_unfinished_run(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    finished = train("cnn", OPTIONS, tmp_path, tmp_path / "younger", quiet).run
    assert resume("cnn", TrainOptions(), tmp_path, None, quiet).run.path == run.path
    with pytest.raises(UsageError, match="younger is finished"):
        resume("cnn", TrainOptions(), tmp_path, finished.path, quiet)
    finished.model_path.unlink()
    with pytest.raises(UsageError, match="is at epoch 2 already"):
        resume("cnn", TrainOptions(epochs=1), tmp_path, finished.path, quiet)
    longer = resume("cnn", TrainOptions(epochs=3), tmp_path, finished.path, quiet).run
    assert longer.config.epochs == 3 and log(longer)[-1]["epoch_detail"] >= 3


def test_a_refused_resume_changes_nothing(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    before = (run.path / "config.json").read_bytes()
    for options in (TrainOptions(epochs=0), TrainOptions(limit=0), TrainOptions(batch_size=0), TrainOptions(seed=9)):
        with pytest.raises(UsageError):
            resume("cnn", options, tmp_path, run.path, quiet)
    assert (run.path / "config.json").read_bytes() == before


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


def test_time_left_is_what_the_rate_says() -> None:
    from io import StringIO
    from types import SimpleNamespace

    from rich.console import Console

    from ganzoo.training.progress import Lines, Pace

    told = StringIO()
    entries: list[dict[str, float]] = []
    log_extension = SimpleNamespace(log=entries)
    updater = SimpleNamespace(epoch_detail=0.0)
    trainer = SimpleNamespace(updater=updater, get_extension=lambda name: log_extension)
    pace = Pace(10, 1000)
    assert pace.left(0.0) is None
    lines = Lines(Console(file=told, width=200), pace, ["loss"])
    lines.initialize(trainer)
    pace.began -= 20.0
    updater.epoch_detail = 2.0  # 2000 images in 20 s: 100 a second; 8000 are left
    entries.append({"loss": 0.5, "eval/frechet": 3.25})
    lines(trainer)
    assert "epoch 2.0/10" in told.getvalue() and "loss 0.50" in told.getvalue() and "frechet 3.25" in told.getvalue()
    assert "100 images/s" in told.getvalue() and "80 s left" in told.getvalue()
    lines(trainer)
    assert told.getvalue().count("epoch") == 1  # a line for each of the log's


def test_resume_refuses_another_recipe(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    with pytest.raises(UsageError, match="batch_size, hparams"):
        resume("cnn", TrainOptions(batch_size=16, hparams=["alpha=0.5"]), tmp_path, run.path, quiet)
    with pytest.raises(UsageError, match="run of cnn"):
        resume("wgan-gp", TrainOptions(), tmp_path, run.path, quiet)


def test_resume_refuses_changed_data(tmp_path: Path, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    config = run.path / "config.json"
    stored = json.loads(config.read_text())
    config.write_text(json.dumps({**stored, "data_sha256": "0" * 64}))
    with pytest.raises(RunError, match="changed"):
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)


def test_a_run_is_never_overwritten(tmp_path: Path, quiet: Console, runs: Mapping[str, Run]) -> None:
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
    if arch == "cnn":
        assert 0 <= entries[-1]["validation/main/accuracy"] <= 1
    sheets = sorted((run.path / "samples").glob("*.png"))
    assert bool(sheets) is (arch != "cnn")
    assert len(list(run.snapshots.glob("*.npz"))) <= 2


def test_samples_are_of_the_same_noise_at_every_call(runs: Mapping[str, Run]) -> None:
    from ganzoo.archs import _gan

    run = runs["dcgan-cond"]
    sample = _gan.sampler(run.config, run.model())
    first, second = sample(), sample()
    assert first.shape == (10, 10, 1, 28, 28) and first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (TrainOptions(preset="blok"), UnknownNameError, "preset of dcgan-cond 'blok'"),
        (TrainOptions(dataset="digit"), UnknownNameError, "dataset 'digit'"),
        (TrainOptions(hparams=["alfa=1"]), UnknownNameError, "hyper-parameter 'alfa'"),
        (TrainOptions(hparams=["gen_alpha=fast"]), UsageError, "'fast' is no float"),
        (TrainOptions(hparams=["gen_alpha"]), UsageError, "no '='"),
        (TrainOptions(epochs=0), UsageError, "--epochs is 0"),
        (TrainOptions(limit=4), UsageError, "A batch of 64"),
        (TrainOptions(seed=-1), UsageError, "--seed is -1"),
        (TrainOptions(device="tpu"), UsageError, "device 'tpu'"),
        (TrainOptions(device="cuda:7"), DeviceMissingError, "cuda:7 does not answer"),
    ],
)
def test_wrong_options(
    options: TrainOptions, error: type[Exception], words: str, tmp_path: Path, quiet: Console
) -> None:
    with pytest.raises(error, match=words):
        train("dcgan-cond", options, tmp_path, None, quiet)
    assert not list(tmp_path.iterdir())


def test_set_reads_a_value_as_the_presets_type(tmp_path: Path) -> None:
    from ganzoo import plugins

    options = TrainOptions(hparams=["alpha=1", "shift=3"], limit=64)
    config, _ = options_module.configure(plugins.ARCHS.get("cnn"), options)
    assert config.hparams["alpha"] == 1.0 and isinstance(config.hparams["alpha"], float)
    assert config.hparams["shift"] == 3 and isinstance(config.hparams["shift"], int)


def test_pictures_make_epochs_for_the_data_at_hand() -> None:
    from ganzoo.specs import Preset

    preset = Preset("", 32, pictures=100_000)
    assert preset.epochs_for(1_500) == 67
    assert preset.epochs_for(60_000) == 2
    assert preset.epochs_for(500_000) == 1
    assert Preset("", 32, epochs=200).epochs_for(60_000) == 200


def test_plain_lines_off_a_terminal(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("train", "cnn", "--limit", 128, "--epochs", 1)
    assert done.code == 0
    assert done.out == "runs/cnn-digits-1\n"
    lines = [line for line in done.err.splitlines() if line.startswith("epoch")]
    assert len(lines) >= 2 and "\x1b" not in done.err
    assert all(word in lines[-1] for word in ("loss", "accuracy", "images/s", "left"))


def test_live_progress_on_a_terminal(tmp_path: Path) -> None:
    """In a pseudo-terminal: epoch, rate, losses, scores and pictures, redrawn."""
    import pty

    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ganzoo", "train", "dcgan-cond", "--limit", "96", "--epochs", "2"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=writer,
        stdin=writer,
        env=environment,
    )
    os.close(writer)
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            chunk = os.read(reader, 65536)
        except OSError:  # the terminal is gone with its last user
            break
        if not chunk:
            break
        shown += chunk
    assert process.wait(timeout=10) == 0
    for words in ("epoch 2.0/2", "images/s", "gen/loss", "eval/frechet", "\u2580"):
        assert words.encode() in shown, words


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


@pytest.mark.parametrize(("times", "epochs", "step"), [(100, 4, 0.0016), (10, 64, 0.02), (100, 3, 1 / 7), (10, 1, 0.5)])
def test_evenly_fires_evenly_and_at_the_end(times: int, epochs: int, step: float) -> None:
    from types import SimpleNamespace

    from ganzoo.training.triggers import Evenly

    trigger = Evenly(times, epochs)
    steps = round(epochs / step)
    fired = [n for n in range(1, steps + 1) if trigger(SimpleNamespace(updater=SimpleNamespace(epoch_detail=n * step)))]
    assert fired[-1] == steps
    assert len(fired) == min(times, steps)
    gaps = [b - a for a, b in pairwise(fired)]
    assert not gaps or max(gaps) - min(gaps) <= 1
