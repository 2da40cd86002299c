"""A light StyleGAN2: a latent space that is a pleasure to walk.

Karras et al. 2020 (arXiv:1912.04958): noise becomes a style, and the style scales the channels of every convolution.
What is lighter here: no noise inside the network, no path length regularisation, 4x4 deconvolutions in place of 3x3
ones and a filter, and channels that a page runs fluently. Modulated convolutions are written as scale, convolve, scale,
which is the same sum and leaves the weights constant, so that they can be exported.

The length of the noise is the truncation: the network normalises it, and in test mode moves the style that far away
from the mean of its class. Of noise N(0, 1) the length is 1 but for some per cent (decision 0042).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo.archs import _gan
from ganzoo.archs._hparams import number
from ganzoo.archs._logistic import R1Updater
from ganzoo.archs._sizes import base, doublings, middle, side
from ganzoo.layers import LEAKY_RELU, Convolution2D, Deconvolution2D, Linear, scale, upsampled
from ganzoo.specs import Arch, Data, Preset, TrainConfig, Training

TINY = 1e-8
MOST_MEAN = 1 << 14  # styles that the means of all classes are taken of


def channels(config: TrainConfig, size: int) -> int:
    """Those of a map of `size` pixels a side: capacity / size, as a multiple of 4, and at most `most_channels`."""
    wanted = number(config, "capacity", 1) / size
    return int(min(number(config, "most_channels", 4), max(4, 4 * math.ceil(wanted / 4))))


class Equalized(chainer.Chain):
    """A dense layer whose weights begin as N(0, 1) and are scaled when it runs, so that all learn at the same rate.

    Karras et al. 2018 (arXiv:1710.10196), section 4.1. With a `rate` it learns that much slower.
    """

    def __init__(self, n_in: int, n_out: int, rate: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.factor, self.rate = rate / math.sqrt(n_in), rate
        with self.init_scope():
            self.l = Linear(n_in, n_out, nobias=True, initialW=initializers.Normal(1 / rate))
            self.b = chainer.Parameter(bias / rate, n_out)

    def forward(self, x: Any) -> Any:
        y = self.factor * self.l(x)
        return y + F.broadcast_to(self.rate * self.b, y.shape)


class Mapping(chainer.Chain):
    """float32 (N, latent_dim + labels), noise and one-hot label, to styles (N, latent_dim). One class has no label."""

    def __init__(self, latent_dim: int, n_classes: int, n_layers: int) -> None:
        super().__init__()
        self.latent_dim, self.n_classes = latent_dim, n_classes
        with self.init_scope():
            if n_classes > 1:
                self.embedding = Linear(n_classes, latent_dim, nobias=True, initialW=initializers.Normal(1.0))
            sizes = [2 * latent_dim if n_classes > 1 else latent_dim, *[latent_dim] * n_layers]
            self.layers = chainer.ChainList(*(Equalized(a, b, 0.1) for a, b in pairwise(sizes)))

    def forward(self, x: Any) -> Any:
        z, label = x[:, : self.latent_dim], x[:, self.latent_dim :]
        length = _length(z)
        styles = self._mapped(z / F.broadcast_to(length, z.shape), label)
        if chainer.config.train:
            return styles
        means = self._means(x.dtype)
        mean = F.matmul(label, means) if self.n_classes > 1 else F.broadcast_to(means, styles.shape)
        return mean + F.broadcast_to(length, styles.shape) * (styles - mean)

    def _mapped(self, z: Any, label: Any) -> Any:
        h = z
        if self.n_classes > 1:
            of_class = self.embedding(label)
            h = F.concat([z, of_class / F.broadcast_to(_length(of_class), of_class.shape)])
        for layer in self.layers:
            h = math.sqrt(2) * LEAKY_RELU.function(layer(h))
        return h

    def _means(self, dtype: Any) -> Any:
        """The mean style of each class (n_classes, latent_dim), a constant: of the same noise for all."""
        n = max(1, min(128, MOST_MEAN // self.n_classes))
        z = np.random.RandomState(0).standard_normal((n, self.latent_dim)).astype(dtype)
        z /= np.sqrt((z**2).mean(axis=1, keepdims=True))
        with chainer.no_backprop_mode():
            label = np.repeat(np.eye(self.n_classes, dtype=dtype), n, axis=0)
            z, label = (self.device.send(each) for each in (np.tile(z, (self.n_classes, 1)), label))
            styles = self._mapped(chainer.Variable(z), chainer.Variable(label)).array
        return styles.reshape(self.n_classes, n, -1).mean(axis=1)


def _length(z: Any) -> Any:
    """Of vectors (N, size), their root mean square (N, 1)."""
    return F.sqrt(F.mean(z * z, axis=1, keepdims=True) + TINY)


class Styled(chainer.Chain):
    """A convolution without bias, modulated and demodulated: images (N, C, H, W) and styles to images.

    The style scales the channels that come in. What goes out is divided by the standard deviation that it then has if
    the input's is 1 (equations 1 to 3 of the paper): weights of any size give the same, so that they need no scale.
    """

    def __init__(self, convolution: Any, sizes: tuple[int, int], latent_dim: int) -> None:
        super().__init__()
        n_in, n_out = sizes
        with self.init_scope():
            self.c = convolution
            self.style = Equalized(latent_dim, n_in, bias=1.0)
            self.b = chainer.Parameter(0.0, n_out)

    def forward(self, x: Any, w: Any) -> Any:
        s = self.style(w)
        return scale(self.c(scale(x, s)), self._demodulation(s), self.b, LEAKY_RELU)

    def _demodulation(self, s: Any) -> Any:
        """(N, channels that go out), with the factor that LeakyReLU takes away."""
        W = self.c.W if chainer.config.train else self.c.W.array  # of an export a constant
        squares = F.sum(chainer.as_variable(W) ** 2, axis=(2, 3))
        if isinstance(self.c, Deconvolution2D):
            squares = (
                F.transpose(squares) / self.c.stride[0] ** 2
            )  # a pixel lies in fewer windows than they have pixels
        return math.sqrt(2) / F.sqrt(F.linear(s * s, squares) + TINY)


class Picture(chainer.Chain):
    """What a level adds to the picture: images (N, C, H, W) and styles to (N, colours, H, W).

    `grey` is what it adds everywhere at first. Half of the paper's range, and little at first, so that a picture begins
    soft: noise of all sizes takes long to unlearn.
    """

    def __init__(self, n_in: int, colours: int, latent_dim: int, grey: float = 0.0) -> None:
        super().__init__()
        self.factor = 0.5 / math.sqrt(n_in)
        with self.init_scope():
            self.style = Equalized(latent_dim, n_in, bias=1.0)
            self.c = Convolution2D(n_in, colours, ksize=1, initialW=initializers.Normal(0.3), initial_bias=grey)

    def forward(self, x: Any, w: Any) -> Any:
        return self.c(scale(x, self.factor * self.style(w)))


class Level(chainer.Chain):
    """Twice the size: images (N, C, H, W), the picture so far and styles, to images and a picture of (2H, 2W)."""

    def __init__(self, sizes: tuple[int, int], colours: int, latent_dim: int, grey: float) -> None:
        super().__init__()
        n_in, n_out = sizes
        normal = {"nobias": True, "initialW": initializers.Normal(1.0)}
        with self.init_scope():
            self.up = Styled(Deconvolution2D(n_in, n_out, 4, stride=2, pad=1, **normal), sizes, latent_dim)
            self.same = Styled(Convolution2D(n_out, n_out, 3, pad=1, **normal), (n_out, n_out), latent_dim)
            self.picture = Picture(n_out, colours, latent_dim, grey)

    def forward(self, h: Any, y: Any, w: Any) -> tuple[Any, Any]:
        h = self.same(self.up(h, w), w)
        return h, upsampled(y) + self.picture(h, w)


class Generator(chainer.Chain):
    """float32 (N, latent_dim + labels), noise and one-hot label side by side, to pictures (N, C, size, size).

    Their range is about [0, 1]; in test mode they are cut off there.
    The default has 58 million multiply-adds and 0.9 million weights for 9 classes of 64x64.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.size = side(config)
        colours, latent_dim = config.shape[0], _gan.latent(config)
        sizes = [base(self.size) << level for level in range(doublings(self.size) + 1)]
        widths = [channels(config, size) for size in sizes]
        first = Convolution2D(widths[0], widths[0], 3, pad=1, nobias=True, initialW=initializers.Normal(1.0))
        with self.init_scope():
            self.mapping = Mapping(latent_dim, config.n_classes, int(number(config, "mapping_layers", 1, 9)))
            self.start = chainer.Parameter(initializers.Normal(1.0), (1, widths[0], sizes[0], sizes[0]))
            self.first = Styled(first, (widths[0], widths[0]), latent_dim)
            self.picture = Picture(widths[0], colours, latent_dim)
            self.levels = chainer.ChainList(
                *(
                    Level(pair, colours, latent_dim, 0.5 if size == sizes[-1] else 0.0)
                    for size, pair in zip(sizes[1:], pairwise(widths), strict=True)
                )
            )

    def forward(self, x: Any) -> Any:
        w = self.mapping(x)
        h = self.first(F.broadcast_to(self.start, (len(x), *self.start.shape[1:])), w)
        y = self.picture(h, w)
        for level in self.levels:
            h, y = level(h, y, w)
        y = middle(y, self.size)
        return y if chainer.config.train else F.clipped_relu(y, 1.0)


