"""Sweeps that several machines share: a real PostgreSQL, two processes, and what can go wrong with a data base."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.errors import PackageMissingError, RunError, UsageError
from ganzoo.sweep import storage
from tests.support.postgres import PASSWORD, postgres, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command import Done

SPACE = """arch = "cnn"
limit = 64
epochs = 1
batch_size = 32
metric = "main/loss"
better = "min"
trials = 4
[space]
alpha = { low = 1e-4, high = 1e-2, log = true }
"""
DIES = """
import os, signal, sys
from ganzoo.sweep import storage
from ganzoo.training import train
train.train = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
storage.BEAT = 1
from ganzoo.cli import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The URL of a PostgreSQL that this module has for itself."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed, so shared sweeps are not tested: make postgres")
    with postgres(found) as url:
        yield url


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.posix
def test_machines_share_a_sweep_and_what_a_dead_one_had_is_tried_again(
    base: str, in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_tmp / "s.toml").write_text(SPACE)
    command = ["sweep", "s.toml", "--storage", base, "--json"]

    def machine(name: str, code: int, *how: str) -> str:
        (in_tmp / name).mkdir()
        (in_tmp / name / "s.toml").write_text(SPACE)
        done = subprocess.run(
            [sys.executable, *how, *command], capture_output=True, text=True, cwd=in_tmp / name, timeout=120
        )
        assert done.returncode == code, done.stderr
        assert PASSWORD not in done.stdout + done.stderr and "Warning" not in done.stderr
        return done.stdout

    machine("dead", -signal.SIGKILL, "-c", DIES)
    first = json.loads(machine("one", 0, "-m", "ganzoo"))
    assert sorted(trial["state"] for trial in first["trials"]) == ["done"] * 3 + ["running"]
    assert {trial["machine"] for trial in first["trials"]} == {socket.gethostname()}

    monkeypatch.setattr(storage, "SILENCE", 1)
    done = ganzoo(*command)
    assert done.code == 0, done.err
    trials = json.loads(done.out)["trials"]
    assert len(trials) == 4 and {trial["state"] for trial in trials} == {"done"}
    assert len({trial["values"]["alpha"] for trial in trials}) == 4
    folders = {trial["run"].removeprefix(str(in_tmp)).split("/")[1] for trial in trials}
    assert folders == {"one", "runs"}  # what the dead one had was done here
    assert all((Path(trial["run"]) / "model.npz").exists() for trial in trials)
    text = (in_tmp / "runs/sweeps/s/storage.txt").read_text()
    assert "127.0.0.1" in text and PASSWORD not in text

    # the same name for another sweep, and the same folder for another data base
    (in_tmp / "s.toml").write_text(SPACE.replace("epochs = 1", "epochs = 2"))
    other = ganzoo(*command)
    assert other.code == 2 and "started with other values of: epochs." in other.err
    elsewhere = ganzoo(
        "sweep", "s.toml", "--storage", base.replace("/postgres", "/other").replace("127.0.0.1", "localhost")
    )
    assert elsewhere.code == 2 and "another data base" in elsewhere.err
    assert PASSWORD not in other.err + elsewhere.err


def test_what_a_data_base_refuses_is_told_without_the_password(base: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    port = base.rpartition(":")[2].split("/")[0]
    for url, reason in (
        (base.replace(f":{port}/", f":{closed}/"), "refused"),
        (base.replace(PASSWORD, "wr0ng-one"), "password authentication failed"),
        (base.replace("/postgres", "/nothing"), '"nothing" does not exist'),
        (base.replace("127.0.0.1", "no-such-host.invalid"), "no-such-host.invalid"),
    ):
        place = storage.shared(url, "s")
        with pytest.raises(RunError) as raised, storage.reachable(place), place.turn():
            pass
        assert reason in raised.value.message and "--storage" in raised.value.remedy
        told = f"{raised.value} {raised.value.__cause__}"
        assert PASSWORD not in told and "wr0ng-one" not in told


def test_two_that_take_a_trial_at_once_wait_for_each_other(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        storage.LOCKS, "postgresql", ("SET LOCAL lock_timeout = '200ms'", storage.LOCKS["postgresql"][1])
    )  # type: ignore[index]
    one, other, third = storage.shared(base, "s"), storage.shared(base, "s"), storage.shared(base, "another")
    with one.turn():
        with pytest.raises(RunError, match="lock timeout"), storage.reachable(other), other.turn():
            pass
        with third.turn():
            pass
    with other.turn():
        pass


@pytest.mark.parametrize(
    "url", ["nothing", "postgresql://", "sqlite:///trials.db", "redis://zoo:s3cret@host/0", "postgresql://zoo:s3cret@h"]
)
def test_what_names_no_data_base_is_refused(url: str, in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    (in_tmp / "s.toml").write_text(SPACE)
    done = ganzoo("sweep", "s.toml", "--storage", url)
    assert done.code == UsageError.exit_code and "postgresql://USER:PASSWORD@HOST/DATABASE" in done.err
    assert "s3cret" not in done.err and not (in_tmp / "runs").exists()


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(PackageMissingError, match="pymysql"):
        storage.shared("mysql://zoo:s3cret@host/zoo", "s")


def test_mysql_is_asked_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No MySQL is started: a stand-in for the driver's connection says what it was asked."""
    import pymysql
    import sqlalchemy as sa

    asked: list[Any] = []

    def refuse(**given: Any) -> Any:
        asked.append(given)
        raise pymysql.err.OperationalError(1045, f"Access denied for {given['user']} with {given['password']}")

    monkeypatch.setattr(pymysql, "connect", refuse)
    place = storage.shared("mysql://zoo:s3cret@host:3307/base", "s")
    with pytest.raises(RunError) as raised, storage.reachable(place), place.turn():
        pass
    assert "Access denied" in raised.value.message and "s3cret" not in str(raised.value)
    assert (asked[0]["host"], asked[0]["port"], asked[0]["database"]) == ("host", 3307, "base")
    assert sa.make_url("mysql+pymysql://h/b").get_backend_name() in storage.LOCKS
