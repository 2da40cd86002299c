"""Training on several processes: the same result as on one, one writer, and an end for all when one of them ends.

The processes are real ones, under mpiexec, more of them than there may be cores.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.errors import UsageError
from ganzoo.runs import run as runs_module
from ganzoo.updaters.distributed import STARTED, share
from tests.support.distributed_job import RUNS, train_all
from tests.support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.command import Done

MPIEXEC = Path(sys.executable).with_name("mpiexec")
JOB = ("-m", "tests.support.distributed_job")
GANZOO = ("-m", "ganzoo")
# what one process computes in sums of 16 pictures, two compute in sums of 8: float64's rounding, grown over the steps
LOSSES, WEIGHTS = 1e-12, 1e-9
TRAIN = ("train", "cnn", "--distributed", "--seed", "3", "--batch-size", "16", "--limit", "64")


def start(n: int, *arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [str(MPIEXEC), "-n", str(n), sys.executable, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=dict(os.environ), **options)  # type: ignore[call-overload,no-any-return]


def ended(process: subprocess.Popen[str]) -> Done:
    from tests.support.command import Done

    out, err = process.communicate(timeout=120)
    return Done(process.returncode, out, err)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path]:
    """A folder of runs by the number of processes that made them."""
    folder = tmp_path_factory.mktemp("distributed")
    pair = start(2, *JOB, folder / "2", cwd=ROOT)
    train_all(folder / "1")
    done = ended(pair)
    assert done.code == 0, done.err
    return {1: folder / "1", 2: folder / "2"}


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize("name", RUNS)
def test_two_processes_train_as_one_does(both: Mapping[int, Path], name: str) -> None:
    one, two = ([json.loads(line) for line in (both[n] / name / "log.jsonl").read_text().splitlines()] for n in (1, 2))
    assert len(one) == len(two) > 0
    for before, after in zip(one, two, strict=True):
        for key in before.keys() - {"elapsed_time"}:
            assert after[key] == pytest.approx(before[key], rel=LOSSES), key

    with np.load(both[1] / name / "model.npz") as one_model, np.load(both[2] / name / "model.npz") as two_model:
        weights = [key for key in one_model.files if one_model[key].dtype == np.float64]
        assert len(weights) > 4
        for key in weights:
            np.testing.assert_allclose(two_model[key], one_model[key], rtol=0, atol=WEIGHTS, err_msg=key)


@pytest.mark.slow
@pytest.mark.training
def test_process_0_alone_writes_and_speaks(tmp_path: Path) -> None:
    """Every file that is opened for writing is told, by every process."""
    traced = (
        "import sys, os; opened = []\n"
        "sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == 'open' and about[1] "
        "and set(about[1]) & set('wax+') else opened.append(str(about[0])) if event == 'os.mkdir' else None)\n"
        "from ganzoo.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(os.environ['PMI_RANK'], sum('mine' in path for path in opened), file=sys.stderr)\n"
    )
    done = ended(start(2, "-c", traced, *TRAIN, "--epochs", "1", "--out", tmp_path / "mine"))
    assert done.code == 0, done.err
    told = dict(line.split() for line in done.err.splitlines() if line[:2] in ("0 ", "1 "))
    assert int(told["0"]) > 5 and int(told["1"]) == 0
    assert "eval/accuracy" in runs_module.load(tmp_path / "mine").log()[-1]  # it judges as well
    assert done.err.count("epoch 1.0/1") == done.err.count("Trained in") == 1 and len(done.out.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.training
def test_a_killed_process_ends_the_job_and_one_process_can_go_on(tmp_path: Path, ganzoo: Callable[..., Done]) -> None:
    path = tmp_path / "run"
    telling = (
        "import os, sys, pathlib; from ganzoo.training import loop; loop.SNAPSHOT_SECONDS = 0.0\n"
        f"(pathlib.Path({str(tmp_path)!r}) / (os.environ['PMI_RANK'] + '.pid')).write_text(str(os.getpid()))\n"
        "from ganzoo.cli import main; main(sys.argv[1:])\n"
    )
    process = start(2, "-c", telling, *TRAIN, "--epochs", "2000", "--out", path)
    deadline = time.monotonic() + 60
    while not list(path.glob("snapshots/[0-9]*.npz")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    pids = [int((tmp_path / f"{rank}.pid").read_text()) for rank in range(2)]
    os.kill(pids[1], signal.SIGKILL)
    done = ended(process)
    assert done.code not in (0, None) and "Killed" in done.out + done.err
    assert "If one of them dies, continue with --resume." in done.err
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    reached = runs_module.load(path).epochs_done()
    epochs = int(reached) + 2
    resumed = ganzoo("train", "cnn", "--resume", "--out", path, "--epochs", epochs)
    assert resumed.code == 0, resumed.err
    assert runs_module.load(path).finished and runs_module.load(path).epochs_done() == epochs


@pytest.mark.training
def test_a_process_that_raises_ends_the_job_and_is_named(tmp_path: Path) -> None:
    raising = (
        "import os, sys; from ganzoo.updaters import distributed; distributed.PATIENCE = 0.1\n"
        "from ganzoo.training.loop import Stop; goes_on, count = Stop.__call__, []\n"
        "def stop(*arguments):\n"
        "    count.append(0)\n"
        "    if os.environ['PMI_RANK'] == '1' and len(count) == 3: raise ArithmeticError('by chance')\n"
        "    return goes_on(*arguments)\n"
        "Stop.__call__ = stop\n"
        "from ganzoo.cli import main; main(sys.argv[1:])\n"
    )
    done = ended(start(2, "-c", raising, *TRAIN, "--epochs", "500", "--out", tmp_path / "run"))
    assert done.code == 1
    assert "Process 1 of 2 failed" in done.err and "ArithmeticError: by chance" in done.err


@pytest.mark.training
def test_a_batch_that_cannot_be_shared_is_refused_once_and_nothing_is_written(tmp_path: Path) -> None:
    arguments = ("train", "cnn", "--distributed", "--batch-size", "33", "--out", tmp_path / "run")
    done = ended(start(2, *GANZOO, *arguments))
    assert done.code == 2 and not (tmp_path / "run").exists()
    assert done.err.count("A batch of 33 images cannot be shared evenly by 2 processes.") == 1


def test_without_mpiexec_the_way_to_start_it_is_told(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in STARTED:
        monkeypatch.delenv(name, raising=False)
    done = ganzoo("train", "cnn", "--distributed")
    assert done.code == 2 and "mpiexec -n 2 ganzoo train" in done.err and not list(in_tmp.iterdir())


def test_without_mpi4py_the_way_to_get_it_is_told(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = ganzoo("train", "cnn", "--distributed")
    assert done.code == 3 and "pip install mpi4py mpich" in done.err and not list(in_tmp.iterdir())


def test_alone_a_share_is_the_draw_itself() -> None:
    assert share(np.arange, 5).tolist() == [0, 1, 2, 3, 4]


def test_a_batch_norm_that_nobody_knows_is_refused_by_name() -> None:
    import chainer
    import chainer.links as L

    from ganzoo.updaters.global_batch import GlobalBatchNormalization, synchronise

    class Other(L.BatchNormalization):
        pass

    known, unknown = chainer.Sequential(L.BatchNormalization(2)), chainer.Sequential(Other(2))
    synchronise(known)
    assert type(known[0]) is GlobalBatchNormalization
    with pytest.raises(UsageError, match="'/0', a Other"):
        synchronise(unknown)