class Halving(chainer.Chain):
    """A residual block: images (N, C, H, W) to (N, C', H / 2, W / 2)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        with self.init_scope():
            self.down = Convolution2D(n_in, n_out, 4, stride=2, pad=1, initialW=he)
            self.same = Convolution2D(n_out, n_out, 3, pad=1, initialW=he)
            self.past = Convolution2D(n_in, n_out, 2, stride=2, nobias=True)

    def forward(self, x: Any) -> Any:
        h = self.same(self.down(x, LEAKY_RELU), LEAKY_RELU)
        return math.sqrt(0.5) * (h + self.past(x))


class Discriminator(chainer.Chain):
    """float32 pictures (N, C, size, size) to one logit per class, (N, n_classes): "real, and of this class".

    The sum of a term that all classes share and one of each class (Miyato & Koyama 2018, arXiv:1802.05637).
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        size, he = side(config), initializers.HeNormal()
        sizes = [size >> level for level in range(1, doublings(size) + 1)]
        widths = [channels(config, size) for size in sizes]
        with self.init_scope():
            self.first = Convolution2D(config.shape[0], widths[0], 4, stride=2, pad=1, initialW=he)
            self.same = Convolution2D(widths[0], widths[0], 3, pad=1, initialW=he)
            self.blocks = chainer.ChainList(*(Halving(*pair) for pair in pairwise(widths)))
            self.l1 = Linear(widths[-1] * sizes[-1] ** 2, widths[-1], initialW=he)
            self.real = Linear(widths[-1], 1)
            if config.n_classes > 1:
                self.of_class = Linear(widths[-1], config.n_classes, nobias=True)

    def forward(self, x: Any) -> Any:
        h = self.same(self.first(x, LEAKY_RELU), LEAKY_RELU)
        for block in self.blocks:
            h = block(h)
        h = self.l1(h, LEAKY_RELU)
        real = self.real(h)
        if not hasattr(self, "of_class"):
            return real
        of_class = self.of_class(h)
        return of_class + F.broadcast_to(real, of_class.shape)


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for pictures that it cannot draw."""
    return Generator(config)


def train(config: TrainConfig, data: Data) -> Training:
    """Generator and discriminator by turns; what is kept is the generator's moving average."""
    healthy = {"dis/loss": (0.05, math.inf)}  # below it the generator's gradient has all but vanished
    networks = build(config), Discriminator(config)
    return _gan.training(config, data, R1Updater, networks, ("gen/loss", "dis/loss"), healthy)


