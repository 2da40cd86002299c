"""The logistic losses of a GAN, R1, and the step of two architectures that have both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F

from ganzoo.archs._gan import GanUpdater, of_class
from ganzoo.archs._hparams import number
from ganzoo.layers import mean_softplus

if TYPE_CHECKING:
    from ganzoo.specs import LabelArray, TrainConfig

R1_EVERY = 16  # steps


def loss_real(logits: Any) -> Any:
    """-log D(x) from logits, averaged; log(sigmoid) would overflow."""
    return mean_softplus(logits, -1)


def loss_fake(logits: Any) -> Any:
    """-log(1 - D(x)) from logits, averaged."""
    return mean_softplus(logits)


def r1_penalty(dis: Any, x: Any, t: Any) -> Any:
    """Mean of |grad of the logit at its label|^2 at real images `x` (N, C, H, W) with labels `t` (N,).

    R1 of Mescheder et al. 2018 (arXiv:1801.04406), equation 9, without its gamma / 2.
    """
    x = chainer.Variable(x)
    (gradient,) = chainer.grad([of_class(dis(x), t)], [x], enable_double_backprop=True)
    return F.sum(gradient**2) / len(t)


class R1Updater(GanUpdater):
    """One step of a discriminator with a logit for each class, then one of the generator.

    R1 keeps the discriminator from becoming too sure of itself in a long training; it is taken every `R1_EVERY` steps,
    that much stronger (Karras et al. 2020, arXiv:1912.04958, section 3.1).
    """

    wrong_label = 0.0  # weight of the loss of real images under wrong labels

    def __init__(self, config: TrainConfig, *given: Any) -> None:
        super().__init__(config, *given)
        self.gamma = number(config, "r1")

    def wrong_labels(self, t: LabelArray) -> LabelArray | None:
        """Labels (N,) that are wrong for images whose labels are `t`; None where there is no such loss."""
        return None

    def update_core(self) -> None:
        x_real, t_real = self.real_batch()
        n = len(t_real)
        t_fake = self.random_labels(n)
        t_wrong = self.wrong_labels(t_real)
        x_fake = self.fake_batch(t_fake)
        t_real, t_fake = self.device.send(t_real), self.device.send(t_fake)

        logits = self.dis(F.concat([chainer.as_variable(x_real), x_fake.array], axis=0))
        real = of_class(logits[:n], t_real)
        wrong = None if t_wrong is None else of_class(logits[:n], self.device.send(t_wrong))
        fake = of_class(logits[n:], t_fake)
        loss_dis = loss_real(real) + loss_fake(fake)
        if wrong is not None:
            loss_dis += self.wrong_label * loss_fake(wrong)
        penalized = loss_dis
        if self.gamma and self.iteration % R1_EVERY == 0:
            penalized = loss_dis + 0.5 * self.gamma * R1_EVERY * r1_penalty(self.dis, x_real, t_real)
        self.descend("dis", penalized)

        loss_gen = loss_real(of_class(self.dis(x_fake), t_fake))
        self.descend("gen", loss_gen)

        self.ema.update(self.gen)
        chainer.report({"gen/loss": loss_gen, "dis/loss": loss_dis})
