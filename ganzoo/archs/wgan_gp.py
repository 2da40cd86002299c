"""A conditional Wasserstein GAN with gradient penalty.

Gulrajani et al. 2017 (arXiv:1704.00028), Algorithm 1: five critic steps a generator step, a critic without
batch norm and without sigmoid, and a penalty on its gradient between real and fake images, by double
back-propagation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np

from ganzoo.archs import _dcgan, _gan
from ganzoo.archs._hparams import choice, number
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training
from ganzoo.updaters.distributed import share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import LabelArray

PENALTY_WEIGHT = 10.0  # lambda of Algorithm 1


class ClassCritic(_dcgan.ClassDiscriminator):
    """float32 images (N, C, H, W) and labels (N,) to one unbounded score each, (N,): the one at the label."""

    def forward(self, x: Any, t: LabelArray) -> Any:  # type: ignore[override]
        return _gan.of_class(super().forward(x), self.device.send(t))


CRITICS: Mapping[str, type[Any]] = {"planes": _dcgan.PlanesDiscriminator, "class": ClassCritic}


def gradient_penalty(critic: Any, x_real: Any, x_fake: Any, t: LabelArray, xp: Any) -> Any:
    """Mean of (|grad of critic at x| - 1)^2 over x drawn evenly between each real and fake image."""
    epsilon = xp.asarray(share(lambda n: np.random.uniform(size=(n, 1, 1, 1)), len(t)).astype(np.float32))
    x = chainer.Variable(epsilon * x_real + (1 - epsilon) * x_fake)
    (gradient,) = chainer.grad([critic(x, t)], [x], enable_double_backprop=True)
    norm = F.sqrt(F.sum(gradient**2, axis=(1, 2, 3)) + 1e-12)  # sqrt has no gradient at 0
    return F.mean((norm - 1) ** 2)


class WganUpdater(_gan.GanUpdater):
    """Algorithm 1, `batches_per_step` its n_critic."""

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.batches_per_step = int(number(config, "critic_steps", 1))

    def update_core(self) -> None:
        for _ in range(self.batches_per_step):
            x_real, t = self.real_batch()
            with chainer.no_backprop_mode():
                x_fake = self.fake_batch(t).array
            # negated: what the critic believes to be the distance between real and fake
            wasserstein = F.mean(self.dis(x_fake, t)) - F.mean(self.dis(x_real, t))
            penalty = gradient_penalty(self.dis, x_real, x_fake, t, self.device.xp)
            self.descend("dis", wasserstein + PENALTY_WEIGHT * penalty)

        t = self.random_labels(len(t))
        loss_gen = -F.mean(self.dis(self.fake_batch(t), t))
        self.descend("gen", loss_gen)

        self.ema.update(self.gen)
        chainer.report({"wasserstein": -wasserstein, "penalty": penalty, "gen/loss": loss_gen})


def train(config: TrainConfig, data: Data) -> Training:
    """Critic and generator by turns; what is kept is the generator's moving average."""
    networks = _dcgan.build(config), choice(config, "critic", CRITICS)(config.n_classes, config.shape)
    healthy = {"penalty": (0.0, 10.0)}  # above it the critic's gradient is four times and more what it should be
    return _gan.training(config, data, WganUpdater, networks, ("wasserstein", "penalty", "gen/loss"), healthy)


ARCH = Arch(
    name="wgan-gp",
    summary="conditional Wasserstein GAN with gradient penalty",
    source="https://arxiv.org/abs/1704.00028",
    presets={
        "default": Preset(
            summary="one critic step with a higher learning rate; some minutes on a CPU",
            batch_size=64,
            pictures=1_260_000,  # 19,700 generator steps, 21 epochs of MNIST
            most_epochs=150,
            hparams={
                "critic": "class",
                "critic_steps": 1,  # and a faster critic instead: TTUR, Heusel et al. 2017, arXiv:1706.08500, section 4
                "width": "reference",
                "last_ksize": 4,
                "latent_dim": 100,
                "noise_dims": 8,  # as in dcgan-cond (decision 0006)
                "gen_alpha": 5e-4,
                "dis_alpha": 1e-3,
                "beta1": 0.0,
                "beta2": 0.9,
                "decay_from": 0.3,
                "clip": 0.0,
                "bn_decay": 0.9,
                "augment": "",
                "ema_decay": 0.999,
            },
        ),
        "paper": Preset(
            summary="the values of the paper: five critic steps, learning rates of 1e-4, 200 epochs",
            batch_size=64,
            epochs=200,
            hparams={
                "critic": "planes",
                "critic_steps": 5,  # n_critic
                "width": "reference",
                "last_ksize": 2,
                "latent_dim": 100,
                "noise_dims": 100,
                "gen_alpha": 1e-4,
                "dis_alpha": 1e-4,
                "beta1": 0.0,
                "beta2": 0.9,
                "decay_from": 1.0,
                "clip": 0.0,
                "bn_decay": 0.9,
                "augment": "",
                "ema_decay": 0.0,  # no average: the generator as it is
            },
        ),
    },
    build=_dcgan.build,
    train=train,
    export=_gan.export,
    descriptions={
        **_dcgan.DESCRIPTIONS,
        "critic": "Kind of critic: planes takes the label as image planes, class gives a score a class.",
        "critic_steps": "Number of steps of the critic for each step of the generator.",
    },
    former_names=_dcgan.FORMER_NAMES,
)
