"""The outline of a picture, black lines on white; `site/web/pictures/edges.js` is its twin, bit for bit.

Whole numbers only, so that both compute the same. Each colour is rounded to 0..255. Where Sobel's gradient (gx, gy) is
longer than `CONTRAST` grey levels of a straight edge in any of the colours, there is a line. Beyond the border the
pixels there go on. Lines are two pixels wide, about as a pen draws them in pictures of this size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganzoo.specs import FloatArray

CONTRAST = 24  # of 255: less is shading
STRAIGHT = 4  # Sobel's gradient at an edge between two levels, for each level that they differ


def outline(pictures: Any) -> FloatArray:
    """Pictures (N, C, H, W) in [0, 1] as outlines float32 (N, 1, H, W), 0 where there is a line and 1 elsewhere.

    NumPy's or CuPy's arrays. What is outside [0, 1] counts as the nearer end.
    """
    import chainer

    xp = chainer.backend.get_array_module(pictures)
    levels = xp.floor(xp.clip(pictures, 0, 1) * 255 + 0.5).astype(xp.int32)
    padded = xp.pad(levels, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    across, down = padded[..., 2:] - padded[..., :-2], padded[..., 2:, :] - padded[..., :-2, :]
    gx = across[..., :-2, :] + 2 * across[..., 1:-1, :] + across[..., 2:, :]
    gy = down[..., :-2] + 2 * down[..., 1:-1] + down[..., 2:]
    strongest = (gx * gx + gy * gy).max(axis=1, keepdims=True)
    lines: FloatArray = (strongest <= (STRAIGHT * CONTRAST) ** 2).astype(xp.float32)
    return lines
