"""How many pictures are drawn for an evaluation: fewer of large pictures, so that none takes long."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWN = 10_000
DRAWN_IN_TRAINING = 4_000
PIXELS = DRAWN * 28 * 28  # of all of them
LEAST = 1_000


def pictures(most: int, shape: Sequence[int]) -> int:
    """Return how many pictures of `shape` (C, H, W) to draw: `most` of 28x28, and at least 1,000 or `most`."""
    return min(most, max(LEAST, PIXELS // math.prod(shape[1:])))
