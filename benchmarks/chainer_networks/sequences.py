"""Texts, sounds and rows of values: convolutions over one axis, and pictures that are written pixel by pixel."""

from __future__ import annotations

from typing import Any

import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import Chain, ChainList, Sequential

from benchmarks.chainer_networks import Published


def character_cnn() -> Any:
    """1,014 characters of an alphabet of 70, one-hot."""
    layers: list[Any] = []
    for n_in, ksize, pools in (
        (70, 7, True),
        (256, 7, True),
        (256, 3, False),
        (256, 3, False),
        (256, 3, False),
        (256, 3, True),
    ):
        layers += [L.Convolution1D(n_in, 256, ksize), F.relu]
        layers += [lambda x: F.max_pooling_1d(x, 3)] if pools else []
    for n_in, n_out in ((256 * 34, 1024), (1024, 1024)):
        layers += [L.Linear(n_in, n_out), F.relu, F.dropout]
    return Sequential(*layers, L.Linear(1024, 4))


class Sentence(Chain):
    """Windows of 3, 4 and 5 words of 300 values, and the largest value of each."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.c3, self.c4, self.c5 = (L.Convolution2D(1, 100, (size, 300)) for size in (3, 4, 5))
            self.l = L.Linear(300, 2)

    def forward(self, x: Any) -> Any:
        h = F.concat([F.max(F.relu(c(x)), axis=(2, 3)) for c in (self.c3, self.c4, self.c5)])
        return F.softmax(self.l(F.dropout(h)))


class Causal(Chain):
    """A dilated convolution that sees the past only."""

    def __init__(self, n_in: int, n_out: int, ksize: int, dilation: int) -> None:
        super().__init__()
        self.past = (ksize - 1) * dilation
        with self.init_scope():
            self.c = L.Convolution1D(n_in, n_out, ksize, pad=self.past, dilate=dilation)

    def forward(self, x: Any) -> Any:
        return self.c(x)[:, :, : x.shape[2]]


class Temporal(Chain):
    def __init__(self, n_in: int, n_out: int, dilation: int) -> None:
        super().__init__()
        with self.init_scope():
            self.c1, self.c2 = Causal(n_in, n_out, 7, dilation), Causal(n_out, n_out, 7, dilation)
            self.c = L.Convolution1D(n_in, n_out, 1)

    def forward(self, x: Any) -> Any:
        h = F.dropout(F.relu(self.c2(F.dropout(F.relu(self.c1(x))))))
        return F.relu(h + self.c(x))


def temporal() -> Any:
    """Sequential MNIST: 784 pixels one after another."""
    blocks = [Temporal(1 if i == 0 else 25, 25, 2**i) for i in range(8)]
    return Sequential(*blocks, lambda x: x[:, :, -1], L.Linear(25, 10))


class WaveNet(Chain):
    """Two stacks of ten gated layers over a second of a fourth of 16 kHz."""

    def __init__(self, width: int = 32, skip: int = 256, levels: int = 256) -> None:
        super().__init__()
        self.width = width
        with self.init_scope():
            self.first = Causal(levels, width, 2, 1)
            self.gates = ChainList(*(Causal(width, 2 * width, 2, 2**i) for _ in range(2) for i in range(10)))
            self.residuals = ChainList(*(L.Convolution1D(width, width, 1) for _ in range(20)))
            self.skips = ChainList(*(L.Convolution1D(width, skip, 1) for _ in range(20)))
            self.p1, self.p2 = L.Convolution1D(skip, skip, 1), L.Convolution1D(skip, levels, 1)

    def forward(self, x: Any) -> Any:
        h = self.first(x)
        total = 0.0
        for gate, residual, skip in zip(self.gates, self.residuals, self.skips, strict=True):
            g = gate(h)
            z = F.tanh(g[:, : self.width]) * F.sigmoid(g[:, self.width :])
            total = skip(z) + total
            h = h + residual(z)
        return F.softmax(self.p2(F.relu(self.p1(F.relu(total)))), axis=1)


class Masked(L.Convolution2D):
    """Sees the pixels above and to the left only, and its own where `own`."""

    def __init__(self, n_in: int, n_out: int, ksize: int, own: bool) -> None:
        super().__init__(n_in, n_out, ksize, pad=ksize // 2)
        self.mask = np.ones(self.W.shape, "f")
        self.mask[:, :, ksize // 2, ksize // 2 + own :] = 0
        self.mask[:, :, ksize // 2 + 1 :] = 0

    def forward(self, x: Any) -> Any:
        return F.convolution_2d(x, self.W * self.mask, self.b, pad=self.pad)


def pixelcnn() -> Any:
    layers: list[Any] = [Masked(1, 64, 7, False), F.relu]
    for _ in range(7):
        layers += [Masked(64, 64, 7, True), L.BatchNormalization(64), F.relu]
    return Sequential(*layers, L.Convolution2D(64, 1, 1), F.sigmoid)


def raw_waveform() -> Any:
    """M5: a second of sound at 8 kHz."""
    layers: list[Any] = []
    for n_in, n_out, ksize, stride in ((1, 128, 80, 4), (128, 128, 3, 1), (128, 256, 3, 1), (256, 512, 3, 1)):
        layers += [
            L.Convolution1D(n_in, n_out, ksize, stride, pad=1 if ksize == 3 else 38),
            L.BatchNormalization(n_out),
        ]
        layers += [F.relu, lambda x: F.max_pooling_1d(x, 4)]
    return Sequential(*layers, lambda x: F.mean(x, axis=2), L.Linear(512, 10), F.softmax)


NETWORKS = (
    Published("character-cnn", "Zhang et al. 2015, arXiv:1509.01626", character_cnn, {"x": (70, 1014)}),
    Published("sentence-cnn", "Kim 2014, arXiv:1408.5882", Sentence, {"x": (1, 60, 300)}),
    Published("tcn", "Bai et al. 2018, arXiv:1803.01271", temporal, {"x": (1, 784)}),
    Published("wavenet", "van den Oord et al. 2016, arXiv:1609.03499", WaveNet, {"x": (256, 4000)}),
    Published("pixelcnn", "van den Oord et al. 2016, arXiv:1601.06759", pixelcnn, {"x": (1, 28, 28)}),
    Published("m5", "Dai et al. 2017, arXiv:1610.00087", raw_waveform, {"x": (1, 8000)}),
)
