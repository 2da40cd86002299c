"""Numbers and pictures as characters on a terminal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from ganzoo.specs import FloatArray

BARS = "▁▂▃▄▅▆▇█"
HALF = "▀"  # its foreground is the upper pixel, its background the lower one
RAMP = " .:-=+*#%@"  # of two pixels together, where there is no colour
SMALLEST = 12  # pixels of a picture's side that still show what it is
LEVELS = 15  # of each colour: fewer styles, shorter output


def sparkline(values: Sequence[float], width: int) -> str:
    """The last `values` as bars between their minimum and maximum; each bar is a mean of neighbours."""
    if not values or width < 1:
        return ""
    n = min(width, len(values))
    edges = [i * len(values) // n for i in range(n + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((mean - low) * scale)] for mean in means)


def fit(n: int, height: int, width: int, lines: int, columns: int) -> tuple[int, int, int]:
    """How `n` pictures of `height` x `width` pixels fit into a terminal's `lines` and `columns`.

    Returns the factor by which they are made smaller, the number in a row, and the number of rows; 0 rows if nothing
    fits.
    """
    best = (1, 0, 0)
    for factor in range(1, max(2, min(height, width) // SMALLEST + 1)):
        across = min(n, (columns + 1) // (width // factor + 1))
        down = min(-(-n // across) if across else 0, lines // -(-(height // factor) // 2))
        if across * down > best[1] * best[2]:
            best = (factor, across, down)
        if across * down >= n:
            break
    return best


def pictures(images: FloatArray, factor: int, across: int, down: int, colour: bool) -> list[Text]:
    """`images` (N, C, H, W) in [0, 1], C 1 or 3, made smaller by `factor`: lines with two pixels per character."""
    lines = []
    for row in range(down):
        shown = [_smaller(image, factor) for image in images[row * across : (row + 1) * across]]
        lines += [_line([each[y : y + 2] for each in shown], colour) for y in range(0, len(shown[0]), 2) if shown]
    return lines


def _smaller(image: FloatArray, factor: int) -> FloatArray:
    """Block means of `image` (C, H, W) as whole levels, (H / factor, W / factor, 3); H made even."""
    import numpy as np

    channels, height, width = image.shape
    h, w = height // factor, width // factor
    blocks = image[:, : h * factor, : w * factor].reshape(channels, h, factor, w, factor)
    small = blocks.mean(axis=(2, 4)).clip(0, 1).transpose(1, 2, 0)
    levels = np.broadcast_to((small * LEVELS).round(), (h, w, 3))
    return np.pad(levels, ((0, h % 2), (0, 0), (0, 0)))


def _line(pairs: Sequence[FloatArray], colour: bool) -> Text:
    """One line of characters from two rows of pixels of each picture, (2, W, 3)."""
    from rich.style import Style
    from rich.text import Text

    line = Text(no_wrap=True)
    for i, pair in enumerate(pairs):
        line.append(" " if i else "")
        for upper, lower in zip(*pair, strict=True):
            if colour:
                line.append(HALF, Style.parse(f"{_hex(upper)} on {_hex(lower)}"))
            else:
                line.append(RAMP[round(float(upper.mean() + lower.mean()) / 2 / LEVELS * (len(RAMP) - 1))])
    return line


def _hex(levels: FloatArray) -> str:
    return "#" + "".join(f"{round(255 * float(level) / LEVELS):02x}" for level in levels)
