"""Digits made of strokes, by no pen but this file's: several hands, and what people do to them in a pad.

A style is a list of strokes, a stroke the points that a pen passes, "x,y" in hundredths of a box, y down; the curve
through them is smooth but where a point stands twice. `drawings()` yields what a pointer does, `raster` makes a
picture of that, as a pad would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ganzoo.specs import FloatArray

STYLES = {
    0: {
        "closed": ["52,2 26,17 16,50 26,84 50,98 74,84 84,50 74,17 52,2"],
        "slim": ["52,2 32,17 24,50 32,84 50,98 68,84 76,50 68,17 52,2 32,17"],
        "round": ["81,24 94,50 81,77 50,88 19,77 6,50 19,24 53,12 81,24"],
    },
    1: {
        "bar": ["50,0 50,100"],
        "flag": ["30,24 53,0 53,0 53,100"],
        "leaning": ["62,0 40,100"],
        "serif and base": ["30,20 52,0 52,0 52,98", "28,98 76,98"],
    },
    2: {
        "plain": ["20,25 32,5 55,0 76,12 78,32 62,58 38,80 17,98 17,98 82,98"],
        "loop": ["20,20 38,3 62,3 76,20 70,45 50,72 28,92 16,90 20,78 36,78 55,93 72,98 87,90"],
        "angular": ["22,14 50,0 75,20 60,50 20,100 20,100 80,95"],
    },
    3: {
        "round": ["22,14 42,1 66,6 74,24 62,42 42,48 42,48 66,52 80,72 68,93 42,99 18,86"],
        "flat top": ["22,2 75,2 75,2 44,40 44,40 68,46 80,68 68,92 42,99 20,88"],
        "looped": ["24,12 50,0 70,12 68,32 50,45 38,50 46,45 70,54 78,76 62,96 36,98 18,84"],
    },
    4: {
        "open": ["25,2 17,50 17,50 82,50", "68,5 64,100"],
        "closed": ["60,100 62,0 62,0 14,64 14,64 86,62"],
        "curved": ["20,3 16,38 30,53 55,50 74,38", "76,0 72,50 68,100"],
    },
    5: {
        "two strokes": ["26,3 24,44 24,44 46,38 70,46 80,68 68,91 44,99 18,90", "26,3 76,2"],
        "one stroke": ["78,2 32,4 32,4 24,42 24,42 50,40 72,54 72,80 50,97 20,94"],
        "soft": ["76,0 40,4 28,20 36,40 60,52 70,70 58,92 34,99 20,90"],
    },
    6: {
        "curl": ["66,0 36,22 20,56 24,86 48,99 72,88 76,68 60,53 38,58 23,76"],
        "hook": ["76,14 60,1 38,10 22,42 20,74 36,97 62,96 78,76 66,54 42,53 23,68"],
        "straight": ["50,0 28,48 24,76 40,97 64,92 70,70 52,57 30,68"],
    },
    7: {
        "plain": ["18,4 80,3 80,3 60,42 44,100"],
        "bar": ["18,4 80,2 80,2 42,100", "34,50 76,48"],
        "serif": ["20,18 22,3 22,3 78,2 78,2 52,48 46,100"],
    },
    8: {
        "one line": ["68,14 50,1 30,10 32,32 50,47 72,64 74,86 50,99 26,86 30,64 50,47 68,32 68,14"],
        "two rings": ["50,2 30,10 28,30 50,45 72,30 70,10 50,2", "50,45 24,58 22,84 50,98 78,84 76,58 50,45"],
        "open top": ["76,6 48,2 28,16 40,38 64,58 68,84 46,99 26,84 38,58 62,34 76,6"],
    },
    9: {
        "straight": ["70,20 50,2 28,12 24,34 42,48 62,40 72,14 72,14 70,55 66,100"],
        "curl": ["74,24 54,1 28,10 22,34 42,50 64,42 75,20 75,20 74,60 62,92 40,99 22,88"],
        "leaning": ["72,8 46,4 28,24 36,46 58,38 74,8 74,8 50,100"],
    },
}


@dataclass(frozen=True)
class Variation:
    """How a digit stands in the pad: its `height` and middle (`x`, `y`) in parts of the pad, `slant` as the
    tangent of its lean, `jitter` and `spread` in parts of its height; what is drawn with `spread` has each
    stroke twice, side by side. `pen` is a pad's line width in parts of the pad."""

    height: float = 0.64
    x: float = 0.5
    y: float = 0.5
    slant: float = 0.0
    jitter: float = 0.0
    spread: float = 0.0
    pen: float = 0.07


