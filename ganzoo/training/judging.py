"""Evaluate a network during its training: write scores to the log and remember the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
from chainer.training import PRIORITY_WRITER, Extension

from ganzoo.runs.run import Best

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ganzoo.metrics.in_training import Judge


class Judging(Extension):
    """Report the scores of `judge`, so that the log of the same iteration includes them.

    `best` is the point where `judge.key` was best so far; of equal scores, the earliest. It is computed from the log,
    which snapshots contain, so that a resumed training has the same information as an uninterrupted one.
    """

    name = "judging"
    priority = PRIORITY_WRITER

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._log: Any = None

    def initialize(self, trainer: Any) -> None:
        self._log = trainer.get_extension("log")

    def __call__(self, trainer: Any) -> None:
        chainer.report(self._judge.score())

    @property
    def best(self) -> Best | None:
        return best(self._log.log, self._judge.key, self._judge.better)


def best(log: Iterable[Mapping[str, float]], key: str, better: str) -> Best | None:
    """The line of `log` with the lowest ("min") or highest ("max") `key`; None if no line has it."""
    judged = [entry for entry in log if key in entry]
    if not judged:
        return None
    choose = min if better == "min" else max
    entry = choose(judged, key=lambda entry: entry[key])
    return Best(int(entry["iteration"]), float(entry["epoch_detail"]), key, better, float(entry[key]))
