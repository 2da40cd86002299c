"""Sheets of generated pictures: a column for each class under its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray

SCALE = 3  # a 28-pixel digit is too small to judge
GAP = 6
HEADING = 22


def rows_within(pixels: int, columns: int, height: int, width: int) -> int:
    """How many rows of `columns` pictures, each `height` x `width`, a sheet of `pixels` has room for; 1 at least."""
    across = columns * (width * SCALE + GAP) + GAP
    return max(1, (pixels // across - HEADING - GAP) // (height * SCALE + GAP))


def sheet(images: FloatArray, headings: Sequence[str]) -> Any:
    """A `PIL.Image` of `images` (rows, columns, C, H, W) in [0, 1], C 1 or 3, a heading above each column."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    rows, columns, channels, height, width = images.shape
    cell_height, cell_width = height * SCALE + GAP, width * SCALE + GAP
    picture = Image.new("RGB", (columns * cell_width + GAP, HEADING + rows * cell_height + GAP), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=16)
    for column in range(columns):
        left = GAP + column * cell_width
        draw.text((left + width * SCALE / 2, HEADING / 2 + 2), headings[column], "black", font=font, anchor="mm")
        for row in range(rows):
            cell = (images[row, column].clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
            cell = cell.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
            cell = cell[:, :, 0] if channels == 1 else cell
            picture.paste(Image.fromarray(cell), (left, HEADING + row * cell_height))
    return picture
