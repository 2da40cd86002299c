"""Classifiers of small pictures: MNIST's and CIFAR's."""

from __future__ import annotations

from typing import Any

import chainer.functions as F
import chainer.links as L
from chainer import Chain, ChainList, Parameter, Sequential

from benchmarks.chainer_networks import Published

MNIST, CIFAR = {"x": (1, 28, 28)}, {"x": (3, 32, 32)}


class MLP(Chain):
    def __init__(self, units: int = 1000, classes: int = 10) -> None:
        super().__init__()
        with self.init_scope():
            self.l1, self.l2, self.l3 = L.Linear(784, units), L.Linear(units, units), L.Linear(units, classes)

    def forward(self, x: Any) -> Any:
        return self.l3(F.relu(self.l2(F.relu(self.l1(x)))))


def lenet() -> Any:
    return Sequential(
        L.Convolution2D(1, 6, 5),
        F.tanh,
        lambda x: F.average_pooling_2d(x, 2),
        L.Convolution2D(6, 16, 5),
        F.tanh,
        lambda x: F.average_pooling_2d(x, 2),
        L.Convolution2D(16, 120, 5),
        F.tanh,
        L.Linear(120, 84),
        F.tanh,
        L.Linear(84, 10),
        F.softmax,
    )


def network_in_network() -> Any:
    def block(n_in: int, widths: tuple[int, int, int], ksize: int, pad: int) -> list[Any]:
        return [L.MLPConvolution2D(n_in, widths, ksize, pad=pad), F.relu]

    return Sequential(
        *block(3, (192, 160, 96), 5, 2),
        lambda x: F.dropout(F.max_pooling_2d(x, 3, stride=2)),
        *block(96, (192, 192, 192), 5, 2),
        lambda x: F.dropout(F.average_pooling_2d(x, 3, stride=2)),
        *block(192, (192, 192, 10), 3, 1),
        lambda x: F.reshape(F.average_pooling_2d(x, x.shape[2:]), (len(x), 10)),
    )


def all_convolutional() -> Any:
    layers: list[Any] = [lambda x: F.dropout(x, 0.2)]
    for n_in, n_out, stride in ((3, 96, 1), (96, 96, 1), (96, 96, 2), (96, 192, 1), (192, 192, 1), (192, 192, 2)):
        layers += [L.Convolution2D(n_in, n_out, 3, stride, pad=1), F.relu]
    layers += [L.Convolution2D(192, 192, 3), F.relu, L.Convolution2D(192, 192, 1), F.relu, L.Convolution2D(192, 10, 1)]
    return Sequential(*layers, F.relu, lambda x: F.mean(x, axis=(2, 3)))


def vgg() -> Any:
    """VGG-16 with batch normalization for CIFAR, as Chainer's example has it."""
    layers: list[Any] = []
    n_in = 3
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for i in range(count):
            layers += [L.Convolution2D(n_in, width, 3, pad=1, nobias=True), L.BatchNormalization(width), F.relu]
            layers += [F.dropout] if i < count - 1 else []
            n_in = width
        layers.append(lambda x: F.max_pooling_2d(x, 2, stride=2))
    layers += [F.dropout, L.Linear(512, 512, nobias=True), L.BatchNormalization(512), F.relu, F.dropout]
    return Sequential(*layers, L.Linear(512, 10))


