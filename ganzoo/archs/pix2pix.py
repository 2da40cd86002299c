"""From outlines to pictures: a U-Net and a discriminator that judges patches.

Isola et al. 2017 (arXiv:1611.07004). Pairs are made of the data's own pictures, whose outlines `ganzoo.edges` draws.
What differs from the paper: pictures of 16 to 256 pixels, so fewer levels, down to 4 to 8 pixels; a last convolution at
full size; no dropout, so that an outline has one picture; batch norm in the generator alone. Batch norm takes the
running statistics of the training when it is exported, and then costs nothing.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo.archs import _gan
from ganzoo.archs._hparams import number
from ganzoo.archs._logistic import loss_fake, loss_real
from ganzoo.archs._sizes import doublings, side
from ganzoo.edges import outline
from ganzoo.layers import LEAKY_RELU, RELU, SIGMOID, BatchNormalization, Convolution2D, Deconvolution2D
from ganzoo.specs import Arch, Data, Network, Preset, TensorSpec, TrainConfig, Training, floats

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import FloatArray

ROWS = 10  # of a sheet of samples


class Generator(chainer.Chain):
    """A U-Net: outlines float32 (N, 1, size, size), 0 where there is a line and else 1, to pictures (N, C, size, size).

    Pictures are in [0, 1]. The default has 96 million multiply-adds at 64x64.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        size, width, bn_decay = side(config), _width(config), number(config, "bn_decay", below=1)
        self.sizes = [size >> level for level in range(doublings(size) + 1)]
        widths = [min(width << level, 8 * width) for level in range(doublings(size))]
        self.halvings = len(widths)
        he = {"initialW": initializers.HeNormal()}
        with self.init_scope():
            self.downs = chainer.ChainList(
                *(Convolution2D(n_in, n_out, 4, stride=2, pad=1, **he) for n_in, n_out in pairwise((1, *widths)))
            )
            self.down_bns = chainer.ChainList(*(BatchNormalization(n, decay=bn_decay) for n in widths[1:]))
            self.middle = Convolution2D(widths[-1], widths[-1], 3, pad=1, **he)
            made = [*reversed(widths[:-1]), max(4, width // 2)]
            seen = [widths[-1], *(2 * n for n in made[:-1])]
            self.ups = chainer.ChainList(
                *(
                    Deconvolution2D(n_in, n_out, 4, stride=2, pad=1, outsize=(n, n), **he)
                    for n_in, n_out, n in zip(seen, made, reversed(self.sizes[:-1]), strict=True)
                )
            )
            self.up_bns = chainer.ChainList(*(BatchNormalization(n, decay=bn_decay) for n in made))
            self.last = Convolution2D(made[-1] + 1, config.shape[0], 3, pad=1)

    def forward(self, x: Any) -> Any:
        x = 2 * x - 1  # neither of them is nothing
        levels = [x, self.downs[0](x, LEAKY_RELU)]
        for down, bn in zip(self.downs[1:], self.down_bns, strict=True):
            levels.append(bn(down(levels[-1]), LEAKY_RELU))
        h = self.middle(levels.pop(), LEAKY_RELU)
        for up, bn in zip(self.ups, self.up_bns, strict=True):
            h = F.concat([bn(up(h), RELU), levels.pop()])
        return self.last(h, SIGMOID)


class Discriminator(chainer.Chain):
    """Outlines (N, 1, H, W) and pictures (N, C, H, W) to a logit for each patch, (N, 1, H / 4, W / 4).

    A patch is 22 pixels wide: of 70 pixels, as in the paper, there is hardly more than one in pictures of this size.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        width, he = _width(config), {"initialW": initializers.HeNormal()}
        with self.init_scope():
            self.c1 = Convolution2D(1 + config.shape[0], width, 4, stride=2, pad=1, **he)
            self.c2 = Convolution2D(width, 2 * width, 4, stride=2, pad=1, **he)
            self.c3 = Convolution2D(2 * width, 4 * width, 3, pad=1, **he)
            self.last = Convolution2D(4 * width, 1, 1)

    def forward(self, lines: Any, x: Any) -> Any:
        h = F.concat([chainer.as_variable(lines), x])
        for layer in (self.c1, self.c2, self.c3):
            h = layer(h, LEAKY_RELU)
        return self.last(h)


class Pix2PixUpdater(_gan.GanUpdater):
    """One step of the discriminator and one of the generator on a batch of pairs: logistic losses, and L1.

    The pictures are augmented before their outlines are drawn.
    """

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.l1 = number(config, "l1")

    def update_core(self) -> None:
        x_real, _ = self.real_batch()
        lines = outline(x_real).astype(x_real.dtype)  # which Chainer may have set to float64
        x_fake = self.gen(chainer.Variable(lines))

        loss_dis = (loss_real(self.dis(lines, x_real)) + loss_fake(self.dis(lines, x_fake.array))) / 2
        self.descend("dis", loss_dis)

        distance = F.mean_absolute_error(x_fake, x_real)
        loss_gen = loss_real(self.dis(lines, x_fake)) + self.l1 * distance
        self.descend("gen", loss_gen)

        self.ema.update(self.gen)
        chainer.report({"gen/loss": loss_gen, "gen/l1": distance, "dis/loss": loss_dis})


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for pictures that it cannot draw."""
    return Generator(config)


def train(config: TrainConfig, data: Data) -> Training:
    """Generator and discriminator by turns; what is kept is the generator's moving average."""
    networks = build(config), Discriminator(config)
    monitors = ("gen/l1", "gen/loss", "dis/loss")
    return _gan.training(config, data, Pix2PixUpdater, networks, monitors, sample=partial(sampler, data))


def sampler(data: Data, generator: Any) -> Callable[[], FloatArray]:
    """`Training.sample`: a row for each of the first test pictures: its outline, what is drawn of it, itself."""
    images = data.test_x if len(data.test_x) else data.train_x
    shown = floats(np.resize(images, (ROWS, *images.shape[1:])))
    lines = outline(shown).astype(shown.dtype)

    def sample() -> FloatArray:
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            drawn = generator(chainer.Variable(generator.device.send(lines))).array
        columns = (np.broadcast_to(lines, shown.shape), chainer.get_device("@numpy").send(drawn), shown)
        return np.stack(columns, axis=1)

    return sample


def export(config: TrainConfig, model: Generator) -> list[Network]:
    """The generator."""
    _, *size = config.shape
    return [
        Network(
            name="generator",
            link=model,
            forward=model.forward,
            inputs=(TensorSpec("outline", (1, *size), "image", range=(0.0, 1.0)),),
            outputs=(TensorSpec("y", config.shape, "image", range=(0.0, 1.0)),),
        )
    ]


def _width(config: TrainConfig) -> int:
    return int(number(config, "width", 1))


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    """The default recipe, `pictures` long, with other `values`."""
    return Preset(
        summary=summary,
        batch_size=16,
        pictures=pictures,
        most_epochs=1000,
        hparams={
            "width": 32,
            "l1": 100.0,
            "gen_alpha": 5e-4,  # batches of 16, not single pictures
            "dis_alpha": 2e-4,
            "beta1": 0.5,
            "beta2": 0.999,
            "decay_from": 0.5,
            "clip": 0.0,
            "bn_decay": 0.9,
            "ema_decay": 0.999,
            "augment": "flip",
            **values,
        },
    )


ARCH = Arch(
    name="pix2pix",
    summary="draws pictures from outlines",
    source="https://arxiv.org/abs/1611.07004",
    presets={
        "default": _preset("64x64 in an hour on two CPU cores", 320_000),
        "tiny": _preset(
            "like default, with a quarter of the channels, for small pictures and for trying", 40_000, width=8
        ),
    },
    build=build,
    train=train,
    export=export,
    pairs=lambda config, images: (outline(images), images),
    descriptions={
        **{
            key: _gan.DESCRIPTIONS[key]
            for key in ("gen_alpha", "dis_alpha", "beta1", "beta2", "decay_from", "clip", "bn_decay", "ema_decay")
        },
        "augment": "Random changes of training pictures, before their outlines are drawn.",
        "width": "Number of channels of the largest map; smaller ones have up to eight times as many.",
        "l1": "Weight of the mean difference from the true picture, beside what the discriminator says.",
    },
)