VARIATIONS = {
    "plain": Variation(),
    "shifted": Variation(height=0.5, x=0.72, y=0.3),
    "small": Variation(height=0.25, x=0.35, y=0.62, pen=0.05),
    "thick": Variation(height=0.7, spread=0.05, pen=0.1),
    "thin": Variation(pen=0.02),
    "slanted": Variation(slant=0.25),
    "jittered": Variation(jitter=0.012),
}


@dataclass(frozen=True)
class Drawing:
    """What a pen does: `strokes` are the points it passes, (x, y) in a pad of 0 to 1, y down."""

    digit: int
    style: str
    variation: str
    strokes: tuple[tuple[tuple[float, float], ...], ...]

    @property
    def pen(self) -> float:
        return VARIATIONS[self.variation].pen


def drawings(*variations: str) -> Iterator[Drawing]:
    """Every style of every digit in each of `variations`, all where none is named. The same at every call."""
    for variation in variations or VARIATIONS:
        for digit, styles in STYLES.items():
            for style, strokes in styles.items():
                random = np.random.default_rng([digit, len(style)])
                drawn = tuple(line for stroke in strokes for line in _drawn(stroke, VARIATIONS[variation], random))
                yield Drawing(digit, style, variation, drawn)


def raster(drawing: Drawing, size: int = 280, pen: float | None = None) -> FloatArray:
    """The drawing as a pad of `size` pixels shows it, float32 (size, size) in [0, 1], ink 1: round lines of width
    `pen` in parts of the pad, the variation's own where it is None, with soft edges."""
    from PIL import Image, ImageDraw

    scale = 4 * size
    radius = (drawing.pen if pen is None else pen) * scale / 2
    image = Image.new("L", (scale, scale))
    draw = ImageDraw.Draw(image)
    for stroke in drawing.strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        draw.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = image.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255


def _drawn(stroke: str, to: Variation, random: np.random.Generator) -> Iterator[tuple[tuple[float, float], ...]]:
    """One stroke, or two side by side, at its place in the pad."""
    points = [(int(x) / 100 - 0.5, int(y) / 100 - 0.5) for x, y in (point.split(",") for point in stroke.split())]
    curve = np.array(_curve(points))
    along = np.linspace(0, 1, len(curve))[:, None]
    trembling = sum(np.sin(waves * along + random.uniform(0, 2 * math.pi, 2)) for waves in (9, 17, 31))
    curve = curve + to.jitter * trembling
    curve[:, 0] -= to.slant * curve[:, 1]
    for side in (-0.5, 0.5) if to.spread else (0,):
        placed = (to.x, to.y) + to.height * (curve + side * to.spread)
        yield tuple((round(float(x), 4), round(float(y), 4)) for x, y in placed)


def _curve(points: Sequence[tuple[float, float]], steps: int = 6) -> list[tuple[float, float]]:
    """A Catmull-Rom spline through `points`, `steps` to a piece, that ends and begins anew at a point given twice."""
    curve = [points[0]]
    for i, (p, q) in enumerate(pairwise(points)):
        if p == q:
            continue
        before = points[max(0, i - 1)]
        after = points[min(len(points) - 1, i + 2)]
        for step in range(1, steps + 1):
            t = step / steps
            x, y = (
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(before, p, q, after, strict=True)
            )
            curve.append((x, y))
    return curve