class Basic(Chain):
    """Two 3x3 convolutions beside an identity that is cut in size and filled with zeros (option A)."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.n_more, self.stride = n_out - n_in, stride
        with self.init_scope():
            self.c1 = L.Convolution2D(n_in, n_out, 3, stride, 1, nobias=True)
            self.c2 = L.Convolution2D(n_out, n_out, 3, 1, 1, nobias=True)
            self.b1, self.b2 = L.BatchNormalization(n_out), L.BatchNormalization(n_out)

    def forward(self, x: Any) -> Any:
        h = self.b2(self.c2(F.relu(self.b1(self.c1(x)))))
        if self.n_more:
            x = F.average_pooling_2d(x, 1, self.stride)
            zeros = self.xp.zeros((len(x), self.n_more, *x.shape[2:]), x.dtype)
            x = F.concat([x, zeros])
        return F.relu(h + x)


def resnet20() -> Any:
    blocks = [Basic(a, b, s) for a, b, s in ((16, 16, 1),) * 3 + ((16, 32, 2), (32, 32, 1), (32, 32, 1))]
    blocks += [Basic(32, 64, 2), Basic(64, 64, 1), Basic(64, 64, 1)]
    stem = [L.Convolution2D(3, 16, 3, 1, 1, nobias=True), L.BatchNormalization(16), F.relu]
    return Sequential(*stem, *blocks, lambda x: F.average(x, axis=(2, 3)), L.Linear(64, 10))


class PreActivated(Chain):
    """Batch normalization and ReLU before each convolution; `excitation` scales channels (squeeze and excitation)."""

    def __init__(self, n_in: int, n_out: int, stride: int, excitation: int = 0) -> None:
        super().__init__()
        self.is_shortcut, self.excitation = n_in != n_out or stride > 1, excitation
        with self.init_scope():
            self.b1, self.b2 = L.BatchNormalization(n_in), L.BatchNormalization(n_out)
            self.c1 = L.Convolution2D(n_in, n_out, 3, stride, 1, nobias=True)
            self.c2 = L.Convolution2D(n_out, n_out, 3, 1, 1, nobias=True)
            if self.is_shortcut:
                self.shortcut = L.Convolution2D(n_in, n_out, 1, stride, nobias=True)
            if excitation:
                self.f1, self.f2 = L.Linear(n_out, n_out // excitation), L.Linear(n_out // excitation, n_out)

    def forward(self, x: Any) -> Any:
        h = F.relu(self.b1(x))
        shortcut = self.shortcut(h) if self.is_shortcut else x
        h = self.c2(F.dropout(F.relu(self.b2(self.c1(h))), 0.3))
        if self.excitation:
            scale = F.sigmoid(self.f2(F.relu(self.f1(F.mean(h, axis=(2, 3))))))
            h = h * F.broadcast_to(scale[:, :, None, None], h.shape)
        return h + shortcut


def preactivated(widths: tuple[int, ...], count: int, classes: int = 10, excitation: int = 0) -> Any:
    layers: list[Any] = [L.Convolution2D(3, widths[0], 3, 1, 1, nobias=True)]
    n_in = widths[0]
    for i, width in enumerate(widths[1:]):
        for j in range(count):
            layers.append(PreActivated(n_in, width, 2 if i and not j else 1, excitation))
            n_in = width
    return Sequential(
        *layers, L.BatchNormalization(n_in), F.relu, lambda x: F.mean(x, axis=(2, 3)), L.Linear(n_in, classes)
    )


class Dense(ChainList):
    """Each layer takes the outputs of all layers before it."""

    def __init__(self, n_in: int, growth: int, count: int) -> None:
        super().__init__()
        for i in range(count):
            n = n_in + growth * i
            self.add_link(
                Sequential(L.BatchNormalization(n), F.relu, L.Convolution2D(n, growth, 3, pad=1, nobias=True))
            )

    def forward(self, x: Any) -> Any:
        for layer in self:
            x = F.concat([x, F.dropout(layer(x), 0.2)])
        return x


def densenet40() -> Any:
    layers: list[Any] = [L.Convolution2D(3, 16, 3, pad=1, nobias=True)]
    n = 16
    for i in range(3):
        layers.append(Dense(n, 12, 12))
        n += 144
        layers += [L.BatchNormalization(n), F.relu]
        if i < 2:
            layers += [L.Convolution2D(n, n, 1, nobias=True), lambda x: F.average_pooling_2d(x, 2)]
    return Sequential(*layers, lambda x: F.average_pooling_2d(x, 8), L.Linear(n, 10))


class Capsules(Chain):
    """Three iterations of routing between 1152 capsules of 8 values and 10 of 16."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.c1, self.c2 = L.Convolution2D(1, 256, 9), L.Convolution2D(256, 256, 9, stride=2)
            self.w = Parameter(0.05, (1152, 8, 160))

    def squashed(self, x: Any, axis: int) -> Any:
        square = F.sum(x**2, axis=axis, keepdims=True)
        return x * F.broadcast_to(F.sqrt(square + 1e-8) / (1 + square), x.shape)

    def forward(self, x: Any) -> Any:
        h = self.c2(F.relu(self.c1(x)))
        n = len(h)
        h = F.reshape(F.transpose(F.reshape(h, (n, 32, 8, 36)), (0, 1, 3, 2)), (n, 1152, 8))
        u = self.squashed(h, 2)
        w = F.broadcast_to(self.w[None], (n, *self.w.shape))
        votes = F.reshape(F.sum(F.broadcast_to(u[:, :, :, None], w.shape) * w, axis=2), (n, 1152, 10, 16))
        logits = self.xp.zeros((n, 1152, 10), "f")
        for i in range(3):
            share = F.softmax(logits, axis=2)
            v = self.squashed(F.sum(votes * F.broadcast_to(share[:, :, :, None], votes.shape), axis=1), 2)
            if i < 2:
                logits = logits + F.sum(votes * F.broadcast_to(v[:, None], votes.shape), axis=3)
        return F.sqrt(F.sum(v**2, axis=2) + 1e-8)


