"""Small trainings: interrupted, compared, read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ganzoo.training import loop as loop_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import train
from tests.support.registries import brief

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener

# `trained(ARCH, NAME)` of the fixture of that name
Trained: TypeAlias = "Callable[[str, str], Run]"

OPTIONS = TrainOptions(epochs=2, limit=96, batch_size=32, seed=3)


def options(arch: str) -> TrainOptions:
    return replace(OPTIONS, preset=brief(arch))


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


def interrupted(arch: str, path: Path, quiet: Listener, monkeypatch: pytest.MonkeyPatch, after: int) -> Run:
    """A run that was told to stop after `after` iterations, as Ctrl-C tells it."""
    with monkeypatch.context() as patched:

        def stop(self: loop_module.Stop, trainer: Any) -> bool:
            self.interrupted = trainer.updater.iteration >= after
            return self.interrupted

        patched.setattr(loop_module.Stop, "__call__", stop)
        outcome = train(arch, options(arch), path, path / "stopped", quiet)
    assert outcome.interrupted and not outcome.run.finished
    return outcome.run
