"""The networks of `dcgan-cond` and `wgan-gp`: a deconvolutional generator and two discriminators, at any size.

At 28x28 they are those of github.com/pit-ray/webdnn-mnist-dcgan, at other sizes those of Radford et al. 2015
(arXiv:1511.06434): windows of 4 with stride 2, between a map of 4 to 8 pixels a side and the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
from chainer import initializers

from ganzoo.archs import _gan, _sizes
from ganzoo.archs._hparams import choice, number
from ganzoo.errors import UsageError
from ganzoo.layers import (
    LEAKY_RELU,
    RELU,
    SIGMOID,
    BatchNormalization,
    Convolution2D,
    Deconvolution2D,
    Linear,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import LabelArray, TrainConfig

Window = tuple[int, int, int]  # size, stride and border
HALVING: Window = (4, 2, 1)  # windows that overlap, and see or draw every pixel of an even or an odd number
REFERENCE = 28  # pixels a side, at which networks are the reference's
WIDTHS: Mapping[str, tuple[int, int, int]] = {  # channels of the three images between noise and picture
    "tiny": (32, 16, 8),
    "small": (64, 32, 16),
    "reference": (128, 64, 32),
    "wide": (192, 96, 48),
}
DESCRIPTIONS: Mapping[str, str] = {
    **_gan.DESCRIPTIONS,
    "width": f"Size of the generator, by its number of channels: {', '.join(WIDTHS)}.",
    "last_ksize": "Kernel size of the generator's last layer: 2, or 4, with which its windows overlap.",
    "noise_dims": "Number of noise values that change the picture at first; the weights of the others begin at 0.",
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


def channels(size: int, width: tuple[int, int, int] = WIDTHS["reference"]) -> tuple[int, ...]:
    """Of the maps between noise and picture, the smallest first: `width`, and what larger pictures have before it.

    These maps all have twice the first of `width`: another doubling would cost as much as all that follows.
    """
    n = 3 if size == REFERENCE else _sizes.doublings(size)
    return (*[2 * width[0]] * (n - 3), *width)[:n]


def first_side(size: int) -> int:
    """Of the smallest map."""
    return 3 if size == REFERENCE else _sizes.base(size)


def drawn_by(size: int, last_ksize: int) -> tuple[Window, ...]:
    """The windows of a generator's deconvolutions."""
    last = (last_ksize, 2, (last_ksize - 2) // 2)
    if size == REFERENCE:
        return (3, 2, 0), (2, 2, 0), last
    return (*[HALVING] * (_sizes.doublings(size) - 1), last)


class Generator(chainer.Chain):
    """float32 (N, latent_dim + onehots), noise and one-hot label side by side, to images `shape` (C, H, W) in [0, 1].

    At 28x28 grey pixels, with `last_ksize` 2, the network of github.com/pit-ray/webdnn-mnist-dcgan: 1,216,768
    multiply-adds a picture and 210,209 parameters at latent_dim 100 and 10 classes. With 4 the last layer's windows
    overlap, so that strokes do not break at the edges of 2x2 blocks: 1,292,032 and 210,593. He et al. 2015
    (arXiv:1502.01852) initialisation, the last layer LeCun's. `noise_dims` is how many of the noise values drive the
    picture at first; the others begin with weights of zero. `width` are the channels of the last three maps before the
    picture.
    """

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        noise_dims: int,
        bn_decay: float,
        width: tuple[int, int, int] = WIDTHS["reference"],
        last_ksize: int = 2,
        shape: tuple[int, int, int] = (1, REFERENCE, REFERENCE),
    ) -> None:
        super().__init__()
        he, lecun = initializers.HeNormal(), initializers.LeCunNormal()
        colours, self.size, _ = shape
        maps, side, onehots = channels(self.size, width), first_side(self.size), _gan.onehots(n_classes)
        self.first, self.depth = (maps[0], side, side), len(maps)
        with self.init_scope():
            self.l1 = Linear(latent_dim + onehots, maps[0] * side * side, initialW=he)
            for i, (ksize, stride, pad) in enumerate(drawn_by(self.size, last_ksize)):
                last = i == self.depth - 1
                made, initial = (colours, lecun) if last else (maps[i + 1], he)
                setattr(self, f"dc{i + 1}", Deconvolution2D(maps[i], made, ksize, stride, pad, initialW=initial))
                if not last:
                    setattr(self, f"dc{i + 1}_bn", BatchNormalization(made, decay=bn_decay))
        self.l1.W.array[:, noise_dims:latent_dim] = 0
        self.l1.W.array *= np.sqrt((latent_dim + onehots) / (noise_dims + onehots))  # He's variance again

    def forward(self, x: Any) -> Any:
        h = F.reshape(self.l1(x, RELU), (-1, *self.first))
        for i in range(1, self.depth):
            h = self[f"dc{i}_bn"](self[f"dc{i}"](h), RELU)
        return _sizes.middle(self[f"dc{self.depth}"](h, SIGMOID), self.size)


