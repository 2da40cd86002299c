"""A light GAN for a few hundred pictures: skip-layer excitation, and a discriminator that must remember what it sees.

Liu et al. 2021 (arXiv:2101.04775). What differs from the paper: classes, by conditional batch norm and a projection;
ReLU in place of gated linear units, which are half of the products in a step and in a page; no noise inside the
network, so that it can be exported; no batch norm in the layers of the discriminator that decide; pictures are rebuilt
by their mean difference, because a perceptual loss needs weights from elsewhere (decision 0044).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo.archs import _gan
from ganzoo.archs._hparams import number
from ganzoo.archs._sizes import base, doublings, middle, side
from ganzoo.archs.sngan import Channels, Norm, bounded, loss_dis, loss_gen
from ganzoo.layers import (
    LEAKY_RELU,
    RELU,
    SIGMOID,
    BatchNormalization,
    Convolution2D,
    DoublingConvolution2D,
    Linear,
    halved,
    scale,
)
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training

if TYPE_CHECKING:
    from ganzoo.specs import LabelArray

HE = initializers.HeNormal()


class Up(chainer.Chain):
    """Twice the size: (N, `channels`, H, W) to (N, `made`, 2 H, 2 W). With `again` a second convolution follows."""

    def __init__(self, channels: int, made: int, onehots: int, decay: float, again: bool) -> None:
        super().__init__()
        self.again = again
        with self.init_scope():
            self.up = DoublingConvolution2D(channels, made, HE)
            self.up_norm = Norm(made, onehots, decay)
            if again:
                self.same = Convolution2D(made, made, 3, pad=1, nobias=True, initialW=HE)
                self.same_norm = Norm(made, onehots, decay)

    def forward(self, x: Any, onehot: Any) -> Any:
        h = self.up_norm(self.up(x), onehot, RELU)
        return self.same_norm(self.same(h), onehot, RELU) if self.again else h


class Excitation(chainer.Chain):
    """Of a small map (N, C, H, W) a factor in [0, 1] for each of the `made` channels of a larger one: section 3.1."""

    def __init__(self, channels: int, size: int, made: int) -> None:
        super().__init__()
        self.halvings = doublings(size)
        with self.init_scope():
            self.l1 = Linear(channels * (size >> self.halvings) ** 2, made, initialW=HE)
            self.l2 = Linear(made, made)

    def forward(self, x: Any) -> Any:
        for _ in range(self.halvings):
            x = halved(x)
        return self.l2(self.l1(x, LEAKY_RELU), SIGMOID)


class Generator(chainer.Chain):
    """float32 (N, latent_dim + onehots), noise and one-hot label side by side, to images `shape` (C, H, W) in [0, 1].

    From the middle one on, the channels of each map are scaled by what the map half of the levels before it says.
    The default has 87 million multiply-adds and 0.9 million weights for 9 classes of 64x64.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.size, decay = side(config), number(config, "bn_decay", below=1)
        widths, smallest, onehots = _channels(config).of(self.size), base(self.size), _gan.onehots(config.n_classes)
        self.latent_dim, self.onehots, self.first = _gan.latent(config), onehots, (widths[0], smallest, smallest)
        self.reach = len(widths) // 2  # how many levels an excitation skips
        far = list(zip(widths, widths[self.reach :], strict=False))
        with self.init_scope():
            self.l1 = Linear(self.latent_dim, math.prod(self.first), initialW=HE)
            self.first_norm = Norm(widths[0], onehots, decay)
            self.ups = chainer.ChainList(
                *(Up(*pair, onehots, decay, again=i % 2 == 0) for i, pair in enumerate(pairwise(widths)))
            )
            self.excitations = chainer.ChainList(
                *(Excitation(low, smallest << i, high) for i, (low, high) in enumerate(far))
            )
            self.last = Convolution2D(widths[-1], config.shape[0], 3, pad=1)

    def forward(self, x: Any) -> Any:
        z, onehot = (x[:, : self.latent_dim], x[:, self.latent_dim :]) if self.onehots else (x, None)
        maps = [self.first_norm(F.reshape(self.l1(z), (-1, *self.first)), onehot, RELU)]
        for up in self.ups:
            maps.append(up(maps[-1], onehot))
            if len(maps) > self.reach:
                i = len(maps) - 1 - self.reach
                maps[-1] = scale(maps[-1], self.excitations[i](maps[i]))
        return middle(self.last(maps[-1], SIGMOID), self.size)


