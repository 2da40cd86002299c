"""The weights file: three encodings, shards named after their content."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import brotli
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.errors import RunError, UsageError
from ganzoo.export import size, weights
from ganzoo.export.plan import Weight
from ganzoo.export.weights import ENCODINGS, Encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def some(seed: int, panels: int, k: int, values: int) -> list[Weight]:
    random = np.random.default_rng(seed)
    matrix = random.normal(0, random.uniform(0.01, 10), (panels, k, 4)).astype(np.float32)
    vector = random.normal(0, 1, values).astype(np.float32)
    return [Weight.of("l/W", "l", matrix, panels * 4, 0), Weight.of("l/b", "l", vector, values, matrix.size)]


def encoded(written: Iterable[Weight], encoding: Encoding) -> tuple[list[weights.Entry], bytes]:
    table, contents = zip(*weights.encode(written, encoding), strict=True)
    return list(table), b"".join(contents)


def parts_of(table: Iterable[weights.Entry], data: bytes) -> Iterator[bytes]:
    return (data[entry.at : entry.at + entry.bytes] for entry in table)


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 40), st.integers(1, 9), st.sampled_from(ENCODINGS))
def test_what_is_read_is_what_was_written(seed: int, panels: int, k: int, values: int, encoding: Encoding) -> None:
    written = some(seed, panels, k, values)
    table, data = encoded(written, encoding)
    matrix, vector = weights.read(weights.table(table), parts_of(table, data))
    np.testing.assert_array_equal(vector.array, written[1].array)  # vectors lose nothing
    want = written[0].array
    if encoding == "f32":
        np.testing.assert_array_equal(matrix.array, want)
    elif encoding == "f16":
        np.testing.assert_array_equal(matrix.array, want.astype(np.float16).astype(np.float32))
    else:
        # half a step of the column's own scale
        step = np.abs(want).max(axis=1, keepdims=True) / 127
        assert (np.abs(matrix.array - want) <= step * 0.5001).all()
    assert [entry.at % 4 for entry in table] == [0, 0]
    assert sum(entry.bytes for entry in table) == len(data)
    assert encoded(written, encoding)[1] == data


def test_int8_of_a_column_of_zeros_is_zeros() -> None:
    table, data = encoded([Weight.of("W", "l", np.zeros((1, 3, 4), np.float32), 4, 0)], "int8")
    np.testing.assert_array_equal(
        next(weights.read(weights.table(table), parts_of(table, data))).array, np.zeros((1, 3, 4))
    )


def test_golden_bytes() -> None:
    """The format is what docs/bundle.md says: a change of it is a change of these bytes."""
    matrix = np.array([[[1, -2, 0.5, 0], [127, 1, -0.25, 0]]], np.float32)
    parts = [Weight.of("W", "l", matrix, 3, 0), Weight.of("b", "l", np.array([1.5], np.float32), 1, 8)]
    assert encoded(parts, "f16")[1].hex() == "003c00c000380000f057003c00b400000000c03f"
    scales = "0000803f" + np.float32(2 / 127).astype("<f4").tobytes().hex()
    scales += np.float32(0.5 / 127).astype("<f4").tobytes().hex() + "00000000"
    assert encoded(parts, "int8")[1].hex() == scales + "01817f00" + "7f40c0" + "00" + "0000c03f"


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_parameters_that_are_no_numbers_are_refused(poison: float) -> None:
    matrix = np.full((1, 2, 4), poison, np.float32)
    with pytest.raises(RunError, match="layer dc1 are NaN"):
        weights.check([Weight.of("W", "dc1", matrix, 4, 0)], "f32")


def test_parameters_beyond_half_precision_are_refused() -> None:
    matrix = np.full((1, 2, 4), 1e5, np.float32)
    with pytest.raises(UsageError, match="layer dc1 are too large for half precision"):
        weights.check([Weight.of("W", "dc1", matrix, 4, 0)], "f16")
    weights.check([Weight.of("W", "dc1", matrix, 4, 0)], "int8")


@given(st.lists(st.binary(max_size=60_000), max_size=5), st.integers(16 << 10, 90_000))
def test_shards_are_the_whole_in_order_and_named_after_their_content(contents: list[bytes], most: int) -> None:
    with TemporaryDirectory() as folder:
        cut = {path.name: path.read_bytes() for path in weights.store(contents, Path(folder), weights.shard_size(most))}
        assert {path.name for path in Path(folder).iterdir()} == set(cut)
    assert b"".join(cut.values()) == b"".join(contents)
    assert all(len(part) <= most for part in cut.values())
    assert all(len(part) % 4 == 0 for part in [*cut.values()][:-1])
    for name, part in cut.items():
        assert hashlib.sha256(part).hexdigest()[:12] in name


def test_shards_too_small_are_refused() -> None:
    with pytest.raises(UsageError, match="too small"):
        weights.shard_size(100)


def test_only_one_tensor_is_encoded_at_a_time(tmp_path: Path) -> None:
    ones = np.ones((1, 1 << 16, 4), np.float32)  # 1 MiB
    written = [Weight.of(f"{i}/W", "l", ones.copy(), 4, i << 18) for i in range(8)]
    tracemalloc.start()
    try:
        (shard,) = weights.store(
            (data for _, data in weights.encode(written, "f32")), tmp_path, weights.shard_size(None)
        )
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert shard.stat().st_size == 8 << 20


@given(st.lists(st.binary(min_size=1, max_size=9000), max_size=4))
def test_parts_are_packed_like_the_whole(parts: list[bytes]) -> None:
    assert size.packed(iter(parts * 300), 5) == len(brotli.compress(b"".join(parts * 300), quality=5))
