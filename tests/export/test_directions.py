"""Latent directions: of a linear network its singular vectors, of a generator those that change pictures most."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ganzoo import inputs, plugins
from ganzoo.export import exports
from ganzoo.export.directions import COUNT, Directions, directions
from ganzoo.export.tracing import reference
from ganzoo.specs import Network, Part, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run

PICTURE = TensorSpec("y", (1, 5, 8), "image")
VECTOR = TensorSpec("x", (13,), "latent", parts=(Part("label", 3, "onehot"), Part("z", 10, "latent")))
STRETCH = np.array([9, 7, 5, 4, 3, 2.5, 0.2, 0.2, 0.1, 0.1])


def linear(into: TensorSpec = VECTOR, out: TensorSpec = PICTURE, forward: Callable[..., Any] | None = None) -> Network:
    """A network whose picture is its latent times a matrix of known singular vectors: those of `axes()`."""
    size = int(np.prod(into.shape))
    left = np.linalg.qr(np.random.default_rng(1).normal(size=(40, 10)))[0]
    link = L.Linear(size, 40, initialW=np.zeros((40, size), np.float32))
    link.W.array[:, size - 10 :] = left * STRETCH @ axes()
    link.W.array[:, : size - 10] = 50  # labels change pictures more than any latent does
    return Network("net", link, forward or (lambda x: F.reshape(link(x), (-1, *out.shape))), (into,), (out,))


def axes() -> np.ndarray[Any, Any]:
    return np.linalg.qr(np.random.default_rng(2).normal(size=(10, 10)))[0]


@pytest.fixture
def generator(runs: Mapping[str, Run]) -> Network:
    run = runs["dcgan-cond"]
    (network,) = run.arch.export(run.config, run.model())
    return network


def test_those_of_a_linear_network_are_its_singular_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganzoo.export.directions.SAMPLES", 20_000)
    monkeypatch.setattr("ganzoo.export.directions.VALUES", 1 << 20)
    found = directions(linear())
    assert found is not None and found.name == "z"
    assert found.vectors.shape == (COUNT, 10) and found.vectors.dtype == np.float32
    cosines = np.abs(np.einsum("ij,ij->i", found.vectors, axes()[:COUNT]))
    assert (cosines > 0.995).all(), cosines


def test_few_samples_find_nearly_as_much() -> None:
    """The six that are found change pictures nearly as much as the best six do."""
    matrix = linear().link.W.array[:, 3:]
    found = directions(linear())
    assert found is not None
    caught = ((matrix @ found.vectors.T) ** 2).sum()
    assert caught > 0.97 * (STRETCH[:COUNT] ** 2).sum()


def test_they_are_orthonormal_and_their_sign_is_a_rule(generator: Network) -> None:
    for network in (generator, linear()):
        found = directions(network)
        assert found is not None
        np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(COUNT), atol=1e-5)
        largest = np.abs(found.vectors).argmax(axis=1)
        assert (found.vectors[np.arange(COUNT), largest] > 0).all()


def test_the_same_at_every_call_whatever_the_random_state(generator: Network) -> None:
    np.random.seed(1)
    first = directions(generator)
    np.random.seed(2)
    again = directions(generator)
    assert first is not None and again is not None
    np.testing.assert_array_equal(first.vectors, again.vectors)


def test_the_first_changes_the_picture_more_than_a_random_one_does(generator: Network) -> None:
    found = directions(generator)
    assert found is not None
    (start,) = inputs.seeded(generator.inputs, 40, 7)
    random = np.random.default_rng(3).normal(size=(40, 100))
    random /= np.linalg.norm(random, axis=1, keepdims=True)

    def change(along: Any) -> float:
        moved = start.copy()
        moved[:, :100] += 0.5 * along
        (before,), (after,) = reference(generator, [start]), reference(generator, [moved])
        return float(np.linalg.norm((after - before).reshape(40, -1), axis=1).mean())

    assert change(found.vectors[0]) > 2 * change(random)


def test_a_small_latent_has_as_many_as_it_has_axes() -> None:
    link = L.Linear(4, 40)
    spec = TensorSpec("noise", (4, 1, 1), "latent")
    found = directions(Network("net", link, lambda z: F.reshape(link(z), (-1, 1, 5, 8)), (spec,), (PICTURE,)))
    assert found is not None and found.name == "noise" and found.vectors.shape == (4, 4)


def test_large_pictures_are_few() -> None:
    """A network of 256x256 is asked for less than golden.py asks it for."""
    seen = []
    large = TensorSpec("y", (3, 64, 64), "image")

    def forward(x: Any) -> Any:
        seen.append(len(x))
        return F.broadcast_to(F.reshape(F.sum(x, axis=1), (-1, 1, 1, 1)), (len(x), *large.shape))

    assert directions(linear(out=large, forward=forward)) is not None
    assert sum(seen) == 16


def cut(x: Any) -> Any:
    """No graph leads from its picture to `x`."""
    return chainer.Variable(np.resize(x.array, (len(x), 1, 5, 8)))


def fails(x: Any) -> Any:
    raise RuntimeError("a plugin's own")


class Stuck(chainer.Function):
    def forward(self, values: Any) -> Any:
        return (np.resize(values[0], (len(values[0]), 1, 5, 8)),)

    def backward(self, values: Any, gradients: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(
    "network",
    [
        linear(out=TensorSpec("y", (40,), "logits"), forward=lambda x: x),
        linear(into=TensorSpec("x", (13,), "image")),
        linear(forward=cut),
        linear(forward=fails),
        linear(forward=lambda x: Stuck()(x)),
        linear(
            forward=lambda x: F.reshape(x[:, :1] * np.ones((1, 40), np.float32), (-1, 1, 5, 8))
        ),  # of the label alone
        linear(forward=lambda x: F.reshape(F.broadcast_to(F.log(x[:, 3:4] * 0), (len(x), 40)), (-1, 1, 5, 8))),
    ],
    ids=["no image", "no latent", "not connected", "raises", "no gradient", "not of the latent", "not finite"],
)
def test_where_there_are_none_nothing_fails(network: Network) -> None:
    with np.errstate(all="ignore"):
        assert directions(network) is None


@pytest.mark.alone
def test_they_cost_a_few_forward_passes(generator: Network) -> None:
    """45 ms on two idle cores; a ratio holds on busy ones too."""
    drawn = inputs.seeded(generator.inputs, 128, 0)

    def seconds(work: Callable[[], Any]) -> float:
        work()
        spent = []
        for _ in range(5):
            started = time.process_time()
            work()
            spent.append(time.process_time() - started)
        return min(spent)

    with threadpool_limits(1, "blas"):
        once = seconds(lambda: reference(generator, drawn))
    assert seconds(lambda: directions(generator)) < 8 * once


def test_an_export_has_them(runs: Mapping[str, Run], tmp_path: Path, generator: Network) -> None:
    made = exports.write(runs["dcgan-cond"], [plugins.BACKENDS.get("webgl")], tmp_path / "export")
    folder = tmp_path / "export" / "generator"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["directions"] == {"file": "directions.bin", "name": "z", "count": 6}
    stored = np.fromfile(folder / "directions.bin", "<f4").reshape(6, 100)
    found = directions(generator)
    assert isinstance(found, Directions)
    np.testing.assert_array_equal(stored, found.vectors)
    (part,) = (part for part in made.parts if part.path == "generator/directions.bin")
    assert (part.holds, part.backend, part.raw) == ("data", "-", 2400)
    assert manifest["files"]["directions.bin"] == {"bytes": 2400, "sha256": part.sha256}


def test_an_export_without_them_does_not_name_them(
    runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganzoo.export.layouts.ganzoo.directions", lambda network: None)
    exports.write(runs["dcgan-cond"], [plugins.BACKENDS.get("webgl")], tmp_path / "export")
    folder = tmp_path / "export" / "generator"
    assert "directions" not in json.loads((folder / "manifest.json").read_text())
    assert not (folder / "directions.bin").exists()
