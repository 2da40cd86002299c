"""A digit classifier: two convolutions and two dense layers.

The network is that of the WebDNN exercise (github.com/mil-tokyo/webdnn-exercise): no padding, no pooling.
At 28x28 and 10 classes it has 296,522 parameters and takes 1,007,456 multiply-adds a picture.
"""

from __future__ import annotations

from typing import Any

import chainer
import numpy as np

from ganzoo.archs import _classifier
from ganzoo.errors import UsageError
from ganzoo.layers import RELU, Convolution2D, Linear
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training
from ganzoo.updaters.distributed import share


class Cnn(chainer.Chain):
    """float32 (N, C, H, W) in [0, 1] to logits (N, n_classes)."""

    def __init__(self, shape: tuple[int, int, int], n_classes: int) -> None:
        super().__init__()
        channels, height, width = shape
        with self.init_scope():
            self.conv1 = Convolution2D(channels, 8, ksize=3)
            self.conv2 = Convolution2D(8, 16, ksize=3)
            self.l3 = Linear(16 * (height - 4) * (width - 4), 32)
            self.l4 = Linear(32, n_classes)

    def forward(self, x: Any) -> Any:
        h = self.conv2(self.conv1(x, RELU), RELU)
        return self.l4(self.l3(h, RELU))


def build(config: TrainConfig) -> Cnn:
    """The network of `config`. Raises `UsageError` for images that two convolutions leave nothing of."""
    _classifier.require_classes(config)
    if min(config.shape[1:]) < 5:
        raise UsageError(
            f"cnn needs images of at least 5x5 pixels, but {config.dataset} has {config.shape[1]}x{config.shape[2]}.",
            "Enlarge them, or choose another data set.",
        )
    return Cnn(config.shape, config.n_classes)


def train(config: TrainConfig, data: Data) -> Training:
    """As all classifiers, on images that are moved a little."""
    shift, most = int(config.hparams["shift"]), max(config.shape[1:])
    if not 0 <= shift <= most:
        raise UsageError(f"shift is {shift:,}.", f"It is a number of pixels from 0, which is none, to {most}.")
    return _classifier.train(config, data, build(config), lambda x: shifted(x, shift))


def shifted(images: Any, reach: int) -> Any:
    """`images` (N, C, H, W), each moved by up to `reach` pixels each way; what comes in at the edge is background."""
    if reach == 0:
        return images
    xp = chainer.backend.get_array_module(images)
    n, channels, height, width = images.shape
    corners = share(lambda n: np.random.randint(0, 2 * reach + 1, (n, 2)), n)
    rows, columns = corners[:, :1] + np.arange(height), corners[:, 1:] + np.arange(width)
    padded = xp.pad(images, ((0, 0), (0, 0), (reach, reach), (reach, reach)))
    n_, channels_ = np.arange(n)[:, None, None, None], np.arange(channels)[:, None, None]
    return padded[tuple(map(xp.asarray, (n_, channels_, rows[:, None, :, None], columns[:, None, None, :])))]


ARCH = Arch(
    name="cnn",
    summary="image classifier with two convolutions and two dense layers",
    source="https://github.com/mil-tokyo/webdnn-exercise",
    presets={
        # the exercise's network; what differs is the recipe, each value with its reason
        "default": Preset(
            summary="the network of the WebDNN exercise, with a better recipe",
            batch_size=64,
            pictures=660_000,  # 11 epochs of MNIST
            most_epochs=100,
            hparams={
                "alpha": 2e-3,
                "final_alpha": 0.0,  # linear decay to zero: the last epochs average the noise of small batches away
                "shift": 2,  # pixels; strokes drawn in a page are never centred as well as the data's
                "augment": "",
            },
        ),
        "exercise": Preset(
            summary="the recipe of the WebDNN exercise: Adam with its default values for 2 epochs; 98.25% on MNIST",
            batch_size=128,
            epochs=2,
            hparams={"alpha": 1e-3, "final_alpha": 1.0, "shift": 0, "augment": ""},
        ),
    },
    build=build,
    train=train,
    export=_classifier.export,
    descriptions={
        **_classifier.DESCRIPTIONS,
        "shift": "Largest random shift of a training image, in pixels, in each direction.",
    },
    former_names={"fc3": "l3", "fc4": "l4"},
)
