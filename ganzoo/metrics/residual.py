"""The evaluator of pictures in colour, and of grey ones larger than a digit."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo import layers
from ganzoo.archs._sizes import doublings
from ganzoo.archs.resnet import Block
from ganzoo.layers import RELU
from ganzoo.metrics.evaluator import N_FEATURES
from ganzoo.updaters.seeding import seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 64  # pixels a side that it looks at; twice as many and more are brought down towards it
FIRST = 24  # channels of the first map


class Residual(chainer.Chain):
    """A residual classifier of images, float32 (N, C, H, W) in [0, 1], to logits (N, n_classes), with 96 features.

    A convolution and the blocks of the architecture `resnet` (He et al. 2015, arXiv:1512.03385) halve a picture down to
    4 to 8 pixels a side, whose mean gives the features. At (3, 64, 64) it takes 20 M multiply-adds per picture. Its
    initial weights depend on `seed` alone.
    """

    def __init__(self, shape: Sequence[int], n_classes: int, seed: int = 0) -> None:
        super().__init__()
        channels, *size = shape
        self.shrunk = max(1, min(size) // LARGEST)
        n = max(1, doublings(min(size) // self.shrunk) - 1)
        widths = [FIRST, *(min(N_FEATURES, 2 * FIRST << i) for i in range(n - 1)), N_FEATURES]
        with seeded(seed), self.init_scope():
            he = initializers.HeNormal(rng=np.random.RandomState(seed))
            self.c0 = layers.Convolution2D(channels, FIRST, ksize=5, stride=2, pad=2, nobias=True, initialW=he)
            self.c0_bn = layers.BatchNormalization(FIRST)
            self.blocks = chainer.ChainList(*(Block(a, b) for a, b in pairwise(widths)))
            self.head = layers.Linear(N_FEATURES, n_classes, initialW=he)

    def features(self, x: Any) -> Any:
        """Return the output of the penultimate layer, (N, 96), which is never negative."""
        if self.shrunk > 1:
            x = F.average_pooling_2d(x, self.shrunk)
        h = self.c0_bn(self.c0(x), RELU)
        for block in self.blocks:
            h = block(h)
        return F.mean(h, axis=(2, 3))

    def logits(self, features: Any) -> Any:
        """Return what the last layer makes of `features`, (N, n_classes)."""
        return self.head(features)

    def forward(self, x: Any) -> Any:
        return self.logits(self.features(x))
