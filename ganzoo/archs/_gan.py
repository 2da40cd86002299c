"""What the GANs of the zoo share: the input of a generator, its average, the frame of a step, and its export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer.training.updaters import StandardUpdater

from ganzoo.archs._hparams import number
from ganzoo.devices import chainer_device
from ganzoo.errors import UsageError
from ganzoo.image_grid import COLUMNS
from ganzoo.layers import Adam, move_average
from ganzoo.specs import Data, Network, Part, TensorSpec, TrainConfig, Training
from ganzoo.updaters.augment import AUGMENTATIONS, augmentation
from ganzoo.updaters.batches import Batches
from ganzoo.updaters.distributed import share
from ganzoo.updaters.schedules import LinearShift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.specs import FloatArray, LabelArray

MOST_LATENT = 1 << 14  # the first layer of the widest generator then takes 113 MB, and its training five times that
RATES = ("gen_alpha", "dis_alpha")  # `Training.rates`
DESCRIPTIONS: Mapping[str, str] = {
    "latent_dim": "Number of noise values that the generator takes.",
    "gen_alpha": "Learning rate of the generator (Adam's alpha).",
    "dis_alpha": "Learning rate of the discriminator or critic (Adam's alpha).",
    "beta1": "Adam's decay rate of the average gradient, in both networks.",
    "beta2": "Adam's decay rate of the average squared gradient, in both networks.",
    "decay_from": "Fraction of the training after which both learning rates fall linearly to 0; 1 keeps them constant.",
    "clip": "Largest norm of a network's gradient; 0 turns clipping off.",
    "bn_decay": "Decay rate of the running mean and variance in batch normalization.",
    "augment": f"Random changes of what the discriminator sees: none or some of {', '.join(AUGMENTATIONS)}.",
    "ema_decay": "Decay rate of the moving average of the generator's weights; 0 keeps no average.",
}


def of_class(logits: Any, t: Any) -> Any:
    """Of each row of `logits` (N, n_classes) the one at its label, (N,)."""
    return F.select_item(logits, t)


def onehots(n_classes: int) -> int:
    """How many values tell a network the class: none where there is only one."""
    return n_classes if n_classes > 1 else 0


def latent(config: TrainConfig) -> int:
    """The number of noise values that a generator takes. Raises `UsageError` for none, and for too many."""
    latent_dim = int(config.hparams["latent_dim"])
    if latent_dim < 1:
        raise UsageError(f"latent_dim is {latent_dim:,}.", "It must be 1 or more.")
    if latent_dim > MOST_LATENT:
        raise UsageError(f"latent_dim is {latent_dim:,}.", f"It is at most {MOST_LATENT:,}.")
    return latent_dim


def generator_input(z: FloatArray, t: LabelArray, n_classes: int) -> FloatArray:
    """`z` (N, latent_dim) and one-hot `t` (N,) side by side, float32 (N, latent_dim + onehots(n_classes))."""
    if not onehots(n_classes):
        return z
    return np.concatenate([z, np.eye(n_classes, dtype=np.float32)[t]], axis=1)


def draw_input(t: LabelArray, config: TrainConfig) -> FloatArray:
    """Generator input with fresh noise from NumPy's global state for the labels `t`."""
    latent_dim = int(config.hparams["latent_dim"])
    z = share(lambda n: np.random.standard_normal((n, latent_dim)), len(t)).astype(np.float32)
    return generator_input(z, t, config.n_classes)


def sampler(config: TrainConfig, generator: Any) -> Callable[[], FloatArray]:
    """`Training.sample` for a generator: ten rows of fixed noise, a column for each class, `COLUMNS` at most."""
    rows, columns = 10, min(config.n_classes, COLUMNS)
    t = np.tile(np.arange(columns, dtype=np.int32), rows)
    z = np.random.RandomState(config.seed).standard_normal((len(t), int(config.hparams["latent_dim"])))
    x = generator_input(z.astype(np.float32), t, config.n_classes)

    def sample() -> FloatArray:
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            images = generator(chainer.Variable(generator.device.send(x))).array
        sheet: FloatArray = chainer.get_device("@numpy").send(images).reshape(rows, columns, *config.shape)
        return sheet

    return sample


class MovingAverage:
    """An exponential moving average of a generator: weights and batch-norm statistics alike.

    Yazici et al. 2019 (arXiv:1806.04498). The decay warms up as min(decay, (1 + t) / (10 + t)), so that the
    first pictures are not those of the initial weights.
    """

    def __init__(self, link: Any, decay: float) -> None:
        self.link = link.copy(mode="copy")
        self.decay = decay
        self.t = 0

    def update(self, link: Any) -> None:
        self.t += 1
        rate = 1 - min(self.decay, (1 + self.t) / (10 + self.t))
        move_average(_state(self.link), _state(link), rate)

    def serialize(self, serializer: Any) -> None:
        self.t = int(serializer("t", self.t))
        self.link.serialize(serializer["link"])


