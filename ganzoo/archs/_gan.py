"""What the GANs of the zoo share: the generator, its input, its moving average, and how it is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import initializers
from chainer.training.updaters import StandardUpdater

from ganzoo.archs._hparams import choice, number
from ganzoo.errors import UsageError
from ganzoo.image_grid import COLUMNS
from ganzoo.layers import (
    LEAKY_RELU,
    RELU,
    SIGMOID,
    Adam,
    BatchNormalization,
    Convolution2D,
    Deconvolution2D,
    Linear,
    move_average,
)
from ganzoo.specs import Data, Network, Part, TensorSpec, TrainConfig
from ganzoo.updaters.batches import Batches
from ganzoo.updaters.distributed import share
from ganzoo.updaters.schedules import LinearShift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.specs import FloatArray, LabelArray

SHAPE = (1, 28, 28)
WIDTHS: Mapping[str, tuple[int, int, int]] = {  # channels of the three images between noise and picture
    "tiny": (32, 16, 8),
    "small": (64, 32, 16),
    "reference": (128, 64, 32),
    "wide": (192, 96, 48),
}
MOST_LATENT = 1 << 14  # the first layer of the widest generator then takes 113 MB, and its training five times that
RATES = ("gen_alpha", "dis_alpha")  # `Training.rates`
DESCRIPTIONS: Mapping[str, str] = {
    "width": f"Size of the generator, by its number of channels: {', '.join(WIDTHS)}.",
    "last_ksize": "Kernel size of the generator's last layer: 2, or 4, with which its windows overlap.",
    "latent_dim": "Number of noise values that the generator takes.",
    "noise_dims": "Number of noise values that change the picture at first; the weights of the others begin at 0.",
    "gen_alpha": "Learning rate of the generator (Adam's alpha).",
    "dis_alpha": "Learning rate of the discriminator or critic (Adam's alpha).",
    "beta1": "Adam's decay rate of the average gradient, in both networks.",
    "beta2": "Adam's decay rate of the average squared gradient, in both networks.",
    "decay_from": "Fraction of the training after which both learning rates fall linearly to 0; 1 keeps them constant.",
    "clip": "Largest norm of a network's gradient; 0 turns clipping off.",
    "bn_decay": "Decay rate of the running mean and variance in batch normalization.",
    "ema_decay": "Decay rate of the moving average of the generator's weights; 0 keeps no average.",
}
# `Arch.former_names`, of generators and discriminators; the present ones are those of the reference's published weights
FORMER_NAMES: Mapping[str, str] = {
    "l0": "l1",
    "bn1": "dc1_bn",
    "bn2": "dc2_bn",
    "c0": "c1",
    "c1": "c2",
    "c2": "c3",
    "l3": "l1",
}


class Generator(chainer.Chain):
    """float32 (N, latent_dim + n_classes), noise and one-hot label side by side, to images (N, 1, 28, 28) in [0, 1].

    With `last_ksize` 2 the network of github.com/pit-ray/webdnn-mnist-dcgan: 1,216,768 multiply-adds a picture and
    210,209 parameters at latent_dim 100 and 10 classes. With 4 the last layer's windows overlap, so that strokes do
    not break at the edges of 2x2 blocks: 1,292,032 and 210,593. He et al. 2015 (arXiv:1502.01852) initialisation, the
    last layer LeCun's. `noise_dims` is how many of the noise values drive the picture at first; the others begin with
    weights of zero. `channels` are those of the three images between noise and picture.
    """

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        noise_dims: int,
        bn_decay: float,
        channels: tuple[int, int, int] = WIDTHS["reference"],
        last_ksize: int = 2,
    ) -> None:
        super().__init__()
        he = initializers.HeNormal()
        c0, c1, c2 = channels
        with self.init_scope():
            self.l1 = Linear(latent_dim + n_classes, c0 * 3 * 3, initialW=he)
            self.dc1 = Deconvolution2D(c0, c1, ksize=3, stride=2, initialW=he)
            self.dc1_bn = BatchNormalization(c1, decay=bn_decay)
            self.dc2 = Deconvolution2D(c1, c2, ksize=2, stride=2, initialW=he)
            self.dc2_bn = BatchNormalization(c2, decay=bn_decay)
            lecun = initializers.LeCunNormal()
            self.dc3 = Deconvolution2D(c2, 1, ksize=last_ksize, stride=2, pad=(last_ksize - 2) // 2, initialW=lecun)
        self.l1.W.array[:, noise_dims:latent_dim] = 0
        self.l1.W.array *= np.sqrt((latent_dim + n_classes) / (noise_dims + n_classes))  # He's variance again

    def forward(self, x: Any) -> Any:
        h = F.reshape(self.l1(x, RELU), (-1, self.dc1.W.shape[0], 3, 3))
        h = self.dc1_bn(self.dc1(h), RELU)
        h = self.dc2_bn(self.dc2(h), RELU)
        return self.dc3(h, SIGMOID)


class PlanesDiscriminator(chainer.Chain):
    """The blog's discriminator: float32 images (N, 1, 28, 28) and labels (N,) to one logit each, (N,).

    The label enters as one-hot planes beside the image. No batch norm, no sigmoid: a critic as well.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        with self.init_scope():
            self.c1 = Convolution2D(1 + n_classes, 32, ksize=2, stride=2, initialW=he)
            self.c2 = Convolution2D(32, 64, ksize=2, stride=2, initialW=he)
            self.c3 = Convolution2D(64, 128, ksize=3, stride=2, initialW=he)
            self.l1 = Linear(1152, 1)

    def forward(self, x: Any, t: LabelArray) -> Any:
        h = self.c1(x, LEAKY_RELU, t)
        h = self.c2(h, LEAKY_RELU)
        h = self.c3(h, LEAKY_RELU)
        return self.l1(h)[:, 0]


