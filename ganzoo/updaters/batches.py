"""Training images by their numbers: all of them lie on the device, and a batch is gathered there.

What is drawn and copied in a step is a row of numbers. Order and epochs are Chainer's `SerialIterator`'s, from NumPy's
random state, so that they are the same on every device and a snapshot has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from chainer.iterators import SerialIterator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import Data, LabelArray


class Batches:
    """A converter for Chainer's updaters: numbers of training images to those images, on `device`, and their labels."""

    def __init__(self, data: Data, device: Any) -> None:
        self.x, self.t = device.send(data.train_x), data.train_t
        self._device = device

    def __call__(self, numbers: Sequence[int], device: Any = None) -> tuple[Any, LabelArray]:
        """Images float32 (N, C, H, W) on the device, labels int32 (N,) on the host, where noise is drawn for them."""
        chosen = np.asarray(numbers)
        return self.x[self._device.send(chosen)], self.t[chosen]

    def iterator(self, batch_size: int) -> SerialIterator:
        """Numbers of images, shuffled anew in each epoch."""
        return SerialIterator(range(len(self.t)), batch_size)
