"""A conditional DCGAN: a generator that draws the digit asked for.

Preset `blog` is that of github.com/pit-ray/webdnn-mnist-dcgan, network and recipe. Preset `default` keeps
its generator, which is what is shipped, and changes the discriminator and the recipe: the blog's takes a GPU
and 200 epochs, this one minutes on two CPU cores. Each change stands with its reason at its place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator

from ganzoo.archs import _gan
from ganzoo.devices import chainer_device
from ganzoo.layers import LEAKY_RELU, Convolution2D, Linear
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training
from ganzoo.training.distributed import share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import LabelArray


class ClassDiscriminator(chainer.Chain):
    """float32 images (N, 1, 28, 28) to one logit per class, (N, n_classes): "real, and of this class".

    The blog's ten label planes make its first layer eleven times as expensive as the image alone does; one
    output row per class says the same (Miyato & Koyama 2018, arXiv:1802.05637, without the term that all
    classes share). Two convolutions with large kernels and strides: a small im2col, a large matrix product.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        with self.init_scope():
            self.c0 = Convolution2D(1, 64, ksize=8, stride=4, pad=2, initialW=he)
            self.c1 = Convolution2D(64, 128, ksize=3, stride=2, initialW=he)
            self.l2 = Linear(1152, n_classes)

    def forward(self, x: Any) -> Any:
        return self.l2(self.c1(self.c0(x, LEAKY_RELU), LEAKY_RELU))


def loss_real(logits: Any) -> Any:
    """-log D(x) from logits, averaged; log(sigmoid) would overflow."""
    return F.mean(F.softplus(-logits))


def loss_fake(logits: Any) -> Any:
    """-log(1 - D(x)) from logits, averaged."""
    return F.mean(F.softplus(logits))


class BlogUpdater(_gan.GanUpdater):
    """One discriminator step and one generator step on the same fakes; their labels cycle through the classes."""

    def update_core(self) -> None:
        gen, dis = self.get_optimizer("gen"), self.get_optimizer("dis")
        x_real, t_real = self.real_batch()
        t_fake = (share(np.arange, len(t_real)) % self.config.n_classes).astype(np.int32)
        x_fake = self.fake_batch(t_fake)
        y_fake = self.dis(x_fake, t_fake)

        loss_gen = loss_real(y_fake)
        self.gen.cleargrads()
        loss_gen.backward()
        gen.update()
        x_fake.unchain_backward()

        loss_dis = loss_real(self.dis(x_real, t_real)) + loss_fake(y_fake)
        self.dis.cleargrads()
        loss_dis.backward()
        dis.update()

        self.ema.update(self.gen)
        chainer.report({"gen/loss": loss_gen, "dis/loss": loss_dis})


class DefaultUpdater(_gan.GanUpdater):
    """As the blog's, and the discriminator also learns that a real image under a wrong label is wrong.

    That third term, the matching-aware discriminator of Reed et al. 2016 (arXiv:1605.05396), is what ties
    the picture to its label. Without it the classes that look alike (1, 2, 7, 8) mix; at full weight the
    pictures of a class become too much alike.
    """

    def update_core(self) -> None:
        n_classes = self.config.n_classes
        x_real, t_real = self.real_batch()
        n = len(t_real)
        t_fake = share(lambda n: np.random.randint(0, n_classes, n), n).astype(np.int32)
        t_wrong = ((t_real + share(lambda n: np.random.randint(1, n_classes, n), n)) % n_classes).astype(np.int32)
        x_fake = self.fake_batch(t_fake)

        logits = self.dis(F.concat([chainer.as_variable(x_real), x_fake.array], axis=0))
        real, wrong = self.of_class(logits[:n], t_real), self.of_class(logits[:n], t_wrong)
        fake = self.of_class(logits[n:], t_fake)
        loss_dis = loss_real(real) + loss_fake(fake) + self.config.hparams["wrong_label"] * loss_fake(wrong)
        self.dis.cleargrads()
        loss_dis.backward()
        self.get_optimizer("dis").update()

        loss_gen = loss_real(self.of_class(self.dis(x_fake), t_fake))
        self.gen.cleargrads()
        loss_gen.backward()
        self.get_optimizer("gen").update()

        self.ema.update(self.gen)
        chainer.report({"gen/loss": loss_gen, "dis/loss": loss_dis})

    def of_class(self, logits: Any, t: LabelArray) -> Any:
        """Of each row of `logits` (N, n_classes) the one at its label, (N,)."""
        return F.select_item(logits, self.device.send(t))


UPDATERS: Mapping[str, tuple[Any, Any]] = {
    "planes": (_gan.PlanesDiscriminator, BlogUpdater),
    "class": (ClassDiscriminator, DefaultUpdater),
}


def train(config: TrainConfig, data: Data) -> Training:
    """Generator and discriminator by turns; what is kept is the generator's moving average."""
    discriminator, updater_class = _gan.choice(config, "discriminator", UPDATERS)
    device = chainer_device(config.device)
    gen, dis = _gan.build(config), discriminator(config.n_classes)
    gen.to_device(device)
    dis.to_device(device)
    iterator = SerialIterator(TupleDataset(data.train_x, data.train_t), config.batch_size)
    updater = updater_class(config, iterator, gen, dis, device)
    return Training(
        updater=updater,
        model=updater.ema.link,
        monitors=("gen/loss", "dis/loss"),
        sample=_gan.sampler(config, updater.ema.link),
        extensions=_gan.decay(config, updater, len(data.train_x)),
        healthy={"dis/loss": (0.02, math.inf)},  # below it every fake is told from the real with 98% certainty
        rates=_gan.RATES,
    )


ARCH = Arch(
    name="dcgan-cond",
    summary="conditional DCGAN: draws the digit asked for",
    source="https://github.com/pit-ray/webdnn-mnist-dcgan",
    presets={
        "default": Preset(
            summary="the blog's generator, trained in minutes on a CPU",
            batch_size=32,
            pictures=96_000,  # 3000 steps
            hparams={
                "discriminator": "class",
                "latent_dim": 100,
                "noise_dims": 8,  # of 100 the first 3000 steps make speckle and too few shapes (decision 0006)
                "gen_alpha": 1e-3,  # ten times the blog's: 3000 steps instead of 94,000
                "dis_alpha": 1e-3,
                "beta1": 0.5,  # Radford et al. 2016, arXiv:1511.06434
                "beta2": 0.99,
                "decay_from": 0.1,  # what a high learning rate leaves rough, a falling one smooths
                "clip": 0.0,
                "bn_decay": 0.9,
                "ema_decay": 0.995,
                "wrong_label": 0.3,  # weight of the third term of the discriminator's loss
            },
        ),
        "blog": Preset(
            summary="the blog's network and recipe: 200 epochs, for a GPU",
            batch_size=128,
            epochs=200,
            hparams={
                "discriminator": "planes",
                "latent_dim": 100,
                "noise_dims": 100,
                "gen_alpha": 1e-4,
                "dis_alpha": 1e-4,
                "beta1": 0.5,
                "beta2": 0.9,
                "decay_from": 1.0,
                "clip": 0.1,  # global norm
                "bn_decay": 0.9,
                "ema_decay": 0.0,  # no average: the generator as it is
                "wrong_label": 0.0,
            },
        ),
    },
    build=_gan.build,
    train=train,
    export=_gan.export,
)
