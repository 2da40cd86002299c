"""Pictures of twice and of half the height and width, and their sums."""

from __future__ import annotations

from typing import Any

import chainer.functions as F


def doubled(x: Any) -> Any:
    """(N, C, H, W) to (N, C, 2 H, 2 W): each value four times."""
    return F.unpooling_2d(x, 2, cover_all=False)


def halved(x: Any) -> Any:
    """(N, C, H, W) to (N, C, H // 2, W // 2): means of four values. What is left of odd sizes is not looked at."""
    return F.average_pooling_2d(x, 2)


def summed(x: Any) -> Any:
    """(N, C, H, W) to (N, C): sums over height and width."""
    return F.sum(x, axis=(2, 3))
