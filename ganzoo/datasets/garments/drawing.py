"""One garment as pixels.

Only sums, products, quotients and roundings are used, which IEEE 754 defines to the last bit, and numbers of NumPy's
PCG64: a picture is the same on every machine. Edges are those of `FINE` x `FINE` points a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.datasets.garments.cuts import CLASSES

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

FINE = 4


@dataclass(frozen=True)
class Grid:
    """The places of pixels, x and y in [-1, 1], each (size, size)."""

    size: int
    x: Array
    y: Array


def grid(size: int) -> Grid:
    places = (np.arange(size) * 2 + 1) / size - 1
    return Grid(size, np.broadcast_to(places, (size, size)), np.broadcast_to(places[:, None], (size, size)))


def draw(name: str, where: Grid, coloured: bool, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One garment of the class `name`, uint8 (3, size, size) on a pale ground, or (1, size, size) bright on black."""

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(rng.random())

    cloth, pattern = _cloth(where, between, rng)
    if coloured:
        main, other = _colours(between)
        picture = _ground(where, between)
        cloths = (main + (other - main) * pattern) * cloth
    else:
        picture = np.zeros((1, where.size, where.size))
        cloths = (between(0.3, 0.95) * (1 - between(0.1, 0.5) * pattern) * cloth)[None]
    across, down, half = between(0.88, 1.02) * 0.48, between(0.88, 1.02) * 0.48, between(-0.05, 0.05)
    cos, sin = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    right, low = 0.5 + between(-1, 1) / 28, 0.5 + between(-1, 1) / 28
    for brightness, outline in CLASSES[name](between):
        corners = [
            ((cos * x - sin * y) * across + right, (sin * x + cos * y) * down + low) for x, y in np.array(outline)
        ]
        share = _covered(corners, where.size)
        picture = picture + (np.minimum(cloths * brightness, 1.0) - picture) * share
    pixels: npt.NDArray[np.uint8] = np.rint(255 * picture.clip(0, 1)).astype(np.uint8)
    return pixels


def _covered(corners: list[tuple[float, float]], size: int) -> Array:
    """How much of each pixel a polygon covers (even-odd), for corners in [0, 1] x [0, 1]: (size, size) in [0, 1]."""
    n = size * FINE
    points = np.array(corners) * n
    x0, y0 = points.T
    x1, y1 = np.roll(points, -1, axis=0).T
    rows = np.arange(n)[:, None] + 0.5
    crosses = (y0 <= rows) != (y1 <= rows)  # (n, corners)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    columns = np.rint(x0 + (rows - y0) / rise * (x1 - x0)).clip(0, n).astype(np.int64)
    row, corner = np.nonzero(crosses)
    counts = np.bincount(row * (n + 1) + columns[row, corner], minlength=n * (n + 1)).reshape(n, n + 1)
    inside = counts[:, :n].cumsum(axis=1) & 1
    share: Array = inside.reshape(size, FINE, size, FINE).sum(axis=(1, 3)) / FINE**2
    return share


def _cloth(where: Grid, between: Any, rng: np.random.Generator) -> tuple[Array, Array]:
    """The light on the cloth, around 1, and how much of its second colour each place has, in [0, 1]."""
    x, y = where.x, where.y
    slant = (0.0, 1.0, 0.7)[int(rng.integers(3))]
    along, across = (1 - slant) * x + slant * y, (1 - slant) * y - slant * x
    often = between(1.5, 3.0)
    stripes = (_wave(often * along) > 0).astype(np.float64)
    checks = (_wave(often * along) * _wave(often * across) > 0).astype(np.float64)
    tweed = rng.random(x.shape)
    pattern = (np.zeros_like(x), np.zeros_like(x), stripes, checks, tweed)[int(rng.integers(5))]
    folds = _wave(between(0.3, 0.8) * x + between(-0.3, 0.3) * y + between(0, 1))
    return 1 + 0.1 * folds + between(-0.18, 0.18) * x - 0.08 * y, pattern * between(0.3, 1.0)


def _wave(turns: Array) -> Array:
    """Like the sine of `turns` full turns, in [-1, 1], of sums and products only."""
    part = turns - np.floor(turns)
    half = np.where(part < 0.5, part, part - 0.5) * 2
    arch: Array = 4 * half * (1 - half)
    return np.where(part < 0.5, arch, -arch)


def _colours(between: Any) -> tuple[Array, Array]:
    """Two colours of cloth, each (3, 1, 1): of dye or, one in four, nearly grey; the second differs in brightness."""
    hue, dyed, value = between(0, 1), between(0, 1) > 0.25, between(0.35, 0.95)
    saturation = between(0.35, 0.85) if dyed else between(0, 0.12)
    other = value - 0.4 if value > 0.6 else value + 0.4
    return _rgb(hue, saturation, value), _rgb(hue + between(-0.2, 0.2), saturation * between(0.2, 1), other)


def _rgb(hue: float, saturation: float, value: float) -> Array:
    """A colour of A. R. Smith's hexcone (HSV, 1978) as red, green and blue, (3, 1, 1); a hue of 1 is a full turn."""
    channels = (np.array([5.0, 3.0, 1.0]) + hue * 6) % 6
    shares = np.minimum(channels, 4 - channels).clip(0, 1)
    return (value - value * saturation * shares).reshape(3, 1, 1)


def _ground(where: Grid, between: Any) -> Array:
    """A pale wall in the light of a window, (3, size, size)."""
    tint = _rgb(between(0, 1), between(0.0, 0.12), between(0.86, 0.98))
    ground: Array = tint * (1 + between(-0.06, 0.06) * where.x - between(0.0, 0.08) * where.y)
    return ground
