"""Networks on colour pictures, untrained: one makes them twice as large, one tells twelve kinds of them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.specs import Network, Preprocess, TensorSpec, TrainConfig
from tests.support.toy import ToyRun

if TYPE_CHECKING:
    from pathlib import Path

SMALL, LARGE, SEEN = (3, 24, 24), (3, 48, 48), (3, 32, 32)
KINDS = (*(f"kind {i}" for i in range(11)), "black-and-gold garden spider, Argiope aurantia, a name of many letters")
NORMAL = Preprocess("crop", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bgr")


def colours(path: Path) -> ToyRun:
    import chainer
    import chainer.functions as F
    import chainer.links as L

    class Enlarger(chainer.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.conv = L.Convolution2D(3, 8, 3, pad=1)
                self.deconv = L.Deconvolution2D(8, 3, 4, stride=2, pad=1)

        def forward(self, x: Any) -> Any:
            return F.sigmoid(4 * self.deconv(F.leaky_relu(self.conv(x))))

    class Namer(chainer.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.conv = L.Convolution2D(3, 6, 5, stride=3)
                self.fc = L.Linear(6 * 10 * 10, len(KINDS))

        def forward(self, x: Any) -> Any:
            return self.fc(F.relu(self.conv(x)))

    random = np.random.RandomState(5)
    enlarger, namer = Enlarger(), Namer()
    for parameter in (*enlarger.params(), *namer.params()):
        spread = 1 / np.sqrt(max(1, np.prod(parameter.shape[1:])))
        parameter.array = random.normal(0, spread, parameter.shape).astype(np.float32)
    networks = (
        Network(
            "enlarger",
            enlarger,
            enlarger.forward,
            (TensorSpec("small", SMALL, "image", (0.0, 1.0)),),
            (TensorSpec("large", LARGE, "image", (0.0, 1.0)),),
        ),
        Network(
            "namer",
            namer,
            namer.forward,
            (TensorSpec("seen", SEEN, "image", preprocess=NORMAL),),
            (TensorSpec("kinds", (len(KINDS),), "logits"),),
        ),
    )
    config = TrainConfig("colours", "default", "none", SEEN, len(KINDS), 1, 1, 0, "cpu", {})
    return ToyRun(path, config, {"classes": list(KINDS)}, own=networks)
