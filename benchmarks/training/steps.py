"""The zoo's training steps in PyTorch at its best without compiling: eager, channels last, fused Adam.

Images and noise come from ganzoo's own iterator and draws, in the same order, so that with the same seed of NumPy both
libraries see the same numbers; both gather images where the network is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from chainer.training.updaters import StandardUpdater
from torch import nn
from torch.nn import functional as F

from benchmarks.training.networks import TWINS, Twin, of_class, state, twin
from benchmarks.training.subjects import networks
from ganzoo.archs import _gan, dcgan_cond, sngan, wgan_gp
from ganzoo.archs._logistic import R1_EVERY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import LabelArray, Training

Losses = dict[str, torch.Tensor]


class Adam:
    """PyTorch's Adam with the values of Chainer's `optimizer`, and its clipping of the gradient's norm.

    Chainer adds eps to sqrt(v), PyTorch to sqrt(v / (1 - beta2^t)): scaled by what is between, both are the same.
    """

    def __init__(self, module: Twin, optimizer: Any, clip: float = 0.0) -> None:
        values = optimizer.hyperparam
        self.module, self.clip, self.t = module, clip, 0
        self.beta2, self.eps = values.beta2, values.eps
        self.inner = torch.optim.AdamW(  # whose decay is a fraction of the rate
            module.parameters(),
            lr=values.alpha,
            betas=(values.beta1, values.beta2),
            weight_decay=values.weight_decay_rate / values.alpha,
            fused=True,
        )

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def step(self) -> None:
        if self.clip:
            nn.utils.clip_grad_norm_(self.module.parameters(), self.clip)
        self.t += 1
        self.inner.param_groups[0]["eps"] = self.eps / (1 - self.beta2**self.t) ** 0.5
        self.inner.step()


class ClassifierStep:
    def __init__(self, training: Training, device: str) -> None:
        self.updater, self.device = training.updater, device
        self.model = twin(training.model, device)
        self.adam = Adam(self.model, self.updater.get_optimizer("main"))

    def __call__(self) -> Losses:
        images, labels = self.updater.converter(self.updater.get_iterator("main").next())
        x = torch.from_numpy(images).to(self.device)
        t = torch.from_numpy(labels).to(self.device, torch.int64)
        logits = self.model(x)
        loss = F.cross_entropy(logits, t)
        accuracy = (logits.argmax(1) == t).to(x.dtype).mean()
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return {"main/loss": loss.detach(), "main/accuracy": accuracy}

    def networks(self) -> dict[str, Twin]:
        return {"model": self.model}


class GanStep:
    """What the steps of the GANs share, as `ganzoo.archs._gan.GanUpdater` does for Chainer's."""

    def __init__(self, training: Training, device: str) -> None:
        self.updater, self.device = training.updater, device
        self.config = self.updater.config
        self.gen, self.dis = twin(self.updater.gen, device), twin(self.updater.dis, device)
        clip = float(self.config.hparams["clip"])
        self.gen_adam = Adam(self.gen, self.updater.get_optimizer("gen"), clip)
        self.dis_adam = Adam(self.dis, self.updater.get_optimizer("dis"), clip)
        self.average, self.t = deepcopy(self.gen), 0
        self.images = torch.from_numpy(self.updater.converter.x).to(device)

    def networks(self) -> dict[str, Twin]:
        return {"gen": self.gen, "dis": self.dis, "model": self.average}

    def real_batch(self) -> tuple[torch.Tensor, LabelArray]:
        numbers = np.asarray(self.updater.get_iterator("main").next())
        return self.images[torch.from_numpy(numbers).to(self.device)], self.updater.converter.t[numbers]

    def fake_batch(self, t: LabelArray) -> torch.Tensor:
        return self.gen(torch.from_numpy(_gan.draw_input(t, self.config)).to(self.device))

    def labels(self, t: LabelArray) -> torch.Tensor:
        return torch.from_numpy(t).to(self.device, torch.int64)

    @torch.no_grad()
    def average_generator(self) -> None:
        self.t += 1
        rate = 1 - min(float(self.config.hparams["ema_decay"]), (1 + self.t) / (10 + self.t))
        for average, current in zip(state(self.average).values(), state(self.gen).values(), strict=True):
            average.lerp_(current, rate)


class BlogStep(GanStep):
    def __call__(self) -> Losses:
        x_real, t = self.real_batch()
        t_real = self.labels(t)
        t_fake = (np.arange(len(t)) % self.config.n_classes).astype(np.int32)
        drawn = self.fake_batch(t_fake)
        # a leaf: the discriminator's graph is used twice, the generator's behind it once
        x_fake = drawn.detach().requires_grad_()
        y_fake = self.dis(x_fake, self.labels(t_fake))

        loss_gen = F.softplus(-y_fake).mean()
        self.gen_adam.zero_grad()
        loss_gen.backward(retain_graph=True)
        drawn.backward(x_fake.grad)
        self.gen_adam.step()

        loss_dis = F.softplus(-self.dis(x_real, t_real)).mean() + F.softplus(y_fake).mean()
        self.dis_adam.zero_grad()
        loss_dis.backward()
        self.dis_adam.step()

        self.average_generator()
        return {"gen/loss": loss_gen.detach(), "dis/loss": loss_dis.detach()}