class Down(chainer.Chain):
    """Half the size: (N, `channels`, H, W) to (N, `made`, H // 2, W // 2), the mean of two ways there."""

    def __init__(self, channels: int, made: int) -> None:
        super().__init__()
        with self.init_scope():
            self.down = bounded(Convolution2D(channels, made, 4, stride=2, pad=1, initialW=HE))
            self.same = bounded(Convolution2D(made, made, 3, pad=1, initialW=HE))
            self.past = bounded(Convolution2D(channels, made, 1, initialW=HE))

    def forward(self, x: Any) -> Any:
        h = self.same(self.down(x, LEAKY_RELU), LEAKY_RELU)
        return (h + self.past(halved(x), LEAKY_RELU)) / 2


class Decoder(chainer.Chain):
    """A map (N, `channels`, H, W) to pictures in [0, 1], H and W doubled `times` times: (N, `colours`, ...)."""

    def __init__(self, channels: int, colours: int, times: int) -> None:
        super().__init__()
        widths = [max(8, channels >> i) for i in range(times + 1)]
        with self.init_scope():
            self.ups = chainer.ChainList(*(DoublingConvolution2D(*pair, HE) for pair in pairwise(widths)))
            self.norms = chainer.ChainList(*(BatchNormalization(n) for n in widths[1:]))
            self.last = Convolution2D(widths[-1], colours, 3, pad=1)

    def forward(self, h: Any) -> Any:
        for up, norm in zip(self.ups, self.norms, strict=True):
            h = norm(up(h), RELU)
        return self.last(h, SIGMOID)


class Discriminator(chainer.Chain):
    """float32 pictures (N, C, size, size) in [0, 1] and labels (N,) to a logit for each place, (N, h, w), and its maps.

    A logit is a part that all classes share and a product of the features with a vector of the class, where there are
    classes. `distance` is what makes it remember pictures.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        colours, size = config.shape[0], side(config)
        widths = _channels(config).of(size)[-2::-1]  # the largest map has the picture's own channels
        times = doublings(size) - 1  # to about half of the picture's size
        with self.init_scope():
            self.first = bounded(Convolution2D(colours, widths[0], 4, stride=2, pad=1, initialW=HE))
            self.downs = chainer.ChainList(*(Down(*pair) for pair in pairwise(widths)))
            self.deep = bounded(Convolution2D(widths[-1], widths[-1], 3, pad=1, initialW=HE))
            self.real = bounded(Convolution2D(widths[-1], 1, 1))
            if _gan.onehots(config.n_classes):
                self.of_class = bounded(Linear(config.n_classes, widths[-1], nobias=True))
            self.whole = Decoder(widths[-1], colours, times)
            self.part = Decoder(widths[-2:][0], colours, times)

    def forward(self, x: Any, t: LabelArray) -> tuple[Any, list[Any]]:
        maps = [self.first(2 * chainer.as_variable(x) - 1, LEAKY_RELU)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        h = self.deep(maps[-1], LEAKY_RELU)
        logits = self.real(h)[:, 0]
        if hasattr(self, "of_class"):
            onehot = self.device.send(np.eye(self.of_class.W.shape[1], dtype=h.dtype)[t])
            logits += F.sum(scale(h, self.of_class(onehot)), axis=1)
        return logits, maps

    def distance(self, x: Any, maps: list[Any]) -> Any:
        """How far from pictures `x` lies what is rebuilt of their `maps`: of the last the whole, of the one before it
        one quarter, which NumPy's global state chooses. Section 3.2."""
        quarter = int(np.random.randint(4))
        return _apart(self.whole(maps[-1]), x) + _apart(self.part(_corner(maps[-2:][0], quarter)), _corner(x, quarter))


