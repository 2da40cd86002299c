"""Generators, discriminators and autoencoders."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import Chain, ChainList, Parameter, Sequential, Variable
from chainer.initializers import Normal
from chainer.link_hooks import SpectralNormalization

from benchmarks.chainer_networks import Published

if TYPE_CHECKING:
    from collections.abc import Sequence


class DCGAN(Chain):
    """As Chainer's example has it: `bottom` x `bottom` pixels are doubled three times."""

    def __init__(self, bottom: int = 4, n_hidden: int = 100, ch: int = 512) -> None:
        super().__init__()
        self.bottom, self.ch = bottom, ch
        with self.init_scope():
            self.l0 = L.Linear(n_hidden, bottom * bottom * ch)
            self.dc1 = L.Deconvolution2D(ch, ch // 2, 4, 2, 1)
            self.dc2 = L.Deconvolution2D(ch // 2, ch // 4, 4, 2, 1)
            self.dc3 = L.Deconvolution2D(ch // 4, ch // 8, 4, 2, 1)
            self.dc4 = L.Deconvolution2D(ch // 8, 3, 3, 1, 1)
            self.bn0, self.bn1 = L.BatchNormalization(bottom * bottom * ch), L.BatchNormalization(ch // 2)
            self.bn2, self.bn3 = L.BatchNormalization(ch // 4), L.BatchNormalization(ch // 8)

    def forward(self, z: Any) -> Any:
        h = F.reshape(F.relu(self.bn0(self.l0(z))), (len(z), self.ch, self.bottom, self.bottom))
        for dc, bn in ((self.dc1, self.bn1), (self.dc2, self.bn2), (self.dc3, self.bn3)):
            h = F.relu(bn(dc(h)))
        return F.sigmoid(self.dc4(h))


def dcgan64() -> Any:
    layers: list[Any] = [lambda z: F.reshape(z, (len(z), 100, 1, 1)), L.Deconvolution2D(100, 512, 4, nobias=True)]
    layers += [L.BatchNormalization(512), F.relu]
    for n_in, n_out in ((512, 256), (256, 128), (128, 64)):
        layers += [L.Deconvolution2D(n_in, n_out, 4, 2, 1, nobias=True), L.BatchNormalization(n_out), F.relu]
    return Sequential(*layers, L.Deconvolution2D(64, 3, 4, 2, 1, nobias=True), F.tanh)


def dcgan_discriminator(minibatch: bool = False) -> Any:
    layers: list[Any] = [L.Convolution2D(3, 64, 4, 2, 1), F.leaky_relu]
    for n_in, n_out in ((64, 128), (128, 256), (256, 512)):
        layers += [L.Convolution2D(n_in, n_out, 4, 2, 1, nobias=True), L.BatchNormalization(n_out), F.leaky_relu]
    if minibatch:
        return Sequential(*layers, MinibatchDiscrimination(8192, 32, 8), L.Linear(8192 + 32, 1))
    return Sequential(*layers, L.Linear(8192, 1))


class MinibatchDiscrimination(Chain):
    """How close the features of a picture are to those of all others in its batch."""

    def __init__(self, n_in: int, kernels: int, size: int) -> None:
        super().__init__()
        self.kernels, self.size = kernels, size
        with self.init_scope():
            self.t = L.Linear(n_in, kernels * size)

    def forward(self, x: Any) -> Any:
        h = F.reshape(x, (len(x), -1))
        m = F.reshape(self.t(h), (len(x), self.kernels, self.size))
        m = F.expand_dims(m, 3)
        others = F.transpose(m, (3, 1, 2, 0))
        m, others = F.broadcast(m, others)
        return F.concat([h, F.sum(F.exp(-F.sum(abs(m - others), axis=2)), axis=2)])


class Conditional(Chain):
    """A label beside the noise, as a one-hot vector; MNIST."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.z, self.y = L.Linear(100, 200), L.Linear(10, 1000)
            self.h, self.out = L.Linear(1200, 1200), L.Linear(1200, 784)

    def forward(self, z: Any, y: Any) -> Any:
        h = F.concat([F.dropout(F.relu(self.z(z))), F.dropout(F.relu(self.y(y)))])
        return F.reshape(F.sigmoid(self.out(F.dropout(F.relu(self.h(h))))), (len(z), 1, 28, 28))


class ConditionalBN(Chain):
    """A gain and a shift for each class."""

    def __init__(self, size: int, classes: int) -> None:
        super().__init__()
        with self.init_scope():
            self.bn = L.BatchNormalization(size, use_gamma=False, use_beta=False)
            self.gammas, self.betas = L.EmbedID(classes, size, Normal(1.0)), L.EmbedID(classes, size, Normal(0.1))

    def forward(self, x: Any, label: Any) -> Any:
        gamma, beta = (F.broadcast_to(e(label)[:, :, None, None], x.shape) for e in (self.gammas, self.betas))
        return self.bn(x) * gamma + beta


class Up(Chain):
    """A residual block that doubles its size; its normalization may know a class."""

    def __init__(self, n_in: int, n_out: int, classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        with self.init_scope():
            self.c1, self.c2 = L.Convolution2D(n_in, n_out, 3, pad=1), L.Convolution2D(n_out, n_out, 3, pad=1)
            self.c = L.Convolution2D(n_in, n_out, 1)
            self.b1, self.b2 = (
                ConditionalBN(n, classes) if classes else L.BatchNormalization(n) for n in (n_in, n_out)
            )

    def forward(self, x: Any, *label: Any) -> Any:
        h = F.unpooling_2d(F.relu(self.b1(x, *label)), 2, 2, 0, cover_all=False)
        h = self.c2(F.relu(self.b2(self.c1(h), *label)))
        return h + self.c(F.unpooling_2d(x, 2, 2, 0, cover_all=False))


class ResNetGenerator(Chain):
    """`widths` of its blocks, each of which doubles the size; `attention` before the block of that number."""

    def __init__(self, n_hidden: int, widths: Sequence[int], classes: int = 0, attention: int = 0) -> None:
        super().__init__()
        self.n, self.attention = len(widths) - 1, attention
        with self.init_scope():
            self.l = L.Linear(n_hidden, 16 * widths[0])
            self.bn = L.BatchNormalization(widths[-1])
            self.out = L.Convolution2D(widths[-1], 3, 3, pad=1)
            if attention:
                self.sa = SelfAttention(widths[attention])
            for i in range(self.n):
                setattr(self, f"block{i}", Up(widths[i], widths[i + 1], classes))

    def forward(self, z: Any, *label: Any) -> Any:
        h = F.reshape(self.l(z), (len(z), -1, 4, 4))
        for i in range(self.n):
            h = self.sa(h) if i and i == self.attention else h
            h = self[f"block{i}"](h, *label)
        return F.tanh(self.out(F.relu(self.bn(h))))


class SelfAttention(Chain):
    def __init__(self, ch: int) -> None:
        super().__init__()
        with self.init_scope():
            self.f, self.g = L.Convolution2D(ch, ch // 8, 1), L.Convolution2D(ch, ch // 8, 1)
            self.h = L.Convolution2D(ch, ch, 1)
            self.gamma = Parameter(0.5, (1,))

    def forward(self, x: Any) -> Any:
        n, _, height, width = x.shape
        f, g, h = (F.reshape(each(x), (n, -1, height * width)) for each in (self.f, self.g, self.h))
        weights = F.softmax(F.matmul(f, g, transa=True), axis=1)
        o = F.reshape(F.matmul(h, weights), x.shape)
        return x + o * F.broadcast_to(F.reshape(self.gamma, (1, 1, 1, 1)), x.shape)


class Down(Chain):
    """A residual block with spectral normalization that halves its size."""

    def __init__(self, n_in: int, n_out: int, halves: bool = True, first: bool = False) -> None:
        super().__init__()
        self.halves, self.first = halves, first
        with self.init_scope():
            self.c1, self.c2 = spectral(n_in, n_out, 3, 1, 1), spectral(n_out, n_out, 3, 1, 1)
            self.c = spectral(n_in, n_out, 1)

    def forward(self, x: Any) -> Any:
        h = self.c2(F.relu(self.c1(x if self.first else F.relu(x))))
        if self.halves:
            h = F.average_pooling_2d(h, 2)
            return h + (self.c(F.average_pooling_2d(x, 2)) if self.first else F.average_pooling_2d(self.c(x), 2))
        return h + self.c(x)


def spectral(*arguments: Any) -> Any:
    return L.Convolution2D(*arguments).add_hook(SpectralNormalization())


class Projection(Chain):
    """SNGAN's discriminator, whose score is a product with the class's vector."""

    def __init__(self, ch: int = 64, classes: int = 1000) -> None:
        super().__init__()
        with self.init_scope():
            self.blocks = Sequential(
                Down(3, ch, first=True),
                Down(ch, ch * 2),
                Down(ch * 2, ch * 4),
                Down(ch * 4, ch * 8),
                Down(ch * 8, ch * 16),
            )
            self.l = L.Linear(ch * 16, 1).add_hook(SpectralNormalization())
            self.y = L.EmbedID(classes, ch * 16).add_hook(SpectralNormalization())

    def forward(self, x: Any, label: Any) -> Any:
        h = F.sum(F.relu(self.blocks(x)), axis=(2, 3))
        return self.l(h) + F.sum(self.y(label) * h, axis=1, keepdims=True)


class Equalized(Chain):
    """Weights from N(0, 1), scaled whenever they are used."""

    def __init__(self, link: Any) -> None:
        super().__init__()
        self.inv_c = np.float32(np.sqrt(2 / np.prod(link.W.shape[1:])))
        with self.init_scope():
            self.c = link

    def forward(self, x: Any) -> Any:
        return self.c(self.inv_c * x)


def equalized(*arguments: Any) -> Any:
    return Equalized(L.Convolution2D(*arguments, initialW=Normal(1.0)))


def equalized_dense(n_in: int, n_out: int) -> Any:
    return Equalized(L.Linear(n_in, n_out, initialW=Normal(1.0)))


def pixel_norm(x: Any) -> Any:
    mean = F.mean(x**2, axis=1, keepdims=True)
    return x / F.broadcast_to(F.sqrt(mean + 1e-8), x.shape)


def doubled(x: Any) -> Any:
    return F.unpooling_2d(x, 2, 2, 0, outsize=(x.shape[2] * 2, x.shape[3] * 2))


class ProGAN(Chain):
    """64x64, between two sizes: `alpha` is how far the last one has been faded in."""

    def __init__(self, alpha: float = 0.7) -> None:
        super().__init__()
        self.alpha = alpha
        with self.init_scope():
            self.c0 = equalized(512, 512, 4, 1, 3)
            self.c1 = equalized(512, 512, 3, 1, 1)
            widths = (512, 512, 512, 512, 256)
            blocks = (Sequential(equalized(a, b, 3, 1, 1), equalized(b, b, 3, 1, 1)) for a, b in pairwise(widths))
            self.blocks = ChainList(*blocks)
            self.outs = ChainList(equalized(512, 3, 1), equalized(256, 3, 1))

    def forward(self, z: Any) -> Any:
        h = pixel_norm(F.reshape(z, (len(z), 512, 1, 1)))
        for c in (self.c0, self.c1):
            h = pixel_norm(F.leaky_relu(c(h)))
        for block in self.blocks:
            before, h = h, doubled(h)
            for c in block:
                h = pixel_norm(F.leaky_relu(c(h)))
        return (1 - self.alpha) * doubled(self.outs[0](before)) + self.alpha * self.outs[1](h)


def minibatch_deviation(x: Any) -> Any:
    mean = F.mean(x, axis=0, keepdims=True)
    variance = F.mean((x - F.broadcast_to(mean, x.shape)) ** 2, axis=0, keepdims=True)
    deviation = F.mean(F.sqrt(variance + 1e-8), keepdims=True)
    return F.concat([x, F.broadcast_to(deviation, (len(x), 1, *x.shape[2:]))])


def progan_discriminator() -> Any:
    layers: list[Any] = [equalized(3, 256, 1), F.leaky_relu]
    for n_in, n_out in pairwise((256, 512, 512, 512, 512)):
        layers += [equalized(n_in, n_in, 3, 1, 1), F.leaky_relu, equalized(n_in, n_out, 3, 1, 1), F.leaky_relu]
        layers.append(lambda x: F.average_pooling_2d(x, 2, 2, 0))
    layers += [minibatch_deviation, equalized(513, 512, 3, 1, 1), F.leaky_relu, equalized(512, 512, 4), F.leaky_relu]
    return Sequential(*layers, equalized_dense(512, 1))


class Styled(Chain):
    """A convolution, noise, and normalization with a style."""

    def __init__(self, n_in: int, n_out: int, convolves: bool) -> None:
        super().__init__()
        self.convolves = convolves
        with self.init_scope():
            if convolves:
                self.c = equalized(n_in, n_out, 3, 1, 1)
            self.noise = Parameter(Normal(0.1), (n_out,))
            self.bias = L.Bias(shape=(n_out,))
            self.style = equalized_dense(512, 2 * n_out)

    def forward(self, x: Any, w: Any) -> Any:
        h = self.c(x) if self.convolves else x
        xp = self.xp
        noise = xp.random.normal(size=(len(h), 1, *h.shape[2:])).astype(xp.float32)
        h = F.leaky_relu(self.bias(h + F.scale(F.broadcast_to(noise, h.shape), self.noise)))
        mean = F.mean(h, axis=(2, 3), keepdims=True)
        centred = h - F.broadcast_to(mean, h.shape)
        deviation = F.sqrt(F.mean(centred**2, axis=(2, 3), keepdims=True) + 1e-8)
        gain, shift = F.split_axis(self.style(w), 2, axis=1)
        gain, shift = (F.broadcast_to(each[:, :, None, None], h.shape) for each in (gain + 1, shift))
        return centred / F.broadcast_to(deviation, h.shape) * gain + shift


def blurred(x: Any) -> Any:
    """Each channel by itself, as a batch of more pictures of one channel."""
    n, c, h, w = x.shape
    kernel = np.outer((1, 2, 1), (1, 2, 1)).astype(np.float32)[None, None] / 16
    return F.reshape(F.convolution_2d(F.reshape(x, (n * c, 1, h, w)), kernel, pad=1), x.shape)


class StyleGAN(Chain):
    """64x64 with 8 layers of mapping, styles, noise and blurred doubling."""

    def __init__(self) -> None:
        super().__init__()
        self.widths = (512, 512, 512, 512, 256)
        with self.init_scope():
            self.mapping = ChainList(*(equalized_dense(512, 512) for _ in range(8)))
            self.constant = Parameter(1.0, (1, 512, 4, 4))
            self.blocks = ChainList()
            self.out = equalized(256, 3, 1)
        for n_in, n_out in zip((512, *self.widths), self.widths, strict=False):
            self.blocks.append(ChainList(Styled(n_in, n_out, len(self.blocks) > 0), Styled(n_out, n_out, True)))

    def forward(self, z: Any) -> Any:
        w = z / F.broadcast_to(F.sqrt(F.mean(z**2, axis=1, keepdims=True) + 1e-8), z.shape)
        for layer in self.mapping:
            w = F.leaky_relu(layer(w))
        h = F.broadcast_to(self.constant, (len(z), *self.constant.shape[1:]))
        for i, block in enumerate(self.blocks):
            h = blurred(doubled(h)) if i else h
            for styled in block:
                h = styled(h, w)
        return self.out(h)


def began_decoder(n_in: int = 64, ch: int = 64, size: int = 8, count: int = 4) -> list[Any]:
    layers: list[Any] = [L.Linear(n_in, ch * size * size), lambda x: F.reshape(x, (len(x), ch, size, size))]
    for i in range(count):
        layers += [L.Convolution2D(ch, ch, 3, pad=1), F.elu, L.Convolution2D(ch, ch, 3, pad=1), F.elu]
        layers += [doubled] if i < count - 1 else []
    return [*layers, L.Convolution2D(ch, 3, 3, pad=1)]


def began_autoencoder(ch: int = 64) -> Any:
    layers: list[Any] = [L.Convolution2D(3, ch, 3, pad=1), F.elu]
    for i in range(4):
        n_in = ch * (i + 1)
        n_out = ch * (i + 2) if i < 3 else n_in
        layers += [
            L.Convolution2D(n_in, n_in, 3, pad=1),
            F.elu,
            L.Convolution2D(n_in, n_out, 3, 2 if i < 3 else 1, 1),
            F.elu,
        ]
    return Sequential(*layers, L.Linear(64 * ch * 4, 64), *began_decoder())


class VAE(Chain):
    """Chainer's example: dense layers, and a latent of 2 values that is drawn."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.e1, self.mu, self.ln_var = L.Linear(784, 500), L.Linear(500, 2), L.Linear(500, 2)
            self.d1, self.d2 = L.Linear(2, 500), L.Linear(500, 784)

    def forward(self, x: Any) -> Any:
        h = F.tanh(self.e1(x))
        z = F.gaussian(self.mu(h), self.ln_var(h))
        return F.sigmoid(self.d2(F.tanh(self.d1(z))))


class ConvolutionalVAE(Chain):
    """64x64, with convolutions, and noise that the network draws itself."""

    def __init__(self, n_hidden: int = 128) -> None:
        super().__init__()
        encoder: list[Any] = []
        for n_in, n_out in ((3, 32), (32, 64), (64, 128), (128, 256)):
            encoder += [L.Convolution2D(n_in, n_out, 4, 2, 1), L.BatchNormalization(n_out), F.leaky_relu]
        decoder: list[Any] = [L.Linear(n_hidden, 4096), F.relu, lambda x: F.reshape(x, (len(x), 256, 4, 4))]
        for n_in, n_out in ((256, 128), (128, 64), (64, 32)):
            decoder += [L.Deconvolution2D(n_in, n_out, 4, 2, 1), L.BatchNormalization(n_out), F.leaky_relu]
        with self.init_scope():
            self.encoder, self.decoder = Sequential(*encoder), Sequential(*decoder, L.Deconvolution2D(32, 3, 4, 2, 1))
            self.mean, self.deviation = L.Linear(4096, n_hidden), L.Linear(4096, n_hidden)

    def forward(self, x: Any) -> Any:
        h = self.encoder(x)
        mean, deviation = self.mean(h), F.softplus(self.deviation(h))
        noise = Variable(np.random.standard_normal(mean.shape).astype(np.float32))
        return F.sigmoid(self.decoder(mean + deviation * noise))


class Masked(Chain):
    """MADE: a dense autoencoder whose masks let each output depend on the inputs before it only."""

    def __init__(self, units: int = 500) -> None:
        super().__init__()
        random = np.random.RandomState(0)
        degrees = [np.arange(784), random.randint(0, 783, units), np.arange(784) - 1]
        self.masks = [(below[None] <= above[:, None]).astype("f") for below, above in pairwise(degrees)]
        with self.init_scope():
            self.l1, self.l2 = L.Linear(784, units), L.Linear(units, 784)

    def forward(self, x: Any) -> Any:
        for layer, mask, activation in ((self.l1, self.masks[0], F.relu), (self.l2, self.masks[1], F.sigmoid)):
            x = activation(F.linear(x, layer.W * mask, layer.b))
        return x


Z = {"z": (128,)}
FACE = {"x": (3, 64, 64)}
NETWORKS = (
    Published("dcgan-32", "Radford et al. 2016; Chainer, examples/dcgan", DCGAN, {"z": (100,)}),
    Published("dcgan-64", "Radford et al. 2016, arXiv:1511.06434", dcgan64, {"z": (100,)}),
    Published("dcgan-96", "Radford et al. 2016; anime faces", lambda: DCGAN(12), {"z": (100,)}),
    Published("dcgan-discriminator", "Radford et al. 2016, arXiv:1511.06434", dcgan_discriminator, FACE),
    Published(
        "minibatch-discrimination",
        "Salimans et al. 2016, arXiv:1606.03498",
        lambda: dcgan_discriminator(True),
        FACE,
        mixes=True,
    ),
    Published("conditional-gan", "Mirza and Osindero 2014, arXiv:1411.1784", Conditional, {"z": (100,), "y": (10,)}),
    Published(
        "sngan-projection",
        "Miyato and Koyama 2018, arXiv:1802.05637",
        lambda: ResNetGenerator(128, (1024, 1024, 512, 256, 128, 64), 1000),
        {"z": (128,), "y": (1000,)},
        labels=("y",),
    ),
    Published(
        "sngan-projection-discriminator",
        "Miyato and Koyama 2018, arXiv:1802.05637",
        Projection,
        {"x": (3, 128, 128), "y": (1000,)},
        labels=("y",),
    ),
    Published(
        "wgan-gp-resnet",
        "Gulrajani et al. 2017, arXiv:1704.00028",
        lambda: ResNetGenerator(128, (512, 512, 256, 128, 64)),
        Z,
    ),
    Published(
        "self-attention-gan",
        "Zhang et al. 2019, arXiv:1805.08318",
        lambda: ResNetGenerator(128, (512, 512, 256, 128, 64), attention=3),
        Z,
    ),
    Published("progan", "Karras et al. 2018, arXiv:1710.10196", ProGAN, {"z": (512,)}),
    Published("progan-discriminator", "Karras et al. 2018, arXiv:1710.10196", progan_discriminator, FACE, alone=True),
    Published(
        "progan-discriminator-undeclared",
        "Karras et al. 2018, arXiv:1710.10196",
        progan_discriminator,
        FACE,
        mixes=True,
    ),
    Published("stylegan", "Karras et al. 2019, arXiv:1812.04948", StyleGAN, {"z": (512,)}, noise="noise"),
    Published("began", "Berthelot et al. 2017, arXiv:1703.10717", lambda: Sequential(*began_decoder()), {"z": (64,)}),
    Published("began-autoencoder", "Berthelot et al. 2017, arXiv:1703.10717", began_autoencoder, FACE),
    Published("vae", "Kingma and Welling 2014; Chainer, examples/vae", VAE, {"x": (784,)}, noise="noise"),
    Published("vae-convolutional", "Kingma and Welling 2014, arXiv:1312.6114", ConvolutionalVAE, FACE, noise="noise"),
    Published("made", "Germain et al. 2015, arXiv:1502.03509", Masked, {"x": (784,)}),
)
