"""How a data set without test images is split."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import LabelArray

EVERY = 6


def is_test(t: LabelArray) -> npt.NDArray[np.bool_]:
    """True, in an array of the shape (N,) of `t`, for the first and then every sixth image of each class.

    A class with two or more images therefore has both test and training images, and the split is not random.
    """
    import numpy as np

    chosen = np.zeros(t.shape, bool)
    for label in np.unique(t):
        chosen[np.flatnonzero(t == label)[::EVERY]] = True
    return chosen
