"""Which images, where fewer than all will do: at random, and the same ones at every call.

Data has an order that a stride would meet: a folder's images come class by class, and in MNIST two groups of writers
take turns, so that every second image is of the same group.
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
    """Up to `n` indices of the labels `t` (N,), ascending: as many of one class as of the next, while there are."""
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