def _preset(summary: str, pictures: int, **values: Any) -> Preset:
    """The default recipe, `pictures` long, with other `values`."""
    return Preset(
        summary=summary,
        batch_size=16,
        pictures=pictures,
        most_epochs=1000,
        hparams={
            "latent_dim": 128,
            "mapping_layers": 3,
            "capacity": 896,
            "most_channels": 128,
            "gen_alpha": 2.5e-3,  # that of the authors' code; here weights are scaled when they are used
            "dis_alpha": 5e-4,  # He's weights do
            "beta1": 0.0,
            "beta2": 0.99,
            "decay_from": 0.5,
            "clip": 0.0,
            "ema_decay": 0.999,
            "r1": 0.1,  # gamma
            "augment": "colour,shift,cutout",  # of few pictures a discriminator learns the real ones by heart
            **values,
        },
    )


ARCH = Arch(
    name="style",
    summary="a light StyleGAN2: colour pictures, and a latent space to walk in",
    source="https://arxiv.org/abs/1912.04958",
    presets={
        "default": _preset("64x64 in an hour on two CPU cores", 160_000),
        "long": _preset("like default, trained five times as long", 800_000),
        "tiny": _preset(
            "like default, with a quarter of the channels, for small pictures and for trying",
            40_000,
            latent_dim=32,
            mapping_layers=2,
            capacity=224,
            most_channels=32,
        ),
    },
    build=build,
    train=train,
    export=_gan.export,
    descriptions={
        **{
            key: _gan.DESCRIPTIONS[key]
            for key in ("gen_alpha", "dis_alpha", "beta1", "beta2", "decay_from", "clip", "ema_decay", "augment")
        },
        "latent_dim": "Number of noise values that the generator takes, and of the values of a style.",
        "mapping_layers": "Number of layers between noise and style, 1 to 8.",
        "capacity": "Number of channels of a map, times its width in pixels.",
        "most_channels": "Largest number of channels of a map.",
        "r1": "Weight of the R1 penalty on the discriminator's gradient; 0 leaves it out.",
    },
)
