"""What several threads hold at once is bounded in all."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.datasets import folder
from ganzoo.datasets.folder import decode
from ganzoo.datasets.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_no_more_than_the_room_is_taken_at_once_and_all_get_their_turn() -> None:
    room, lock = Room(10), threading.Lock()
    taken, most = 0, 0

    def take(size: int) -> None:
        nonlocal taken, most
        with room.taken(size):
            with lock:
                taken += size
                most = max(most, taken)
            time.sleep(0.001)
            with lock:
                taken -= size

    sizes = [3, 4, 5, 1, 2] * 8
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, sizes))
    assert 5 < most <= 10


def test_what_is_larger_than_the_room_has_it_alone_and_an_error_gives_it_back() -> None:
    room = Room(10)
    with pytest.raises(KeyError), room.taken(1000):
        assert room._taken == 1000
        raise KeyError
    with room.taken(10):
        pass


@pytest.mark.usefixtures("own_cache")
def test_pictures_are_decoded_within_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    for name in "ab":
        (tmp_path / name).mkdir()
        for i in range(3):
            pixels = np.random.default_rng(i).integers(0, 256, (30, 40), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    asked: list[int] = []

    class Recorded(Room):
        @contextmanager
        def taken(self, size: int) -> Iterator[None]:
            asked.append(size)
            with super().taken(size):
                yield

    monkeypatch.setattr(decode, "Room", Recorded)
    folder.load(tmp_path, colour="grey")
    assert asked == [30 * 40] * 6
    assert decode.MOST_PIXELS < Image.MAX_IMAGE_PIXELS