class _Discriminator(chainer.Chain):
    """Convolutions `c1`, `c2`, ... that halve the picture, and a dense layer `l1` on the last map.

    No batch norm, no sigmoid: a critic as well. `planes` of the first layer's channels are one-hot planes.
    """

    def __init__(self, windows: tuple[Window, ...], shape: tuple[int, int, int], planes: int, outputs: int) -> None:
        super().__init__()
        he = initializers.HeNormal()
        seen, side, _ = shape
        self.depth = len(windows)
        with self.init_scope():
            for i, (made, (ksize, stride, pad)) in enumerate(zip(reversed(channels(side)), windows, strict=True)):
                more = 0 if i else planes
                setattr(self, f"c{i + 1}", Convolution2D(seen + more, made, ksize, stride, pad, initialW=he))
                seen, side = made, (side + 2 * pad - ksize) // stride + 1
            self.l1 = Linear(seen * side * side, outputs)

    def logits(self, x: Any, t: LabelArray | None = None) -> Any:
        h = self.c1(x, LEAKY_RELU, t)
        for i in range(2, self.depth + 1):
            h = self[f"c{i}"](h, LEAKY_RELU)
        return self.l1(h)


class PlanesDiscriminator(_Discriminator):
    """The blog's discriminator: float32 images (N, C, H, W) and labels (N,) to one logit each, (N,).

    The label enters as one-hot planes beside the image, where there are several classes. The first layer's windows have
    no border, where a plane would not be the same all over.
    """

    def __init__(self, n_classes: int, shape: tuple[int, int, int] = (1, REFERENCE, REFERENCE)) -> None:
        size, planes = shape[1], _gan.onehots(n_classes)
        halving = ((2 + size % 2, 2, 0), *[HALVING] * (_sizes.doublings(size) - 1))
        super().__init__(((2, 2, 0), (2, 2, 0), (3, 2, 0)) if size == REFERENCE else halving, shape, planes, 1)
        self.planes = planes

    def forward(self, x: Any, t: LabelArray) -> Any:
        return self.logits(x, t if self.planes else None)[:, 0]


class ClassDiscriminator(_Discriminator):
    """float32 images (N, C, H, W) to one logit per class, (N, n_classes): "real, and of this class".

    The blog's ten label planes make its first layer eleven times as expensive as the image alone does; one
    output row per class says the same (Miyato & Koyama 2018, arXiv:1802.05637, without the term that all
    classes share). Windows overlap, unlike the blog's, so that an edge between two of them is seen.
    """

    def __init__(self, n_classes: int, shape: tuple[int, int, int] = (1, REFERENCE, REFERENCE)) -> None:
        size = shape[1]
        windows = (HALVING, (3, 2, 1), (3, 2, 0)) if size == REFERENCE else (HALVING,) * _sizes.doublings(size)
        super().__init__(windows, shape, 0, n_classes)

    def forward(self, x: Any) -> Any:
        return self.logits(x)


def build(config: TrainConfig) -> Generator:
    """The generator of `config`. Raises `UsageError` for images that it cannot draw."""
    _sizes.side(config)
    latent_dim, noise_dims = _gan.latent(config), int(config.hparams["noise_dims"])
    if not 1 <= noise_dims <= latent_dim:
        problem = f"noise_dims is {noise_dims} and latent_dim is {latent_dim}."
        raise UsageError(problem, "noise_dims must be at least 1 and at most latent_dim.")
    last_ksize = int(config.hparams["last_ksize"])
    if last_ksize not in (2, 4):
        raise UsageError(f"last_ksize is {last_ksize}.", "It must be 2 or 4.")
    bn_decay, width = number(config, "bn_decay", below=1), choice(config, "width", WIDTHS)
    return Generator(latent_dim, config.n_classes, noise_dims, bn_decay, width, last_ksize, config.shape)
