"""Training images by index: all images are kept on the device, and each batch is gathered there.

Images that are uint8 stay so there; only the batch becomes float32.

A step only draws and copies indices. Chainer's `SerialIterator` gives order and epochs from NumPy's random state, so
that they are the same on every device and a snapshot contains them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from chainer.dataset import concat_examples
from chainer.iterators import SerialIterator

from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import Data, LabelArray


class Batches:
    """A converter for Chainer's updaters: from indices of images to the images, on `device`, and their labels."""

    def __init__(self, data: Data, device: Any) -> None:
        self.x, self.t = device.send(data.train_x), data.train_t
        self._device = device

    def __call__(self, numbers: Sequence[int], device: Any = None) -> tuple[Any, LabelArray]:
        """Images float32 (N, C, H, W) on the device, labels int32 (N,) on the host, where their noise is drawn."""
        chosen = np.asarray(numbers)
        return floats(self.x[self._device.send(chosen)]), self.t[chosen]

    def iterator(self, batch_size: int) -> SerialIterator:
        """An iterator over indices of images, which are shuffled in each epoch."""
        return SerialIterator(range(len(self.t)), batch_size)


def converted(examples: Sequence[Any], device: Any = None) -> tuple[Any, Any]:
    """A converter of examples (image, label), as Chainer's own is: images float32 (N, C, H, W), labels int32 (N,)."""
    x, t = concat_examples(examples, device)
    return floats(x), t
