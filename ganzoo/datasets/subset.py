"""Choose some of many images: at random, but always the same ones.

Taking every k-th image would be biased: the images of a folder are sorted by class, and in MNIST two groups of writers
alternate, so that every second image is by the same group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import LabelArray


def some(n: int, total: int) -> npt.NDArray[np.int64]:
    """Up to `n` of `total` indices, ascending."""
    import numpy as np

    return np.sort(shuffled(total)[:n])


def of_each_class(n: int, t: LabelArray) -> npt.NDArray[np.int64]:
    """Up to `n` indices of the labels `t` (N,), ascending, equally many of each class as far as possible."""
    import numpy as np

    order = shuffled(len(t))
    turn = np.empty(len(t), np.int64)  # an image's place among its class's
    for label in np.unique(t):
        (places,) = np.nonzero(t[order] == label)
        turn[places] = np.arange(len(places))
    return np.sort(order[np.argsort(turn, kind="stable")[:n]])


def shuffled(n: int) -> npt.NDArray[np.int64]:
    """0 to `n` - 1 in an order that is always the same."""
    import numpy as np

    return np.random.RandomState(0).permutation(n)
