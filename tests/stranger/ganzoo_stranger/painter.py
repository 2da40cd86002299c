"""An architecture: a painter of stripes."""

from __future__ import annotations

from typing import Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from ganzoo.specs import Arch, Data, Network, Part, Preset, TensorSpec, TrainConfig, Training, floats


class Painter(chainer.Chain):
    """Noise and label to an image, by one layer."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(6, 64)

    def forward(self, x: Any) -> Any:
        return F.reshape(F.sigmoid(self.fc(x)), (-1, 1, 8, 8))


def train(config: TrainConfig, data: Data) -> Training:
    """Learns the mean image of each class."""
    painter = Painter()
    optimizer = chainer.optimizers.Adam().setup(painter)
    iterator = chainer.iterators.SerialIterator(
        list(zip(data.train_t, floats(data.train_x), strict=True)), config.batch_size
    )

    def loss(t: Any, x: Any) -> Any:
        noise = np.random.standard_normal((len(t), 4)).astype(np.float32)
        value = F.mean_squared_error(painter(np.concatenate([noise, np.eye(2, dtype=np.float32)[t]], axis=1)), x)
        chainer.report({"loss": value})
        return value

    updater = chainer.training.updaters.StandardUpdater(iterator, optimizer, loss_func=loss)
    return Training(updater, painter, monitors=("loss",))


def export(config: TrainConfig, model: Painter) -> list[Network]:
    parts = (Part("z", 4, "latent"), Part("label", 2, "onehot"))
    x, y = TensorSpec("x", (6,), "latent", parts=parts), TensorSpec("y", (1, 8, 8), "image", range=(0, 1))
    return [Network("painter", model, model.forward, (x,), (y,))]


ARCH = Arch(
    name="stripe-gan",
    summary="paints stripes",
    source="tests",
    presets={"default": Preset("the only one", batch_size=8, epochs=2)},
    build=lambda config: Painter(),
    train=train,
    export=export,
)
