"""Arrays on their way from a page, and how they are compared with the original's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.serving.arrays import decode, encode
from ganzoo.verify.check import compare


@given(st.integers(1, 4), st.lists(st.lists(st.integers(0, 3), max_size=3).map(tuple), min_size=1, max_size=3))
def test_arrays_survive_the_way(n, shapes):
    random = np.random.default_rng(0)
    arrays = [random.normal(size=(n, *shape)).astype(np.float32) for shape in shapes]
    back = decode(json.loads(json.dumps(encode(arrays))), [array.shape for array in arrays])
    assert all(a.shape == b.shape and (a == b).all() for a, b in zip(arrays, back, strict=True))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(JSON)
def test_hostile_outputs_are_refused_in_words(outputs):
    with pytest.raises(ValueError, match=r"output"):
        decode(outputs, [(2, 3)])


ONE = np.ones((1, 2), np.float32)


@pytest.mark.parametrize(
    ("outputs", "error", "reason"),
    [
        (encode([ONE]), 0, ""),
        (encode([ONE + np.float32(5e-5)]), 5e-5, ""),
        (encode([ONE + np.float32([[0, 0.5]])]), 0.5, "differs from the original network's by 0.5"),
        (encode([ONE * np.float32([[1, np.nan]])]), None, "1 of 2 output values are NaN"),
        (encode([ONE * np.float32([[np.inf, 1]])]), None, "1 of 2 output values are NaN or inf"),
        (encode([ONE[:, :1]]), None, "an output of 1 values instead of 2"),
        ([], None, "outputs for 0 of 1"),
        (None, None, "outputs for 0 of 1"),
        ([[]], None, "0 of 1 outputs"),
        ([["AAAA"]], None, "not float32"),
        ([["?"]], None, "not base64"),
        ([[None]], None, "not base64"),
    ],
)
def test_a_difference_is_named(outputs, error, reason):
    found, why = compare(outputs, [ONE], 1e-4)
    assert found == (pytest.approx(error, rel=1e-2) if error is not None else None)
    assert (reason in why) if reason else not why


def test_an_expectation_that_is_not_finite_proves_nothing():
    nan = ONE * np.float32(np.nan)
    assert compare(encode([nan]), [nan], 1e-4) == (None, "The original network's output is NaN or infinite.")
