"""The logistic losses of a GAN as one function; six of Chainer's on a row of numbers take longer than a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np

from ganzoo.layers.function import Function
from ganzoo.layers.functions import fast

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, np.dtype[Any]]


def mean_softplus(x: Any, sign: int = 1) -> Any:
    """Mean of log(1 + exp(sign * x)), which is minus the mean of log(sigmoid(-sign * x)) and does not overflow."""
    return MeanSoftplus(sign).apply((x,))[0] if fast(x) else F.mean(F.softplus(sign * x))


class MeanSoftplus(Function):
    def __init__(self, sign: int) -> None:
        self.sign = sign

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs((0,))
        (x,) = inputs
        return (np.asarray(np.logaddexp(0, self.sign * x).mean(), x.dtype),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        ((x,), (gy,)) = self.get_retained_inputs(), grad_outputs
        if chainer.config.enable_backprop:
            return (F.broadcast_to(gy, x.shape) * F.sigmoid(self.sign * x) * (self.sign / x.size),)
        sigmoid = np.exp(-np.logaddexp(0, -self.sign * x.array))  # exact far out, and without overflow
        return (chainer.Variable(gy.array * (self.sign / x.size) * sigmoid),)
