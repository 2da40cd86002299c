"""What a network may be made of: one table of operators x shapes, judged against Chainer, for lowering and backends.

To add an operator: a line here, and in ganzoo/export what makes it pass.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer.link_hooks import SpectralNormalization

from ganzoo import functions
from ganzoo.specs import Network, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = tuple[int, ...]


class Model(chainer.Chain):
    """Links by name and what a forward pass does with them: `forward(model, *inputs)`."""

    def __init__(self, forward: Callable[..., Any], **links: Any) -> None:
        super().__init__(**links)
        self._forward = forward

    def forward(self, *inputs: Any) -> Any:
        return self._forward(self, *inputs)


@dataclass(frozen=True)
class Case:
    """`model` for inputs of `shapes`, the batch left out; `steps` where fusing matters; `onehot` inputs by place."""

    shapes: tuple[Shape, ...]
    model: chainer.Chain
    steps: int | None = None
    onehot: tuple[int, ...] = ()


def chain(shape: Shape, *layers: Any, steps: int | None = None) -> Case:
    """One layer after another, links or functions."""
    return Case((shape,), chainer.Sequential(*layers), steps)


def model(shapes: Shape | list[Shape], forward: Callable[..., Any], steps: int | None = None, **links: Any) -> Case:
    return Case(tuple(shapes) if isinstance(shapes, list) else (shapes,), Model(forward, **links), steps)


def labelled(shapes: list[Shape], forward: Callable[..., Any], **links: Any) -> Case:
    """A model whose last input is a one-hot vector."""
    return Case(tuple(shapes), Model(forward, **links), onehot=(len(shapes) - 1,))


def network(case: Case, name: str = "network") -> Network:
    """`case` as an architecture would hand it over, its parameters drawn by its name."""
    random = np.random.RandomState(zlib.crc32(name.encode()))
    for path, parameter in sorted(case.model.namedparams()):
        fan_in = np.prod(parameter.shape[1:]) if parameter.ndim > 1 else 4
        centre = 1.0 if path.endswith("gamma") else 0.0
        parameter.array[...] = centre + random.normal(0, 1 / np.sqrt(fan_in), parameter.shape)
    for link in case.model.links():
        if isinstance(link, L.BatchNormalization):
            link.avg_mean[...] = random.normal(0, 0.5, link.avg_mean.shape)
            link.avg_var[...] = random.uniform(0.3, 2, link.avg_var.shape)
    inputs = tuple(
        TensorSpec(f"x{i}", shape, "onehot" if i in case.onehot else "image") for i, shape in enumerate(case.shapes)
    )
    with chainer.using_config("train", False):
        made = case.model(*(chainer.Variable(np.zeros((1, *shape), np.float32)) for shape in case.shapes))
    outputs = made if isinstance(made, tuple) else (made,)
    specs = tuple(TensorSpec(f"y{i}", y.shape[1:], "image") for i, y in enumerate(outputs))
    return Network(name, case.model, case.model, inputs, specs)


Conv, Deconv, BN, Linear = L.Convolution2D, L.Deconvolution2D, L.BatchNormalization, L.Linear
IMAGE, ODD, VECTOR = (8, 6, 6), (3, 5, 7), (10,)


def positive(x: Any) -> Any:
    return abs(x) + 0.1


def rows(x: Any, *shape: int) -> Any:
    """Reshaped, the batch first."""
    return F.reshape(x, (x.shape[0], *shape))


def fixed(*shape: int) -> Any:
    """A constant, the same in every run."""
    return np.random.RandomState(len(shape)).normal(0, 1, shape).astype(np.float32)


def unpooled_by_indices(x: Any, between: Any, outsize: Any = None) -> Any:
    """Pooled, convolved, and put where the largest values were, as SegNet does (arXiv:1511.00561)."""
    y, indices = F.max_pooling_2d(x, 2, return_indices=True)
    return F.upsampling_2d(between(y), indices, 2, outsize=outsize)


def heads(m: Any, x: Any, n: int) -> Any:
    """Attention of several heads (Vaswani et al. 2017, arXiv:1706.03762)."""

    def split(layer: Any) -> Any:
        y = layer(x, n_batch_axes=2)
        y = F.transpose(F.reshape(y, (len(x), y.shape[1], n, -1)), (0, 2, 1, 3))
        return F.reshape(y, (len(x) * n, *y.shape[2:]))

    q, k, v = (split(layer) for layer in (m.q, m.k, m.v))
    y = F.matmul(F.softmax(F.matmul(q, k, transb=True) * 0.5, axis=2), v)
    y = F.transpose(F.reshape(y, (len(x), n, *y.shape[1:])), (0, 2, 1, 3))
    return F.reshape(y, (len(x), y.shape[1], -1))


DENSE = {
    "linear": chain(VECTOR, Linear(10, 7), steps=1),
    "linear-no-bias": chain(VECTOR, Linear(10, 8, nobias=True), steps=1),
    "linear-of-image": chain(ODD, Linear(105, 4), steps=1),
    "linear-rows": model((6, 5), lambda m, x: m.l(x, n_batch_axes=2), l=Linear(5, 3)),
    "linear-pixels": model(IMAGE, lambda m, x: m.l(F.transpose(x, (0, 2, 3, 1)), n_batch_axes=3), l=Linear(8, 5)),
    "linear-pixels-odd": model(ODD, lambda m, x: m.l(F.transpose(x, (0, 2, 3, 1)), n_batch_axes=3), l=Linear(3, 5)),
    "linear-twice": model(VECTOR, lambda m, x: m.l(F.relu(m.l(x))), steps=2, l=Linear(10, 10)),
    "linear-residual": model(VECTOR, lambda m, x: x + m.b(F.relu(m.a(x))), a=Linear(10, 6), b=Linear(6, 10)),
    "linear-of-part": model(VECTOR, lambda m, x: m.l(x[:, 2:5]), l=Linear(3, 4)),
    "matrix-product": chain(VECTOR, lambda x: F.matmul(x, fixed(10, 3)), steps=1),
    "highway": chain(VECTOR, L.Highway(10)),
    "maxout": chain(VECTOR, L.Maxout(10, 3, 2)),
    "products-of-activations": model([(4, 5), (5, 3)], lambda m, a, b: F.matmul(a, b)),
    "products-transposed": model([(5, 4), (3, 5)], lambda m, a, b: F.matmul(a, b, transa=True, transb=True)),
    "product-with-itself": chain((6, 4), lambda x: F.matmul(x, x, transb=True)),
    "product-of-stacks": model([(2, 4, 5), (2, 5, 3)], lambda m, a, b: rows(F.matmul(a, b), 8, 3)),
    "product-by-a-constant-on-the-left": chain(
        (5, 3), lambda x: F.matmul(np.broadcast_to(fixed(4, 5), (len(x), 4, 5)), x)
    ),
    "attention": model(
        (6, 8),
        lambda m, x: (lambda q, k, v: F.matmul(F.softmax(F.matmul(q, k, transb=True) * 0.5, axis=2), v))(
            *(layer(x, n_batch_axes=2) for layer in (m.q, m.k, m.v))
        ),
        q=Linear(8, 4),
        k=Linear(8, 4),
        v=Linear(8, 5),
    ),
    "attention-of-heads": model((6, 8), lambda m, x: heads(m, x, 2), q=Linear(8, 8), k=Linear(8, 8), v=Linear(8, 8)),
    "attention-of-pixels": model(
        (6, 4, 3),
        lambda m, x: (
            lambda q, k: x + rows(F.matmul(rows(x, 6, 12), F.softmax(F.matmul(q, k, transa=True), 1)), 6, 4, 3)
        )(rows(m.q(x), 2, 12), rows(m.k(x), 2, 12)),
        q=Conv(6, 2, 1),
        k=Conv(6, 2, 1),
    ),
    "embedding-of-a-label": labelled([(10,)], lambda m, y: m.e(functions.label(y)), e=L.EmbedID(10, 4)),
    "conditional-batch-norm": labelled(
        [IMAGE, (5,)],
        lambda m, x, y: (lambda t: m.n(x) * rows(m.g(t), 8, 1, 1) + rows(m.b(t), 8, 1, 1))(functions.label(y)),
        n=L.BatchNormalization(8, use_gamma=False, use_beta=False),
        g=L.EmbedID(5, 8),
        b=L.EmbedID(5, 8),
    ),
    "projection-of-a-label": labelled(
        [VECTOR, (5,)],
        lambda m, x, y: m.l(x) + F.sum(m.e(functions.label(y)) * x, axis=1, keepdims=True),
        l=Linear(10, 1),
        e=L.EmbedID(5, 10),
    ),
    "score-of-a-label": labelled(
        [VECTOR, (5,)], lambda m, x, y: F.select_item(m.l(x), functions.label(y)), l=Linear(10, 5)
    ),
}

CONVOLUTIONS = {
    "conv": chain(ODD, Conv(3, 5, 3), steps=1),
    "conv-no-bias": chain(ODD, Conv(3, 5, 3, nobias=True), steps=1),
    "conv-stride-padding": chain(IMAGE, Conv(8, 4, 3, stride=2, pad=1), steps=1),
    "conv-uneven": chain(ODD, Conv(3, 5, (3, 2), stride=(1, 2), pad=(0, 1)), steps=1),
    "conv-dilated": chain(IMAGE, Conv(8, 4, 3, pad=2, dilate=2), steps=1),
    "conv-dilated-uneven": chain((3, 9, 8), Conv(3, 4, 3, dilate=(3, 2)), steps=1),
    "conv-dilated-link": chain(IMAGE, L.DilatedConvolution2D(8, 4, 3, dilate=2), steps=1),
    "conv-groups": chain(IMAGE, Conv(8, 12, 3, pad=1, groups=2), steps=1),
    "conv-groups-dilated": chain(IMAGE, Conv(8, 4, 3, dilate=2, groups=4), steps=1),
    "depthwise": chain(ODD, L.DepthwiseConvolution2D(3, 2, 3), steps=1),
    "depthwise-separable": chain(IMAGE, Conv(8, 8, 3, pad=1, groups=8), F.relu, Conv(8, 5, 1), steps=2),
    "conv-shared": model((4, 6, 6), lambda m, x: m.c(F.relu(m.c(x))), steps=2, c=Conv(4, 4, 3, pad=1)),
    "conv-of-normalized-weights": model(
        ODD, lambda m, x: F.convolution_2d(x, F.normalize(m.c.W, axis=(1, 2, 3)) * 2, m.c.b), steps=1, c=Conv(3, 4, 3)
    ),
    "conv-of-spectral-norm": chain(ODD, Conv(3, 4, 3).add_hook(SpectralNormalization()), steps=1),
    "mlpconv": chain(ODD, L.MLPConvolution2D(3, (6, 4), 3), steps=2),
    "inception": chain((4, 6, 6), L.Inception(4, 2, 2, 2, 2, 2, 2)),
    "deconv": chain(ODD, Deconv(3, 4, 3, stride=2), steps=1),
    "deconv-padding": chain(ODD, Deconv(3, 4, 4, stride=2, pad=1), steps=1),
    "deconv-uneven": chain(ODD, Deconv(3, 4, (3, 2), stride=(1, 3), pad=(1, 0)), steps=1),
    "deconv-stride-beyond-kernel": chain(ODD, Deconv(3, 4, 2, stride=3), steps=1),
    "deconv-outsize": chain(ODD, Deconv(3, 4, 3, stride=2, pad=1, outsize=(10, 14)), F.relu, steps=1),
    "deconv-outsize-beyond": chain(ODD, Deconv(3, 4, 2, stride=3, outsize=(15, 21)), F.tanh, steps=1),
    "deconv-groups": chain(IMAGE, Deconv(8, 6, 3, stride=2, groups=2), steps=1),
    "deconv-depthwise": chain(IMAGE, Deconv(8, 8, 4, stride=2, pad=1, groups=8), steps=1),
    "deconv-dilated": chain(ODD, Deconv(3, 4, 3, stride=2, dilate=2), steps=1),
    "conv-1d": chain((3, 9), L.Convolution1D(3, 4, 3, stride=2, pad=1)),
    "conv-1d-groups": chain((4, 9), L.ConvolutionND(1, 4, 8, 3, dilate=2, groups=2)),
    "conv-nd": chain(ODD, L.ConvolutionND(2, 3, 4, 3, pad=1), steps=1),
    "deconv-1d": chain((3, 5), L.Deconvolution1D(3, 4, 4, stride=2, pad=1)),
    "deconv-nd": chain(ODD, L.DeconvolutionND(2, 3, 4, 3, stride=2), steps=1),
    "blur-of-each-channel": chain(
        IMAGE,
        lambda x: F.reshape(F.convolution_2d(F.reshape(x, (-1, 1, 6, 6)), fixed(1, 1, 3, 3), pad=1), (-1, 8, 6, 6)),
    ),
    "deconv-of-each-channel": chain(
        (3, 4, 4),
        lambda x: F.reshape(
            F.deconvolution_2d(F.reshape(x, (-1, 1, 4, 4)), fixed(1, 2, 2, 2), stride=2), (-1, 6, 8, 8)
        ),
    ),
}

NORMS = {
    "bn-of-conv": chain(ODD, Conv(3, 8, 3), BN(8), F.relu, steps=1),
    "bn-of-deconv": chain(ODD, Deconv(3, 5, 3, stride=2), BN(5), F.relu, steps=1),
    "bn-of-linear": chain(VECTOR, Linear(10, 7), BN(7), F.leaky_relu, steps=1),
    "bn-of-groups": chain(IMAGE, Conv(8, 8, 3, groups=2), BN(8), steps=1),
    "bn-after-activation": chain(ODD, Conv(3, 8, 3), F.relu, BN(8), steps=2),
    "bn-on-input": chain(ODD, BN(3), Conv(3, 4, 3), steps=2),
    "bn-on-vector": chain(VECTOR, BN(10), F.relu, steps=1),
    "bn-alone": chain(ODD, BN(3), steps=1),
    "bn-no-gamma": chain(ODD, Conv(3, 4, 3), BN(4, use_gamma=False), steps=1),
    "bn-no-beta": chain(ODD, Conv(3, 4, 3), BN(4, use_beta=False), steps=1),
    "bn-neither": chain(VECTOR, Linear(10, 4), BN(4, use_gamma=False, use_beta=False), steps=1),
    "bn-through-reshape": chain(
        VECTOR, Linear(10, 36), lambda x: rows(x, 4, 3, 3), BN(4), F.relu, Deconv(4, 3, 2, stride=2), steps=2
    ),
    "bn-before-reshape": chain(
        VECTOR, Linear(10, 36), BN(36), F.relu, lambda x: rows(x, 4, 3, 3), Deconv(4, 3, 2, stride=2), steps=2
    ),
    "bn-twice": chain(ODD, Conv(3, 4, 3), BN(4), BN(4), F.relu, steps=1),
    "bn-other-axes": chain(ODD, Conv(3, 4, 3), BN(axis=(0, 3), size=(4, 3)), steps=2),
    "bn-channels-last": chain(ODD, Conv(3, 4, 3), lambda x: F.transpose(x, (0, 2, 3, 1)), BN(axis=(0, 1, 2), size=4)),
    "bn-of-columns": chain(ODD, Conv(3, 4, 3), lambda x: F.transpose(x, (0, 2, 3, 1)), BN(3)),
    "bn-of-both": model(
        ODD,
        lambda m, x: F.relu(m.b(m.c(x)) + m.e(m.d(x))),
        steps=3,
        c=Conv(3, 4, 3, pad=1),
        b=BN(4),
        d=Conv(3, 4, 1),
        e=BN(4),
    ),
    "layer-norm": chain(VECTOR, Linear(10, 8), L.LayerNormalization(8)),
    "group-norm": chain(IMAGE, L.GroupNormalization(2, 8)),
    "group-norm-of-conv": chain(ODD, Conv(3, 6, 3), L.GroupNormalization(3, 6), F.relu),
    "instance-norm": chain(ODD, Conv(3, 8, 3), L.GroupNormalization(8, 8), F.relu),
    "instance-norm-by-batch-norm": chain(
        IMAGE,
        lambda x: F.reshape(
            F.batch_normalization(F.reshape(x, (1, -1, 6, 6)), *(np.full(x.shape[0] * 8, v, "f") for v in (1, 0))),
            x.shape,
        ),
    ),
    "instance-norm-by-means": chain(
        IMAGE,
        lambda x: (
            (x - F.mean(x, (2, 3), keepdims=True))
            / F.sqrt(F.mean((x - F.mean(x, (2, 3), keepdims=True)) ** 2, (2, 3), keepdims=True) + 1e-5)
        ),
    ),
    "pixel-norm": chain(IMAGE, lambda x: x / F.sqrt(F.mean(x**2, axis=1, keepdims=True) + 1e-8)),
    "normalize": chain(VECTOR, F.normalize),
    "normalize-image": chain(ODD, F.normalize),
    "normalize-axes": chain(ODD, lambda x: F.normalize(x, axis=(1, 2))),
    "local-response": chain((7, 4, 3), lambda x: F.local_response_normalization(x, 5, 2, 0.1, 0.75)),
}

ACTIVATIONS = {
    "relu": chain(ODD, Conv(3, 4, 1), F.relu, steps=1),
    "leaky-relu": chain(ODD, Conv(3, 4, 1), F.leaky_relu, steps=1),
    "leaky-relu-slope": chain(ODD, Conv(3, 4, 1), lambda x: F.leaky_relu(x, 0.1), steps=1),
    "prelu": chain(ODD, Conv(3, 4, 1), L.PReLU(), steps=1),
    "prelu-per-channel": chain(ODD, Conv(3, 4, 1), L.PReLU((4,)), steps=2),
    "rrelu": chain(ODD, F.rrelu, steps=1),
    "elu": chain(ODD, Conv(3, 4, 1), F.elu, steps=1),
    "elu-alpha": chain(ODD, Conv(3, 4, 1), lambda x: F.elu(x, 2.0), steps=1),
    "elu-zero": chain(ODD, Conv(3, 4, 1), lambda x: F.elu(x, 0.0), steps=1),
    "selu": chain(ODD, Conv(3, 4, 1), F.selu, steps=1),
    "sigmoid": chain(ODD, Conv(3, 4, 1), F.sigmoid, steps=1),
    "sigmoid-far": chain(ODD, lambda x: F.sigmoid(x * 200), steps=1),
    "tanh": chain(ODD, Conv(3, 4, 1), F.tanh, steps=1),
    "softplus": chain(ODD, Conv(3, 4, 1), F.softplus, steps=1),
    "softplus-beta": chain(ODD, Conv(3, 4, 1), lambda x: F.softplus(x, 3.0), steps=1),
    "softplus-far": chain(ODD, lambda x: F.softplus(x * 200), steps=1),
    "clip": chain(ODD, Conv(3, 4, 1), lambda x: F.clip(x, -0.3, 0.4), steps=1),
    "clip-one-side": chain(ODD, lambda x: F.clip(x, None, 0.4), steps=1),
    "clipped-relu": chain(ODD, Conv(3, 4, 1), lambda x: F.clipped_relu(x, 0.4), steps=1),
    "relu6": chain(ODD, lambda x: F.relu6(x * 9), steps=1),
    "hard-sigmoid": chain(ODD, lambda x: F.hard_sigmoid(x * 4), steps=1),
    "swish": chain(ODD, Conv(3, 4, 1), lambda x: x * F.sigmoid(x), steps=1),
    "swish-link": chain(ODD, Conv(3, 4, 1), L.Swish(()), steps=1),
    "swish-per-channel": chain(ODD, Conv(3, 4, 1), L.Swish((4,)), steps=2),
    "mish": chain(ODD, Conv(3, 4, 1), lambda x: x * F.tanh(F.softplus(x)), steps=1),
    "gelu-by-tanh": chain(ODD, Conv(3, 4, 1), lambda x: 0.5 * x * (1 + F.tanh(0.8 * (x + 0.045 * x**3))), steps=1),
    "crelu": chain(ODD, F.crelu),
    "maxout-of-image": chain(IMAGE, lambda x: F.maxout(x, 2)),
    "gated": model(ODD, lambda m, x: (lambda y: F.tanh(y[:, :4]) * F.sigmoid(y[:, 4:]))(m.c(x)), c=Conv(3, 8, 3)),
    "softmax": chain(VECTOR, F.softmax, steps=1),
    "softmax-of-image": chain(ODD, F.softmax, steps=1),
    "softmax-activation": chain(VECTOR, F.softmax, lambda x: x * 2 - 1, steps=1),
    "softmax-last": chain(ODD, lambda x: F.softmax(x, -1)),
    "softmax-rows": chain(ODD, lambda x: F.softmax(x, 2)),
    "softmax-last-of-two": chain(VECTOR, lambda x: F.softmax(x, axis=-1), steps=1),
    "softmax-channels-last": chain(ODD, Conv(3, 4, 1), lambda x: F.softmax(F.transpose(x, (0, 2, 3, 1)), 3)),
    "log-softmax": chain(VECTOR, F.log_softmax),
    "log-softmax-far": chain(VECTOR, lambda x: F.log_softmax(x * 300)),
    "log-softmax-of-image": chain(ODD, lambda x: F.log_softmax(x, axis=2)),
    "erf": chain(ODD, F.erf, steps=1),
    "gelu": chain(ODD, lambda x: 0.5 * x * (1 + F.erf(x * 0.7071068)), steps=1),
    "sin": chain(ODD, F.sin, steps=1),
    "cos": chain(ODD, lambda x: F.cos(3 * x), steps=1),
    "tan": chain(ODD, lambda x: F.tan(0.5 * F.tanh(x)), steps=1),
    "arcsin": chain(ODD, lambda x: F.arcsin(F.tanh(x)), steps=1),
    "arccos": chain(ODD, lambda x: F.arccos(F.tanh(x)), steps=1),
    "arctan": chain(ODD, F.arctan, steps=1),
    "sinh": chain(ODD, F.sinh, steps=1),
    "cosh": chain(ODD, F.cosh, steps=1),
    "floor": chain(ODD, lambda x: F.floor(3 * x), steps=1),
    "ceil": chain(ODD, lambda x: F.ceil(3 * x), steps=1),
    "fix": chain(ODD, lambda x: F.fix(3 * x)),
    "sign": chain(ODD, F.sign, steps=1),
    "identity": chain(ODD, F.identity, F.relu, steps=1),
}

WINDOWS = {
    "max-pool": chain(IMAGE, lambda x: F.max_pooling_2d(x, 2), steps=1),
    "max-pool-cover": chain(ODD, lambda x: F.max_pooling_2d(x, 2), steps=1),
    "max-pool-inside": chain(ODD, lambda x: F.max_pooling_2d(x, 2, cover_all=False), steps=1),
    "max-pool-padding": chain(ODD, lambda x: F.max_pooling_2d(x - 2, 3, stride=2, pad=1), steps=2),
    "max-pool-uneven": chain(ODD, lambda x: F.max_pooling_2d(x, (2, 3), (1, 2), (1, 0)), steps=1),
    "max-pool-nd": chain(ODD, lambda x: F.max_pooling_nd(x, 3, 1), steps=1),
    "average-pool": chain(IMAGE, lambda x: F.average_pooling_2d(x, 2), steps=1),
    "average-pool-padding": chain(ODD, lambda x: F.average_pooling_2d(x, 3, 2, 1), steps=1),
    "average-pool-nd": chain(ODD, lambda x: F.average_pooling_nd(x, 3, 2, 1), steps=1),
    "average-pool-without-padding": chain(ODD, lambda x: F.average_pooling_nd(x, 3, 2, 1, pad_value=None), steps=2),
    "global-average-pool": chain(IMAGE, lambda x: F.average_pooling_2d(x, x.shape[2:]), Linear(8, 4), steps=2),
    "pool-activation": chain(ODD, lambda x: F.max_pooling_2d(x, 2), F.tanh, steps=1),
    "resize-activation": chain(ODD, lambda x: F.resize_images(x, (4, 9)), F.sigmoid, steps=1),
    "conv-pool": chain(ODD, Conv(3, 4, 3), F.relu, lambda x: F.max_pooling_2d(x, 2), steps=2),
    "resize": chain(ODD, lambda x: F.resize_images(x, (9, 10)), steps=1),
    "resize-down": chain(IMAGE, lambda x: F.resize_images(x, (3, 1)), steps=1),
    "resize-same": chain(ODD, lambda x: F.resize_images(x, (5, 7)), steps=1),
    "resize-nearest": chain(ODD, lambda x: F.resize_images(x, (10, 21), mode="nearest"), Conv(3, 4, 3), steps=2),
    "resize-nearest-down": chain(IMAGE, lambda x: F.resize_images(x, (3, 2), mode="nearest"), steps=1),
    "unpooling": chain(ODD, lambda x: F.unpooling_2d(x, 2, cover_all=False), Conv(3, 4, 3), steps=2),
    "unpooling-cover": chain(ODD, lambda x: F.unpooling_2d(x, 2)),
    "unpooling-outsize": chain(ODD, lambda x: F.unpooling_2d(x, 2, outsize=(9, 13))),
    "unpooling-overlap": chain(ODD, lambda x: F.unpooling_2d(x, 3, 2)),
    "unpooling-gaps": chain(ODD, lambda x: F.unpooling_2d(x, 2, 3)),
    "unpooling-padding": chain(ODD, lambda x: F.unpooling_2d(x, 3, 2, 1, cover_all=False)),
    "unpooling-padding-even": chain(IMAGE, lambda x: F.unpooling_2d(x, 3, 3, 2, outsize=(12, 12))),
    "upsampling-by-repeat": chain(ODD, lambda x: F.repeat(F.repeat(x, 2, axis=2), 2, axis=3), Conv(3, 4, 3), steps=2),
    "upsampling-by-tile": chain(
        ODD, lambda x: rows(F.tile(rows(x, 3, 5, 1, 7, 1), (1, 1, 1, 2, 1, 2)), 3, 10, 14), Conv(3, 4, 3), steps=2
    ),
    "upsampling-by-broadcast": chain(
        ODD, lambda x: rows(F.broadcast_to(rows(x, 3, 5, 1, 7, 1), (x.shape[0], 3, 5, 2, 7, 2)), 3, 10, 14)
    ),
    "resize-nearest-uneven": chain(ODD, lambda x: F.resize_images(x, (7, 10), mode="nearest")),
    "resize-bilinear-unaligned": chain(ODD, lambda x: F.resize_images(x, (8, 9), align_corners=False), steps=2),
    "resize-bilinear-unaligned-twice": chain(
        ODD, Conv(3, 4, 1), lambda x: F.resize_images(x, (10, 14), align_corners=False), Conv(4, 2, 3)
    ),
    "pool-1d": chain((3, 9), lambda x: F.max_pooling_1d(x, 3, 2)),
    "pool-average-1d": chain((3, 9), lambda x: F.average_pooling_1d(x, 2)),
    "pool-of-each-channel": chain(
        IMAGE, lambda x: F.reshape(F.average_pooling_2d(F.reshape(x, (-1, 1, 6, 6)), 2), (-1, 8, 3, 3))
    ),
    "upsampling-by-indices-cut": chain((4, 6, 8), lambda x: unpooled_by_indices(x, F.tanh)),
    "upsampling-by-indices-odd": chain((4, 5, 7), lambda x: unpooled_by_indices(x, F.tanh, (5, 7))),
    "upsampling-by-indices": model(
        (4, 6, 8), lambda m, x: unpooled_by_indices(F.relu(m.a(x)), m.b, (6, 8)), a=Conv(4, 4, 1), b=Conv(4, 4, 1)
    ),
}
for op in ("sum", "mean", "max", "min"):
    for axes, keepdims in (
        (1, False),
        ((2, 3), True),
        ((2, 3), False),
        (-1, False),
        ((1, 2, 3), True),
        ((1, 3), False),
    ):
        key = f"{op}-{''.join(map(str, np.atleast_1d(axes)))}{'-kept' if keepdims else ''}"
        WINDOWS[key] = chain(ODD, lambda x, op=op, a=axes, k=keepdims: getattr(F, op)(x, axis=a, keepdims=k), steps=1)
WINDOWS |= {
    "mean-of-rows": chain(IMAGE, lambda x: F.mean(rows(x, 8, -1), axis=2), steps=1),
    "mean-of-vector": chain(VECTOR, lambda x: F.mean(x, axis=1, keepdims=True), steps=1),
    "sum-of-unpooled": chain(ODD, lambda x: F.sum(F.unpooling_2d(x, 2), axis=1)),
    "sum-of-some-channels": chain(IMAGE, lambda x: F.sum(rows(x, 2, 4, 6, 6), axis=2)),
    "average": chain(ODD, lambda x: F.average(x, axis=1), steps=1),
    "log-sum-exp": chain(ODD, lambda x: F.logsumexp(x * 90, axis=1)),
    "squared-norm": chain(ODD, lambda x: F.sum(F.square(x), axis=(1, 2, 3))),
    "squeeze-and-excite": model(
        ODD,
        lambda m, x: (
            m.c(x)
            * F.broadcast_to(rows(F.sigmoid(m.b(F.relu(m.a(F.mean(m.c(x), axis=(2, 3)))))), 8, 1, 1), (len(x), 8, 5, 7))
        ),
        c=Conv(3, 8, 3, pad=1),
        a=Linear(8, 2),
        b=Linear(2, 8),
    ),
}

ARRAYS = {
    "reshape-of-dense": chain(VECTOR, Linear(10, 24), lambda x: rows(x, 4, 2, 3), Deconv(4, 3, 2, 2), steps=2),
    "reshape-of-odd-dense": chain(VECTOR, Linear(10, 18), lambda x: rows(x, 3, 2, 3), Deconv(3, 3, 2, 2), steps=3),
    "reshape-to-vector": chain(ODD, Conv(3, 4, 3), lambda x: rows(x, -1), Linear(60, 5), steps=2),
    "reshape-image": chain(IMAGE, lambda x: rows(x, 2, 12, 12), Conv(2, 3, 3)),
    "flatten-and-back": chain(IMAGE, lambda x: F.reshape(F.relu(F.flatten(x)), x.shape), steps=1),
    "transpose": chain(ODD, lambda x: F.transpose(x, (0, 2, 3, 1)), steps=1),
    "transpose-conv": chain(IMAGE, lambda x: F.transpose(x, (0, 3, 1, 2)), Conv(6, 4, 3), steps=2),
    "transpose-there-and-back": chain(
        ODD, Conv(3, 4, 3), lambda x: F.transpose(F.relu(F.transpose(x, (0, 2, 3, 1))), (0, 3, 1, 2)), steps=1
    ),
    "transpose-of-batch-and-back": chain(
        IMAGE, lambda x: F.transpose(F.relu(F.transpose(x, (1, 0, 2, 3))), (1, 0, 2, 3)), steps=1
    ),
    "transpose-plus-itself": chain(IMAGE, lambda x: x + F.transpose(x, (0, 1, 3, 2))),
    "swapaxes": chain(ODD, lambda x: F.swapaxes(x, 1, -1), steps=1),
    "moveaxis": chain(ODD, lambda x: F.moveaxis(x, 1, -1), steps=1),
    "rollaxis": chain(ODD, lambda x: F.rollaxis(x, 3, 1), steps=1),
    "squeeze": chain((1, 5, 7), lambda x: F.squeeze(x, 1), lambda x: F.relu(x), steps=1),
    "expand-dims": chain(VECTOR, lambda x: F.expand_dims(F.expand_dims(x, 2), -1), Deconv(10, 4, 3), steps=1),
    "concat": model([ODD, (2, 5, 7)], lambda m, x, y: F.concat([x, y]), steps=1),
    "concat-activation": model([ODD, (2, 5, 7)], lambda m, x, y: F.elu(F.concat([x, y])), steps=1),
    "concat-rows": model([ODD, (3, 2, 7)], lambda m, x, y: F.concat([F.relu(x), y], axis=2)),
    "concat-last": model([ODD, (3, 5, 1)], lambda m, x, y: F.concat([x, y], axis=-1), steps=1),
    "concat-vectors": model([VECTOR, (4,)], lambda m, z, y: m.l(F.concat([z, y])), steps=2, l=Linear(14, 8)),
    "concat-with-itself": chain(ODD, lambda x: F.concat([x, x, F.transpose(F.flip(x, 2), (0, 1, 2, 3))]), steps=1),
    "concat-constant": model(ODD, lambda m, x: F.concat([x, F.broadcast_to(fixed(1, 2, 5, 7), (len(x), 2, 5, 7))])),
    "label-planes": model(
        [ODD, (4,)],
        lambda m, x, y: m.c(F.concat([x, F.broadcast_to(rows(y, 4, 1, 1), (len(x), 4, 5, 7))])),
        steps=2,
        c=Conv(7, 4, 3),
    ),
    "label-planes-by-tile": model(
        [ODD, (4,)],
        lambda m, x, y: m.c(F.concat([x, F.tile(rows(y, 4, 1, 1), (1, 1, 5, 7))])),
        steps=2,
        c=Conv(7, 4, 3),
    ),
    "label-times-features": model(
        [ODD, (4,)], lambda m, x, y: F.sum(m.c(x) * rows(y, 4, 1, 1), axis=(1, 2, 3)), c=Conv(3, 4, 3)
    ),
    "hstack": model([VECTOR, (4,)], lambda m, x, y: F.hstack([x, y]), steps=1),
    "dstack": model([ODD, ODD], lambda m, x, y: F.dstack([x, y]), steps=1),
    "stack": model([VECTOR, VECTOR], lambda m, x, y: F.stack([x, y], axis=1), steps=1),
    "stack-last": model([VECTOR, VECTOR], lambda m, x, y: F.stack([x, y], axis=-1), steps=1),
    "split": chain(IMAGE, lambda x: F.concat(F.split_axis(x, 2, 1)[::-1])),
    "split-at": chain(ODD, lambda x: F.split_axis(x, [1, 4], 2)[1], steps=1),
    "split-and-add": chain(IMAGE, Conv(8, 8, 3), lambda x: F.split_axis(x, 2, 1)[0] + F.split_axis(x, 2, 1)[1]),
    "separate": chain(ODD, lambda x: sum(F.separate(x, 2)[1:3])),
    "slice": chain(ODD, lambda x: x[:, 1:, ::2, 1:-1], steps=1),
    "slice-beyond": chain(ODD, lambda x: x[:, :100, -100:, ...], F.relu, steps=1),
    "slice-index": chain(ODD, lambda x: x[:, np.int64(1)], steps=1),
    "slice-new-axis": chain(ODD, lambda x: x[:, None, :, 2], steps=1),
    "slice-ellipsis": chain(ODD, lambda x: x[..., 1:3], steps=1),
    "slice-backwards": chain(ODD, lambda x: x[:, ::-1, 3:0:-2, -1:1:-1], steps=1),
    "noise-and-label": model((14,), lambda m, x: m.a(x[:, :10]) * m.b(x[:, 10:]), a=Linear(10, 5), b=Linear(4, 5)),
    "flip": chain(ODD, lambda x: F.flip(x, -1), steps=1),
    "flip-lr": chain(VECTOR, F.fliplr, steps=1),
    "flip-plus-itself": chain(ODD, Conv(3, 4, 3), lambda x: x + F.flip(x, 3)),
    "pad": chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (1, 2), (3, 0)), "constant"), Conv(3, 4, 3), steps=2),
    "pad-with-value": chain(
        ODD, lambda x: F.pad(x, ((0, 0), (1, 0), (0, 0), (0, 1)), "constant", constant_values=0.5), steps=1
    ),
    "pad-activation": chain(
        ODD,
        lambda x: F.pad(x, ((0, 0), (0, 0), (1, 0), (0, 2)), "constant", constant_values=-0.5),
        F.leaky_relu,
        steps=1,
    ),
    "pad-reflect": chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (1, 2), (2, 1)), "reflect"), Conv(3, 4, 3)),
    "pad-symmetric": chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (5, 0), (0, 2)), "symmetric")),
    "pad-edge": chain(ODD, lambda x: F.pad(x, ((0, 0), (0, 0), (2, 0), (1, 1)), "edge")),
    "depth-to-space": chain(IMAGE, Conv(8, 8, 3), lambda x: F.depth2space(x, 2), Conv(2, 3, 3), steps=3),
    "depth-to-space-of-columns": chain(
        IMAGE, Conv(8, 2, 3), lambda x: F.depth2space(F.transpose(x, (0, 2, 3, 1)), 2), steps=2
    ),
    "depth-to-space-unpooled": chain(IMAGE, lambda x: F.unpooling_2d(F.depth2space(x, 2), 2)),
    "space-to-depth": chain(IMAGE, lambda x: F.space2depth(x, 2), Conv(32, 3, 1), steps=2),
    "pixel-shuffle-by-hand": chain(
        IMAGE, lambda x: rows(F.transpose(rows(x, 2, 2, 2, 6, 6), (0, 1, 4, 2, 5, 3)), 2, 12, 12), steps=1
    ),
    "channel-shuffle": chain(
        IMAGE, lambda x: rows(F.transpose(rows(x, 2, 4, 6, 6), (0, 2, 1, 3, 4)), 8, 6, 6), Conv(8, 4, 3), steps=2
    ),
    "repeat": chain(VECTOR, lambda x: F.repeat(x, 3, axis=1), steps=1),
    "tile": chain(ODD, lambda x: F.tile(x, (1, 2, 1, 3)), steps=1),
    "tile-fewer": chain(ODD, lambda x: F.tile(x, (2,)), steps=1),
    "broadcast": model([ODD, (3, 1, 1)], lambda m, x, y: F.broadcast(x, y)[1] * x),
    "broadcast-more-axes": chain(ODD, lambda x: x + F.broadcast_to(chainer.Variable(fixed(5, 7)), x.shape), steps=1),
    "cast": chain(ODD, lambda x: F.cast(x, "float32") * 2, steps=1),
    "identity": chain(ODD, F.identity, F.dropout, lambda x: F.copy(x, -1), steps=1),
    "split-of-scattered": chain(
        (5, 3, 7),
        lambda x: F.flip(rows(F.transpose(F.flip(rows(x, 3, 5, 7), 3), (0, 3, 2, 1)), -1), 1),
        lambda x: F.concat([F.relu(y) if i % 2 else y for i, y in enumerate(F.split_axis(x, [11, 40, 77], 1))]),
    ),
    "separable-moves": chain(IMAGE, lambda x: F.flip(F.swapaxes(x[:, ::2], 2, 3), 1), Conv(4, 3, 3), steps=2),
    "list-of-channels": chain(ODD, lambda x: x[:, [2, 0, 2, 1]]),
    "list-of-columns": chain(ODD, lambda x: x[:, :, :, [6, 0, 1, 1, 3]] * 2),
    "list-of-rows": chain(ODD, Conv(3, 4, 1), lambda x: x[:, :, [4, 1, 0]], Conv(4, 2, 1)),
    "mask-of-channels": chain(ODD, lambda x: x[:, np.array([True, False, True])]),
    "cubic-along-rows": chain(
        ODD, Conv(3, 4, 1), lambda x: functions.resample(x, 2, [[0, 1, 2, 3], [4, 3, 2, 1]], fixed(2, 4))
    ),
    "list-of-a-vector": chain(VECTOR, lambda x: x[:, [9, 0, 4, 4, 2]]),
}

ARITHMETIC = {
    "add": model([ODD, ODD], lambda m, x, y: x + y, steps=1),
    "add-many": model([ODD, ODD], lambda m, x, y: F.add(x, y, x, y), steps=1),
    "add-itself": chain(ODD, lambda x: x + x, steps=1),
    "subtract": model([ODD, ODD], lambda m, x, y: x - y, steps=1),
    "multiply": model([ODD, ODD], lambda m, x, y: x * y, steps=1),
    "divide": model([ODD, ODD], lambda m, x, y: x / positive(y), steps=1),
    # WebDNN's optimiser makes x of this: docs/decisions/0007
    "ones-divided": chain(
        ODD, lambda x: F.broadcast_to(chainer.Parameter(np.ones((1, 1, 1, 1), "f")), x.shape) / positive(x)
    ),
    "pow": model([ODD, ODD], lambda m, x, y: positive(x) ** y, steps=1),
    "maximum": model([ODD, ODD], lambda m, x, y: F.maximum(x, y), steps=1),
    "minimum": model([ODD, ODD], lambda m, x, y: F.minimum(x, y), steps=1),
    "maximum-constant": chain(ODD, lambda x: F.maximum(x, np.zeros((1, 3, 5, 7), np.float32)), steps=1),
    "maximum-broadcast": model([ODD, (3, 1, 1)], lambda m, x, y: F.maximum(x, F.broadcast_to(y, x.shape))),
    "interpolate": model([ODD, ODD], lambda m, x, y: F.linear_interpolate(F.sigmoid(x), x, y), steps=1),
    "squared-error": model([ODD, ODD], lambda m, x, y: F.squared_error(x, y), steps=1),
    "per-channel": model([ODD, (3, 1, 1)], lambda m, x, y: x * y, steps=1),
    "per-pixel": model([ODD, (1, 5, 7)], lambda m, x, y: y - x, steps=1),
    "per-row": model([ODD, (1, 5, 1)], lambda m, x, y: x / positive(y)),
    "per-column": model([ODD, (3, 1, 7)], lambda m, x, y: x + y, steps=1),
    "scalar": model([ODD, (1, 1, 1)], lambda m, x, y: x * y, steps=1),
    "outer-product": model([(4, 1), (1, 5)], lambda m, x, y: x * y, steps=1),
    "constant-right": chain(ODD, lambda x: (x + 2.5) * 3 - 1, steps=1),
    "constant-left": chain(ODD, lambda x: 2 / (1.5 - x * 0.5), steps=1),
    "numpy-scalars": chain(ODD, lambda x: np.float32(2) * x + np.float64(0.5), steps=1),
    "reciprocal": chain(ODD, positive, lambda x: 1 / x, steps=1),
    "array-right": chain(ODD, lambda x: x * fixed(1, 3, 5, 7), steps=1),
    "array-left": chain(ODD, lambda x: fixed(3, 1, 1) / positive(x), steps=1),
    "array-per-column": chain(ODD, Conv(3, 4, 3), lambda x: x * fixed(5), steps=2),
    "array-per-channel-of-conv": chain(ODD, Conv(3, 4, 3), lambda x: x * fixed(4, 1, 1) - fixed(1, 4, 1, 1), steps=1),
    "scale-link": chain(ODD, Conv(3, 4, 3), L.Scale(1, (4,)), steps=1),
    "bias-link": chain(ODD, Conv(3, 4, 3), L.Bias(1, (4,)), F.relu, steps=1),
    "scale-of-conv": chain(ODD, Conv(3, 4, 3), lambda x: 1 - x / 3, steps=1),
    "square": chain(ODD, F.square, steps=1),
    "power-2": chain(ODD, lambda x: x**2, steps=1),
    "power-3": chain(ODD, lambda x: x**3, steps=1),
    "power-negative": chain(ODD, lambda x: (x + 3) ** -2, steps=1),
    "power-half": chain(ODD, positive, lambda x: x**0.5, steps=1),
    "power-1.7": chain(ODD, positive, lambda x: x**1.7, steps=1),
    "power-of-constant": chain(ODD, lambda x: 2**x, steps=1),
    "negative": chain(ODD, Conv(3, 4, 3), lambda x: -x, steps=1),
    "absolute": chain(ODD, Conv(3, 4, 3), abs, steps=1),
    "exp": chain(ODD, Conv(3, 4, 3), F.exp, steps=1),
    "expm1": chain(ODD, F.expm1, steps=1),
    "log": chain(ODD, positive, F.log, steps=1),
    "log1p": chain(ODD, abs, F.log1p, steps=1),
    "log2": chain(ODD, positive, F.log2, steps=1),
    "log10": chain(ODD, positive, F.log10, steps=1),
    "sqrt": chain(ODD, abs, F.sqrt, steps=1),
    "rsqrt": chain(ODD, positive, F.rsqrt, steps=1),
    "grid-sample": model([ODD, (2, 4, 3)], lambda m, x, places: functions.grid_sample(F.relu(x), 3 * places), steps=3),
    "spatial-transformer": model(
        [ODD, (6,)],
        lambda m, x, t: F.spatial_transformer_sampler(x, F.spatial_transformer_grid(F.reshape(t, (-1, 2, 3)), (4, 6))),
    ),
    "where-constant": model([ODD, ODD], lambda m, x, y: F.where(fixed(3, 5, 7) > 0, x, y)),
    "where-activation": model([ODD, ODD], lambda m, x, y: functions.where(functions.greater(x, y), x, 2 * y), steps=1),
    "where-broadcast": chain(ODD, lambda x: functions.where(x[:, :1], x, np.zeros((), np.float32))),
    "constant-in-front": chain(ODD, lambda x: fixed(3, 1, 1) * x),
    "constant-scalar-of-numpy": chain(ODD, lambda x: np.float32(0.5) * x + np.float64(2)),
    "constant-of-no-dimension": chain(ODD, lambda x: x * np.array(0.5, np.float32) + np.array(2, np.float32)),
    "constant-noise": chain(ODD, lambda x: x + np.broadcast_to(fixed(1, 5, 7), x.shape)),
    "constant-variable": chain(ODD, lambda x: x * chainer.Variable(np.broadcast_to(fixed(3, 5, 7), x.shape))),
    "constant-from-the-left": chain(ODD, lambda x: 1 - np.float32(2) / (x * x + np.float32(1))),
}

NETWORKS = {
    "residual": model(
        IMAGE, lambda m, x: F.relu(x + m.b(F.relu(m.a(x)))), steps=3, a=Conv(8, 8, 3, pad=1), b=Conv(8, 8, 3, pad=1)
    ),
    "residual-before-activation": model(
        IMAGE,
        lambda m, x: x + m.d(F.relu(m.c(m.b(F.relu(m.a(x)))))),
        steps=4,
        a=BN(8),
        b=Conv(8, 8, 3, pad=1),
        c=BN(8),
        d=Conv(8, 8, 3, pad=1),
    ),
    "residual-upsampling": model(
        VECTOR,
        lambda m, z: (
            lambda x: F.unpooling_2d(m.s(x), 2, cover_all=False) + m.c(F.unpooling_2d(F.relu(x), 2, cover_all=False))
        )(rows(m.l(z), 8, 3, 3)),
        l=Linear(10, 72),
        s=Conv(8, 4, 1),
        c=Conv(8, 4, 3, pad=1),
    ),
    "u-net": model(
        ODD,
        lambda m, x: (lambda a: (lambda b: m.d(F.concat([m.c(b), a])))(F.relu(m.b(a))))(F.relu(m.a(x))),
        steps=5,
        a=Conv(3, 4, 3, pad=1),
        b=Conv(4, 8, 3, 2, 1),
        c=Deconv(8, 4, 3, 2, 1),
        d=Conv(8, 3, 3, pad=1),
    ),
    "dense-block": model(
        ODD,
        lambda m, x: (lambda y: F.concat([y, m.b(F.relu(y))]))(F.concat([x, m.a(F.relu(x))])),
        a=Conv(3, 4, 3, pad=1),
        b=Conv(7, 4, 3, pad=1),
    ),
    "used-twice": model(
        ODD, lambda m, x: (lambda y: m.b(y) + m.c(F.relu(y)))(m.a(x)), a=Conv(3, 4, 3), b=Conv(4, 4, 1), c=Conv(4, 4, 1)
    ),
    "used-thrice": model(ODD, lambda m, x: (lambda y: F.relu(y) * F.tanh(y) + y)(m.a(x)), steps=1, a=Conv(3, 4, 3)),
    "parts-used-otherwise": model(ODD, lambda m, x: (lambda y: F.relu(y[:, :2]) + y[:, 2:])(m.a(x)), a=Conv(3, 4, 3)),
    "reshape-used-otherwise": model(
        ODD, lambda m, x: (lambda y: F.concat([F.relu(rows(y, -1)), rows(y, -1)]))(m.a(x)), a=Conv(3, 4, 3)
    ),
    "dense-read-in-two-orders": model(
        VECTOR,
        lambda m, x: (lambda y: (m.d(rows(y, 4, 2, 2)), F.softmax(y)))(m.l(x)),
        l=Linear(10, 16),
        d=Deconv(4, 3, 2, 2),
    ),
    "dense-added-in-two-orders": model(
        VECTOR,
        lambda m, x: (lambda y: m.d(y + F.flip(F.transpose(y, (0, 1, 3, 2)), 1)))(rows(m.l(x), 4, 2, 2)),
        l=Linear(10, 16),
        d=Deconv(4, 3, 2, 2),
    ),
    "dense-output-in-two-orders": model(
        VECTOR, lambda m, x: (lambda y: (y, F.swapaxes(y, 2, 3)))(rows(m.l(x), 4, 2, 3)), l=Linear(10, 24)
    ),
    "dense-pending-in-two-orders": model(
        VECTOR,
        lambda m, x: (lambda y: m.d(F.relu(y) * fixed(4, 2, 2)) + m.d(y))(rows(m.l(x), 4, 2, 2)),
        l=Linear(10, 16),
        d=Deconv(4, 3, 2, 2),
    ),
    "two-inputs-two-outputs": model(
        [ODD, (4,)],
        lambda m, x, y: (F.sigmoid(m.a(x)), m.b(F.concat([rows(m.a(x), -1), y]))),
        a=Conv(3, 1, 3),
        b=Linear(19, 2),
    ),
    "output-that-is-read": model(
        ODD, lambda m, x: (lambda y: (y, F.relu(y), m.b(y)))(m.a(x)), a=Conv(3, 4, 3), b=Conv(4, 2, 1)
    ),
    "output-twice": model(ODD, lambda m, x: (lambda y: (y, y))(m.a(x)), a=Conv(3, 4, 3)),
    "output-and-its-reshape": model(ODD, lambda m, x: (lambda y: (y, rows(y, -1)))(m.a(x)), a=Conv(3, 4, 3)),
    "output-is-input": chain(ODD, lambda x: x, steps=1),
    "output-is-reshaped-input": chain(ODD, lambda x: rows(x, -1), steps=1),
    "input-unused": model([ODD, (4,)], lambda m, x, y: F.relu(x), steps=1),
    "generator": chain(
        VECTOR,
        Linear(10, 72),
        BN(72),
        F.relu,
        lambda x: rows(x, 8, 3, 3),
        Deconv(8, 8, 3, 2),
        BN(8),
        F.relu,
        Deconv(8, 4, 2, 2),
        BN(4),
        F.relu,
        Deconv(4, 1, 2, 2),
        F.sigmoid,
        steps=4,
    ),
    "classifier": chain(
        (1, 9, 9),
        Conv(1, 4, 3),
        F.relu,
        Conv(4, 8, 3),
        F.relu,
        lambda x: F.max_pooling_2d(x, 2),
        Linear(72, 6),
        F.relu,
        Linear(6, 4),
        F.softmax,
        steps=6,
    ),
    "all-convolutional": chain(
        (1, 8, 8),
        Conv(1, 8, 3, 2, 1),
        F.leaky_relu,
        Conv(8, 8, 3, 2, 1),
        BN(8),
        F.leaky_relu,
        Conv(8, 4, 2),
        lambda x: F.squeeze(x, (2, 3)),
        F.softmax,
        steps=4,
    ),
}

OPERATORS: dict[str, Case] = {
    **DENSE,
    **CONVOLUTIONS,
    **NORMS,
    **ACTIVATIONS,
    **WINDOWS,
    **ARRAYS,
    **ARITHMETIC,
    **NETWORKS,
}

# WebDNN's converter has handlers for these too: why none is in the table
REASONS = {
    "a loss or a score": """
        AbsoluteError Accuracy BinaryAccuracy ClassificationSummary ConnectionistTemporalClassification Contrastive
        CrossCovariance DeCov Hinge HuberLoss MeanAbsoluteError MeanSquaredError NegativeSamplingFunction R2_score
        SigmoidCrossEntropy SoftmaxCrossEntropy Triplet""",
    "of sequences, which a plan for one picture has not": """
        LSTM NStepBiGRU NStepBiLSTM NStepBiRNNReLU NStepBiRNNTanh NStepGRU NStepLSTM NStepRNNReLU NStepRNNTanh
        PadSequence SLSTM TransposeSequence""",
    "chooses by data": "ArgMax ArgMin Permutate",
    "random": "Gaussian SimplifiedDropconnect Zoneout",
    "a product of activations": "BatchDet BatchInv BatchL2NormSquared BatchMatMul BilinearFunction Inv",
    "not for images": "UnpoolingND",
    "rare: a plan has no such step": """
        Fmod Im2Col ROIPooling2D SpatialPyramidPooling2D""",
    "flips the batch": "FlipUD",
    "another name in Chainer 7.8.1": """
        BatchNormalizationFunction DepthwiseConvolution2D DilatedConvolution2DFunction Flatten MatMulConstVar
        MatMulVarConst MatMulVarVar MaxPooling2D PReLU SquaredDifference""",
    "leaves no trace in test mode": "Ceil Dropout",
}
REFUSED: dict[str, str] = {name: reason for reason, names in REASONS.items() for name in names.split()}