class ClassDiscriminator(chainer.Chain):
    """float32 images (N, 1, 28, 28) to one logit per class, (N, n_classes): "real, and of this class".

    No batch norm, no sigmoid: a critic as well.

    The blog's ten label planes make its first layer eleven times as expensive as the image alone does; one
    output row per class says the same (Miyato & Koyama 2018, arXiv:1802.05637, without the term that all
    classes share). Windows overlap, unlike the blog's, so that an edge between two of them is seen.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        with self.init_scope():
            self.c1 = Convolution2D(1, 32, ksize=4, stride=2, pad=1, initialW=he)
            self.c2 = Convolution2D(32, 64, ksize=3, stride=2, pad=1, initialW=he)
            self.c3 = Convolution2D(64, 128, ksize=3, stride=2, initialW=he)
            self.l1 = Linear(1152, n_classes)

    def forward(self, x: Any) -> Any:
        h = self.c2(self.c1(x, LEAKY_RELU), LEAKY_RELU)
        return self.l1(self.c3(h, LEAKY_RELU))


def of_class(logits: Any, t: Any) -> Any:
    """Of each row of `logits` (N, n_classes) the one at its label, (N,)."""
    return F.select_item(logits, t)


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for images that it cannot draw."""
    if config.shape != SHAPE:
        raise UsageError(
            f"{config.arch} draws images of shape {SHAPE}, but those of {config.dataset} are {config.shape}.",
            "Choose another data set, or convert its images to 28x28 grey pixels.",
        )
    values = config.hparams
    latent_dim, noise_dims = int(values["latent_dim"]), int(values["noise_dims"])
    if not 1 <= noise_dims <= latent_dim:
        problem = f"noise_dims is {noise_dims} and latent_dim is {latent_dim}."
        raise UsageError(problem, "noise_dims must be at least 1 and at most latent_dim.")
    if latent_dim > MOST_LATENT:
        raise UsageError(f"latent_dim is {latent_dim:,}.", f"It is at most {MOST_LATENT:,}.")
    last_ksize = int(values["last_ksize"])
    if last_ksize not in (2, 4):
        raise UsageError(f"last_ksize is {last_ksize}.", "It must be 2 or 4.")
    bn_decay, channels = number(config, "bn_decay", below=1), choice(config, "width", WIDTHS)
    return Generator(latent_dim, config.n_classes, noise_dims, bn_decay, channels, last_ksize)


def generator_input(z: FloatArray, t: LabelArray, n_classes: int) -> FloatArray:
    """`z` (N, latent_dim) and one-hot `t` (N,) side by side, float32 (N, latent_dim + n_classes)."""
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
        sheet: FloatArray = chainer.get_device("@numpy").send(images).reshape(rows, columns, *SHAPE)
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

    def __init__(self, config: TrainConfig, data: Data, gen: Any, dis: Any, device: Any) -> None:
        self.config, self.gen, self.dis = config, gen, dis
        self.ema = MovingAverage(gen, number(config, "ema_decay", below=1))
        optimizers = {"gen": _adam(gen, "gen_alpha", config), "dis": _adam(dis, "dis_alpha", config)}
        batches = Batches(data, device)
        super().__init__(batches.iterator(config.batch_size), optimizers, converter=batches, device=device)

    def real_batch(self) -> tuple[Any, LabelArray]:
        """The next training images, on the device, and their labels."""
        images: tuple[Any, LabelArray] = self.converter(self.get_iterator("main").next())
        return images

    def fake_batch(self, t: LabelArray) -> Any:
        """Pictures of a generator in training mode for the labels `t`, with the graph behind them."""
        return self.gen(chainer.Variable(self.device.send(draw_input(t, self.config))))

    def descend(self, name: str, loss: Any) -> None:
        """One step of the optimiser `name` down `loss`; the other network's gradients are not computed."""
        optimizer = self.get_optimizer(name)
        chainer.grad([loss], list(optimizer.target.params()), set_grad=True)
        optimizer.update()

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        self.ema.serialize(serializer["ema"])


def decay(config: TrainConfig, updater: GanUpdater, n_images: int, batches_per_step: int = 1) -> tuple[Any, ...]:
    """Extensions that lower both learning rates linearly to 0, from `decay_from` of the training on; 1 is never."""
    begin = number(config, "decay_from")
    if begin >= 1:
        return ()
    steps = config.epochs * n_images / (config.batch_size * batches_per_step)
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


def export(config: TrainConfig, model: Generator) -> list[Network]:
    """The generator."""
    latent_dim = int(config.hparams["latent_dim"])
    parts = (Part("z", latent_dim, "latent"), Part("label", config.n_classes, "onehot"))
    return [
        Network(
            name="generator",
            link=model,
            forward=model.forward,
            inputs=(TensorSpec("x", (latent_dim + config.n_classes,), "latent", parts=parts),),
            outputs=(TensorSpec("y", SHAPE, "image", range=(0.0, 1.0)),),
        )
    ]
