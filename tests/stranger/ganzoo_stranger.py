"""A plugin package: a painter of stripes, its data, and a backend that counts operators."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

from ganzoo.specs import (
    Arch,
    Backend,
    Data,
    Dataset,
    Network,
    Part,
    Preset,
    TensorSpec,
    TrainConfig,
    Training,
)

if TYPE_CHECKING:
    from pathlib import Path


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
    iterator = chainer.iterators.SerialIterator(list(zip(data.train_t, data.train_x, strict=True)), config.batch_size)

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


def generate(graph: Any) -> Any:
    from webdnn.graph import traverse

    return Counter(type(operator).__name__ for operator in traverse.listup_operators(graph))


def write(data: Any, folder: Path, toolchain: str | None) -> None:
    (folder / "census.json").write_text(json.dumps(data))


BACKEND = Backend("census", "counts operators", generate, write, runs=False, note="for reading only")


def load(data_dir: Path | None) -> Data:
    stripes = np.zeros((2, 1, 8, 8), np.float32)
    stripes[0, :, :, ::2] = stripes[1, :, ::2, :] = 1
    t = np.arange(32, dtype=np.int32) % 2
    return Data(stripes[t], t, stripes, np.arange(2, dtype=np.int32), ("vertical", "horizontal"))


DATASET = Dataset("stripes", "two kinds of stripes", "tests", "MIT", (1, 8, 8), 2, load)
