"""A small residual network that tells pictures apart, in colour or in grey, of any size.

He et al. 2015 (arXiv:1512.03385): one block of two convolutions for each halving of the picture, down to a map of 4 to
8 pixels a side, whose mean a dense layer reads. At 32x32 pixels in colour and 10 classes it has 304,154 parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
from chainer import initializers

from ganzoo.archs import _classifier, _sizes
from ganzoo.archs._hparams import choice, number
from ganzoo.errors import UsageError
from ganzoo.layers import IDENTITY, RELU, BatchNormalization, Convolution2D, Linear
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTHS: Mapping[str, int] = {"tiny": 4, "small": 16, "wide": 32}  # channels of the first map, which each block doubles
MOST = 8  # times as many channels has the last map at most


class Block(chainer.Chain):
    """Two convolutions, and one that looks at single pixels beside them: float32 (N, C, H, W) to half the size."""

    def __init__(self, channels: int, made: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        with self.init_scope():
            self.c1 = Convolution2D(channels, made, 3, 2, 1, nobias=True, initialW=he)
            self.c1_bn = BatchNormalization(made)
            self.c2 = Convolution2D(made, made, 3, 1, 1, nobias=True, initialW=he)
            self.c2_bn = BatchNormalization(made)
            self.shortcut = Convolution2D(channels, made, 1, 2, nobias=True, initialW=he)
            self.shortcut_bn = BatchNormalization(made)

    def forward(self, x: Any) -> Any:
        h = self.c2_bn(self.c2(self.c1_bn(self.c1(x), RELU)), IDENTITY)
        return F.relu(h + self.shortcut_bn(self.shortcut(x)))


class Resnet(chainer.Chain):
    """float32 (N, C, H, W) in [0, 1] to logits (N, n_classes)."""

    def __init__(self, shape: tuple[int, int, int], n_classes: int, width: int) -> None:
        super().__init__()
        channels, height, width_ = shape
        with self.init_scope():
            self.c0 = Convolution2D(channels, width, 3, 1, 1, nobias=True, initialW=initializers.HeNormal())
            self.c0_bn = BatchNormalization(width)
            self.blocks = chainer.ChainList()
            self.l1 = Linear(None, n_classes)
        channels = width
        for i in range(_sizes.doublings(min(height, width_))):
            made = width * min(2 << i, MOST)
            self.blocks.append(Block(channels, made))
            channels = made
        self.l1._initialize_params(channels)

    def forward(self, x: Any) -> Any:
        h = self.c0_bn(self.c0(x), RELU)
        for block in self.blocks:
            h = block(h)
        return self.l1(F.average(h, axis=(2, 3)))


def build(config: TrainConfig) -> Resnet:
    """The network of `config`. Raises `UsageError` for images that are too small for it."""
    if min(config.shape[1:]) < _sizes.SMALLEST:
        raise UsageError(
            f"resnet needs images of at least {_sizes.SMALLEST}x{_sizes.SMALLEST} pixels, "
            f"but {config.dataset} has {config.shape[1]}x{config.shape[2]}.",
            "Enlarge them, or choose another data set.",
        )
    return Resnet(config.shape, config.n_classes, choice(config, "width", WIDTHS))


def train(config: TrainConfig, data: Data) -> Training:
    """As all classifiers, with weights that shrink."""
    return _classifier.train(config, data, build(config), weight_decay=number(config, "weight_decay", below=1))


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    return Preset(
        summary=summary,
        batch_size=64,
        pictures=pictures,
        most_epochs=100,
        hparams={
            "width": "small",
            "alpha": 2e-3,
            "final_alpha": 0.0,
            "weight_decay": 1e-4,
            "augment": "shift,colour",  # what changes the class of no picture; a flip does, of letters and digits
            **values,
        },
    )


ARCH = Arch(
    name="resnet",
    summary="small residual classifier for pictures in colour, of any size",
    source="https://arxiv.org/abs/1512.03385",
    presets={
        "default": _preset("some minutes on a CPU", 240_000),
        "photos": _preset(
            "like default, for pictures that mean the same in a mirror", 240_000, augment="flip,shift,colour"
        ),
        "few": _preset(
            "for some hundred pictures: parts of them are left out", 240_000, augment="flip,shift,colour,cutout"
        ),
        "wide": _preset("like default with twice the channels, trained twice as long", 480_000, width="wide"),
        "tiny": _preset("a network of a few thousand parameters, trained briefly", 60_000, width="tiny"),
    },
    build=build,
    train=train,
    export=_classifier.export,
    descriptions={
        **_classifier.DESCRIPTIONS,
        "width": f"Number of channels: {', '.join(WIDTHS)}.",
        "weight_decay": "Fraction by which weights shrink at each step.",
    },
)
