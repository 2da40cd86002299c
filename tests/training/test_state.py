"""What is kept of a training, what stops it, and the way back."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo.errors import CollapsedError, DiskFullError, RunError, SnapshotError, UsageError
from ganzoo.metrics.in_training import Judge
from ganzoo.runs import run as runs_module
from ganzoo.training import loop as loop_module
from ganzoo.training.collapse import fallen, saturated
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener
    from tests.support.command import Done
    from tests.support.trainings import Trained

OPTIONS = TrainOptions(epochs=2, limit=96, batch_size=32, seed=3)  # six iterations, each judged


def arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored.items())


def says(
    monkeypatch: pytest.MonkeyPatch, scores: Iterable[float], key: str = "eval/frechet", better: str = "min"
) -> None:
    """Let the judge of the next trainings say `scores`, one after another."""
    told = iter(scores)
    judge = Judge(lambda: {key: next(told)}, key, better)  # type: ignore[arg-type]
    monkeypatch.setattr("ganzoo.metrics.in_training.during", lambda *arguments: judge)


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.slow
@pytest.mark.training
def test_the_best_is_kept_and_the_last_beside_it(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, [5, 3, 4, 3, 6, 7])
    run = train("dcgan-cond", OPTIONS, tmp_path, None, quiet).run
    best = run.best()
    assert best and (best.iteration, best.score) == (2, 3)  # the earliest of equals
    assert [path.stem for path in run.kept()] == ["0000002", "0000006"]
    for name, iteration in (("model.npz", 2), ("last.npz", 6)):
        average = arrays(run.snapshot(iteration))["trainer/updater/ema/link/l1/W"]
        assert arrays(run.path / name)["l1/W"].tobytes() == average.tobytes()
    assert [entry["eval/frechet"] for entry in run.log()] == [5, 3, 4, 3, 6, 7]


@pytest.mark.slow
@pytest.mark.training
def test_without_the_best_snapshot_the_last_weights_are_there(
    ganzoo: Callable[..., Done], in_tmp: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, [5, 3, 4, 3, 6, 7])
    run = train("dcgan-cond", OPTIONS, in_tmp, Path("a run"), quiet).run
    whole = (run.path / "last.npz").read_bytes()
    run.snapshot(2).unlink()
    for name in ("model.npz", "last.npz"):
        (run.path / name).unlink()
    with pytest.raises(SnapshotError, match=r"0000002\.npz, the snapshot with the best score, was deleted") as gone:
        resume("dcgan-cond", TrainOptions(), in_tmp, run.path, quiet)
    assert (run.path / "last.npz").read_bytes() == whole
    assert gone.value.remedy.endswith("ganzoo export 'a run' --last")
    assert ganzoo("sample", run.path, "--last").code == 0


@pytest.mark.training
def test_the_best_may_be_the_greatest(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, [0.1, 0.4, 0.3, 0.35], "eval/accuracy", "max")
    run = train("cnn", TrainOptions(epochs=4, limit=64), tmp_path, None, quiet).run
    best = run.best()
    assert best and best.iteration == 2


@pytest.mark.training
def test_without_a_judge_the_last_is_the_best(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganzoo.metrics.in_training.during", lambda *arguments: None)
    run = train("cnn", TrainOptions(epochs=1, limit=64), tmp_path, None, quiet).run
    assert run.best() is None and run.model_path.read_bytes() == (run.path / "last.npz").read_bytes()


@pytest.mark.slow
@pytest.mark.training
def test_last_is_asked_for_by_name(
    ganzoo: Callable[..., Done], in_tmp: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, [1, 2, 3, 4, 5, 6])
    run = train("dcgan-cond", OPTIONS, in_tmp, in_tmp / "runs" / "a", quiet).run
    pictures = []
    for options in ((), ("--last",)):
        assert ganzoo("sample", "a", "--out", "a.png", *options).code == 0
        pictures.append(Path("a.png").read_bytes())
    assert pictures[0] != pictures[1]
    shards = []
    for options in ((), ("--last",)):
        done = ganzoo("export", "a", "--backend", "webgpu", "--no-verify", *options)
        assert done.code == 0, done.err
        shards.append([path.read_bytes() for path in sorted((run.path / "export" / "generator").glob("weights*"))])
    assert shards[0] != shards[1]
    (run.path / "last.npz").unlink()
    assert "has no last.npz" in ganzoo("sample", "--last").err


@pytest.mark.slow
@pytest.mark.training
def test_so_many_snapshots_are_kept(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    says(monkeypatch, [1, 2, 3, 4, 5, 6])
    run = train("dcgan-cond", TrainOptions(epochs=2, limit=96, batch_size=32, keep=3), tmp_path, None, quiet).run
    assert [path.stem for path in run.kept()] == ["0000001", "0000004", "0000005", "0000006"]
    with pytest.raises(UsageError, match="--keep is 0"):
        train("dcgan-cond", TrainOptions(keep=0), tmp_path, None, quiet)


@pytest.mark.slow
@pytest.mark.training
def test_a_collapse_ends_with_a_command_that_goes_on(
    ganzoo: Callable[..., Done], in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, itertools.chain([0.2, 0.9, 0.3, 0.31]), "eval/coverage", "max")
    command = ("train", "dcgan-cond", "--epochs", 2, "--limit", 96, "--batch-size", 32, "--out", "run")
    done = ganzoo(*command)
    assert done.code == 1 and not Path("run/model.npz").exists(), done.err
    assert "eval/coverage fell from 0.900 to 0.310" in done.err and "run/snapshots/0000002.npz" in done.err
    found = re.search(r"ganzoo (train .*)", done.err)
    assert found
    recovery = shlex.split(found[1])
    assert recovery[2:6] == ["--resume", "--out", "run", "--from"]
    says(monkeypatch, [0.8, 0.7, 0.95, 0.7])
    again = ganzoo(*recovery)
    assert again.code == 0, again.err
    stored = json.loads(Path("run/config.json").read_text())
    (former,) = stored["former"]
    changed = [key for key, value in stored["config"]["hparams"].items() if value != former["hparams"][key]]
    assert changed and all(stored["config"]["hparams"][key] == former["hparams"][key] / 2 for key in changed)
    run = runs_module.load(Path("run"))
    assert [entry["iteration"] for entry in run.log()] == [1, 2, 3, 4, 5, 6]
    assert [entry.get("eval/coverage") for entry in run.log()][:2] == [0.2, 0.9]


@pytest.mark.slow
@pytest.mark.training
def test_a_collapse_at_the_very_end_is_none(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, [0.9, 0.9, 0.9, 0.9, 0.1, 0.1], "eval/coverage", "max")
    run = train("dcgan-cond", OPTIONS, tmp_path, None, quiet).run
    best = run.best()
    assert run.finished and best and best.iteration == 1


def test_what_fell_once_may_rise_again() -> None:
    def log(*values: float) -> list[dict[str, float]]:
        return [{"eval/accuracy": value} for value in values]

    assert not fallen(log(0.9, 0.3, 0.8)) and not fallen(log(0.9, 0.3))
    assert not fallen(log(0.15, 0.01, 0.01))  # nothing was reached yet
    assert not fallen(log(0.9, 0.5, 0.5)) and not fallen([])
    assert fallen(log(0.2, 0.9, 0.4, 0.4)) == [
        "eval/accuracy fell from 0.900 to 0.400 and stayed low for 2 evaluations"
    ]


def test_a_monitor_out_of_its_range_for_long() -> None:
    healthy = {"dis/loss": (0.1, float("inf")), "penalty": (0.0, 10.0)}

    def log(key: str, *values: float) -> list[dict[str, float]]:
        return [{key: value} for value in values]

    assert not saturated(log("dis/loss", 0.01, 0.01), healthy, 3)
    assert not saturated(log("dis/loss", 0.01, 0.01, 0.2, 0.01), healthy, 3)
    assert saturated(log("dis/loss", 0.2, 0.01, 0.02, 0.01), healthy, 3) == [
        "dis/loss has been below 0.1 for an eighth of the training"
    ]
    assert saturated(log("penalty", 11, 12, 13), healthy, 3) == [
        "penalty has been above 10 for an eighth of the training"
    ]


@pytest.mark.slow
@pytest.mark.training
def test_a_saturated_discriminator_stops_a_training(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A discriminator that learns a hundred times faster than its generator."""
    from ganzoo.archs import _logistic

    monkeypatch.setattr(_logistic, "loss_real", lambda logits: 1e-6 * logits[0])
    monkeypatch.setattr(_logistic, "loss_fake", lambda logits: 1e-6 * logits[0])
    options = TrainOptions(epochs=32, batch_size=64, limit=64)
    for scores in (None, [5, 4, 3, 3, 3, 3, 3, 3]):  # no judge, and one whose scores do not rise
        monkeypatch.setattr("ganzoo.metrics.in_training.during", lambda *arguments: None)
        if scores:
            says(monkeypatch, scores)
        with pytest.raises(CollapsedError, match="dis/loss has been below"):
            train("dcgan-cond", options, tmp_path, None, quiet)
    says(monkeypatch, itertools.count(9, -1))
    assert train("dcgan-cond", options, tmp_path, None, quiet).run.finished  # while scores rise, it learns


