"""Arrays in temporary files, and memory that was given up."""

from __future__ import annotations

import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganzoo import shelf
from ganzoo.memory import return_rest
from ganzoo.shelf import Shelf, put_back

if TYPE_CHECKING:
    import pytest


def test_a_shelved_array_has_its_values_and_takes_no_memory() -> None:
    array = np.random.default_rng(0).normal(size=(512, 1024)).astype(np.float32)
    tracemalloc.start()
    try:
        kept = Shelf().put(array.T)  # it outlives the shelf
        assert tracemalloc.get_traced_memory()[0] < array.nbytes // 8
    finally:
        tracemalloc.stop()
    for _ in range(2):
        np.testing.assert_array_equal(kept, array.T)
        put_back(kept[3:].T)  # any view
    assert kept.dtype == array.dtype and not kept.flags.writeable


def test_small_arrays_are_not_shelved_and_cannot_be_put_back() -> None:
    array = np.ones(1000, np.float32)
    assert Shelf().put(array) is array
    put_back(array)
    assert array.sum() == 1000


def test_one_file_holds_several_arrays_and_a_large_one_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "SIZE", 3 << 20)
    made: list[object] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: made.append(1) or real())
    place = Shelf()
    arrays = [np.full((n << 20) + 4, n, np.uint8) for n in (1, 1, 1, 5, 1)]
    kept = [place.put(array) for array in arrays]
    for one, other in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(made) == 4  # two, one, the large one, one


def test_an_array_stays_in_memory_where_there_is_no_room_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    array = np.ones(1 << 20, np.float32)
    assert Shelf().put(array) is array


def test_memory_between_blocks_that_are_in_use_is_returned() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    if sys.platform != "linux":
        return_rest()
        return
    blocks = [bytearray(100_000) for _ in range(400)]
    last = blocks.pop()
    del blocks
    before = resident()
    return_rest()
    assert resident() < before - 20_000_000
    assert len(last) == 100_000
