"""What a training tells while it runs: plain lines, or a live display on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done


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
