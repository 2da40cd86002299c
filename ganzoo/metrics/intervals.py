"""How little is known with few pictures: 95% intervals by the bootstrap (Efron 1979, doi:10.1214/aos/1176344552).

A score is computed again for pictures that are drawn, with repetition, from those that there are, `DRAWS` times. The
same arrays always give the same interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.metrics import scores

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from ganzoo.metrics.scores import Features

    Interval = tuple[float, float]

DRAWS = 100
WITHIN = (0.025, 0.975)


def of_mean(values: npt.NDArray[Any]) -> Interval:
    """Return the interval of the mean of `values` (n,), a value for each picture."""
    wide = values.astype(np.float64)
    return _ends([wide[chosen].mean() for chosen in _drawn(len(values))])


def of_distance(score: Callable[[Features, Features], float], real: Features, fake: Features) -> Interval:
    """Return the interval of the distance `score(real, fake)`, where both are drawn anew.

    A drawn set has fewer different pictures than what it is drawn from, and is therefore further away. What all draws
    are too far away on average is subtracted.
    """
    pairs = zip(_drawn(len(real), 1), _drawn(len(fake), 2), strict=True)
    found = np.array([score(real[of_real], fake[of_fake]) for of_real, of_fake in pairs])
    return _ends(found - found.mean() + score(real, fake))


def of_frechet(real: Features, fake: Features) -> Interval:
    """Return the interval of the Frechet distance of the Gaussians of `real` and `fake`."""
    return of_distance(lambda a, b: scores.frechet(scores.gaussian(a), scores.gaussian(b)), real, fake)


def _drawn(n: int, seed: int = 0) -> Any:
    rng = np.random.RandomState(seed)
    return (rng.randint(n, size=n) for _ in range(DRAWS))


def _ends(found: Any) -> Interval:
    low, high = np.quantile(found, WITHIN)
    return float(low), float(high)
