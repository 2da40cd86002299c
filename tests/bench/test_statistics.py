"""Intervals cover the truth at their stated rate; rounds visit everyone fairly and end."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import binom

from ganzoo.bench import statistics
from ganzoo.bench.options import PRECISION
from ganzoo.bench.rounds import TRIES, Rounds, enough, order
from ganzoo.bench.statistics import (
    CONFIDENCE,
    MIN_ROUNDS,
    Estimate,
    estimate,
    interval,
    percentiles,
    quantiles,
    ratio,
)

BENCHMARKS = 1000
ERROR = 3 * (CONFIDENCE * (1 - CONFIDENCE) / BENCHMARKS) ** 0.5  # of a simulated rate: three standard deviations

times = st.floats(1e-3, 1e5)


@pytest.fixture
def few_resamples(monkeypatch):
    """Of thousands of benchmarks: they are as right, with a little more noise."""
    monkeypatch.setattr(statistics, "RESAMPLES", 500)


# Estimates.


def test_an_estimate_is_the_median_between_its_ends():
    found = estimate([3.0, 1.0, 2.0, 9.0, 4.0, 5.0, 6.0])
    assert (found.median, found.n) == (4.0, 7)
    assert found.low is not None
    assert found.high is not None
    assert 1 <= found.low < 4 < found.high <= 9


def test_few_values_have_a_median_and_no_interval():
    values = [float(value) for value in range(MIN_ROUNDS - 1)]
    assert estimate(values) == Estimate(2.0, None, None, MIN_ROUNDS - 1)
    assert estimate([*values, 5.0]).low is not None
    # one value less than MIN_ROUNDS cannot cover: even the whole range does not
    assert 1 - 2 * 0.5 ** (MIN_ROUNDS - 1) < CONFIDENCE < 1 - 2 * 0.5**MIN_ROUNDS


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [1.0] * 9 + [float("inf")]])
def test_what_is_no_value_is_refused(values):
    with pytest.raises(ValueError, match="finite"):
        estimate(values)


def test_an_estimate_is_the_same_each_time_and_leaves_the_global_generator_alone():
    values = list(np.random.default_rng(0).lognormal(size=9))
    state = np.random.get_state()[1].copy()
    first = estimate(values)
    estimate(values[:8])
    assert estimate(values) == first
    assert (np.random.get_state()[1] == state).all()


def test_equal_values_have_an_interval_of_no_width():
    assert estimate([2.5] * 8) == Estimate(2.5, 2.5, 2.5, 8)


@settings(max_examples=15, deadline=None)
@given(st.lists(times, min_size=MIN_ROUNDS, max_size=12), st.floats(0.01, 100))
def test_another_unit_scales_an_estimate(values, unit):
    found, scaled = estimate(values), estimate([unit * value for value in values])
    assert (scaled.median, scaled.low, scaled.high) == pytest.approx(
        (unit * found.median, unit * found.low, unit * found.high)
    )


# Ratios.


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(times, times), min_size=1, max_size=12))
def test_a_ratio_turned_round_is_its_inverse(pairs):
    a, b = zip(*pairs, strict=True)
    found, turned = ratio(a, b), ratio(b, a)
    assert found.median == pytest.approx(1 / turned.median)
    assert found.n == turned.n == len(pairs)
    if len(pairs) < MIN_ROUNDS:
        assert found.low is found.high is turned.low is turned.high is None
    else:
        assert found.low <= found.median <= found.high
        assert found.low == pytest.approx(1 / turned.high)
        assert found.high == pytest.approx(1 / turned.low)


def test_a_ratio_is_taken_within_rounds():
    machine = np.array([1, 2, 1, 4, 1, 8, 3, 5.0])
    found = ratio(list(6 * machine), list(2 * machine))
    assert (found.median, found.low, found.high) == pytest.approx((3, 3, 3))


def test_rounds_that_failed_are_left_out_of_a_ratio():
    assert ratio([2, None, 6, 8], [1, 1, None, 2]).median == pytest.approx(8**0.5)  # of 2 and 4
    assert ratio([2, None, 6, 8], [1, 1, None, 2]).n == 2
    assert ratio([2, None], [None, 1]) is None
    assert ratio([], []) is None


def test_what_the_clock_cannot_tell_has_no_ratio():
    assert ratio([0.0, 1.0], [1.0, 1.0]) is None
    assert ratio([1.0, 1.0], [1.0, 0.0]) is None


def test_rounds_that_are_not_paired_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="finite"):
        ratio([float("nan")], [1.0])


# Quantiles.


def test_quantiles_are_percentiles():
    samples = list(range(101))
    assert quantiles(samples) == pytest.approx(list(range(1, 100)))
    assert percentiles(samples[::-1], (95, 99.5)) == pytest.approx([95, 99.5])


# Simulated benchmarks whose truth is known.


def _normal(rng, shape):
    return 1 + 0.1 * rng.standard_normal(shape)


def _lognormal(rng, shape):
    return np.exp(0.5 * rng.standard_normal(shape))


def _contaminated(rng, shape):
    """A shared machine: one value of ten is three times as long."""
    return np.exp(0.1 * rng.standard_normal(shape)) * np.where(rng.random(shape) < 0.1, 3, 1)


def _contaminated_median():
    grid = np.linspace(1, 1.1, 100_001)
    return grid[np.searchsorted(0.9 * ndtr(np.log(grid) / 0.1) + 0.1 * ndtr(np.log(grid / 3) / 0.1), 0.5)]


@pytest.mark.parametrize("n", [6, 7, 8, 12])
@pytest.mark.parametrize(
    ("draw", "truth"), [(_normal, 1.0), (_lognormal, 1.0), (_contaminated, _contaminated_median())]
)
def test_intervals_cover_the_truth_at_their_stated_rate(draw, truth, n, few_resamples):
    low, high = interval(draw(np.random.default_rng(n), (BENCHMARKS, n)))
    assert ((low <= truth) & (truth <= high)).mean() >= CONFIDENCE - ERROR
    if draw is not _contaminated:  # whose outliers are the ends of the shortest lists
        medians = np.median(draw(np.random.default_rng(0), (10_000, n)), axis=-1)
        tail = (1 - CONFIDENCE) / 2
        ideal = np.subtract(*np.quantile(medians, [1 - tail, tail]))
        assert 0.9 < np.median(high - low) / ideal < 1.6


@pytest.mark.parametrize("n", range(MIN_ROUNDS + 1, 62, 2))
def test_intervals_of_odd_numbers_cover_exactly(n):
    """Their ends are values, so the rate is a sum of binomial coefficients, whatever the distribution."""
    found = estimate([float(rank) for rank in range(1, n + 1)])
    covered = binom.cdf(np.floor(found.high) - 1, n, 0.5) - binom.cdf(np.ceil(found.low) - 1, n, 0.5)
    assert covered >= CONFIDENCE


@pytest.mark.slow
@pytest.mark.parametrize("precision", [PRECISION, 0.05])
@pytest.mark.parametrize("spread", [1, 1.4])
def test_stopping_when_precise_enough_costs_no_coverage(precision, spread, few_resamples):
    """A benchmark that ends when its interval looks narrow ends too early where it is so by chance."""
    values = np.exp(precision * spread * np.random.default_rng(3).standard_normal((BENCHMARKS, 12)))
    running, covered = np.ones(BENCHMARKS, bool), 0
    for n in range(MIN_ROUNDS, 13):
        low, high = interval(values[:, :n])
        median = np.median(values[:, :n], axis=-1)
        ends = running & ((np.maximum(high - median, median - low) <= precision * median) | (n == 12))
        covered += (ends & (low <= 1) & (high >= 1)).sum()
        running &= ~ends
    assert covered / BENCHMARKS >= CONFIDENCE - ERROR


def test_a_machine_that_drifts_leaves_paired_ratios_alone(few_resamples):
    rng, truth, benchmarks = np.random.default_rng(8), 3.0, 200
    paired, unpaired = [], []
    for _ in range(benchmarks):
        walk = np.cumsum(rng.standard_normal(10))
        machine = 2 ** ((walk - walk.min()) / np.ptp(walk))  # between full and half speed
        a, b = machine * np.exp(0.05 * rng.standard_normal((2, 10))) * [[truth], [1]]
        paired.append(ratio(list(a), list(b)))
        unpaired.append(ratio(list(a), list(rng.permutation(b))))
    covered = np.mean([found.low <= truth <= found.high for found in paired])
    assert covered >= CONFIDENCE - 3 * (CONFIDENCE * (1 - CONFIDENCE) / benchmarks) ** 0.5
    widths = [np.median([np.log(found.high / found.low) for found in each]) for each in (paired, unpaired)]
    assert widths[0] < widths[1] / 3


# Rounds.

groups = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(
    lambda sizes: [[(group, i) for i in range(size)] for group, size in enumerate(sizes)]
)


def run(groups, seed=0, outcome=lambda turn: 1.0, least=6, most=12, precision=0.05):
    rounds = Rounds(groups, seed, least=least, most=most, precision=precision)
    made = []
    for turn in rounds:
        made.append(turn)
        rounds.took(turn, outcome(turn))
    return made, rounds.dropped


def by_round(made):
    return [[turn.contestant for turn in made if turn.round == i] for i in range(made[-1].round + 1)]


@settings(max_examples=30, deadline=None)
@given(groups, st.integers(0, 2**32), st.integers(1, 4))
def test_everyone_is_visited_once_a_round_beside_the_own_group(groups, seed, most):
    made, dropped = run(groups, seed, most=most)
    assert not dropped
    everyone = sorted(each for group in groups for each in group)
    assert len(by_round(made)) == most
    for round_ in by_round(made):
        assert sorted(round_) == everyone
        changes = sum(a[0] != b[0] for a, b in pairwise(round_))
        assert changes == len(groups) - 1
    assert made == run(groups, seed, most=most)[0]


def test_rounds_and_seeds_differ_in_their_order():
    groups = [[(group, i) for i in range(4)] for group in range(4)]
    made = by_round(run(groups, least=12)[0])
    assert len({tuple(each) for each in made}) == 12
    assert made != by_round(run(groups, seed=1, least=12)[0])


def test_all_orders_are_equally_likely():
    rng = np.random.default_rng(0)
    seen = Counter(tuple(order([["a", "b", "c"], ["d"]], rng)) for _ in range(2400))
    wanted = {order for p in permutations("abc") for order in ((*p, "d"), ("d", *p))}
    assert set(seen) == wanted
    assert all(140 < count < 260 for count in seen.values())  # 200 each, give or take four standard deviations


def test_a_group_ends_when_all_of_it_is_precise():
    noise = np.random.default_rng(0)
    values = {"steady": lambda: 1.0, "noisy": lambda: float(noise.lognormal()), "quiet": lambda: 2.0}
    made, _ = run([["steady", "noisy"], ["quiet"]], outcome=lambda turn: values[turn.contestant]())
    assert Counter(turn.contestant for turn in made) == {"steady": 12, "noisy": 12, "quiet": 6}


@settings(max_examples=30, deadline=None)
@given(groups, st.sets(st.integers(0, 3)), st.integers(1, 7), st.integers(0, 5))
def test_who_only_fails_costs_two_visits_and_nobody_else_anything(groups, failing, least, more):
    made, dropped = run(
        groups,
        outcome=lambda turn: f"no {turn.round}" if turn.contestant[1] in failing else 1.0,
        least=least,
        most=least + more,
    )
    counts = Counter(turn.contestant for turn in made)
    for each in (each for group in groups for each in group):
        if each[1] in failing:
            assert counts[each] == min(TRIES, least + more)
        else:
            assert counts[each] == min(max(least, MIN_ROUNDS), least + more)
    if least + more >= TRIES:
        assert dropped == {each: "no 1" for group in groups for each in group if each[1] in failing}


def test_who_fails_now_and_then_is_visited_on():
    made, dropped = run([["a"]], outcome=lambda turn: "hung" if turn.round in (0, 3, 4) else 1.0)
    assert not dropped
    assert len(made) == MIN_ROUNDS + 3  # until there are enough values for an interval


def test_enough_is_about_the_interval():
    assert enough([1.0] * 6, 0.0)
    assert not enough([1.0] * 5, 1.0)
    assert not enough([], 1.0)
    values = [0.9, 0.95, 1.0, 1.0, 1.05, 1.1]
    assert enough(values, 0.11)
    assert not enough(values, 0.09)
