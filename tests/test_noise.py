"""Seeded noise: its committed values, its law, and its independence of everything but seed, stream and place."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from ganzoo import noise
from tests.support.places import DATA

VECTORS = json.loads((DATA / "noise.json").read_text())


def test_the_bits_are_threefrys():
    # the known answer of Random123 for Threefry-2x32 with 20 rounds, key and counter zero
    assert noise.bits(0, 2).tolist() == [0x6B200159, 0x99BA4EFE]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['seed']}-{vector['stream']}")
def test_the_committed_vectors(vector):
    seed, stream = vector["seed"], vector["stream"]
    assert noise.bits(seed, 5, stream).tolist() == vector["bits"]
    assert noise.normal(seed, 33, stream).view(np.uint32).tolist() == vector["normal"]
    assert noise.uniform(seed, 5, -1.0, 3.0, stream).view(np.uint32).tolist() == vector["uniform"]


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_normal_values_follow_their_law(seed):
    from scipy.special import kolmogorov, ndtr

    n = 1_000_000
    z = noise.normal(seed, n).astype(np.float64)
    for moment, right in ((1, 0), (2, 1), (3, 0), (4, 3), (6, 15)):
        spread = {1: 1, 2: 2, 3: 15, 4: 96, 6: 10170}[moment]  # variance of z ** moment
        assert abs((z**moment).mean() - right) < 4.5 * np.sqrt(spread / n), moment
    steps = np.arange(n + 1) / n
    cdf = ndtr(np.sort(z))
    distance = max((steps[1:] - cdf).max(), (cdf - steps[:-1]).max())
    assert kolmogorov(np.sqrt(n) * distance) > 1e-4
    # neighbours, and the two words of a block, tell nothing of each other
    for lag in (1, 2, 3, 100):
        assert abs((z[lag:] * z[:-lag]).mean()) < 4.5 / np.sqrt(n)


def test_the_inverse_is_good_to_float32_from_end_to_end(monkeypatch):
    from scipy.special import ndtri

    words = np.concatenate(
        [
            np.array([0, 1, 2, 3, 2**31 - 1, 2**31, 2**32 - 1], np.uint32),
            np.geomspace(1, 2**31, 4000).astype(np.uint32),
            np.uint32(2**32 - 1) - np.geomspace(1, 2**31, 4000).astype(np.uint32),
        ]
    )
    p = (words.astype(np.float64) + 0.5) / 2**32
    right = ndtri(p)
    monkeypatch.setattr(noise, "bits", lambda seed, n, stream: words)
    z = noise.normal(0, len(words))
    np.testing.assert_allclose(z, right, rtol=4e-7)
    assert np.abs(z).max() < 6.4


def test_uniform_values_are_even_over_their_range_and_stay_in_it():
    u = noise.uniform(3, 100_000, 0.0, 0.1)
    assert u.dtype == np.float32
    assert u.min() >= 0 and u.max() <= np.float32(0.1)
    counts = np.histogram(u, 100, (0, 0.1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 99 + 4.5 * np.sqrt(2 * 99)


def test_a_longer_draw_begins_with_a_shorter_and_streams_and_seeds_differ():
    long = noise.normal(5, 1001)
    for n in (0, 1, 2, 7, 1000):
        np.testing.assert_array_equal(noise.normal(5, n), long[:n])
    others = [noise.normal(6, 1001), noise.normal(5, 1001, 1), noise.normal(1, 1001, 5)]
    for other in others:
        assert abs(np.corrcoef(long, other)[0, 1]) < 0.2


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_of_more_than_32_bits_is_refused(seed):
    with pytest.raises(ValueError, match=str(seed)):
        noise.normal(seed, 1)
    with pytest.raises(ValueError, match=str(seed)):
        noise.normal(0, 1, seed)


def test_a_million_values_take_no_time():
    started = time.process_time()
    noise.normal(1, 1_000_000)
    assert time.process_time() - started < 2  # 0.2 s on two slow cores
