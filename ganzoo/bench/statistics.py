"""The statistics of a benchmark: medians over rounds, ratios within rounds, and quantiles of pooled samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95  # an interval covers the true median in at least this share of benchmarks
MIN_ROUNDS = 6  # smallest to largest of five values covers a median in 15 of 16 cases only, of six in 31 of 32

# Ends of intervals of a median jump from value to value, so coverage moves in steps: this is the lowest level, in steps
# of 0.005, at which the step below CONFIDENCE is not taken for any number of rounds (docs/decisions/0010-intervals.md).
NOMINAL = 0.965
RESAMPLES = 4000  # 5 ms an interval; the tails that are cut off still hold 10 and more of them
BATCH = 1 << 22  # values in memory at once


@dataclass(frozen=True)
class Estimate:
    """The median of `n` values, with its interval at the level `CONFIDENCE`.

    `low` and `high` are None for fewer than `MIN_ROUNDS` values.
    """

    median: float
    low: float | None
    high: float | None
    n: int


def estimate(values: Sequence[float]) -> Estimate:
    """Return the median of `values`, one value per round, shape (n,), with its interval.

    The same values always give the same interval. Raises `ValueError` if there is no value, or one that is not finite.
    """
    import numpy as np

    return _estimate(np.asarray(values, np.float64))


def ratio(a: Sequence[float | None], b: Sequence[float | None]) -> Estimate | None:
    """Return the median of a / b within each round, with its interval. `ratio(b, a)` is its inverse, end by end.

    `a` and `b` hold one value per round. A round in which either value is None does not count. The result is None if no
    round is left, or if a value is zero or less, because the clock was too coarse to measure it. Raises `ValueError`
    for values that are not finite, or if the numbers of rounds differ.
    """
    import numpy as np

    pairs = np.array(
        [pair for pair in zip(a, b, strict=True) if None not in pair],
        np.float64,
    ).reshape(-1, 2)
    if not len(pairs) or (pairs <= 0).any():
        return None
    # in logarithms, where halves and doubles are as far from one, and so is the middle between two values
    found = _estimate(np.log(pairs[:, 0]) - np.log(pairs[:, 1]))
    low, high = (None if end is None else float(np.exp(end)) for end in (found.low, found.high))
    return Estimate(float(np.exp(found.median)), low, high, found.n)


def quantiles(samples: Sequence[float]) -> list[float]:
    """Return the 99 percentiles of pooled samples, interpolated linearly; element 49 is the median."""
    return percentiles(samples, range(1, 100))


def percentiles(samples: Sequence[float], of: Sequence[float]) -> list[float]:
    """Return the percentiles `of` (0 to 100) of pooled samples, interpolated linearly."""
    import numpy as np

    return [float(value) for value in np.percentile(np.asarray(samples, np.float64), of)]


def _estimate(values: NDArray[np.float64]) -> Estimate:
    import numpy as np

    n = len(values)
    if not n or not np.isfinite(values).all():
        raise ValueError("An estimate needs values, and finite ones.")
    median = float(np.median(values))
    if n < MIN_ROUNDS:
        return Estimate(median, None, None, n)
    low, high = interval(values)
    return Estimate(median, float(low), float(high), n)


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of medians along the last axis: (..., n) gives two arrays of shape (...)."""
    import numpy as np
    from scipy.stats import bootstrap

    n = values.shape[-1]
    found = bootstrap(
        (values,),
        np.median,
        axis=-1,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, BATCH // values.size),
        confidence_level=_level(n),
        method="percentile",
        rng=np.random.default_rng(n),  # the same resamples for all that have as many rounds
    ).confidence_interval
    return found.low, found.high


def _level(n: int) -> float:
    """Return the level at which a percentile interval of `n` values covers as well as one of many values does.

    Source: Hesterberg, What Teachers Should Know About the Bootstrap, 2015. Resamples spread too little by a factor of
    sqrt((n - 1) / n), and a few values have the tails of Student's t, not of the normal distribution.
    """
    from scipy.stats import norm, t

    return float(1 - 2 * norm.cdf((n / (n - 1)) ** 0.5 * t.ppf((1 - NOMINAL) / 2, n - 1)))
