"""Batch normalisation with the activation that follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np

from ganzoo.layers.function import Function
from ganzoo.layers.functions import channels_last
from ganzoo.layers.native import library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.layers.activations import Activation

    Array = np.ndarray[Any, np.dtype[Any]]


class Normalize(Function):
    """activation(gamma * (x - mean) / sqrt(variance + eps) + beta), statistics over all axes of `x` but the second.

    `running` are a mean and a variance that move towards those of `x`, as Chainer's do: by 1 - `decay`, the variance
    without bias. The activation is piecewise linear. `x` may be one of several shares of a batch, equally large:
    `average` then puts the mean over all shares in place of an array.
    """

    def __init__(
        self,
        eps: float,
        activation: Activation,
        running: tuple[Array, Array] | None,
        decay: float,
        average: Callable[[Array], None] | None = None,
        shares: int = 1,
    ) -> None:
        self.eps, self.activation, self.running, self.decay = eps, activation, running, decay
        self.average, self.shares = average, shares

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs((0, 1, 2))
        x, gamma, beta = inputs
        self._take_statistics(x)
        return (scaled(x, *self._scale_and_shift(gamma, beta), self.activation),)

    def _take_statistics(self, x: Array) -> None:
        last, rows, channels = _rows(x)
        mean, variance = np.empty(channels, x.dtype), np.empty(channels, x.dtype)
        library(x.dtype).moments(last, rows, channels, mean, variance)
        if self.average:
            own = mean.copy()
            self.average(mean)
            variance += (own - mean) ** 2
            self.average(variance)
        self.mean, self.inv_std = mean, 1 / np.sqrt(variance + x.dtype.type(self.eps))
        if self.running is not None:
            running_mean, running_variance = self.running
            rows *= self.shares
            running_mean *= self.decay
            running_mean += (1 - self.decay) * mean
            running_variance *= self.decay
            running_variance += (1 - self.decay) * (rows / max(rows - 1.0, 1.0)) * variance

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        variables = self.get_retained_inputs()
        if chainer.config.enable_backprop:  # once more by Chainer's own functions, which can be differentiated again
            y = self.activation.function(F.batch_normalization(*variables, eps=self.eps))
            wanted = [variables[i] for i in indexes]
            return tuple(chainer.grad([y], wanted, grad_outputs=grad_outputs, enable_double_backprop=True))
        x, gamma, beta = (variable.array for variable in variables)
        (gy,) = (variable.array for variable in grad_outputs)
        last, rows, channels = _rows(x)
        gx, ggamma, gbeta = np.empty_like(last), np.empty_like(gamma), np.empty_like(gamma)
        scale, shift = self._scale_and_shift(gamma, beta)
        given = (last, channels_last(gy), rows, channels, self.mean, self.inv_std, scale, shift, self.activation.code)
        library(x.dtype).normalize_sums(*given, ggamma, gbeta)
        if self.average:
            self.average(ggamma)
            self.average(gbeta)
        library(x.dtype).normalize_back(*given, ggamma, gbeta, gx)
        gradients = (_like(x, gx), ggamma, gbeta)
        return tuple([chainer.Variable(gradients[i]) for i in indexes])

    def _scale_and_shift(self, gamma: Array, beta: Array) -> tuple[Array, Array]:
        scale = gamma * self.inv_std
        return scale, beta - self.mean * scale


class NormalizeEach(Normalize):
    """As `Normalize`, for images (N, C, H, W) with a gamma and a beta (N, C) for each of them."""

    def forward(self, inputs: Sequence[Array]) -> tuple[Array]:
        self.retain_inputs((0, 1, 2))
        x, gamma, beta = inputs
        self._take_statistics(x)
        last, n, points, channels = _images(x)
        y = np.empty_like(last)
        scale, shift = self._scale_and_shift(gamma, beta)
        library(x.dtype).normalize_each(last, n, points, channels, scale, shift, self.activation.code, y)
        return (_like(x, y),)

    def backward(self, indexes: Sequence[int], grad_outputs: Sequence[Any]) -> tuple[Any, ...]:
        variables = self.get_retained_inputs()
        if chainer.config.enable_backprop:  # as above
            x, gamma, beta = variables
            y = self.activation.function(_each(x, gamma, beta, self.eps))
            wanted = [variables[i] for i in indexes]
            return tuple(chainer.grad([y], wanted, grad_outputs=grad_outputs, enable_double_backprop=True))
        x, gamma, beta = (variable.array for variable in variables)
        last, n, points, channels = _images(x)
        gx, ggamma, gbeta = np.empty_like(last), np.empty_like(gamma), np.empty_like(beta)
        scale, shift = self._scale_and_shift(gamma, beta)
        given = (last, channels_last(grad_outputs[0].array), n, points, channels)
        own = (self.mean, self.inv_std, scale, shift, self.activation.code)
        library(x.dtype).normalize_each_sums(*given, *own, ggamma, gbeta)
        means = [(gamma * g).sum(axis=0) / (n * points) for g in (ggamma, gbeta)]
        if self.average:
            for mean in means:
                self.average(mean)
        library(x.dtype).normalize_each_back(*given, *own, *means, gx)
        gradients = (_like(x, gx), ggamma, gbeta)
        return tuple([chainer.Variable(gradients[i]) for i in indexes])


def _each(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    """What `NormalizeEach` computes before its activation, by Chainer's functions."""
    ones, zeros = (make(x.shape[1], dtype=x.dtype) for make in (np.ones, np.zeros))
    h = F.batch_normalization(x, ones, zeros, eps=eps)
    gamma, beta = (F.broadcast_to(F.reshape(own, (*own.shape, 1, 1)), x.shape) for own in (gamma, beta))
    return h * gamma + beta


def scaled(x: Array, scale: Array, shift: Array, activation: Activation) -> Array:
    """activation(x * scale + shift), one scale and shift (C,) for each channel of `x` (N, C, H, W) or (N, C)."""
    last, rows, channels = _rows(x)
    y = np.empty_like(last)
    library(x.dtype).normalize(last, rows, channels, scale, shift, activation.code, y)
    return _like(x, y)


def _rows(x: Array) -> tuple[Array, int, int]:
    last = channels_last(x)
    return last, x.size // x.shape[1], x.shape[1]


def _images(x: Array) -> tuple[Array, int, int, int]:
    n, channels, height, width = x.shape
    return channels_last(x), n, height * width, channels


def _like(x: Array, y: Array) -> Array:
    """`y`, channels last, with the axes of `x`."""
    return y.transpose(0, 3, 1, 2) if x.ndim == 4 else y
