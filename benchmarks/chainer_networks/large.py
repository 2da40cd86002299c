"""Classifiers of ImageNet's pictures: Chainer's own, small ones for phones, and those made of attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.functions as F
import chainer.links as L
from chainer import Chain, Parameter, Sequential
from chainer.initializers import Normal

from benchmarks.chainer_networks import Published

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGENET = {"x": (3, 224, 224)}


def own(name: str, layer: str) -> Callable[[], Any]:
    """One of `chainer.links.model.vision`, without its weights: the output of its last `layer`, before the softmax."""

    def make() -> Any:
        model = getattr(L, name)(pretrained_model=None)
        return lambda x: model(x, layers=[layer])[layer]

    return make


def alexnet() -> Any:
    """As Chainer's imagenet example has it, with local response normalization."""
    return Sequential(
        L.Convolution2D(3, 96, 11, stride=4),
        lambda x: F.max_pooling_2d(F.local_response_normalization(F.relu(x)), 3, stride=2),
        L.Convolution2D(96, 256, 5, pad=2),
        lambda x: F.max_pooling_2d(F.local_response_normalization(F.relu(x)), 3, stride=2),
        L.Convolution2D(256, 384, 3, pad=1),
        F.relu,
        L.Convolution2D(384, 384, 3, pad=1),
        F.relu,
        L.Convolution2D(384, 256, 3, pad=1),
        lambda x: F.max_pooling_2d(F.relu(x), 3, stride=2),
        L.Linear(None, 4096),
        lambda x: F.dropout(F.relu(x)),
        L.Linear(4096, 4096),
        lambda x: F.dropout(F.relu(x)),
        L.Linear(4096, 1000),
    )


def inception_bn() -> Any:
    """As Chainer's imagenet example has it."""

    def inception(*arguments: Any, **options: Any) -> Any:
        return L.InceptionBN(*arguments, **options)

    return Sequential(
        L.Convolution2D(3, 64, 7, stride=2, pad=3, nobias=True),
        L.BatchNormalization(64),
        lambda x: F.max_pooling_2d(F.relu(x), 3, stride=2, pad=1),
        L.Convolution2D(64, 192, 3, pad=1, nobias=True),
        L.BatchNormalization(192),
        lambda x: F.max_pooling_2d(F.relu(x), 3, stride=2, pad=1),
        inception(192, 64, 64, 64, 64, 96, "avg", 32),
        inception(256, 64, 64, 96, 64, 96, "avg", 64),
        inception(320, 0, 128, 160, 64, 96, "max", stride=2),
        inception(576, 224, 64, 96, 96, 128, "avg", 128),
        inception(576, 192, 96, 128, 96, 128, "avg", 128),
        inception(576, 128, 128, 160, 128, 160, "avg", 128),
        inception(576, 64, 128, 192, 160, 192, "avg", 128),
        inception(576, 0, 128, 192, 192, 256, "max", stride=2),
        inception(1024, 352, 192, 320, 160, 224, "avg", 128),
        inception(1024, 352, 192, 320, 192, 224, "max", 128),
        lambda x: F.average_pooling_2d(x, 7),
        L.Linear(1024, 1000),
    )


