"""Networks that make pictures of pictures: super-resolution, style, denoising, translation, segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import Chain, ChainList, Parameter, Sequential

from benchmarks.chainer_networks import Published

if TYPE_CHECKING:
    from collections.abc import Sequence


def convolutions(widths: Sequence[int], sizes: Sequence[int], activation: Any, padded: bool = True) -> list[Any]:
    """Convolutions with an activation between them."""
    layers: list[Any] = []
    for n_in, n_out, size in zip(widths, widths[1:], sizes, strict=False):
        layers += [activation] if layers else []
        layers.append(L.Convolution2D(n_in, n_out, size, pad=size // 2 if padded else 0))
    return layers


def leaky(x: Any) -> Any:
    return F.leaky_relu(x, 0.1)


def srcnn() -> Any:
    return Sequential(*convolutions((1, 64, 32, 1), (9, 5, 5), F.relu))


def fsrcnn() -> Any:
    layers: list[Any] = []
    for n_in, n_out, size in ((1, 56, 5), (56, 12, 1), (12, 12, 3), (12, 12, 3), (12, 12, 3), (12, 12, 3), (12, 56, 1)):
        layers += [L.Convolution2D(n_in, n_out, size, pad=size // 2), L.PReLU(n_out)]
    return Sequential(*layers, L.Deconvolution2D(56, 1, 9, 3, 4, outsize=None))


def espcn() -> Any:
    return Sequential(*convolutions((1, 64, 32, 9), (5, 3, 3), F.tanh), lambda x: F.depth2space(x, 3))


class Residual(Chain):
    """A body whose output is added to its input, times `scale`."""

    def __init__(self, *layers: Any, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        with self.init_scope():
            self.body = Sequential(*layers)

    def forward(self, x: Any) -> Any:
        h = self.body(x)
        return x + (h if self.scale == 1 else h * self.scale)


def vdsr() -> Any:
    return Residual(*convolutions((1, *(64,) * 19, 1), (3,) * 20, F.relu))


def dncnn() -> Any:
    layers: list[Any] = [L.Convolution2D(1, 64, 3, pad=1), F.relu]
    for _ in range(15):
        layers += [L.Convolution2D(64, 64, 3, pad=1, nobias=True), L.BatchNormalization(64), F.relu]
    return Residual(*layers, L.Convolution2D(64, 1, 3, pad=1), scale=-1.0)


def srresnet() -> Any:
    """SRGAN's generator, four times as large."""

    def block() -> Any:
        first = [L.Convolution2D(64, 64, 3, pad=1), L.BatchNormalization(64), L.PReLU(64)]
        return Residual(*first, L.Convolution2D(64, 64, 3, pad=1), L.BatchNormalization(64))

    body = Residual(*(block() for _ in range(16)), L.Convolution2D(64, 64, 3, pad=1), L.BatchNormalization(64))
    layers: list[Any] = [L.Convolution2D(3, 64, 9, pad=4), L.PReLU(64), body]
    for _ in range(2):
        layers += [L.Convolution2D(64, 256, 3, pad=1), shuffled, L.PReLU(64)]
    return Sequential(*layers, L.Convolution2D(64, 3, 9, pad=4), F.tanh)


