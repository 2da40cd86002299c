"""Random changes of pictures while a network trains, so that few pictures last longer.

A discriminator that sees real and drawn pictures through the same changes cannot learn the real ones by heart, and
since it can be differentiated through them, the generator learns nothing of the changes: DiffAugment, Zhao et al. 2020
(arXiv:2006.10738). Strengths are those of the paper, for pictures in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import FunctionNode

from ganzoo.errors import UnknownNameError
from ganzoo.updaters.distributed import share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SHIFT = 8  # a picture moves by at most one part in so many of its height and width
CUTOUT = 2  # a square of one part in so many of both is blanked


@dataclass(frozen=True)
class Augmentation:
    """Changes of pictures by their names in `AUGMENTATIONS`, in that order. Without names pictures stay as they are."""

    names: tuple[str, ...] = ()

    def __call__(self, images: Any) -> Any:
        """`images` float32 (N, C, H, W) in [0, 1], an array or a Variable, changed, a Variable.

        Values may leave [0, 1]. Fresh random numbers are drawn from NumPy's global state at every call.
        """
        images = chainer.as_variable(images)
        for name, change in AUGMENTATIONS.items():
            if name in self.names:
                images = change(images)
        return images


def augmentation(text: str) -> Augmentation:
    """The changes that `text` names, separated by commas. Raises `UnknownNameError` for what is none."""
    names = tuple(filter(None, (name.strip() for name in text.split(","))))
    for name in names:
        if name not in AUGMENTATIONS:
            raise UnknownNameError("augmentation", name, AUGMENTATIONS)
    return Augmentation(names)


def flip(images: Any) -> Any:
    """Half of the pictures are turned left to right."""
    return Flip(_drawn(images, 1)[:, 0] < 0.5).apply((images,))[0]


def shift(images: Any) -> Any:
    """Each picture moves down and to the right, or up and to the left; what comes in at the edge is background."""
    reach = np.array(images.shape[2:]) // SHIFT
    return Move(np.floor(_drawn(images, 2) * (2 * reach + 1)).astype(np.int64) - reach).apply((images,))[0]


def colour(images: Any) -> Any:
    """Brightness by up to a quarter, saturation from none to twice its own, contrast by up to a half."""
    brightness, saturation, contrast = (
        F.broadcast_to(images.device.send(numbers.astype(images.dtype)[:, None, None, None]), images.shape)
        for numbers in _drawn(images, 3).T
    )
    images = images + (brightness - 0.5) / 2
    if images.shape[1] > 1:
        images = _away(images, (1,), saturation * 2)
    return _away(images, (1, 2, 3), contrast + 0.5)


def cutout(images: Any) -> Any:
    """A square somewhere in each picture becomes background; part of it may lie outside."""
    kept = np.ones((len(images), 1, *images.shape[2:]), bool)
    for axis, (size, centre) in enumerate(zip(images.shape[2:], _drawn(images, 2).T, strict=True)):
        length = size // CUTOUT
        first = np.floor(centre * (size + 1 - length % 2)).astype(int) - length // 2
        at = np.arange(size)
        inside = (at >= first[:, None]) & (at < first[:, None] + length)
        kept = kept & ~inside[:, None, :, None] if axis == 0 else kept | ~inside[:, None, None, :]
    return images * F.broadcast_to(images.device.send(kept.astype(images.dtype)), images.shape)


AUGMENTATIONS: Mapping[str, Callable[[Any], Any]] = {"colour": colour, "flip": flip, "shift": shift, "cutout": cutout}


class Flip(FunctionNode):
    """Images (N, C, H, W), those of `chosen` (N,) turned left to right. Its gradient is the same change."""

    def __init__(self, chosen: Any) -> None:
        self.chosen = chosen

    def forward(self, inputs: Sequence[Any]) -> tuple[Any]:
        (x,) = inputs
        y = x.copy()
        chosen = chainer.backend.get_device_from_array(x).send(self.chosen)
        y[chosen] = x[chosen, :, :, ::-1]
        return (y,)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Flip(self.chosen).apply(grad_outputs)  # type: ignore[no-any-return]


class Move(FunctionNode):
    """Images (N, C, H, W), each moved down and right by its row of `steps`, int (N, 2); 0 comes in at the edge.

    Its gradient is the move back.
    """

    def __init__(self, steps: Any) -> None:
        self.steps = steps

    def forward(self, inputs: Sequence[Any]) -> tuple[Any]:
        (x,) = inputs
        height, width = x.shape[2:]
        y = chainer.backend.get_array_module(x).zeros_like(x)
        for to, source, (down, right) in zip(y, x, self.steps.tolist(), strict=True):
            to[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = source[
                :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
            ]
        return (y,)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        return Move(-self.steps).apply(grad_outputs)  # type: ignore[no-any-return]


def _drawn(images: Any, n: int) -> Any:
    """`n` random numbers in [0, 1) for each picture, float64 (N, n)."""
    return share(lambda rows: np.random.uniform(size=(rows, n)), len(images))


def _away(images: Any, axes: tuple[int, ...], factor: Any) -> Any:
    """`images` as far as `factor` times what they were from their mean over `axes`."""
    mean = F.broadcast_to(F.mean(images, axis=axes, keepdims=True), images.shape)
    return (images - mean) * factor + mean
