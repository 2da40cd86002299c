"""A conditional DCGAN: a generator that draws the digit asked for.

Preset `blog` is that of github.com/pit-ray/webdnn-mnist-dcgan, network and recipe. Preset `default` keeps
its generator, which is what is shipped, and changes the discriminator and the recipe: the blog's takes a GPU
and 200 epochs, this one minutes on two CPU cores. Each change stands with its reason at its place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np

from ganzoo.archs import _dcgan, _gan
from ganzoo.archs._hparams import choice, number
from ganzoo.archs._logistic import R1Updater, loss_fake, loss_real
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training
from ganzoo.updaters.distributed import share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import LabelArray


class BlogUpdater(_gan.GanUpdater):
    """One discriminator step and one generator step on the same fakes; their labels cycle through the classes."""

    def update_core(self) -> None:
        x_real, t_real = self.real_batch()
        t_fake = (share(np.arange, len(t_real)) % self.config.n_classes).astype(np.int32)
        x_fake = self.fake_batch(t_fake)
        y_fake = self.dis(x_fake, t_fake)

        loss_gen = loss_real(y_fake)
        self.descend("gen", loss_gen)
        loss_dis = loss_real(self.dis(x_real, t_real)) + loss_fake(y_fake)
        self.descend("dis", loss_dis)

        self.ema.update(self.gen)
        chainer.report({"gen/loss": loss_gen, "dis/loss": loss_dis})


class DefaultUpdater(R1Updater):
    """As the blog's, and the discriminator also learns that a real image under a wrong label is wrong.

    That third term, the matching-aware discriminator of Reed et al. 2016 (arXiv:1605.05396), is what ties
    the picture to its label. Without it the classes that look alike (1, 2, 7, 8) mix; at full weight the
    pictures of a class become too much alike.
    """

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.wrong_label = number(config, "wrong_label")

    def wrong_labels(self, t: LabelArray) -> LabelArray | None:
        n_classes = self.config.n_classes
        other = share(lambda n: np.random.randint(1, max(n_classes, 2), n), len(t))
        return ((t + other) % n_classes).astype(np.int32) if n_classes > 1 else None  # of one class no label is wrong


UPDATERS: Mapping[str, tuple[Any, Any]] = {
    "planes": (_dcgan.PlanesDiscriminator, BlogUpdater),
    "class": (_dcgan.ClassDiscriminator, DefaultUpdater),
}


def train(config: TrainConfig, data: Data) -> Training:
    """Generator and discriminator by turns; what is kept is the generator's moving average."""
    discriminator, updater_class = choice(config, "discriminator", UPDATERS)
    networks = _dcgan.build(config), discriminator(config.n_classes, config.shape)
    healthy = {"dis/loss": (0.05, math.inf)}  # below it the generator's gradient has all but vanished
    return _gan.training(config, data, updater_class, networks, ("gen/loss", "dis/loss"), healthy)


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    """The default recipe, `pictures` long, with other `values`."""
    return Preset(
        summary=summary,
        batch_size=64,
        pictures=pictures,
        most_epochs=150,
        hparams={
            "discriminator": "class",
            "width": "reference",
            "last_ksize": 4,
            "latent_dim": 100,
            "noise_dims": 8,  # of 100 the first steps make speckle and too few shapes (decision 0006)
            "gen_alpha": 5e-4,  # five times the blog's: 14,000 steps instead of 94,000
            "dis_alpha": 5e-4,
            "beta1": 0.0,  # as R1's authors have it: momentum makes the game of two swing
            "beta2": 0.99,
            "decay_from": 0.3,  # what a high learning rate leaves rough, a falling one smooths
            "clip": 0.0,
            "bn_decay": 0.9,
            "augment": "",
            "ema_decay": 0.999,
            # weight of the third term of the discriminator's loss: with more of it pictures are read more surely than
            # real ones are, those between two classes are missing, and a classifier that learns from them lacks these
            "wrong_label": 0.1,
            "r1": 0.02,  # gamma
            **values,
        },
    )


ARCH = Arch(
    name="dcgan-cond",
    summary="conditional DCGAN: draws pictures of a chosen class",
    source="https://github.com/pit-ray/webdnn-mnist-dcgan",
    presets={
        "default": _preset("good pictures after some minutes on a CPU", 900_000),
        "long": _preset("like default, trained three times as long", 2_700_000),
        **{
            width: _preset(f"like default with {channels} channels, trained a fifth as long", 180_000, width=width)
            for width, channels in _dcgan.WIDTHS.items()
        },
        "blog": Preset(
            summary="network and recipe of webdnn-mnist-dcgan: 200 epochs, best on a GPU",
            batch_size=128,
            epochs=200,
            hparams={
                "discriminator": "planes",
                "width": "reference",
                "last_ksize": 2,
                "latent_dim": 100,
                "noise_dims": 100,
                "gen_alpha": 1e-4,
                "dis_alpha": 1e-4,
                "beta1": 0.5,
                "beta2": 0.9,
                "decay_from": 1.0,
                "clip": 0.1,  # global norm
                "bn_decay": 0.9,
                "augment": "",
                "ema_decay": 0.0,  # no average: the generator as it is
                "wrong_label": 0.0,
                "r1": 0.0,
            },
        ),
    },
    build=_dcgan.build,
    train=train,
    export=_gan.export,
    descriptions={
        **_dcgan.DESCRIPTIONS,
        "discriminator": "Kind of discriminator: planes takes the label as image planes, class gives a logit a class.",
        "wrong_label": "Weight of the loss of real images under a wrong label.",
        "r1": "Weight of the R1 penalty on the discriminator's gradient; 0 leaves it out.",
    },
    former_names=_dcgan.FORMER_NAMES,
)
