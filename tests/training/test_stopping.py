"""What stops a training, Ctrl-C and values that are not finite, and what is left then."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo.errors import (
    DivergedError,
)
from ganzoo.training import loop as loop_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import resume, train
from tests.support.trainings import arrays, interrupted, last_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.training.progress import Listener


@pytest.mark.slow
@pytest.mark.training
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


@pytest.mark.slow
@pytest.mark.training
def test_nan_stops_the_training_and_keeps_the_last_good_snapshot(
    tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = interrupted("dcgan-cond", tmp_path, quiet, monkeypatch, after=2)
    good = arrays(last_snapshot(run))
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    from ganzoo.archs import _logistic

    monkeypatch.setattr(_logistic, "loss_fake", lambda logits: logits[0] * float("nan"))
    with pytest.raises(DivergedError, match="loss became NaN or infinite after 3 iterations") as caught:
        resume("dcgan-cond", TrainOptions(), tmp_path, run.path, quiet)
    assert str(run.snapshots) in caught.value.remedy
    kept = arrays(last_snapshot(run))
    assert all(kept[key].tobytes() == good[key].tobytes() for key in good)
    assert not run.finished


@pytest.mark.training
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, of what is provoked here
def test_infinite_losses_stop_the_training_too(tmp_path: Path, quiet: Listener) -> None:
    with pytest.raises(DivergedError) as caught:
        train("cnn", TrainOptions(epochs=2, limit=96, hparams={"alpha": 1e38}), tmp_path, tmp_path / "run", quiet)
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


@pytest.mark.training
@pytest.mark.usefixtures("second_update_poisons")
def test_a_snapshot_never_holds_nan(tmp_path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of an update says nothing of the weights after it: they are looked at before they are stored."""
    monkeypatch.setattr(loop_module, "SNAPSHOT_SECONDS", 0.0)
    with pytest.raises(DivergedError, match=r"model:main/.* became NaN or infinite after 2 iterations"):
        train("cnn", TrainOptions(epochs=2, limit=192), tmp_path, tmp_path / "run", quiet)
    kept = sorted((tmp_path / "run" / "snapshots").glob("*.npz"))
    assert [path.name for path in kept] == ["0000001.npz"]
    assert all(np.isfinite(value).all() for value in arrays(kept[0]).values() if value.dtype.kind == "f")


@pytest.mark.training
@pytest.mark.usefixtures("second_update_poisons")
def test_nan_in_the_very_last_update_leaves_no_model(tmp_path: Path, quiet: Listener) -> None:
    with pytest.raises(DivergedError):
        train("cnn", TrainOptions(epochs=1, limit=128), tmp_path, tmp_path / "run", quiet)
    assert not (tmp_path / "run" / "model.npz").exists()