def shuffled(x: Any) -> Any:
    """Pixels from channels, written with a reshape, as many Chainer networks do."""
    n, c, h, w = x.shape
    h5 = F.reshape(x, (n, c // 4, 2, 2, h, w))
    return F.reshape(F.transpose(h5, (0, 1, 4, 2, 5, 3)), (n, c // 4, 2 * h, 2 * w))


def edsr() -> Any:
    """The baseline: 16 blocks of 64 channels, twice as large."""
    blocks = [Residual(*convolutions((64, 64, 64), (3, 3), F.relu), scale=0.1) for _ in range(16)]
    body = Residual(*blocks, L.Convolution2D(64, 64, 3, pad=1))
    mean = np.array([0.4488, 0.4371, 0.4040], np.float32).reshape(1, 3, 1, 1)
    return Sequential(
        lambda x: x - mean,
        L.Convolution2D(3, 64, 3, pad=1),
        body,
        L.Convolution2D(64, 256, 3, pad=1),
        lambda x: F.depth2space(x, 2),
        L.Convolution2D(64, 3, 3, pad=1),
        lambda x: x + mean,
    )


def vgg7() -> Any:
    return Sequential(*convolutions((3, 32, 32, 64, 64, 128, 128, 3), (3,) * 7, leaky, padded=False))


def upcnn7() -> Any:
    layers = convolutions((3, 16, 32, 64, 128, 128, 256), (3,) * 6, leaky, padded=False)
    return Sequential(*layers, leaky, L.Deconvolution2D(256, 3, 4, 2, 3, nobias=True))


def instance_normalized(x: Any) -> Any:
    """By group normalization with a group for each channel."""
    channels = x.shape[1]
    return F.group_normalization(x, channels, np.ones(channels, "f"), np.zeros(channels, "f"))


def reflected(pad: int) -> Any:
    return lambda x: F.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "reflect")


def cyclegan() -> Any:
    """For 128x128: six residual blocks between two halvings and two doublings."""
    layers: list[Any] = [reflected(3), L.Convolution2D(3, 64, 7), instance_normalized, F.relu]
    for n in (64, 128):
        layers += [L.Convolution2D(n, 2 * n, 3, 2, 1), instance_normalized, F.relu]
    for _ in range(6):
        first = [reflected(1), L.Convolution2D(256, 256, 3), instance_normalized, F.relu]
        layers.append(Residual(*first, reflected(1), L.Convolution2D(256, 256, 3), instance_normalized))
    for n in (256, 128):
        layers += [L.Deconvolution2D(n, n // 2, 3, 2, 1, outsize=None), instance_normalized, F.relu]
    return Sequential(*layers, reflected(3), L.Convolution2D(64, 3, 7), F.tanh)


class PatchGAN(Chain):
    """The discriminator of 70x70 patches, of a picture and what was made of it."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[Any] = [L.Convolution2D(6, 64, 4, 2, 1), F.leaky_relu]
        for n_in, n_out, stride in ((64, 128, 2), (128, 256, 2), (256, 512, 1)):
            layers += [L.Convolution2D(n_in, n_out, 4, stride, 1), L.BatchNormalization(n_out), F.leaky_relu]
        with self.init_scope():
            self.body = Sequential(*layers, L.Convolution2D(512, 1, 4, 1, 1))

    def forward(self, x: Any, y: Any) -> Any:
        return self.body(F.concat([x, y]))


class Pix2Pix(Chain):
    """A U-Net of eight levels. `batch` normalizes by the batch at hand, as the original does after training too."""

    def __init__(self, batch: bool = False) -> None:
        super().__init__()
        self.batch = batch
        down = (64, 128, 256, 512, 512, 512, 512, 512)
        up = (512, 512, 512, 512, 256, 128, 64)
        with self.init_scope():
            self.down = ChainList(*(L.Convolution2D(a, b, 4, 2, 1) for a, b in zip((3, *down), down, strict=False)))
            self.down_bn = ChainList(*(L.BatchNormalization(n) for n in down[1:]))
            inputs = (512, *(n + skip for n, skip in zip(up, down[-2::-1], strict=True)))
            self.up = ChainList(*(L.Deconvolution2D(a, b, 4, 2, 1) for a, b in zip(inputs, (*up, 3), strict=True)))
            self.up_bn = ChainList(*(L.BatchNormalization(n) for n in up))

    def normalized(self, bn: Any, h: Any) -> Any:
        return F.batch_normalization(h, bn.gamma, bn.beta) if self.batch else bn(h)

    def forward(self, x: Any) -> Any:
        levels = [self.down[0](x)]
        for c, bn in zip([*self.down][1:], self.down_bn, strict=True):
            levels.append(self.normalized(bn, c(F.leaky_relu(levels[-1]))))
        h = levels.pop()
        for i, (c, bn) in enumerate(zip(self.up, self.up_bn, strict=False)):
            h = self.normalized(bn, c(F.relu(h)))
            h = F.concat([F.dropout(h) if i < 3 else h, levels.pop()])
        return F.tanh(self.up[-1](F.relu(h)))


def style_transfer() -> Any:
    """As chainer-fast-neuralstyle has it: batch normalization, and a tanh that is brought to 0 to 255."""
    layers: list[Any] = []
    for n_in, n_out, size, stride in ((3, 32, 9, 1), (32, 64, 4, 2), (64, 128, 4, 2)):
        layers += [L.Convolution2D(n_in, n_out, size, stride, size // 2 if stride == 1 else 1), F.elu]
        layers += [L.BatchNormalization(n_out)]
    for _ in range(5):
        first = [L.Convolution2D(128, 128, 3, 1, 1), L.BatchNormalization(128), F.relu]
        layers.append(Residual(*first, L.Convolution2D(128, 128, 3, 1, 1), L.BatchNormalization(128)))
    for n_in, n_out in ((128, 64), (64, 32)):
        layers += [L.Deconvolution2D(n_in, n_out, 4, 2, 1), F.elu, L.BatchNormalization(n_out)]
    return Sequential(*layers, L.Deconvolution2D(32, 3, 9, 1, 4), lambda x: (F.tanh(x) + 1) * 127.5)


class AdaIN(Chain):
    """VGG-19 up to its fourth block, the statistics of one picture given to the other, and its mirror."""

    def __init__(self) -> None:
        super().__init__()
        encoder: list[Any] = []
        n_in = 3
        for i, (width, count) in enumerate(((64, 2), (128, 2), (256, 4), (512, 1))):
            for _ in range(count):
                encoder += [reflected(1), L.Convolution2D(n_in, width, 3), F.relu]
                n_in = width
            encoder += [lambda x: F.max_pooling_2d(x, 2)] if i < 3 else []
        decoder: list[Any] = []
        for n_in, n_out, doubles in (
            (512, 256, True),
            (256, 256, False),
            (256, 256, False),
            (256, 256, False),
            (256, 128, True),
            (128, 128, False),
            (128, 64, True),
            (64, 64, False),
        ):
            decoder += [reflected(1), L.Convolution2D(n_in, n_out, 3), F.relu]
            decoder += (
                [lambda x: F.resize_images(x, (2 * x.shape[2], 2 * x.shape[3]), mode="nearest")] if doubles else []
            )
        with self.init_scope():
            self.encoder = Sequential(*encoder)
            self.decoder = Sequential(*decoder, reflected(1), L.Convolution2D(64, 3, 3))

    def statistics(self, x: Any) -> tuple[Any, Any]:
        mean = F.mean(x, axis=(2, 3), keepdims=True)
        variance = F.mean((x - F.broadcast_to(mean, x.shape)) ** 2, axis=(2, 3), keepdims=True)
        return F.broadcast_to(mean, x.shape), F.broadcast_to(F.sqrt(variance + 1e-5), x.shape)

    def forward(self, content: Any, style: Any) -> Any:
        content, style = self.encoder(content), self.encoder(style)
        (mean, deviation), (other, wanted) = self.statistics(content), self.statistics(style)
        return self.decoder((content - mean) / deviation * wanted + other)


def convolved(n_in: int, n_out: int, pad: int = 0, normalizes: bool = False) -> list[Any]:
    layers: list[Any] = []
    for a in (n_in, n_out):
        layers += [
            L.Convolution2D(a, n_out, 3, pad=pad),
            *([L.BatchNormalization(n_out)] if normalizes else []),
            F.relu,
        ]
    return layers


class UNet(Chain):
    """The first one: without padding, so that what is skipped is cut."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        widths = (64, 128, 256, 512, 1024)
        with self.init_scope():
            self.down = ChainList(*(Sequential(*convolved(a, b)) for a, b in zip((1, *widths), widths, strict=False)))
            self.grow = ChainList(*(L.Deconvolution2D(2 * n, n, 2, 2) for n in widths[-2::-1]))
            self.up = ChainList(*(Sequential(*convolved(2 * n, n)) for n in widths[-2::-1]))
            self.out = L.Convolution2D(64, classes, 1)

    def forward(self, x: Any) -> Any:
        levels = []
        for i, block in enumerate(self.down):
            x = block(F.max_pooling_2d(x, 2) if i else x)
            levels.append(x)
        levels.pop()
        for grow, block in zip(self.grow, self.up, strict=True):
            x, skip = grow(x), levels.pop()
            top, left = (skip.shape[2] - x.shape[2]) // 2, (skip.shape[3] - x.shape[3]) // 2
            skip = skip[:, :, top : top + x.shape[2], left : left + x.shape[3]]
            x = block(F.concat([skip, x]))
        return F.softmax(self.out(x), axis=1)


class FCN8s(Chain):
    """VGG-16 with convolutions for its dense layers, and three sizes of scores added up."""

    def __init__(self, classes: int = 21) -> None:
        super().__init__()
        blocks = []
        n_in = 3
        for i, (width, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
            layers: list[Any] = []
            for j in range(count):
                layers += [L.Convolution2D(n_in, width, 3, pad=100 if i == j == 0 else 1), F.relu]
                n_in = width
            blocks.append(Sequential(*layers, lambda x: F.max_pooling_2d(x, 2, 2)))
        with self.init_scope():
            self.blocks = ChainList(*blocks)
            self.fc6, self.fc7 = L.Convolution2D(512, 1024, 7), L.Convolution2D(1024, 1024, 1)
            self.s3, self.s4 = L.Convolution2D(256, classes, 1), L.Convolution2D(512, classes, 1)
            self.s7 = L.Convolution2D(1024, classes, 1)
            self.up2, self.up4 = (L.Deconvolution2D(classes, classes, 4, 2, nobias=True) for _ in "ab")
            self.up8 = L.Deconvolution2D(classes, classes, 16, 8, nobias=True)

    def cut(self, x: Any, offset: int, like: Any) -> Any:
        return x[:, :, offset : offset + like.shape[2], offset : offset + like.shape[3]]

    def forward(self, x: Any) -> Any:
        h, pools = x, []
        for block in self.blocks:
            h = block(h)
            pools.append(h)
        h = self.up2(self.s7(F.dropout(F.relu(self.fc7(F.dropout(F.relu(self.fc6(h))))))))
        h = self.up4(h + self.cut(self.s4(pools[3]), 5, h))
        return self.cut(self.up8(h + self.cut(self.s3(pools[2]), 9, h)), 31, x)


class DeepImagePrior(Chain):
    """An hourglass with narrow skips, bilinear doubling and reflected borders."""

    def __init__(self, ch: int = 128, skip: int = 4, count: int = 5) -> None:
        super().__init__()

        def layer(n_in: int, n_out: int, size: int, stride: int = 1) -> list[Any]:
            pads = [reflected(size // 2)] if size > 1 else []
            return [*pads, L.Convolution2D(n_in, n_out, size, stride), L.BatchNormalization(n_out), F.leaky_relu]

        inputs = [32, *(ch,) * (count - 1)]
        with self.init_scope():
            self.down = ChainList(*(Sequential(*layer(n, ch, 3, 2), *layer(ch, ch, 3)) for n in inputs))
            self.skip = ChainList(*(Sequential(*layer(n, skip, 1)) for n in inputs))
            self.up = ChainList(
                *(
                    Sequential(L.BatchNormalization(ch + skip), *layer(ch + skip, ch, 3), *layer(ch, ch, 1))
                    for _ in inputs
                )
            )
            self.out = L.Convolution2D(ch, 3, 1)

    def forward(self, x: Any) -> Any:
        skips = []
        for down, skip in zip(self.down, self.skip, strict=True):
            skips.append(skip(x))
            x = down(x)
        for up in self.up:
            side = skips.pop()
            x = up(F.concat([F.resize_images(x, side.shape[2:], align_corners=False), side]))
        return F.sigmoid(self.out(x))


class Colouring(Chain):
    """Local features joined with global ones, which know the whole picture."""

    def __init__(self) -> None:
        super().__init__()

        def layer(n_in: int, n_out: int, stride: int) -> list[Any]:
            return [L.Convolution2D(n_in, n_out, 3, stride, 1), L.BatchNormalization(n_out), F.relu]

        low: list[Any] = []
        for row in ((1, 64, 2), (64, 128, 1), (128, 128, 2), (128, 256, 1), (256, 256, 2), (256, 512, 1)):
            low += layer(*row)
        wide = [*layer(512, 512, 2), *layer(512, 512, 1), *layer(512, 512, 2), *layer(512, 512, 1)]
        with self.init_scope():
            self.low, self.middle = Sequential(*low), Sequential(*layer(512, 512, 1), *layer(512, 256, 1))
            self.wide = Sequential(
                *wide, L.Linear(25088, 1024), F.relu, L.Linear(1024, 512), F.relu, L.Linear(512, 256), F.relu
            )
            self.join = L.Convolution2D(512, 256, 1)
            self.colour = Sequential(
                *layer(256, 128, 1), doubled, *layer(128, 64, 1), *layer(64, 64, 1), doubled, *layer(64, 32, 1)
            )
            self.out = L.Convolution2D(32, 2, 3, 1, 1)

    def forward(self, x: Any) -> Any:
        low = self.low(x)
        local = self.middle(low)
        whole = F.tile(self.wide(low)[:, :, None, None], (1, 1, *local.shape[2:]))
        return doubled(F.sigmoid(self.out(self.colour(F.relu(self.join(F.concat([local, whole])))))))


def doubled(x: Any) -> Any:
    return F.unpooling_2d(x, 2, cover_all=False)


class Stylized(Chain):
    """Instance normalization with a gain and a shift for each style, chosen by a one-hot vector."""

    def __init__(self, n_in: int, n_out: int, styles: int) -> None:
        super().__init__()
        with self.init_scope():
            self.c = L.Convolution2D(n_in, n_out, 3, pad=1)
            self.gain, self.shift = Parameter(1.0, (styles, n_out)), Parameter(0.0, (styles, n_out))

    def forward(self, x: Any, style: Any) -> Any:
        h = instance_normalized(self.c(x))
        gain, shift = (F.matmul(style, each)[:, :, None, None] for each in (self.gain, self.shift))
        return F.relu(h * F.broadcast_to(gain, h.shape) + F.broadcast_to(shift, h.shape))


class ManyStyles(Chain):
    def __init__(self, styles: int = 32) -> None:
        super().__init__()
        with self.init_scope():
            self.s1, self.s2 = Stylized(3, 32, styles), Stylized(32, 64, styles)
            self.s3, self.s4 = Stylized(64, 64, styles), Stylized(64, 32, styles)
            self.out = L.Convolution2D(32, 3, 9, pad=4)

    def forward(self, x: Any, style: Any) -> Any:
        h = F.average_pooling_2d(self.s2(self.s1(x, style), style), 2)
        h = F.resize_images(self.s3(h, style), x.shape[2:], mode="nearest")
        return F.sigmoid(self.out(self.s4(h, style)))


SQUARE = {"x": (3, 256, 256)}

NETWORKS = (
    Published("srcnn", "Dong et al. 2016, arXiv:1501.00092", srcnn, {"x": (1, 96, 96)}),
    Published("fsrcnn", "Dong et al. 2016, arXiv:1608.00367", fsrcnn, {"x": (1, 64, 64)}),
    Published("espcn", "Shi et al. 2016, arXiv:1609.05158", espcn, {"x": (1, 85, 85)}),
    Published("vdsr", "Kim et al. 2016, arXiv:1511.04587", vdsr, {"x": (1, 41, 41)}),
    Published("srgan", "Ledig et al. 2017, arXiv:1609.04802", srresnet, {"x": (3, 24, 24)}),
    Published("edsr", "Lim et al. 2017, arXiv:1707.02921", edsr, {"x": (3, 48, 48)}),
    Published("dncnn", "Zhang et al. 2017, arXiv:1608.03981", dncnn, {"x": (1, 50, 50)}),
    Published("waifu2x-vgg7", "nagadomi, waifu2x; tsurumeso, waifu2x-chainer", vgg7, {"x": (3, 142, 142)}),
    Published("waifu2x-upcnn7", "nagadomi, waifu2x; tsurumeso, waifu2x-chainer", upcnn7, {"x": (3, 142, 142)}),
    Published("style-transfer", "Johnson et al. 2016; yusuketomoto, chainer-fast-neuralstyle", style_transfer, SQUARE),
    Published(
        "many-styles", "Dumoulin et al. 2017, arXiv:1610.07629", ManyStyles, {"x": (3, 128, 128), "style": (32,)}
    ),
    Published(
        "adain", "Huang and Belongie 2017, arXiv:1703.06868", AdaIN, {"x": (3, 128, 128), "style": (3, 128, 128)}
    ),
    Published("cyclegan", "Zhu et al. 2017, arXiv:1703.10593", cyclegan, {"x": (3, 128, 128)}),
    Published("pix2pix", "Isola et al. 2017, arXiv:1611.07004", Pix2Pix, SQUARE),
    Published(
        "pix2pix-by-batch", "Isola et al. 2017, arXiv:1611.07004", lambda: Pix2Pix(batch=True), SQUARE, mixes=True
    ),
    Published(
        "pix2pix-discriminator",
        "Isola et al. 2017, arXiv:1611.07004",
        PatchGAN,
        {"x": (3, 256, 256), "y": (3, 256, 256)},
    ),
    Published("colouring", "Iizuka et al. 2016", Colouring, {"x": (1, 224, 224)}),
    Published("deep-image-prior", "Ulyanov et al. 2018, arXiv:1711.10925", DeepImagePrior, {"x": (32, 128, 128)}),
    Published("u-net", "Ronneberger et al. 2015, arXiv:1505.04597", UNet, {"x": (1, 252, 252)}),
    Published("fcn-8s", "Long et al. 2015, arXiv:1411.4038", FCN8s, {"x": (3, 64, 64)}),
)