@pytest.mark.slow
@pytest.mark.training
def test_another_seed_from_a_snapshot_is_another_future(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, itertools.count(1))
    run = train("dcgan-cond", OPTIONS, tmp_path, None, quiet).run
    first = arrays(run.path / "last.npz")["l1/W"]
    resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet, "best")
    assert first.tobytes() == arrays(run.path / "last.npz")["l1/W"].tobytes()
    other = resume("dcgan-cond", TrainOptions(seed=4), tmp_path, run.path, quiet, "best").run
    assert first.tobytes() != arrays(run.path / "last.npz")["l1/W"].tobytes()
    assert other.config.seed == 4 and other.provenance["former"][0]["seed"] == 3
    with pytest.raises(UsageError, match="other values of: seed"):
        resume("dcgan-cond", TrainOptions(seed=5, epochs=3), tmp_path, run.path, quiet)
    other.snapshot(1).unlink()
    with pytest.raises(RunError, match="has no best snapshot"):
        resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet, "best")


@pytest.mark.slow
def test_two_processes_on_one_run(ganzoo: Callable[..., Done], in_tmp: Path, runs: Mapping[str, Run]) -> None:
    """The second ends at once, with exit code 2, and has touched nothing."""
    script = """
import sys, time
from pathlib import Path
from ganzoo.runs.run import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""
    assert ganzoo("train", "cnn", "--epochs", 1, "--limit", 64, "--out", "run").code == 0
    holder = subprocess.Popen([sys.executable, "-c", script, "run"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "locked\n"
    try:
        before = content(Path("run"))
        for more in (("--resume", "--epochs", 2), ("--resume", "--from", "last")):
            done = ganzoo("train", "cnn", *more, "--out", "run")
            assert done.code == 2 and "Another process is training in run" in done.err
        assert content(Path("run")) == before
        empty = Path("empty")
        empty.mkdir()
        with runs_module.locked(empty):
            done = ganzoo("train", "cnn", "--epochs", 1, "--limit", 64, "--out", "empty")
        assert done.code == 2 and "Another process" in done.err and [path.name for path in empty.iterdir()] == [".lock"]
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert ganzoo("train", "cnn", "--resume", "--epochs", 2, "--out", "run").code == 0  # a crash frees it


FULL_DISK = """
import resource, sys
from pathlib import Path
from rich.console import Console
from ganzoo.cli import main
from ganzoo.training import loop
from ganzoo.runs import snapshot

