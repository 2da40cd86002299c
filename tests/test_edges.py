"""Outlines: where there are lines, and JavaScript's twin by shared vectors (tests/js/site/edges.test.mjs)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ganzoo.edges import outline
from tests.support.places import DATA

VECTORS = json.loads((DATA / "edges.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_committed_vectors(vector: dict[str, Any]) -> None:
    pictures = (np.array([vector["levels"]]) / 255).astype(np.float32)
    np.testing.assert_array_equal(outline(pictures)[0, 0], vector["outline"])


@pytest.mark.parametrize("colour", [0, 1, 2])
def test_a_disc_has_one_line_around_it_whatever_its_colour(colour: int) -> None:
    y, x = np.mgrid[:32, :32] - 15.5
    distance = np.hypot(x, y)
    picture = np.full((1, 3, 32, 32), 0.5, np.float32)
    picture[0, colour, distance < 10] = 0.8
    lines = outline(picture)
    assert lines.shape == (1, 1, 32, 32) and lines.dtype == np.float32 and set(np.unique(lines)) == {0, 1}
    assert (lines[0, 0, np.abs(distance - 10) > 2.5] == 1).all()
    assert (lines[0, 0, np.abs(distance - 10) < 0.6] == 0).all()
