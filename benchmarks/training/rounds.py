"""Timing: contestants take turns in random order over rounds; a round gives each one value."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

WARM_UP_STEPS = 3


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Contestant:
    """`step` makes one step of `subject`. `prepare` comes before a block of steps; `synchronize` waits until the device
    has done what it was told. A `reason` is why it is not timed."""

    subject: str
    library: str
    device: str
    threads: int = 1
    step: Callable[[], Any] = nothing
    prepare: Callable[[], None] = nothing
    synchronize: Callable[[], None] = nothing
    reason: str = ""


def timed(contestants: Sequence[Contestant], rounds: int, seconds: float, order: Random) -> list[list[float]]:
    """Seconds a step, one value a round, of each of `contestants`.

    A value is the mean over a block of steps that takes about `seconds`, after a step that is not counted.
    """
    steps = [_warm_up(each, seconds) for each in contestants]
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for i in order.sample(range(len(contestants)), len(contestants)):
            contestants[i].prepare()
            contestants[i].step()
            times[i].append(_block(contestants[i], steps[i]))
    return times


def _warm_up(contestant: Contestant, seconds: float) -> int:
    """Step for `seconds` and `WARM_UP_STEPS` at least; how many steps `seconds` hold from then on."""
    contestant.prepare()
    began, n = time.perf_counter(), 0
    while n < WARM_UP_STEPS or time.perf_counter() - began < seconds:
        last = _block(contestant, 1)
        n += 1
    return max(1, round(seconds / last))


def _block(contestant: Contestant, steps: int) -> float:
    contestant.synchronize()
    began = time.perf_counter()
    for _ in range(steps):
        contestant.step()
    contestant.synchronize()
    return (time.perf_counter() - began) / steps