loop.SNAPSHOT_SECONDS = 0.0  # after every iteration
write, written = snapshot.save_state, 0

def save_state(*arguments):
    global written
    written += 1
    if written == 4:  # from here on the system takes no more than 100 kB of a file
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    write(*arguments)

import ganzoo.training.extensions
ganzoo.training.extensions.save_state = save_state
import ganzoo.metrics.in_training
ganzoo.metrics.in_training.during = lambda *arguments: None
main(["train", "dcgan-cond", "--epochs", "2", "--limit", "96", "--batch-size", "32", "--seed", "3", "--out", "run"])
"""


@pytest.mark.slow
@pytest.mark.training
def test_a_full_disk_in_mid_snapshot_loses_nothing(
    in_tmp: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    whole = trained("dcgan-cond", "whole")  # first: others share it, and it was judged
    monkeypatch.setattr("ganzoo.metrics.in_training.during", lambda *arguments: None)
    done = subprocess.run([sys.executable, "-c", FULL_DISK], capture_output=True, text=True)
    assert done.returncode == DiskFullError.exit_code and "Traceback" not in done.stderr, done.stderr
    assert "run cannot be written: File too large; the snapshot 0000003.npz is complete." in done.stderr
    assert "ganzoo train dcgan-cond --resume --out run" in done.stderr
    assert not list(Path("run/snapshots").glob(".*"))
    resumed = resume("dcgan-cond", TrainOptions(), in_tmp, Path("run"), quiet).run
    for name in ("model.npz", "last.npz"):
        one, other = arrays(resumed.path / name), arrays(whole.path / name)
        assert all(one[key].tobytes() == other[key].tobytes() for key in other)


@pytest.mark.training
def test_a_really_full_disk(in_tmp: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that holds two snapshots and not three, where this process may mount one."""
    disk = in_tmp / "disk"
    disk.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk]).returncode:
        pytest.skip("no file system can be mounted here")
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr("ganzoo.metrics.in_training.during", lambda *arguments: None)
    try:
        with pytest.raises(DiskFullError, match=r"No space left on device; the snapshot 0000002.npz is complete"):
            train("dcgan-cond", TrainOptions(epochs=1, limit=96, batch_size=32, keep=6), in_tmp, disk / "run", quiet)
        assert arrays(runs_module.load(disk / "run").snapshot(2))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_state_of_another_version_is_refused(tmp_path: Path, quiet: Listener, runs: Mapping[str, Run]) -> None:
    import shutil

    shutil.copytree(runs["cnn"].path, tmp_path / "run")
    run = runs_module.load(tmp_path / "run")
    snapshot = run.kept()[-1]
    stored = arrays(snapshot)
    header = {**json.loads(str(stored["ganzoo"])), "format": 1}
    np.savez(snapshot, **{**stored, "ganzoo": np.asarray(json.dumps(header))})  # type: ignore[arg-type]
    before = content(run.path)
    with pytest.raises(SnapshotError, match="has format 1, but this version of ganzoo reads format 2"):
        resume("cnn", TrainOptions(epochs=3), tmp_path, run.path, quiet)
    assert {key: value for key, value in content(run.path).items() if key != ".lock"} == {
        key: value for key, value in before.items() if key != ".lock"
    }
