"""What a training tells while it runs: plain lines, or a live display on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.training.progress import Progress
    from tests.support.command import Done


def test_time_left_is_what_the_rate_says() -> None:
    from types import SimpleNamespace

    from ganzoo.training.progress import Pace
    from ganzoo.training.reporting import Reports

    told: list[Progress] = []
    entries: list[dict[str, float]] = []
    log_extension = SimpleNamespace(log=entries)
    updater = SimpleNamespace(epoch_detail=0.0)
    trainer = SimpleNamespace(updater=updater, get_extension=lambda name: log_extension)
    pace = Pace(10, 1000)
    assert pace.left(0.0) is None
    run: Any = SimpleNamespace(config=None, path=Path("run"))
    reports = Reports(told.append, run, pace, ["loss"], None, None)
    reports.initialize(trainer)
    pace.began -= 20.0
    updater.epoch_detail = 2.0  # 2000 images in 20 s: 100 a second; 8000 are left
    entries.append({"loss": 0.5, "eval/frechet": 3.25})
    reports(trainer)
    (progress,) = told
    assert str(progress) == "epoch 2.0/10  loss 0.50  eval/frechet 3.25  100 images/s  80 s left"
    assert progress.notable and progress.epoch == 2 and progress.log == ({"loss": 0.5, "eval/frechet": 3.25},)
    assert progress.images_per_second == pytest.approx(100, rel=0.01)
    assert progress.seconds_left == pytest.approx(80, rel=0.01)
    reports(trainer)
    assert len(told) == 1  # neither a new line of the log nor half a second later
    reports._last -= 1
    reports(trainer)
    assert [each.notable for each in told] == [True, False]


@pytest.mark.parametrize("columns", [80, 60, 50])
def test_the_dashboard_s_numbers_have_room_before_its_curves(columns: int) -> None:
    from io import StringIO

    from rich.console import Console

    from ganzoo.runs.run import Best
    from ganzoo.training.dashboard import Dashboard
    from ganzoo.training.progress import Progress

    log = [{"gen/loss": 1234.5678 + i, "dis/loss": 0.5, "eval/frechet": 3.25} for i in range(40)]
    best = Best(9, 12.5, "eval/frechet", "min", 0.01234)
    config: Any = None
    progress = Progress(config, "", log=log, monitors=["gen/loss", "dis/loss"], best=best)
    console = Console(file=StringIO(), width=columns, force_terminal=True, color_system=None)
    console.print(Dashboard(console, progress)._curves())
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(words in told for words in ("1273.568", "0.500", "3.250", "best 0.01234, epoch 12.5"))
    assert "…" not in told and ("\u2588" in told) == (columns > 50)


@pytest.mark.training
def test_plain_lines_off_a_terminal(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("train", "cnn", "--limit", 128, "--epochs", 1)
    assert done.code == 0
    assert done.out == "runs/cnn-digits-1\n"
    lines = [line for line in done.err.splitlines() if line.startswith("epoch")]
    assert len(lines) >= 2 and "\x1b" not in done.err
    assert all(word in lines[-1] for word in ("loss", "accuracy", "images/s", "left"))


@pytest.mark.slow
@pytest.mark.training
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
