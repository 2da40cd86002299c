"""The geometry that convolutions and pools share: kernels, strides, dilations and padding along each axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainer import functions as F

from ganzoo.frontends.onnx.call import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.frontends.onnx.call import Call


@dataclass(frozen=True)
class Window:
    """A window on two axes; pictures with one axis get another one of size 1. `pads` are (before, after) for each."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]

    @property
    def reach(self) -> tuple[int, int]:
        """How many elements a window spans."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))  # type: ignore[return-value]

    @property
    def symmetric(self) -> bool:
        return all(before == after for before, after in self.pads)

    def count(self, sizes: Sequence[int], ceil: bool = False) -> tuple[int, int]:
        """The number of windows along each axis. With `ceil`, the last one may end beyond the padding."""
        counts = []
        for n, reach, stride, (before, after) in zip(sizes, self.reach, self.stride, self.pads, strict=True):
            room = n + before + after - reach
            count = (-(-room // stride) if ceil else room // stride) + 1
            if ceil and (count - 1) * stride >= n + before:  # it would begin in the padding behind
                count -= 1
            counts.append(count)
        return counts[0], counts[1]


def flat(x: Any) -> tuple[Any, bool]:
    """`x` (N, C, W) as (N, C, 1, W), and whether it had one axis only."""
    if x.ndim == 4:
        return x, False
    if x.ndim == 3:
        return F.reshape(x, (*x.shape[:2], 1, x.shape[2])), True
    raise RefusedError(f"it works on {x.ndim - 2}-dimensional pictures; only 1 and 2 dimensions are supported")


def unflat(y: Any, line: bool) -> Any:
    """`y` (N, C, H, W) as it was before `flat`."""
    return F.reshape(y, (*y.shape[:2], y.shape[3])) if line else y


def window(call: Call, sizes: Sequence[int], kernel: Sequence[int], line: bool) -> Window:
    """The window of a call on a picture of `sizes` (h, w); `kernel` (h, w) is that of the weights or the attribute."""
    axes = 1 if line else 2
    stride, dilation = call.ints("strides", [1] * axes), call.ints("dilations", [1] * axes)
    pads = call.ints("pads", [0] * 2 * axes)
    if len(stride) != axes or len(dilation) != axes or len(pads) != 2 * axes or min(stride + dilation) < 1:
        raise RefusedError("its strides, dilations or pads do not fit the picture")
    if line:
        stride, dilation, pads = [1, *stride], [1, *dilation], [0, pads[0], 0, pads[1]]
    both = [(pads[0], pads[2]), (pads[1], pads[3])]
    auto = call.text("auto_pad", "NOTSET")
    if auto == "VALID":
        both = [(0, 0), (0, 0)]
    elif auto.startswith("SAME"):
        both = [
            _same(n, k, s, d, auto == "SAME_LOWER") for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True)
        ]
    (h, w), (sh, sw), (dh, dw) = kernel, stride, dilation
    return Window((h, w), (sh, sw), (dh, dw), (both[0], both[1]))


def _same(n: int, kernel: int, stride: int, dilation: int, lower: bool) -> tuple[int, int]:
    """The padding with which n / stride windows, rounded up, fit."""
    total = max(0, (-(-n // stride) - 1) * stride + (kernel - 1) * dilation + 1 - n)
    less, more = total // 2, total - total // 2
    return (more, less) if lower else (less, more)
