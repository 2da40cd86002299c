"""Chainer's links with faster functions behind them. `forward` takes the activation that follows, so that both are one.

Parameters, their names, shapes and initial values are Chainer's, and so are snapshots and gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from ganzoo.layers.activations import IDENTITY, SIGMOID, Activation
from ganzoo.layers.functions import Correlate, Scatter, Windows, fast, windows
from ganzoo.layers.normalizing import Normalize, NormalizeEach, scaled

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import LabelArray


class Convolution2D(L.Convolution2D):
    """`in_channels` counts the images' channels and, where `labels` (N,) are given, one more for each class.

    These see a plane each, 1 all over for the image's own class and 0 for the others.
    """

    def forward(self, x: Any, activation: Activation = IDENTITY, labels: LabelArray | None = None) -> Any:
        if self.W.array is None:
            self._initialize_params(x.shape[1])
        plain = self.groups == 1 and tuple(self.dilate) == (1, 1)
        bordered = labels is not None and tuple(self.pad) != (0, 0)  # there a plane is not the same all over
        if plain and not bordered and fast(x, self.W, self.b) and _fits(x, x.shape[1], self.W.shape[1], labels):
            at = windows(x.shape, self.W.shape, tuple(self.stride), tuple(self.pad))
            if min(at.map) > 0:
                return Correlate(at, activation, labels).apply(_given(x, self.W, self.b))[0]
        return activation.function(super().forward(_with_planes(x, labels, self.W.shape[1])))


class Deconvolution2D(L.Deconvolution2D):
    def forward(self, x: Any, activation: Activation = IDENTITY) -> Any:
        if self.W.array is None:
            self._initialize_params(x.shape[1])
        plain = self.groups == 1 and tuple(self.dilate) == (1, 1)
        if not plain or not fast(x, self.W, self.b) or not _fits(x, x.shape[1], self.W.shape[0]):
            return activation.function(super().forward(x))
        sizes = zip(x.shape[2:], self.W.shape[2:], self.stride, self.pad, self.outsize, strict=True)
        height, width = (out or s * (size - 1) + k - 2 * p for size, k, s, p, out in sizes)
        if min(height, width) < 1:
            return activation.function(super().forward(x))
        channels, out_channels, *ksize = self.W.shape
        at = Windows(
            (out_channels, height, width), (channels, *x.shape[2:]), tuple(ksize), tuple(self.stride), tuple(self.pad)
        )
        return Scatter(at, activation).apply(_given(x, self.W, self.b))[0]


class Linear(L.Linear):
    """`in_size` counts the values of a row and, where `labels` (N,) are given, one more for each class, as one-hot."""

    def forward(self, x: Any, activation: Activation = IDENTITY, labels: LabelArray | None = None) -> Any:
        if self.W.array is None:
            self._initialize_params(int(np.prod(x.shape[1:])))
        image = x.ndim == 4 and labels is None  # whose values need not be moved into a row
        if x.ndim > 2 and not image:
            x = F.reshape(x, (len(x), -1))
        if not fast(x, self.W, self.b) or not _fits(x, int(np.prod(x.shape[1:])), self.W.shape[1], labels):
            return activation.function(super().forward(_with_planes(x, labels, self.W.shape[1])))
        at = windows(x.shape, self.W.shape, (1, 1), (0, 0))
        return Correlate(at, activation, labels).apply(_given(x, self.W, self.b))[0]


class BatchNormalization(L.BatchNormalization):
    """Over all axes but the second."""

    def kernel_takes(self, x: Any, activation: Activation) -> bool:
        whole = self.gamma is not None and self.beta is not None and self.axis is None
        return (
            whole
            and x.ndim in (2, 4)
            and activation != SIGMOID
            and fast(x, self.gamma, self.beta)
            and _fits(x, x.shape[1], self.gamma.size)
        )

    def forward(self, x: Any, activation: Activation = IDENTITY) -> Any:
        if self.kernel_takes(x, activation):
            if chainer.config.train and not chainer.config.in_recomputing:
                return self._normalizing(Normalize, activation).apply((x, self.gamma, self.beta))[0]
            if not chainer.config.train and not chainer.config.enable_backprop:
                scale = self.gamma.array / np.sqrt(self.avg_var + self.avg_var.dtype.type(self.eps))
                shift = self.beta.array - self.avg_mean * scale
                return chainer.Variable(scaled(chainer.as_variable(x).array, scale, shift, activation))
        return activation.function(super().forward(x))

    def each(self, x: Any, gamma: Any, beta: Any, activation: Activation = IDENTITY) -> Any:
        """activation(gamma * normalised `x` + beta), both (N, C), for images `x` (N, C, H, W).

        For a link that was made without gamma and beta of its own.
        """
        training = chainer.config.train and not chainer.config.in_recomputing
        fits = x.ndim == 4 and gamma.shape == beta.shape == x.shape[:2] and x.shape[1] == self.avg_mean.size
        if training and fits and x.size and activation != SIGMOID and fast(x, gamma, beta):
            return self._normalizing(NormalizeEach, activation).apply((x, gamma, beta))[0]
        h = self(x)
        gamma, beta = (F.broadcast_to(F.reshape(own, (*own.shape, 1, 1)), h.shape) for own in (gamma, beta))
        return activation.function(h * gamma + beta)

    def shares(self) -> tuple[Callable[[Any], None] | None, int]:
        """What takes the mean over the shares of a batch, in place, and how many shares there are."""
        return None, 1

    def _normalizing(self, function: type[Normalize], activation: Activation) -> Normalize:
        return function(self.eps, activation, (self.avg_mean, self.avg_var), self.decay, *self.shares())


def _fits(x: Any, found: int, wanted: int, labels: LabelArray | None = None) -> bool:
    """Whether weights for `wanted` values meet the `found` ones of `x`, with those of `labels`: kernels trust in it.

    What does not fit is left to Chainer, which raises, or has an answer for an empty batch.
    """
    if not x.size or labels is None:
        return bool(x.size) and found == wanted
    return len(labels) == len(x) and labels.min() >= 0 and labels.max() < wanted - found


def _given(x: Any, W: Any, b: Any) -> tuple[Any, ...]:
    return (x, W) if b is None else (x, W, b)


def _with_planes(x: Any, labels: LabelArray | None, channels: int) -> Any:
    """`x` with a plane, or a value, for each class behind its own channels, `channels` in all."""
    if labels is None:
        return x
    x = chainer.as_variable(x)
    n_classes = channels - x.shape[1]
    onehot = x.device.send(np.eye(n_classes, dtype=x.dtype)[labels])  # spread over planes where `x` is
    planes = onehot.reshape(*onehot.shape, *[1] * (x.ndim - 2))
    return F.concat([x, x.xp.broadcast_to(planes, (*onehot.shape, *x.shape[2:]))])
