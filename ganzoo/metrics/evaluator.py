"""The evaluator: a classifier of real images. The scores are computed on its features.

This one is for grey images of the size of a digit; `residual.py` has the one for all others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo import layers
from ganzoo.layers import RELU
from ganzoo.roles import at_once, draw, per_pass
from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.metrics.residual import Residual
    from ganzoo.specs import FloatArray, ImageArray, Network

N_FEATURES = 96


class Evaluator(chainer.Chain):
    """A classifier of images, float32 (N, C, H, W) in [0, 1], to logits (N, n_classes), with 96 features before them.

    It has four convolutions with batch norm (Ioffe & Szegedy 2015, arXiv:1502.03167), a mean over all positions (Lin et
    al. 2014, arXiv:1312.4400) and one dense layer, and takes any H and W from 4 on. At (1, 28, 28) and 10 classes it
    has 119,786 parameters and takes 8.0 M multiply-adds per picture. Its initial weights depend on `seed` alone.
    """

    def __init__(self, channels: int, n_classes: int, seed: int = 0) -> None:
        super().__init__()
        he = initializers.HeNormal(rng=np.random.RandomState(seed))
        with self.init_scope():
            self.c0 = layers.Convolution2D(channels, 32, ksize=5, stride=2, pad=2, nobias=True, initialW=he)
            self.bn0 = layers.BatchNormalization(32)
            self.c1 = layers.Convolution2D(32, 48, ksize=3, pad=1, nobias=True, initialW=he)
            self.bn1 = layers.BatchNormalization(48)
            self.c2 = layers.Convolution2D(48, 80, ksize=3, stride=2, pad=1, nobias=True, initialW=he)
            self.bn2 = layers.BatchNormalization(80)
            self.c3 = layers.Convolution2D(80, N_FEATURES, ksize=3, pad=1, nobias=True, initialW=he)
            self.bn3 = layers.BatchNormalization(N_FEATURES)
            self.l4 = layers.Linear(N_FEATURES, n_classes, initialW=he)

    def features(self, x: Any) -> Any:
        """Return the output of the penultimate layer, (N, 96), which is never negative."""
        h = self.bn0(self.c0(x), RELU)
        h = self.bn1(self.c1(h), RELU)
        h = self.bn2(self.c2(h), RELU)
        h = self.bn3(self.c3(h), RELU)
        return F.mean(h, axis=(2, 3))

    def logits(self, features: Any) -> Any:
        """Return what the last layer makes of `features`, (N, n_classes)."""
        return self.l4(features)

    def forward(self, x: Any) -> Any:
        return self.logits(self.features(x))


def look(evaluator: Evaluator | Residual, x: ImageArray) -> tuple[FloatArray, FloatArray]:
    """Return features (N, 96) and logits (N, n_classes) of `evaluator` for the images `x` (N, C, H, W) of a `Data`."""
    features, logits = [], []
    batch = at_once(math.prod(x.shape[1:]))
    with chainer.using_config("train", False), chainer.no_backprop_mode():
        for start in range(0, len(x), batch):
            seen = evaluator.features(chainer.Variable(floats(x[start : start + batch])))
            features.append(seen.array)
            logits.append(evaluator.logits(seen).array)
    return np.concatenate(features), np.concatenate(logits)


def look_at_drawn(
    evaluator: Evaluator | Residual, network: Network, arrays: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return `look` for the pictures that a generator draws from one array (N, *spec.shape) per input.

    The pictures are not kept in memory.
    """
    n = per_pass(network)
    parts = [
        look(evaluator, draw(network, [array[start : start + n] for array in arrays]))
        for start in range(0, len(arrays[0]), n)
    ]
    features, logits = zip(*parts, strict=True)
    return np.concatenate(features), np.concatenate(logits)
