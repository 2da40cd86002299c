"""Any picture as an image input; `site/web/pictures/resize.js` and `runtime/preprocess.js` are the twin, to 1e-6.

A pixel of the result is the mean of the area it covers where the picture shrinks, and lies between the nearest four
pixels where it grows (half-pixel centres). What a picture is to become, `ganzoo.specs.Preprocess` says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.specs import Preprocess

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from ganzoo.specs import FloatArray, TensorSpec

GREY = (0.299, 0.587, 0.114)  # of red, green and blue: luma (ITU-R BT.601)
NEARLY = 1e-9  # what rounding may take from a whole number


def as_input(picture: npt.ArrayLike, spec: TensorSpec) -> FloatArray:
    """The values, float32 of `spec.shape`, that an image input is to have of `picture` (h, w, channels) in [0, 1].

    `picture` is grey or RGB; a further channel is its opacity, and behind it all is white. `spec.preprocess` says what
    happens to it; without one, "crop" and no more. Raises `ValueError` where `picture` is no such array, or `spec` is
    not of one or three channels.
    """
    import numpy as np

    given = np.asarray(picture, dtype=np.float64)
    if given.ndim != 3 or not given.size or given.shape[2] > 4:
        raise ValueError(f"a picture is (height, width, 1 to 4), not {given.shape}")
    channels, *room = spec.shape
    if channels not in (1, 3):
        raise ValueError(f"a picture has one or three channels, not {channels}")
    colours = _opaque(given)
    down, across = _axes(colours.shape[:2], (room[0], room[1]), (spec.preprocess or Preprocess()).resize)
    rgb = np.einsum("ij,jkc,lk->cil", down, colours, across, optimize=True)
    planes = rgb if channels == 3 else np.tensordot(GREY, rgb, 1)[None]
    image: FloatArray = spec.from_pictures(planes[None])[0].astype(np.float32)
    return image


def read(path: Path) -> FloatArray:
    """The picture in a file, float32 (h, w, 4) in [0, 1], upright. Raises `OSError` where there is none."""
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened)
        picture: FloatArray = np.asarray(upright.convert("RGBA"), dtype=np.float32) / np.float32(255)
    return picture


def _opaque(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """RGB, as it looks on white."""
    import numpy as np

    n = picture.shape[2]
    colours = picture[..., : n - (n + 1) % 2]
    if n % 2 == 0:
        opacity = picture[..., -1:]
        colours = colours * opacity + (1 - opacity)
    return np.repeat(colours, 3, axis=2) if n < 3 else colours


def _axes(size: tuple[int, int], room: tuple[int, int], resize: str) -> list[npt.NDArray[Any]]:
    """For height and width, the matrix that takes a picture's pixels to those of an input."""
    import numpy as np

    steps = [n / most for n, most in zip(size, room, strict=True)]
    matrices = []
    for n, most, own in zip(size, room, steps, strict=True):
        if resize == "stretch":
            matrices.append(_shares(n, 0, own, most))
        elif resize == "crop":
            step = min(steps)
            matrices.append(_shares(n, max(0, math.floor((n - most * step) / 2 + NEARLY)), step, most))
        else:
            inner = min(most, max(1, math.floor(n / max(steps) + 0.5)))
            rows = np.clip(np.arange(most) - (most - inner) // 2, 0, inner - 1)
            matrices.append(_shares(n, 0, n / inner, inner)[rows])
    return matrices


def _shares(n: int, start: int, step: float, count: int) -> npt.NDArray[Any]:
    """(count, n): what each of `n` pixels gives to `count` that are `step` wide, the first of them at `start`."""
    import numpy as np

    begin = start + np.arange(count)[:, None] * step
    pixel = np.arange(n)
    if step >= 1:
        shares = (np.minimum(begin + step, pixel + 1) - np.maximum(begin, pixel)) / step
    else:
        shares = 1 - np.abs(np.clip(begin + step / 2 - 0.5, 0, n - 1) - pixel)
    positive: npt.NDArray[Any] = np.maximum(0, shares)
    return positive
