"""Sheets of generated pictures: a column for each class under its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.specs import FloatArray

SCALE = 3  # a 28-pixel digit is too small to judge
GAP = 6
HEADING = 22
COLUMNS = 20  # beside each other; more classes go on below
SIZES = (16, 14, 12, 11)  # of a heading's letters in pixels: the largest that lets its name fit


def rows_within(pixels: int, columns: int, height: int, width: int) -> int:
    """How many rows of `columns` pictures, each `height` x `width`, a sheet of `pixels` has room for; 1 at least."""
    across, bands = min(columns, COLUMNS) * (width * SCALE + GAP) + GAP, -(-columns // COLUMNS)
    return max(1, ((pixels // across - GAP) // bands - HEADING) // (height * SCALE + GAP))


def sheet(images: FloatArray, headings: Sequence[str]) -> Any:
    """A `PIL.Image` of `images` (rows, columns, C, H, W) in [0, 1], C 1 or 3, a heading above each column.

    More than `COLUMNS` columns are divided into bands of as many, one below the other.
    """
    import numpy as np
    from PIL import Image, ImageDraw

    from ganzoo.lettering import lettering

    rows, columns, channels, height, width = images.shape
    cell_height, cell_width = height * SCALE + GAP, width * SCALE + GAP
    band = HEADING + rows * cell_height
    across, bands = min(columns, COLUMNS), -(-columns // COLUMNS)
    picture = Image.new("RGB", (across * cell_width + GAP, bands * band + GAP), "white")
    draw = ImageDraw.Draw(picture)
    letters = lettering(headings[:columns])
    for column, name in enumerate(letters.texts):
        left, top = GAP + column % COLUMNS * cell_width, column // COLUMNS * band
        text, font = _fitting(name, letters.font(name), cell_width - 4)
        draw.text((left + width * SCALE / 2, top + HEADING / 2 + 1), text, "black", font=font, anchor="mm")
        for row in range(rows):
            cell = (images[row, column].clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
            cell = cell.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
            cell = cell[:, :, 0] if channels == 1 else cell
            picture.paste(Image.fromarray(cell), (left, top + HEADING + row * cell_height))
    return picture


def _fitting(name: str, path: Path, width: float) -> tuple[str, Any]:
    """`name` and a font in which it is no wider than `width` pixels; shortened where no size does it."""
    from PIL import ImageFont

    from ganzoo.lettering import shortened

    fonts = [ImageFont.truetype(path, size) for size in SIZES]
    for font in fonts:
        if font.getlength(name) <= width:
            return name, font
    return shortened(name, lambda text: fonts[-1].getlength(text) <= width), fonts[-1]
