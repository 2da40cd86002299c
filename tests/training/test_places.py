"""Where a training writes: never over another's files, never into a folder that has gone away."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.errors import RunError, SnapshotError, UsageError
from ganzoo.runs import run as runs_module
from ganzoo.training import loop as loop_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train
from tests.support.trainings import OPTIONS, Trained, interrupted, same

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.training.progress import Listener
    from tests.support.command import Done


@pytest.mark.parametrize("foreign", ["model.npz", "log.jsonl", "snapshots/0000001.npz", "samples/0000000.png", "a"])
def test_a_folder_that_holds_anything_is_no_place_for_a_run(foreign: str, tmp_path: Path, quiet: Listener) -> None:
    file = tmp_path / "mine" / foreign
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(RunError, match="mine exists and is not a run of ganzoo") as refused:
        train("cnn", OPTIONS, tmp_path, tmp_path / "mine", quiet)
    assert file.read_text() == "mine" and "empty folder" in refused.value.remedy
    with pytest.raises(RunError, match="is not a run"):
        runs_module.refuse_used(file)


def test_a_training_that_was_killed_before_it_began_leaves_its_place_free(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / ".config.json.ganzoo-0123abcd.json").touch()
    runs_module.refuse_used(tmp_path)
    runs_module.refuse_used(tmp_path / "absent")


@pytest.mark.training
@pytest.mark.parametrize("at", [1, 3])
def test_a_run_that_was_moved_away_is_not_trained_on(
    at: int, tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the middle nor at its end."""
    place = tmp_path / "run"
    goes_on = loop_module.Stop.__call__

    def moving(self: loop_module.Stop, trainer: Any) -> bool:
        if trainer.updater.iteration == at and place.exists():
            shutil.move(place, tmp_path / "moved")
        return goes_on(self, trainer)

    monkeypatch.setattr(loop_module.Stop, "__call__", moving)
    with pytest.raises(RunError, match="run was moved or removed during its training") as refused:
        train("cnn", OPTIONS, tmp_path, place, quiet)
    assert not place.exists() and (tmp_path / "moved" / "config.json").exists()
    assert "--resume --out" in refused.value.remedy


@pytest.mark.training
def test_a_kill_before_the_page_was_written_is_made_good(tmp_path: Path, quiet: Listener, trained: Trained) -> None:
    run = trained("cnn", "run")
    (run.path / "run.html").unlink()
    before = run.model_path.read_bytes()
    assert resume("cnn", TrainOptions(), tmp_path, run.path, quiet).run.finished
    assert (run.path / "run.html").exists() and run.model_path.read_bytes() == before
    with pytest.raises(UsageError, match="is finished"):
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)


