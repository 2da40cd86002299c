"""The nearest training images, where they are searched in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo import datasets
from ganzoo.metrics import neighbours
from ganzoo.specs import floats

if TYPE_CHECKING:
    import pytest


def test_parts_give_what_all_images_at_once_give(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    train, images = (rng.integers(0, 256, (n, 1, 4, 4), np.uint8) for n in (23, 5))
    far = np.sqrt(((floats(images)[:, None] - floats(train)) ** 2).sum(axis=(2, 3, 4)))
    for rows in (23, 4, 1):
        monkeypatch.setattr(neighbours, "chunks", lambda x, rows=rows: datasets.chunks(x, rows * 16))
        found = neighbours.nearest(train, floats(images))
        np.testing.assert_array_equal(found.indices, far.argsort(axis=1)[:, : neighbours.SHOWN])
        np.testing.assert_allclose(found.distances, np.sort(far, axis=1)[:, : neighbours.SHOWN], rtol=1e-5)
