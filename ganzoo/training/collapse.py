"""Stop a training that no longer learns. docs/decisions/0018-best-and-collapse.md gives the reasons for the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainer.training import Extension

from ganzoo.errors import CollapsedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.training.judging import Judging
    from ganzoo.training.recovery import Recovery

    Log = Sequence[Mapping[str, float]]

SHARES = ("eval/coverage", "eval/accuracy")  # scores from 0 to 1, higher is better
REACHED = 0.2  # a score must have reached this before a fall of it counts
KEPT = 0.5  # a score below this share of its best counts as fallen
TIMES = 2  # evaluations in a row
LONG = 1 / 8  # of the log lines of a whole training


class Watch(Extension):
    """Check each new line of the log.

    It does nothing at the end of a training, when the best weights are kept anyway. It ignores monitors while scores
    still improve.
    """

    name = "watch"
    priority = 90  # after the log

    def __init__(
        self,
        recovery: Recovery,
        healthy: Mapping[str, tuple[float, float]],
        log_lines: int,
        judging: Judging | None,
    ) -> None:
        self._way_back, self._healthy, self._judging = recovery, healthy, judging
        self._long = round(log_lines * LONG)

    def __call__(self, trainer: Any) -> None:
        log = trainer.get_extension("log").log
        done = trainer.updater.epoch_detail >= self._way_back.run.config.epochs
        if done or not log or log[-1]["iteration"] != trainer.updater.iteration:
            return
        best = self._judging.best if self._judging else None
        rising = best is not None and best.iteration >= log[-self._long :][0]["iteration"]
        out_of_range = [] if rising else saturated(log, self._healthy, self._long)
        for problem in (*out_of_range, *fallen(log)):
            raise CollapsedError(
                f"Training stopped after {trainer.updater.iteration} iterations: {problem}.", self._way_back.remedy()
            )


def saturated(log: Log, healthy: Mapping[str, tuple[float, float]], long: int) -> list[str]:
    """A description of each key of `healthy` that was outside its range in all of the last `long` lines."""
    problems = []
    for key, (low, high) in healthy.items():
        values = [entry[key] for entry in log if key in entry][-long:]
        for outside, limit in ((max(values, default=low) < low, low), (min(values, default=high) > high, high)):
            if outside and len(values) == long:
                side = "below" if limit == low else "above"
                problems.append(f"{key} has been {side} {limit:g} for an eighth of the training")
    return problems


def fallen(log: Log) -> list[str]:
    """A description of each of `SHARES` that stayed below half of its former best in the last `TIMES` evaluations."""
    problems = []
    for key in SHARES:
        values = [entry[key] for entry in log if key in entry]
        former = max(values[:-TIMES], default=0.0)
        if former >= REACHED and max(values[-TIMES:]) < KEPT * former:
            problems.append(f"{key} fell from {former:.3f} to {values[-1]:.3f} and stayed low for {TIMES} evaluations")
    return problems