def _state(link: Any) -> list[Any]:
    """The arrays that decide what `link` computes in test mode, parameters and running statistics."""
    parameters = [parameter.array for _, parameter in sorted(link.namedparams())]
    norms = [child for _, child in sorted(link.namedlinks()) if isinstance(child, L.BatchNormalization)]
    return parameters + [array for norm in norms for array in (norm.avg_mean, norm.avg_var)]


class GanUpdater(StandardUpdater):
    """Base of the zoo's GAN updaters: optimisers `gen` and `dis` and the generator's moving average.

    A subclass says in `update_core` what one step is; it ends with `self.ema.update(self.gen)`.
    """

    batches_per_step = 1

    def __init__(self, config: TrainConfig, data: Data, gen: Any, dis: Any, device: Any) -> None:
        self.config, self.gen, self.dis = config, gen, dis
        self.augment = augmentation(str(config.hparams["augment"]))
        self.ema = MovingAverage(gen, number(config, "ema_decay", below=1))
        optimizers = {"gen": _adam(gen, "gen_alpha", config), "dis": _adam(dis, "dis_alpha", config)}
        batches = Batches(data, device)
        super().__init__(batches.iterator(config.batch_size), optimizers, converter=batches, device=device)

    def real_batch(self) -> tuple[Any, LabelArray]:
        """The next training images, augmented, on the device, and their labels."""
        images, labels = self.converter(self.get_iterator("main").next())
        return self.augment(images).array, labels

    def random_labels(self, n: int) -> LabelArray:
        """Labels int32 (n,), all equally likely, from NumPy's global state."""
        return share(lambda n: np.random.randint(0, self.config.n_classes, n), n).astype(np.int32)

    def fake_batch(self, t: LabelArray) -> Any:
        """Pictures of a generator in training mode for the labels `t`, augmented, with the graph behind them."""
        return self.augment(self.gen(chainer.Variable(self.device.send(draw_input(t, self.config)))))

    def descend(self, name: str, loss: Any) -> None:
        """One step of the optimiser `name` down `loss`; the other network's gradients are not computed."""
        optimizer = self.get_optimizer(name)
        chainer.grad([loss], list(optimizer.target.params()), set_grad=True)
        optimizer.update()

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        self.ema.serialize(serializer["ema"])


def training(
    config: TrainConfig,
    data: Data,
    updater_class: type[GanUpdater],
    networks: tuple[Any, Any],
    monitors: tuple[str, ...],
    healthy: Mapping[str, tuple[float, float]] | None = None,
    sample: Callable[[Any], Callable[[], FloatArray]] | None = None,
) -> Training:
    """The training of `networks`, a generator and a discriminator by turns, on the device of `config`.

    What is kept is the generator's moving average. `sample(generator)` gives what `Training.sample` is; that of noise
    without it.
    """
    device = chainer_device(config.device)
    for network in networks:
        network.to_device(device)
    updater = updater_class(config, data, *networks, device)
    kept = updater.ema.link
    return Training(
        updater=updater,
        model=kept,
        monitors=monitors,
        sample=sample(kept) if sample else sampler(config, kept),
        extensions=_decay(config, updater, len(data.train_x)),
        healthy=healthy or {},
        rates=RATES,
    )


def _decay(config: TrainConfig, updater: GanUpdater, n_images: int) -> tuple[Any, ...]:
    """Extensions that lower both learning rates linearly to 0, from `decay_from` of the training on; 1 is never."""
    begin = number(config, "decay_from")
    if begin >= 1:
        return ()
    steps = config.epochs * n_images / (config.batch_size * updater.batches_per_step)
    return tuple(
        LinearShift("alpha", (optimizer.alpha, 0.0), (begin * steps, steps), optimizer)
        for optimizer in (updater.get_optimizer("gen"), updater.get_optimizer("dis"))
    )


def _adam(link: Any, alpha: str, config: TrainConfig) -> Any:
    betas = {key: number(config, key, below=1) for key in ("beta1", "beta2")}
    optimizer = Adam(alpha=number(config, alpha), **betas)
    optimizer.setup(link)
    if clip := number(config, "clip"):
        optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(clip))
    return optimizer


def export(config: TrainConfig, model: Any) -> list[Network]:
    """The generator: of noise and class, or where there is only one class of noise alone, to pictures in [0, 1]."""
    parts = [Part("z", int(config.hparams["latent_dim"]), "latent")]
    if n := onehots(config.n_classes):
        parts.append(Part("label", n, "onehot"))
    return [
        Network(
            name="generator",
            link=model,
            forward=model.forward,
            inputs=(TensorSpec("x", (sum(part.size for part in parts),), "latent", parts=tuple(parts)),),
            outputs=(TensorSpec("y", config.shape, "image", range=(0.0, 1.0)),),
        )
    ]
