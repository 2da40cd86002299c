"""The judge at work during a training: its scores in the log, and which moment was the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
from chainer.training import PRIORITY_WRITER, Extension

from ganzoo.runs.run import Best

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ganzoo.metrics.in_training import Judge


class Judging(Extension):
    """Reports the judge's scores, for the log of the same iteration to take in.

    `best` is where `judge.key` was the best so far, the earliest of equals. It is read from the log, which snapshots
    hold: a resumed training knows as much as one that never stopped.
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
    """The line of `log` whose `key` is the least ("min") or the greatest ("max"), None where no line has it."""
    judged = [entry for entry in log if key in entry]
    if not judged:
        return None
    choose = min if better == "min" else max
    entry = choose(judged, key=lambda entry: entry[key])
    return Best(int(entry["iteration"]), float(entry["epoch_detail"]), key, better, float(entry[key]))
