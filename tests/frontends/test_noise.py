"""Noise that is drawn in the forward pass becomes inputs, and statistics of a batch are computed of one picture."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest

from ganzoo import inputs, plugins
from ganzoo.card import Card, Told
from ganzoo.errors import GanzooError, UsageError
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.frontends.chainer.model import network as network_of
from tests.support.own_network import randomized
from tests.support.plans import execute
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import Network


class Painter(chainer.Chain):
    """As StyleGAN adds noise to feature maps: one map for all channels, with a factor for each."""

    def __init__(self) -> None:
        super().__init__(l1=L.Linear(5, 32), c1=L.Convolution2D(2, 3, 3, pad=1), c2=L.Convolution2D(3, 1, 1))
        with self.init_scope():
            self.s1, self.s2 = chainer.Parameter(np.ones((1, 2, 1, 1), "f")), chainer.Parameter(np.ones(3, "f"))

    def forward(self, z: Any) -> Any:
        xp = self.xp
        h = F.reshape(self.l1(z), (-1, 2, 4, 4))
        noise = chainer.Variable(xp.random.normal(0, 1, (len(h), 1, 4, 4)).astype(np.float32))
        h = F.leaky_relu(h + F.broadcast_to(noise, h.shape) * F.broadcast_to(self.s1, h.shape))
        h = self.c1(F.resize_images(h, (8, 8)))
        spread = xp.random.uniform(-0.5, 0.5, size=(len(h), 1, 8, 8)).astype("f") * 3 + 1
        h = h + F.scale(F.broadcast_to(spread, h.shape), self.s2, axis=1)
        return F.sigmoid(self.c2(F.relu(h)))


class Encoded(chainer.Chain):
    """A variational autoencoder."""

    def __init__(self) -> None:
        super().__init__(mean=L.Linear(16, 3), ln_var=L.Linear(16, 3), decoder=L.Linear(3, 16))

    def forward(self, x: Any) -> Any:
        z = F.gaussian(self.mean(x), self.ln_var(x))
        return F.reshape(F.sigmoid(self.decoder(z)), x.shape)


class Judge(chainer.Chain):
    """A discriminator with a minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196)."""

    def __init__(self) -> None:
        super().__init__(c1=L.Convolution2D(1, 4, 3), c2=L.Convolution2D(5, 2, 3), l1=L.Linear(8, 1))

    def forward(self, x: Any) -> Any:
        h = F.leaky_relu(self.c1(x))
        mean = F.mean(h, axis=0, keepdims=True)
        variance = F.mean((h - F.broadcast_to(mean, h.shape)) ** 2, axis=0, keepdims=True)
        deviation = F.mean(F.sqrt(variance + 1e-8), keepdims=True)
        h = F.concat([h, F.broadcast_to(deviation, (len(h), 1, *h.shape[2:]))])
        return self.l1(F.leaky_relu(self.c2(h)))


def read(model: Callable[..., Any], *shape: int, noise: str = "noise", **told: Any) -> Network:
    return network_of(model, Card(inputs=(Told("x", shape),), noise=noise, **told), "network")


def lowered(network: Network) -> Any:
    return lower(trace(network), network)


def agrees(network: Network, n: int = 3) -> None:
    """The plan computes what the network does."""
    arrays = inputs.seeded(network.inputs, n, 5)
    for made, wanted in zip(execute(lowered(network), arrays), reference(network, arrays), strict=True):
        np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-5)


PAINTER = [
    ("x", (5,), "normal", None),
    ("noise", (1, 4, 4), "normal", None),
    ("noise_2", (1, 8, 8), "uniform", (-0.5, 0.5)),
]


def test_each_draw_is_an_input_of_its_distribution() -> None:
    painter = read(randomized(Painter()), 5)
    assert [(each.name, each.shape, each.distribution, each.range) for each in painter.inputs] == PAINTER
    agrees(painter)
    encoded = read(randomized(Encoded()), 1, 4, 4, noise="eps")
    assert [(each.name, each.shape, each.meaning) for each in encoded.inputs[1:]] == [("eps", (3,), "latent")]
    agrees(encoded)


def drawn(change: Callable[[Any], Any], *size: int) -> Callable[[Any], Any]:
    return lambda x: x * change(np.random.standard_normal((len(x), *size)))


@pytest.mark.parametrize(
    "model",
    [
        lambda x: x + chainer.Variable(np.random.randn(*x.shape).astype("f") * 0.25 - 3),
        lambda x: x * np.random.normal(2, 0.5, x.shape).astype("f"),
        lambda x: x * (1 + np.random.rand(len(x), 1, 4, 4)[:, :].reshape(len(x), 1, 16).astype("f").reshape(x.shape)),
        lambda x: x + np.random.random_sample((1, *x.shape)).astype("f")[0],
        lambda x: x + np.random.random(size=(len(x), 1, 4, 4)).astype("f"),
        lambda x: x + F.transpose(chainer.Variable(np.random.uniform(size=x.shape).astype("f")), (0, 1, 3, 2)),
        lambda x: F.gaussian(x, x, eps=np.random.standard_normal(x.shape).astype("f")),
        lambda x: F.scale(x, np.random.normal(0, 1, len(x)).astype("f"), axis=0),
    ],
)
def test_ways_to_draw(model: Callable[[Any], Any]) -> None:
    agrees(read(model, 1, 4, 4))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            lambda x: x + np.random.normal(size=(1, *x.shape[1:])).astype("f"),
            r"normal of the shape \(1, 1, 4, 4\) in line",
        ),
        (lambda x: x + np.random.normal(size=(16, len(x))).astype("f").T.reshape(x.shape), "not drawn for each of 4"),
        (lambda x: x + float(np.random.rand()), r"rand of the shape \(\) .*not drawn for each"),
        (lambda x: x + np.random.normal(size=(*x.shape,)).astype("f") ** 2, "depends on the input 'noise'"),
        (lambda x: x + np.random.normal(np.ones((4, 4)), 1, x.shape).astype("f") * np.arange(4, dtype="f"), "'noise'"),
        (lambda x: x + x * np.random.randn(*[4] * (len(x) == 4), *x.shape).astype("f").sum(), "'noise'|not drawn"),
    ],
)
def test_noise_that_cannot_be_an_input_is_named(model: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(GanzooError, match=words) as raised:
        lowered(read(model, 1, 4, 4))
    assert raised.value.remedy


def test_without_the_declaration_the_option_is_named() -> None:
    for model, shape in ((Painter(), (5,)), (Encoded(), (1, 4, 4))):
        with pytest.raises(GanzooError) as raised:
            lowered(read(model, *shape, noise=""))
        assert "--noise" in raised.value.remedy
    with pytest.raises(UsageError, match="has an input 'x'"):
        read(Painter(), 5, noise="x")


def test_numpy_draws_as_before_elsewhere() -> None:
    before = {name: getattr(np.random, name) for name in ("normal", "rand", "uniform")}
    apply = F.noise.gaussian.Gaussian.apply
    elsewhere: list[Any] = []

    def model(x: Any) -> Any:
        thread = threading.Thread(target=lambda: elsewhere.append(np.random.rand(7)))
        thread.start()
        thread.join()
        return x + np.random.randn(*x.shape).astype("f")

    network = read(model, 3)
    state = np.random.get_state()[1]
    assert len(network.inputs) == 2 and {len(each) for each in elsewhere} == {7}
    assert len({each[0] for each in elsewhere}) == len(elsewhere) > 1
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    assert all(getattr(np.random, name) is function for name, function in before.items())
    assert F.noise.gaussian.Gaussian.apply is apply


def test_a_statistic_of_a_batch_is_of_one_picture_only_where_that_is_declared() -> None:
    judge = randomized(Judge())
    with pytest.raises(GanzooError, match=r"Mean \(layer c1 > Mean\) mixes") as raised:
        lowered(read(judge, 1, 6, 6, noise=""))
    assert "--alone" in raised.value.remedy
    network = read(judge, 1, 6, 6, noise="", alone=True)
    (x,) = inputs.seeded(network.inputs, 3, 5)
    with chainer.using_config("train", False):
        singles = np.concatenate([judge(x[i : i + 1]).array for i in range(3)])
        assert abs(judge(x).array - singles).max() > 1e-3
    np.testing.assert_allclose(reference(network, [x])[0], singles, rtol=0, atol=1e-6)
    agrees(network)


@pytest.mark.parametrize(
    "model",
    [
        lambda x: x * np.floor(x.array.sum(keepdims=True)),
        lambda x: x * float(x.array.sum()),
        lambda x: x + x[:, int(x.array.argmax())],
        lambda x: F.relu(x) if x.array[0, 0] > 0 else F.tanh(x),
    ],
)
def test_a_picture_alone_may_not_choose_its_constants(model: Callable[[Any], Any]) -> None:
    with pytest.raises(GanzooError, match=r"computed outside Chainer's graph|runs other functions"):
        lowered(read(model, 4, noise="", alone=True))


@pytest.mark.browser
def test_every_backend_computes_them() -> None:
    from tests.support.in_node import joined
    from tests.support.on_device import run_cases
    from tests.support.tab import tab

    networks = [
        read(randomized(Painter()), 5),
        read(randomized(Encoded()), 1, 4, 4),
        read(randomized(Judge()), 1, 6, 6, noise="", alone=True),
    ]
    arrays = [inputs.seeded(network.inputs, 3, 5) for network in networks]
    wanted = [each for network, own in zip(networks, arrays, strict=True) for each in reference(network, own)]
    plan = joined([lowered(network) for network in networks])
    with tab() as visitor:
        for backend in BACKENDS:
            (answer,) = run_cases(
                visitor, plugins.BACKENDS.get(backend), [(plan, [each for own in arrays for each in own])]
            )
            assert not answer.error
            for made, expected in zip(answer.outputs, wanted, strict=True):
                np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4, err_msg=backend)