def _corner(x: Any, quarter: int) -> Any:
    """One of the four corners of images (N, C, H, W), half as high and wide."""
    rows, columns = (
        slice(size - size // 2, size) if last else slice(size // 2)
        for size, last in zip(x.shape[2:], divmod(quarter, 2), strict=True)
    )
    return x[:, :, rows, columns]


def _apart(rebuilt: Any, x: Any) -> Any:
    """The mean difference of `rebuilt` from pictures `x`, brought to the same size."""
    return F.mean_absolute_error(rebuilt, F.resize_images(x, rebuilt.shape[2:], align_corners=False))


class FastGanUpdater(_gan.GanUpdater):
    """One step of the discriminator, which also rebuilds the real pictures, and one of the generator: hinge losses."""

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.rebuild = number(config, "rebuild")

    def update_core(self) -> None:
        x_real, t_real = self.real_batch()
        n = len(t_real)
        t_fake = self.random_labels(n)
        x_fake = self.fake_batch(t_fake)

        both = F.concat([chainer.as_variable(x_real), x_fake.array], axis=0)
        logits, maps = self.dis(both, np.concatenate([t_real, t_fake]))
        of_dis = loss_dis(logits[:n], logits[n:])
        rebuilt = self.dis.distance(x_real, [each[:n] for each in maps[-2:]])
        self.descend("dis", of_dis + self.rebuild * rebuilt)

        of_gen = loss_gen(self.dis(x_fake, t_fake)[0])
        self.descend("gen", of_gen)

        self.ema.update(self.gen)
        chainer.report({"gen/loss": of_gen, "dis/loss": of_dis, "dis/rebuilt": rebuilt})


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for pictures that it cannot draw."""
    return Generator(config)


def train(config: TrainConfig, data: Data) -> Training:
    """Discriminator and generator by turns; what is kept is the generator's moving average."""
    networks = build(config), Discriminator(config)
    return _gan.training(config, data, FastGanUpdater, networks, ("gen/loss", "dis/loss", "dis/rebuilt"))


def _channels(config: TrainConfig) -> Channels:
    least = int(number(config, "least_channels", 1))
    return Channels(least, max(least, int(number(config, "most_channels", 1))))


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    """The default recipe, `pictures` long, with other `values`."""
    return Preset(
        summary=summary,
        batch_size=16,
        pictures=pictures,
        most_epochs=2000,
        hparams={
            "latent_dim": 128,
            "least_channels": 16,
            "most_channels": 128,
            "rebuild": 1.0,
            "gen_alpha": 4e-4,  # twice the paper's, and so are batches
            "dis_alpha": 4e-4,
            "beta1": 0.5,
            "beta2": 0.999,
            "decay_from": 0.5,
            "clip": 0.0,
            "bn_decay": 0.9,
            "ema_decay": 0.999,
            "augment": "colour,shift,cutout",
            **values,
        },
    )


ARCH = Arch(
    name="fastgan",
    summary="a light GAN for a few hundred pictures",
    source="https://arxiv.org/abs/2101.04775",
    presets={
        "default": _preset("for a few hundred pictures of 64x64", 64_000),
        "long": _preset("like default, trained five times as long", 320_000),
        "tiny": _preset(
            "like default, with a quarter of the channels, for small pictures and for trying",
            40_000,
            latent_dim=32,
            least_channels=4,
            most_channels=32,
        ),
    },
    build=build,
    train=train,
    export=_gan.export,
    descriptions={
        **_gan.DESCRIPTIONS,
        "least_channels": "Number of channels of the largest map; each map of half the size has twice as many.",
        "most_channels": "Largest number of channels of a map.",
        "rebuild": "Weight of the discriminator's error in rebuilding real pictures, beside its judgement.",
    },
)
