"""A residual GAN with spectral normalisation: every layer of the generator knows the class; a projection discriminator.

Miyato et al. 2018 (arXiv:1802.05957), Miyato & Koyama 2018 (arXiv:1802.05637). Preset `paper` has the networks and the
recipe of CIFAR-10 there; the others are narrower, so that they take minutes on a CPU.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers
from chainer.link_hooks import SpectralNormalization

from ganzoo.archs import _gan, _sizes
from ganzoo.archs._hparams import choice, number
from ganzoo.layers import (
    RELU,
    SIGMOID,
    BatchNormalization,
    ConditionalBatchNormalization,
    Convolution2D,
    DoublingConvolution2D,
    HalvingConvolution2D,
    Linear,
    doubled,
    halved,
    summed,
)
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.layers import Activation
    from ganzoo.specs import LabelArray


INITIAL = initializers.GlorotUniform(math.sqrt(2))  # of 3x3 windows, as the authors' code has it


@dataclass(frozen=True)
class Channels:
    """Of a network's maps: `least` in the largest map, twice as many in each that is half as large, `most` at most."""

    least: int
    most: int

    def of(self, size: int) -> tuple[int, ...]:
        """From the smallest map to that of the picture's size."""
        return tuple(min(self.least << i, self.most) for i in reversed(range(_sizes.doublings(size) + 1)))


WIDTHS: Mapping[str, tuple[Channels, Channels]] = {  # generator, discriminator
    "tiny": (Channels(4, 16), Channels(4, 16)),
    "small": (Channels(16, 128), Channels(16, 128)),
    "medium": (Channels(32, 256), Channels(32, 256)),
    "paper": (Channels(256, 256), Channels(128, 128)),
}


class Norm(chainer.Chain):
    """Batch normalisation by class, or plain where there are no classes."""

    def __init__(self, channels: int, onehots: int, decay: float) -> None:
        super().__init__()
        with self.init_scope():
            if onehots:
                self.by_class = ConditionalBatchNormalization(channels, onehots, decay)
            else:
                self.plain = BatchNormalization(channels, decay=decay)

    def forward(self, x: Any, onehot: Any, activation: Activation) -> Any:
        return self.plain(x, activation) if onehot is None else self.by_class(x, onehot, activation)


class Up(chainer.Chain):
    """A residual block that doubles height and width: (N, `channels`, H, W) to (N, `made`, 2 H, 2 W)."""

    def __init__(self, channels: int, made: int, onehots: int, decay: float) -> None:
        super().__init__()
        with self.init_scope():
            self.n1 = Norm(channels, onehots, decay)
            self.c1 = DoublingConvolution2D(channels, made, INITIAL)
            self.n2 = Norm(made, onehots, decay)
            self.c2 = _convolution(made, made)
            self.shortcut = _convolution(channels, made, 1)

    def forward(self, x: Any, onehot: Any) -> Any:
        h = self.c1(self.n1(x, onehot, RELU))
        h = self.c2(self.n2(h, onehot, RELU))
        return h + doubled(self.shortcut(x))  # a window of one pixel sees the same before and after


class Generator(chainer.Chain):
    """float32 (N, latent_dim + onehots), noise and one-hot label side by side, to images `shape` (C, H, W) in [0, 1].

    The paper's tanh, brought to [0, 1], is the sigmoid of twice its input.
    """

    def __init__(
        self, latent_dim: int, n_classes: int, decay: float, channels: Channels, shape: tuple[int, int, int]
    ) -> None:
        super().__init__()
        colours, self.size, _ = shape
        maps, base, onehots = channels.of(self.size), _sizes.base(self.size), _gan.onehots(n_classes)
        self.latent_dim, self.onehots, self.first = latent_dim, onehots, (maps[0], base, base)
        with self.init_scope():
            self.l1 = Linear(latent_dim, maps[0] * base * base, initialW=initializers.GlorotUniform())
            self.blocks = chainer.ChainList(*[Up(before, made, onehots, decay) for before, made in pairwise(maps)])
            self.last_bn = BatchNormalization(maps[-1], decay=decay)
            self.last = _convolution(maps[-1], colours)

    def forward(self, x: Any) -> Any:
        z, onehot = (x[:, : self.latent_dim], x[:, self.latent_dim :]) if self.onehots else (x, None)
        h = F.reshape(self.l1(z), (-1, *self.first))
        for block in self.blocks:
            h = block(h, onehot)
        return _sizes.middle(self.last(self.last_bn(h, RELU), SIGMOID), self.size)


class Down(chainer.Chain):
    """A residual block with spectral normalisation: (N, `channels`, H, W) to (N, `made`, H // 2, W // 2).

    With `halves` false height and width stay, and so must channels. The block that sees the picture itself has no ReLU
    before its first convolution.
    """

    def __init__(self, channels: int, made: int, halves: bool = True, first: bool = False) -> None:
        super().__init__()
        self.halves, self.first = halves, first
        with self.init_scope():
            self.c1 = bounded(_convolution(channels, made))
            self.c2 = bounded(HalvingConvolution2D(made, made, INITIAL) if halves else _convolution(made, made))
            if halves:
                self.shortcut = bounded(_convolution(channels, made, 1))

    def forward(self, x: Any) -> Any:
        h = self.c2(self.c1(x if self.first else F.relu(x), RELU))
        if not self.halves:
            return h + x
        return h + self.shortcut(halved(x))  # of one pixel, the mean may come first