class DefaultStep(GanStep):
    def __call__(self) -> Losses:
        n_classes = self.config.n_classes
        x_real, t = self.real_batch()
        n = len(t)
        fake_labels = np.random.randint(0, n_classes, n).astype(np.int32)
        t_real, t_fake = self.labels(t), self.labels(fake_labels)
        t_wrong = self.labels(((t + np.random.randint(1, n_classes, n)) % n_classes).astype(np.int32))
        x_fake = self.fake_batch(fake_labels)

        logits = self.dis(torch.cat([x_real, x_fake.detach()]))
        real, wrong = of_class(logits[:n], t_real), of_class(logits[:n], t_wrong)
        loss_dis = F.softplus(-real).mean() + F.softplus(of_class(logits[n:], t_fake)).mean()
        loss_dis = loss_dis + self.config.hparams["wrong_label"] * F.softplus(wrong).mean()
        penalized, r1 = loss_dis, self.config.hparams["r1"]
        if r1 and self.t % R1_EVERY == 0:
            x = x_real.clone().requires_grad_()
            (gradient,) = torch.autograd.grad(of_class(self.dis(x), t_real).sum(), x, create_graph=True)
            penalized = loss_dis + 0.5 * r1 * R1_EVERY * (gradient**2).sum() / n
        self.dis_adam.zero_grad()
        penalized.backward()
        self.dis_adam.step()

        loss_gen = F.softplus(-of_class(self.dis(x_fake), t_fake)).mean()
        self.gen_adam.zero_grad()
        x_fake.backward(*torch.autograd.grad(loss_gen, x_fake))  # as Chainer's: no gradients of the discriminator
        self.gen_adam.step()

        self.average_generator()
        return {"gen/loss": loss_gen.detach(), "dis/loss": loss_dis.detach()}


class WganStep(GanStep):
    def __call__(self) -> Losses:
        for _ in range(int(self.config.hparams["critic_steps"])):
            x_real, labels = self.real_batch()
            t = self.labels(labels)
            with torch.no_grad():
                x_fake = self.fake_batch(labels)
            wasserstein = self.dis(x_fake, t).mean() - self.dis(x_real, t).mean()
            penalty = self.penalty(x_real, x_fake, t)
            self.dis_adam.zero_grad()
            (wasserstein + wgan_gp.PENALTY_WEIGHT * penalty).backward()
            self.dis_adam.step()

        labels = np.random.randint(0, self.config.n_classes, len(labels)).astype(np.int32)
        loss_gen = -self.dis(self.fake_batch(labels), self.labels(labels)).mean()
        self.gen_adam.zero_grad()
        loss_gen.backward()
        self.gen_adam.step()

        self.average_generator()
        return {"wasserstein": -wasserstein.detach(), "penalty": penalty.detach(), "gen/loss": loss_gen.detach()}

    def penalty(self, x_real: torch.Tensor, x_fake: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        epsilon = torch.from_numpy(np.random.uniform(size=(len(t), 1, 1, 1)).astype(np.float32)).to(self.device)
        x = (epsilon * x_real + (1 - epsilon) * x_fake).requires_grad_()
        (gradient,) = torch.autograd.grad(self.dis(x, t).sum(), x, create_graph=True)
        norm = torch.sqrt((gradient**2).sum(dim=(1, 2, 3)) + 1e-12)
        return ((norm - 1) ** 2).mean()


class HingeStep(GanStep):
    def __call__(self) -> Losses:
        for _ in range(int(self.config.hparams["dis_steps"])):
            x_real, t = self.real_batch()
            n = len(t)
            t_fake = self.labels(np.random.randint(0, self.config.n_classes, n).astype(np.int32))
            x_fake = self.fake_batch(t_fake.cpu().numpy())
            logits = self.dis(torch.cat([x_real, x_fake.detach()]), torch.cat([self.labels(t), t_fake]))
            loss_dis = F.relu(1 - logits[:n]).mean() + F.relu(1 + logits[n:]).mean()
            self.dis_adam.zero_grad()
            loss_dis.backward()
            self.dis_adam.step()

        loss_gen = -self.dis(x_fake, t_fake).mean()
        self.gen_adam.zero_grad()
        x_fake.backward(*torch.autograd.grad(loss_gen, x_fake))
        self.gen_adam.step()

        self.average_generator()
        return {"gen/loss": loss_gen.detach(), "dis/loss": loss_dis.detach()}


STEPS: Mapping[type[Any], type[Any]] = {
    dcgan_cond.BlogUpdater: BlogStep,
    dcgan_cond.DefaultUpdater: DefaultStep,
    wgan_gp.WganUpdater: WganStep,
    sngan.HingeUpdater: HingeStep,
    StandardUpdater: ClassifierStep,
}


def lacking(training: Training) -> str:
    """Why `training` has no step here, "" where it has one."""
    chains = [type(link) for link in networks(training).values()]
    missing = [each.__name__ for each in chains if each not in TWINS]
    if type(training.updater) not in STEPS:
        missing.append(type(training.updater).__name__)
    return f"{' and '.join(missing)} was not written in PyTorch." if missing else ""


def step(training: Training, device: str) -> Any:
    """The step of `training`, a Chainer training on the CPU that gives weights, images and settings, on `device`."""
    torch.backends.cudnn.allow_tf32 = False  # float32, as Chainer's
    return STEPS[type(training.updater)](training, device)
