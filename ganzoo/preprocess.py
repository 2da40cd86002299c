"""A drawing as a picture of MNIST; `site/web/classifier/preprocess.js` is its twin.

How MNIST was made (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998): a digit
fits a box of 20x20, its aspect ratio kept, with the grey levels that anti-aliasing leaves, and its centre of mass
stands in the middle of 28x28. Where exactly, the data tell: in [14, 15) both ways, so in pixel 14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganzoo.specs import FloatArray

BOX, IMAGE = 20, 28
FAINT = 1 / 256  # what eight bits cannot tell from nothing is no ink


def preprocess(drawing: npt.ArrayLike, shape: tuple[int, int, int]) -> FloatArray:
    """The image of `shape` (C, H, W) that a network is to see of `drawing` (h, w), both in [0, 1] with ink 1.

    float32, every channel the same, zeros where there is no ink. What is above 1 counts as 1; NaN, and what is below
    1/256, as 0. Raises `ValueError` where `drawing` is no matrix.
    """
    import numpy as np

    drawn = np.asarray(drawing, dtype=np.float64)
    if drawn.ndim != 2:
        raise ValueError(f"a drawing has two axes, not {drawn.ndim}")
    channels, height, width = shape
    image = np.zeros((height, width), dtype=np.float32)
    # NaN is greater than nothing
    ink = _fitted(np.where(drawn > FAINT, np.minimum(drawn, 1), 0), height, width)
    if ink.size:
        rows, columns = ink.shape
        top = _start(ink.sum(axis=1), height)
        left = _start(ink.sum(axis=0), width)
        image[top : top + rows, left : left + columns] = ink
    return np.repeat(image[None], channels, axis=0)


def _fitted(ink: npt.NDArray[Any], height: int, width: int) -> npt.NDArray[Any]:
    """What has ink, as large as the box of a `height` x `width` image allows; each pixel is the mean of its area."""
    import numpy as np

    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return ink[:0]
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side, box = max(
        ((n, max(1, room * BOX // IMAGE)) for n, room in zip(ink.shape, (height, width), strict=True)),
        key=lambda pair: pair[0] / pair[1],
    )
    down, across = (_means(n, side, box) for n in ink.shape)
    fitted: npt.NDArray[Any] = down @ ink @ across.T
    return fitted


def _means(n: int, side: int, box: int) -> npt.NDArray[Any]:
    """The matrix that takes `n` pixels to the means of as many as they need when `side` of them become `box`.

    Where they do not fill those, as much is missing at the first as at the last one.
    """
    import numpy as np

    step = side / box
    needed = -(-n * box // side)
    start = np.arange(needed)[:, None] * step - (needed * step - n) / 2
    pixel = np.arange(n)
    shares: npt.NDArray[Any] = np.maximum(0, np.minimum(start + step, pixel + 1) - np.maximum(start, pixel)) / step
    return shares


def _start(mass: npt.NDArray[Any], room: int) -> int:
    """Where among `room` pixels the first one of `mass` goes, so that all of it is in and its centre in the middle one.

    Symmetric digits have their centre on a border between pixels: 1e-9 keeps rounding errors from choosing.
    """
    import numpy as np

    centre = mass @ (np.arange(len(mass)) + 0.5) / mass.sum()
    start = int(np.ceil(room // 2 - centre - 1e-9))
    return min(max(start, 0), room - len(mass))
