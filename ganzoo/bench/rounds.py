"""The order of visits: contestants in random order, round by round, until their medians are known precisely enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ganzoo.bench.statistics import estimate

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    import numpy as np

TRIES = 2  # a contestant whose first visits all failed is not visited again

C = TypeVar("C", bound="Hashable")


@dataclass(frozen=True)
class Turn(Generic[C]):
    """One visit to make; rounds count from 0."""

    round: int
    contestant: C


class Rounds(Generic[C]):
    """The turns of a benchmark, in order. Answer each turn with `took` before asking for the next one.

        for turn in rounds:
            rounds.took(turn, value or reason)

    A group has the contestants that are compared with each other. They are visited one after another, so that they find
    the machine in the same state. A group ends after at least `least` rounds, when all of its medians are known within
    ±`precision`, and at the latest after `most` rounds. `seed` decides the random order.
    """

    def __init__(self, groups: Sequence[Sequence[C]], seed: int, *, least: int, most: int, precision: float) -> None:
        self._groups = groups
        self._seed = seed
        self._least, self._most, self._precision = least, most, precision
        self._outcomes: dict[C, list[float | str]] = {each: [] for group in groups for each in group}

    def __iter__(self) -> Iterator[Turn[C]]:
        import numpy as np

        rng = np.random.default_rng(self._seed)
        for number in range(self._most):
            groups = [group for group in map(self._running, self._groups) if self._wanted(group, number)]
            for contestant in order(groups, rng):
                yield Turn(number, contestant)

    def took(self, turn: Turn[C], outcome: float | str) -> None:
        """Record the outcome of a visit: the value whose median is wanted, or the reason why there is none."""
        self._outcomes[turn.contestant].append(outcome)

    @property
    def dropped(self) -> Mapping[C, str]:
        """The last reason of each contestant that is not visited any more because it failed."""
        return {
            each: str(outcomes[-1])
            for each, outcomes in self._outcomes.items()
            if len(outcomes) == TRIES and all(isinstance(outcome, str) for outcome in outcomes)
        }

    def _running(self, group: Sequence[C]) -> list[C]:
        dropped = self.dropped
        return [each for each in group if each not in dropped]

    def _wanted(self, group: Sequence[C], number: int) -> bool:
        return number < self._least or not all(enough(self._values(each), self._precision) for each in group)

    def _values(self, contestant: C) -> list[float]:
        return [outcome for outcome in self._outcomes[contestant] if not isinstance(outcome, str)]


def order(groups: Sequence[Sequence[C]], rng: np.random.Generator) -> list[C]:
    """Return one round: the groups in random order, and the contestants of each group together, in random order."""
    return [groups[i][j] for i in rng.permutation(len(groups)) for j in rng.permutation(len(groups[i]))]


def enough(values: Sequence[float], precision: float) -> bool:
    """Return whether the interval of the median of `values`, one a round, is within ±`precision` of it (0.05 is 5%)."""
    if not values:
        return False
    found = estimate(values)
    if found.low is None or found.high is None:
        return False
    return max(found.high - found.median, found.median - found.low) <= precision * abs(found.median)