class Fire(Chain):
    def __init__(self, n_in: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        with self.init_scope():
            self.squeeze = L.Convolution2D(n_in, squeezed, 1)
            self.e1, self.e3 = L.Convolution2D(squeezed, expanded, 1), L.Convolution2D(squeezed, expanded, 3, pad=1)

    def forward(self, x: Any) -> Any:
        h = F.relu(self.squeeze(x))
        return F.concat([F.relu(self.e1(h)), F.relu(self.e3(h))])


def squeezenet() -> Any:
    """Version 1.1."""

    def pooled(x: Any) -> Any:
        return F.max_pooling_2d(x, 3, stride=2)

    return Sequential(
        L.Convolution2D(3, 64, 3, stride=2),
        F.relu,
        pooled,
        Fire(64, 16, 64),
        Fire(128, 16, 64),
        pooled,
        Fire(128, 32, 128),
        Fire(256, 32, 128),
        pooled,
        Fire(256, 48, 192),
        Fire(384, 48, 192),
        Fire(384, 64, 256),
        Fire(512, 64, 256),
        lambda x: F.dropout(x),
        L.Convolution2D(512, 1000, 1),
        F.relu,
        lambda x: F.average(x, axis=(2, 3)),
        F.softmax,
    )


def convolved(n_in: int, n_out: int, ksize: int = 1, stride: int = 1, groups: int = 1, act: Any = None) -> list[Any]:
    """A convolution, batch normalization and an activation, if there is one."""
    layer = L.Convolution2D(n_in, n_out, ksize, stride, ksize // 2, nobias=True, groups=groups)
    return [layer, L.BatchNormalization(n_out), *([act] if act else [])]


def mobilenet() -> Any:
    layers = convolved(3, 32, 3, 2, act=F.relu)
    n_in = 32
    steps = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for n_out, stride in steps:
        layers += [L.DepthwiseConvolution2D(n_in, 1, 3, stride, 1, nobias=True), L.BatchNormalization(n_in), F.relu]
        layers += convolved(n_in, n_out, act=F.relu)
        n_in = n_out
    return Sequential(*layers, lambda x: F.average_pooling_2d(x, 7), L.Linear(1024, 1000))


class Inverted(Chain):
    """An inverted residual; with `excitation`, its channels are scaled as EfficientNet does."""

    def __init__(self, n_in: int, n_out: int, stride: int, factor: int, ksize: int, act: Any, excitation: int) -> None:
        super().__init__()
        wide = n_in * factor
        self.adds, self.act = stride == 1 and n_in == n_out, act
        with self.init_scope():
            self.expand = Sequential(*(convolved(n_in, wide, act=act) if factor > 1 else [F.identity]))
            self.depth = Sequential(*convolved(wide, wide, ksize, stride, wide, act))
            if excitation:
                self.f1, self.f2 = (
                    L.Convolution2D(wide, n_in // excitation, 1),
                    L.Convolution2D(n_in // excitation, wide, 1),
                )
            self.project = Sequential(*convolved(wide, n_out))
        self.excitation = excitation

    def forward(self, x: Any) -> Any:
        h = self.depth(self.expand(x))
        if self.excitation:
            h = h * F.broadcast_to(F.sigmoid(self.f2(self.act(self.f1(F.mean(h, (2, 3), keepdims=True))))), h.shape)
        h = self.project(h)
        return h + x if self.adds else h


def inverted(rows: Any, stem: int, last: int, act: Any, excitation: int) -> Any:
    layers: list[Any] = convolved(3, stem, 3, 2, act=act)
    n_in = stem
    for factor, n_out, count, stride, ksize in rows:
        for i in range(count):
            layers.append(Inverted(n_in, n_out, stride if i == 0 else 1, factor, ksize, act, excitation))
            n_in = n_out
    layers += convolved(n_in, last, act=act)
    return Sequential(*layers, lambda x: F.dropout(F.mean(x, (2, 3)), 0.2), L.Linear(last, 1000))


def mobilenet_v2() -> Any:
    rows = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    return inverted([(*row, 3) for row in rows], 32, 1280, F.relu6, 0)


def efficientnet() -> Any:
    rows = (
        (1, 16, 1, 1, 3),
        (6, 24, 2, 2, 3),
        (6, 40, 2, 2, 5),
        (6, 80, 3, 2, 3),
        (6, 112, 3, 1, 5),
        (6, 192, 4, 2, 5),
        (6, 320, 1, 1, 3),
    )
    return inverted(rows, 32, 1280, lambda x: x * F.sigmoid(x), 4)


def shuffled(x: Any, groups: int) -> Any:
    n, c, h, w = x.shape
    return F.reshape(F.transpose(F.reshape(x, (n, groups, c // groups, h, w)), (0, 2, 1, 3, 4)), (n, c, h, w))


class Shuffle(Chain):
    def __init__(self, n_in: int, n_out: int, stride: int, groups: int, first: bool) -> None:
        super().__init__()
        middle, self.stride, self.groups = n_out // 4, stride, groups
        with self.init_scope():
            self.one = Sequential(*convolved(n_in, middle, groups=1 if first else groups, act=F.relu))
            self.two = Sequential(*convolved(middle, middle, 3, stride, middle))
            self.three = Sequential(*convolved(middle, n_out - n_in if stride > 1 else n_out, groups=groups))

    def forward(self, x: Any) -> Any:
        h = self.three(self.two(shuffled(self.one(x), self.groups)))
        if self.stride == 1:
            return F.relu(h + x)
        return F.relu(F.concat([F.average_pooling_2d(x, 3, stride=2, pad=1), h]))


def shufflenet() -> Any:
    layers: list[Any] = [*convolved(3, 24, 3, 2, act=F.relu), lambda x: F.max_pooling_2d(x, 3, 2, 1, cover_all=False)]
    n_in = 24
    for n_out, count in ((240, 4), (480, 8), (960, 4)):
        for i in range(count):
            layers.append(Shuffle(n_in, n_out, 2 if i == 0 else 1, 3, n_in == 24))
            n_in = n_out
    return Sequential(*layers, lambda x: F.average_pooling_2d(x, 7), L.Linear(960, 1000))


def normalized(layer: Any, x: Any) -> Any:
    """Layer normalization of the last axis: Chainer's takes two axes."""
    shape = x.shape
    return F.reshape(layer(F.reshape(x, (-1, shape[-1]))), shape)


def dense(layer: Any, x: Any) -> Any:
    return layer(x, n_batch_axes=x.ndim - 1)


class Attention(Chain):
    """A block of a vision transformer."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        with self.init_scope():
            self.n1, self.n2 = L.LayerNormalization(width), L.LayerNormalization(width)
            self.qkv, self.out = L.Linear(width, 3 * width), L.Linear(width, width)
            self.f1, self.f2 = L.Linear(width, 4 * width), L.Linear(4 * width, width)

    def forward(self, x: Any) -> Any:
        n, length, width = x.shape
        each = width // self.heads
        qkv = F.reshape(dense(self.qkv, normalized(self.n1, x)), (n, length, 3, self.heads, each))
        q, k, v = F.separate(F.transpose(qkv, (2, 0, 3, 1, 4)), axis=0)
        weights = F.softmax(F.matmul(q, k, transb=True) / each**0.5, axis=3)
        mixed = F.reshape(F.transpose(F.matmul(weights, v), (0, 2, 1, 3)), (n, length, width))
        x = x + dense(self.out, mixed)
        h = dense(self.f1, normalized(self.n2, x))
        gelu = 0.5 * h * (1 + F.erf(h * 0.5**0.5))
        return x + dense(self.f2, gelu)


class Vision(Chain):
    """ViT-Ti/16: 12 blocks of 192 values and 3 heads."""

    def __init__(self, width: int = 192, heads: int = 3, count: int = 12) -> None:
        super().__init__()
        with self.init_scope():
            self.embed = L.Convolution2D(3, width, 16, stride=16)
            self.token = Parameter(Normal(0.02), (1, 1, width))
            self.position = Parameter(Normal(0.02), (1, 197, width))
            self.blocks = Sequential(*(Attention(width, heads) for _ in range(count)))
            self.norm, self.head = L.LayerNormalization(width), L.Linear(width, 1000)

    def forward(self, x: Any) -> Any:
        h = self.embed(x)
        n, width = h.shape[:2]
        h = F.transpose(F.reshape(h, (n, width, -1)), (0, 2, 1))
        h = F.concat([F.broadcast_to(self.token, (n, 1, width)), h], axis=1)
        h = self.blocks(h + F.broadcast_to(self.position, h.shape))
        return self.head(self.norm(h[:, 0]))


class Mixing(Chain):
    def __init__(self, length: int, width: int, tokens: int, channels: int) -> None:
        super().__init__()
        with self.init_scope():
            self.n1, self.n2 = L.LayerNormalization(width), L.LayerNormalization(width)
            self.t1, self.t2 = L.Linear(length, tokens), L.Linear(tokens, length)
            self.c1, self.c2 = L.Linear(width, channels), L.Linear(channels, width)

    def gelu(self, h: Any) -> Any:
        return 0.5 * h * (1 + F.tanh(0.7978845608 * (h + 0.044715 * h**3)))

    def forward(self, x: Any) -> Any:
        h = F.transpose(normalized(self.n1, x), (0, 2, 1))
        x = x + F.transpose(dense(self.t2, self.gelu(dense(self.t1, h))), (0, 2, 1))
        return x + dense(self.c2, self.gelu(dense(self.c1, normalized(self.n2, x))))


class Mixer(Chain):
    """Mixer-S/16."""

    def __init__(self, width: int = 512, count: int = 8) -> None:
        super().__init__()
        with self.init_scope():
            self.embed = L.Convolution2D(3, width, 16, stride=16)
            self.blocks = Sequential(*(Mixing(196, width, 256, 2048) for _ in range(count)))
            self.norm, self.head = L.LayerNormalization(width), L.Linear(width, 1000)

    def forward(self, x: Any) -> Any:
        h = self.embed(x)
        h = self.blocks(F.transpose(F.reshape(h, (*h.shape[:2], -1)), (0, 2, 1)))
        return self.head(F.mean(normalized(self.norm, h), axis=1))


NETWORKS = (
    Published("alexnet", "Krizhevsky et al. 2012; Chainer, examples/imagenet", alexnet, {"x": (3, 227, 227)}),
    Published(
        "googlenet", "Szegedy et al. 2015, arXiv:1409.4842; chainer.links", own("GoogLeNet", "loss3_fc"), IMAGENET
    ),
    Published("inception-bn", "Ioffe and Szegedy 2015; Chainer, examples/imagenet", inception_bn, IMAGENET),
    Published(
        "vgg-16", "Simonyan and Zisserman 2015, arXiv:1409.1556; chainer.links", own("VGG16Layers", "fc8"), IMAGENET
    ),
    Published(
        "vgg-19", "Simonyan and Zisserman 2015, arXiv:1409.1556; chainer.links", own("VGG19Layers", "fc8"), IMAGENET
    ),
    Published("resnet-50", "He et al. 2016, arXiv:1512.03385; chainer.links", own("ResNet50Layers", "fc6"), IMAGENET),
    Published("resnet-101", "He et al. 2016, arXiv:1512.03385; chainer.links", own("ResNet101Layers", "fc6"), IMAGENET),
    Published("resnet-152", "He et al. 2016, arXiv:1512.03385; chainer.links", own("ResNet152Layers", "fc6"), IMAGENET),
    Published("squeezenet-1.1", "Iandola et al. 2016, arXiv:1602.07360", squeezenet, IMAGENET),
    Published("mobilenet-v1", "Howard et al. 2017, arXiv:1704.04861", mobilenet, IMAGENET),
    Published("mobilenet-v2", "Sandler et al. 2018, arXiv:1801.04381", mobilenet_v2, IMAGENET),
    Published("shufflenet-g3", "Zhang et al. 2018, arXiv:1707.01083", shufflenet, IMAGENET),
    Published("efficientnet-b0", "Tan and Le 2019, arXiv:1905.11946", efficientnet, IMAGENET),
    Published("vit-tiny-16", "Touvron et al. 2021, arXiv:2012.12877", Vision, IMAGENET),
    Published("mlp-mixer-s16", "Tolstikhin et al. 2021, arXiv:2105.01601", Mixer, IMAGENET),
)
