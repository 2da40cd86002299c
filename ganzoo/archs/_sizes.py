"""Pictures of any size by maps that double, from 4 to 8 pixels a side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from ganzoo.specs import TrainConfig

CHANNELS = (1, 3)
SMALLEST, LARGEST = 8, 256


def side(config: TrainConfig) -> int:
    """The height and width of the pictures of `config`. Raises `UsageError` for pictures that the GANs cannot draw."""
    channels, height, width = config.shape
    if channels not in CHANNELS or height != width or not SMALLEST <= height <= LARGEST:
        raise UsageError(
            f"{config.arch} draws square pictures of {SMALLEST} to {LARGEST} pixels a side, in grey or in colour, "
            f"but those of {config.dataset} are of shape {config.shape}.",
            "Choose another data set, or convert its pictures.",
        )
    return height


def doublings(size: int) -> int:
    """How often a first map of 4 to 8 pixels a side is doubled until it has `size` or more."""
    return (size // 4).bit_length() - 1


def base(size: int) -> int:
    """The side of that first map."""
    return -(-size >> doublings(size))


def middle(images: Any, size: int) -> Any:
    """The middle of `images` (N, C, H, W), (N, C, size, size); they themselves where they have that size."""
    if images.shape[2] == size:
        return images
    first = (images.shape[2] - size) // 2
    return images[:, :, first : first + size, first : first + size]
