"""A scale for each channel of each image, which modulated convolutions and channel attention have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np

from ganzoo.layers.activations import IDENTITY, SIGMOID, Activation
from ganzoo.layers.function import Function
from ganzoo.layers.functions import channels_last, fast
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, np.dtype[Any]]


def scale(x: Any, s: Any, b: Any = None, activation: Activation = IDENTITY) -> Any:
    """activation(x * s + b): images `x` (N, C, H, W), scales `s` (N, C), perhaps biases `b` (C,)."""
    given = (x, s) if b is None else (x, s, b)
    fits = x.size and s.shape == x.shape[:2] and (b is None or b.shape == x.shape[1:2])
    if fits and x.ndim == 4 and activation != SIGMOID and fast(*given):
        return Scale(activation).apply(given)[0]
    return activation.function(_scaled(*given))


def _scaled(x: Any, s: Any, b: Any = None) -> Any:
    y = x * F.broadcast_to(F.reshape(s, (*s.shape, 1, 1)), x.shape)
    return y if b is None else y + F.broadcast_to(F.reshape(b, (1, -1, 1, 1)), x.shape)


class Scale(Function):
    """`scale` with a piecewise linear activation."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs(tuple(range(len(inputs))))
        x, s, *b = inputs
        last = channels_last(x)
        y = np.empty_like(last)
        library(x.dtype).scale(*self._given(last, s, *b), self.activation.code, y)
        return (y.transpose(0, 3, 1, 2),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        variables = self.get_retained_inputs()
        if chainer.config.enable_backprop:  # once more by Chainer's own functions, which can be differentiated again
            y = self.activation.function(_scaled(*variables))
            wanted = [variables[i] for i in indexes]
            return tuple(chainer.grad([y], wanted, grad_outputs=grad_outputs, enable_double_backprop=True))
        x, s, *b = (variable.array for variable in variables)
        last, gy = channels_last(x), channels_last(grad_outputs[0].array)
        gx, gs, gb = np.empty_like(last), np.empty(s.shape, s.dtype), np.empty(s.shape, s.dtype)
        source, *shape, scales, bias = self._given(last, s, *b)
        library(x.dtype).scale_back(source, gy, *shape, scales, bias, self.activation.code, gx, gs, gb)
        gradients = {0: gx.transpose(0, 3, 1, 2), 1: gs}
        if 2 in indexes:
            gradients[2] = gb.sum(axis=0)
        return tuple([chainer.Variable(gradients[i]) for i in indexes])

    @staticmethod
    def _given(last: Array, s: Array, b: Array | None = None) -> tuple[Any, ...]:
        n, height, width, channels = last.shape
        return last, n, height * width, channels, np.ascontiguousarray(s), b