class SpatialTransformer(Chain):
    """A network that turns and scales its picture before it classifies it."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.c1, self.c2 = L.Convolution2D(1, 20, 5), L.Convolution2D(20, 20, 5)
            self.l1, self.l2 = L.Linear(320, 50), L.Linear(50, 6)
            self.classify = lenet_of_28()

    def forward(self, x: Any) -> Any:
        h = F.relu(self.c1(F.max_pooling_2d(x, 2)))
        h = F.relu(self.c2(F.max_pooling_2d(F.pad(h, ((0, 0), (0, 0), (1, 1), (1, 1)), "constant"), 1)))
        h = F.max_pooling_2d(h, 2)
        theta = F.reshape(self.l2(F.relu(self.l1(F.reshape(h, (len(x), -1))))), (len(x), 2, 3))
        grid = F.spatial_transformer_grid(theta, x.shape[2:])
        return self.classify(F.spatial_transformer_sampler(x, grid))


def lenet_of_28() -> Any:
    return Sequential(
        L.Convolution2D(1, 32, 5),
        lambda x: F.max_pooling_2d(F.relu(x), 2),
        L.Convolution2D(32, 64, 5),
        lambda x: F.max_pooling_2d(F.relu(x), 2),
        L.Linear(1024, 128),
        F.relu,
        L.Linear(128, 10),
    )


class Maxout(Chain):
    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.l1, self.l2, self.l3 = L.Maxout(784, 240, 5), L.Maxout(240, 240, 5), L.Linear(240, 10)

    def forward(self, x: Any) -> Any:
        return F.softmax(self.l3(F.dropout(self.l2(F.dropout(self.l1(x))))))


NETWORKS = (
    Published("mlp", "Chainer, examples/mnist", MLP, {"x": (784,)}),
    Published("lenet-5", "LeCun et al. 1998", lenet, {"x": (1, 32, 32)}),
    Published("maxout", "Goodfellow et al. 2013, arXiv:1302.4389", Maxout, {"x": (784,)}),
    Published("network-in-network", "Lin et al. 2014, arXiv:1312.4400", network_in_network, CIFAR),
    Published("all-convolutional", "Springenberg et al. 2015, arXiv:1412.6806", all_convolutional, CIFAR),
    Published("vgg16-cifar", "Chainer, examples/cifar", vgg, CIFAR),
    Published("resnet-20", "He et al. 2016, arXiv:1512.03385", resnet20, CIFAR),
    Published(
        "preact-resnet-18", "He et al. 2016, arXiv:1603.05027", lambda: preactivated((64, 64, 128, 256, 512), 2), CIFAR
    ),
    Published(
        "wide-resnet-16-4",
        "Zagoruyko and Komodakis 2016, arXiv:1605.07146",
        lambda: preactivated((16, 64, 128, 256), 2),
        CIFAR,
    ),
    Published(
        "se-resnet-cifar", "Hu et al. 2018, arXiv:1709.01507", lambda: preactivated((16, 16, 32, 64), 3, 10, 4), CIFAR
    ),
    Published("densenet-40-12", "Huang et al. 2017, arXiv:1608.06993", densenet40, CIFAR),
    Published("capsules", "Sabour et al. 2017, arXiv:1710.09829", Capsules, MNIST),
    Published("spatial-transformer", "Jaderberg et al. 2015, arXiv:1506.02025", SpatialTransformer, MNIST),
)