@pytest.mark.training
def test_remedies_for_damaged_files_restore_them(tmp_path: Path, quiet: Listener, trained: Trained) -> None:
    """Each deletes what its remedy says, and no more."""
    run = trained("cnn", "run")
    whole = shutil.copytree(run.path, tmp_path / "whole")
    for name, read in (("log.jsonl", run.log), ("best.json", run.best), ("model.npz", run.model)):
        content = (run.path / name).read_bytes()
        (run.path / name).write_bytes(content[: len(content) // 2])
        with pytest.raises((RunError, SnapshotError), match="damaged") as damaged:
            read()
        said, _, command = damaged.value.remedy.rpartition(": ")
        assert command == f"ganzoo train cnn --resume --out {run.path}"
        told = [path for path in run.path.iterdir() if str(path) in said]
        assert {path.name for path in told} == {name, "model.npz"}
        for path in told:
            path.unlink()
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)
        assert same(run.model_path, whole / "model.npz")
        assert (run.path / "log.jsonl").read_bytes() == (whole / "log.jsonl").read_bytes()
        assert (run.path / "best.json").read_bytes() == (whole / "best.json").read_bytes()


@pytest.mark.training
def test_without_a_damaged_snapshot_the_one_before_it_goes_on(
    tmp_path: Path, quiet: Listener, trained: Trained
) -> None:
    run = trained("cnn", "run")
    whole = run.model_path.rename(tmp_path / "model.npz")
    before, last = run.kept()[-2:]
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(SnapshotError, match="damaged") as damaged:
        resume("cnn", TrainOptions(), tmp_path, run.path, quiet)
    assert damaged.value.remedy.startswith("Delete it; --resume then continues from the snapshot before it")
    last.unlink()
    assert resume("cnn", TrainOptions(), tmp_path, run.path, quiet).run.finished and before != last
    assert same(run.model_path, whole)


@pytest.mark.training
def test_going_on_from_the_end_asks_for_more_epochs(tmp_path: Path, quiet: Listener, trained: Trained) -> None:
    """The last batch may have reached beyond the last epoch."""
    run = trained("cnn", "run")
    log = run.path / "log.jsonl"
    log.write_text(log.read_text().replace('"epoch_detail": 2.0}', '"epoch_detail": 2.1}'))
    for options in (TrainOptions(hparams={"alpha": 0.001}), TrainOptions(epochs=2)):
        with pytest.raises(UsageError, match="is from the end of its training, epoch 2") as refused:
            resume("cnn", options, tmp_path, run.path, quiet, "last")
        assert refused.value.remedy == "Lengthen the training: give --epochs more than 2."
    run.model_path.unlink()  # as after a kill just before the end
    assert resume("cnn", TrainOptions(), tmp_path, run.path, quiet).run.finished


@pytest.mark.training
@pytest.mark.posix
def test_sigterm_saves_as_ctrl_c_does(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = loop_module.Stop.__call__

    def terminated(self: loop_module.Stop, trainer: Any) -> bool:
        if trainer.updater.iteration == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return goes_on(self, trainer)

    monkeypatch.setattr(loop_module.Stop, "__call__", terminated)
    done = ganzoo("train", "cnn", "--limit", 96, "--batch-size", 32, "--out", "my run")
    assert done.code == 128 + signal.SIGTERM and done.out == "my run\n"
    assert "The training is saved. Continue it with: ganzoo train cnn --resume --out 'my run'" in done.err
    assert [path.name for path in (in_tmp / "my run" / "snapshots").glob("*2.npz")] == ["0000002.npz"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.training
def test_a_thread_trains_too(tmp_path: Path, quiet: Listener) -> None:
    """Only the main thread is told of signals."""
    ended: list[Any] = []
    options = TrainOptions(epochs=1, limit=64)
    thread = threading.Thread(target=lambda: ended.append(train("cnn", options, tmp_path, None, quiet)))
    thread.start()
    thread.join()
    assert ended and ended[0].run.finished


@pytest.mark.training
@pytest.mark.posix
def test_named_pipes_in_a_run_are_damage(
    tmp_path: Path, quiet: Listener, trained: Trained, ganzoo: Callable[..., Done]
) -> None:
    """Opening one would wait for ever."""
    run = trained("cnn", "run")
    for name, arguments in {
        run.kept()[-1]: ("train", "cnn", "--resume", "--epochs", 3, "--out", run.path),
        run.model_path: ("export", run.path, "--backend", "webgl", "--no-verify"),
        run.path / "log.jsonl": ("runs", "report", run.path),
        run.path / "best.json": ("runs", "report", run.path),
        run.path / "metrics.json": ("runs", "report", run.path),
        run.path / "config.json": ("runs", "report", run.path),
    }.items():
        kept = name.read_bytes() if name.exists() else None
        name.unlink(missing_ok=True)
        os.mkfifo(name)
        done = ganzoo(*arguments)
        assert done.code == 2 and f"{name} is damaged" in done.err and "it is not a file" in done.err, done.err
        name.unlink()
        if kept is not None:
            name.write_bytes(kept)


def test_what_may_not_be_read_of_a_run_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root, who may run the tests, may read everything."""
    (tmp_path / "config.json").touch()

    def refused(self: Path, *arguments: Any) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(tmp_path), "open", refused)
    with pytest.raises(RunError, match=r"config\.json cannot be read: Permission denied\."):
        runs_module.load(tmp_path)


@pytest.mark.training
def test_what_is_hidden_among_the_snapshots_is_somebody_elses(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = interrupted("cnn", tmp_path, quiet, monkeypatch, after=1)
    mine, half_written = run.snapshots / ".gitignore", run.snapshots / ".0000001.npz.ganzoo-0123abcd.npz"
    mine.touch()
    half_written.touch()
    resume("cnn", TrainOptions(), tmp_path, run.path, quiet)
    assert mine.exists() and not half_written.exists()