class Discriminator(chainer.Chain):
    """float32 images (N, C, H, W) in [0, 1] and labels (N,) to one logit each, (N,).

    The logit is a part that all classes share, and a product of the features with a vector of the class. Where there is
    one class the second part is left out.
    """

    def __init__(self, n_classes: int, channels: Channels, shape: tuple[int, int, int]) -> None:
        super().__init__()
        colours, size, _ = shape
        maps = channels.of(size)[-2::-1]  # the largest has the picture's own channels
        halving = [Down(*channels, first=i == 0) for i, channels in enumerate(pairwise((colours, *maps)))]
        with self.init_scope():
            self.blocks = chainer.ChainList(*halving, Down(maps[-1], maps[-1], halves=False))
            self.l1 = bounded(Linear(maps[-1], 1, initialW=initializers.GlorotUniform()))
            if _gan.onehots(n_classes):
                self.classes = bounded(Linear(maps[-1], n_classes, nobias=True, initialW=initializers.GlorotUniform()))

    def forward(self, x: Any, t: LabelArray) -> Any:
        h = x * 2 - 1
        for block in self.blocks:
            h = block(h)
        features = summed(F.relu(h))
        logits = self.l1(features)[:, 0]
        if hasattr(self, "classes"):
            logits += _gan.of_class(self.classes(features), self.device.send(t))
        return logits


def _convolution(channels: int, made: int, ksize: int = 3) -> Convolution2D:
    initial = INITIAL if ksize == 3 else initializers.GlorotUniform()
    return Convolution2D(channels, made, ksize, pad=ksize // 2, initialW=initial)


def bounded(link: Any) -> Any:
    """`link`, whose weights are divided by their largest singular value at each use."""
    return link.add_hook(SpectralNormalization())


def loss_dis(real: Any, fake: Any) -> Any:
    """The hinge loss of logits, each averaged: Lim & Ye 2017 (arXiv:1705.02894), Miyato et al., equation 16."""
    return F.mean(F.relu(1 - real)) + F.mean(F.relu(1 + fake))


def loss_gen(fake: Any) -> Any:
    return -F.mean(fake)


class HingeUpdater(_gan.GanUpdater):
    """`batches_per_step` steps of the discriminator, then one of the generator, on the pictures that it drew last."""

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.batches_per_step = int(number(config, "dis_steps", 1))

    def update_core(self) -> None:
        for _ in range(self.batches_per_step):
            x_real, t_real = self.real_batch()
            n = len(t_real)
            t_fake = self.random_labels(n)
            x_fake = self.fake_batch(t_fake)
            both = F.concat([chainer.as_variable(x_real), x_fake.array], axis=0)
            logits = self.dis(both, np.concatenate([t_real, t_fake]))
            of_dis = loss_dis(logits[:n], logits[n:])
            self.descend("dis", of_dis)

        of_gen = loss_gen(self.dis(x_fake, t_fake))
        self.descend("gen", of_gen)

        self.ema.update(self.gen)
        chainer.report({"gen/loss": of_gen, "dis/loss": of_dis})


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for images that it cannot draw."""
    _sizes.side(config)
    channels, _ = choice(config, "width", WIDTHS)
    return Generator(_gan.latent(config), config.n_classes, number(config, "bn_decay", below=1), channels, config.shape)


def train(config: TrainConfig, data: Data) -> Training:
    """Discriminator and generator by turns; what is kept is the generator's moving average."""
    networks = build(config), Discriminator(config.n_classes, choice(config, "width", WIDTHS)[1], config.shape)
    return _gan.training(config, data, HingeUpdater, networks, ("gen/loss", "dis/loss"))


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    """The recipe for a CPU, `pictures` long, with other `values`."""
    return Preset(
        summary=summary,
        batch_size=32,
        pictures=pictures,
        most_epochs=400,
        hparams={
            "width": "small",
            "latent_dim": 64,
            "dis_steps": 1,  # and a faster discriminator instead: TTUR, Heusel et al. 2017, arXiv:1706.08500
            "gen_alpha": 5e-4,
            "dis_alpha": 1e-3,
            "beta1": 0.0,
            "beta2": 0.9,
            "decay_from": 0.3,
            "clip": 0.0,
            "bn_decay": 0.9,
            "ema_decay": 0.999,
            "augment": "",
            **values,
        },
    )


ARCH = Arch(
    name="sngan",
    summary="residual GAN with spectral normalisation: pictures in colour, of a chosen class",
    source="https://arxiv.org/abs/1802.05957",
    presets={
        "default": _preset("pictures of 32x32 after some ten minutes on a CPU", 200_000),
        "few": _preset("for some hundred pictures: augmented, longer", 300_000, augment="colour,shift,cutout"),
        "medium": _preset("like default with twice the channels, trained longer", 400_000, width="medium"),
        "tiny": _preset("a network of a few thousand parameters, trained briefly", 60_000, width="tiny"),
        "paper": Preset(
            summary="networks and recipe of the paper for CIFAR-10: 5 discriminator steps, best on a GPU",
            batch_size=64,
            pictures=16_000_000,  # 50,000 generator steps
            hparams={
                "width": "paper",
                "latent_dim": 128,
                "dis_steps": 5,
                "gen_alpha": 2e-4,
                "dis_alpha": 2e-4,
                "beta1": 0.0,
                "beta2": 0.9,
                "decay_from": 0.0,
                "clip": 0.0,
                "bn_decay": 0.9,
                "ema_decay": 0.0,  # no average: the generator as it is
                "augment": "",
            },
        ),
    },
    build=build,
    train=train,
    export=_gan.export,
    descriptions={
        **_gan.DESCRIPTIONS,
        "width": f"Size of both networks, by their numbers of channels: {', '.join(WIDTHS)}.",
        "dis_steps": "Number of steps of the discriminator for each step of the generator.",
    },
)
