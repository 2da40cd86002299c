"""Batch normalisation whose scale and shift depend on the class."""

from __future__ import annotations

from typing import Any

import chainer
import chainer.functions as F

from ganzoo.layers.activations import IDENTITY, Activation
from ganzoo.layers.links import BatchNormalization, Linear


class ConditionalBatchNormalization(chainer.Chain):
    """activation(gamma of the class * normalised x + beta of the class): images (N, C, H, W), one-hot (N, n_classes).

    Dumoulin et al. 2016 (arXiv:1610.07629), equation 5. The one-hot vector times a table takes the place of looking up,
    so that it can be exported.
    """

    def __init__(self, channels: int, n_classes: int, decay: float = 0.9) -> None:
        super().__init__()
        with self.init_scope():
            self.norm = BatchNormalization(channels, decay=decay, use_gamma=False, use_beta=False)
            self.gamma = Linear(n_classes, channels, nobias=True, initialW=1)
            self.beta = Linear(n_classes, channels, nobias=True, initialW=0)

    def forward(self, x: Any, onehot: Any, activation: Activation = IDENTITY) -> Any:
        h = self.norm(x)
        gamma, beta = (
            F.broadcast_to(F.reshape(table(onehot), (-1, h.shape[1], 1, 1)), h.shape)
            for table in (self.gamma, self.beta)
        )
        return activation.function(h * gamma + beta)
