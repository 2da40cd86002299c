"""The range that a network declares for its pictures and the distribution of its noise govern what is made of them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import inputs, noise, roles
from ganzoo.errors import GanzooError, PluginError, UsageError
from ganzoo.specs import Network, Part, TensorSpec, TrainConfig, Training

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (1, 2, 3)
CONFIG = TrainConfig("tanh-gan", "default", "squares", SHAPE, 2, 1, 1, 0, "cpu", {})
Z = TensorSpec("z", (6,), "latent")
TANH = TensorSpec("y", SHAPE, "image", range=(-1.0, 1.0))


def network(name: str, spec: TensorSpec, output: TensorSpec, forward: Any = None) -> Network:
    """The output is the input in another shape, or what `forward` makes of it."""
    import chainer
    import chainer.functions as F

    return Network(name, chainer.Chain(), forward or (lambda x: F.reshape(x, (-1, *output.shape))), (spec,), (output,))


def values(*rows: float) -> np.ndarray:
    return np.array([rows], np.float32)


def test_pictures_are_black_where_the_range_begins_and_white_where_it_ends() -> None:
    drawn = roles.draw(network("painter", Z, TANH), [values(-1, -0.5, 0, 0.5, 1, 3)])
    np.testing.assert_array_equal(drawn, values(0, 0.25, 0.5, 0.75, 1, 2).reshape(1, *SHAPE))
    assert drawn.dtype == np.float32
    unbounded = replace(TANH, range=None)
    np.testing.assert_array_equal(roles.draw(network("painter", Z, unbounded), [values(*range(6))]).ravel(), range(6))


def test_a_classifier_reads_pictures_in_its_own_range() -> None:
    reader = network("reader", replace(TANH, range=(-2.0, 6.0)), TensorSpec("c", (6,), "logits"))
    pictures = values(0, 0.5, 1, 0, 0.25, 1).reshape(1, *SHAPE)
    np.testing.assert_array_equal(roles.read(reader, pictures), values(-2, 2, 6, -2, 0, 6))


def test_noise_that_is_declared_uniform_is_even_over_the_input_s_range() -> None:
    parts = (Part("z", 4, "latent", "uniform"), Part("w", 3, "latent"), Part("label", 2, "onehot"))
    specs = (
        TensorSpec("x", (9,), "latent", range=(-0.5, 2.0), parts=parts),
        TensorSpec("u", (5,), "latent", distribution="uniform"),
    )
    x, u = inputs.seeded(specs, 3, 7, [1])
    np.testing.assert_array_equal(x[:, :4].ravel(), noise.uniform(7, 12, -0.5, 2.0, 0))
    np.testing.assert_array_equal(x[:, 4:7].ravel(), noise.normal(7, 9, 1))
    np.testing.assert_array_equal(u.ravel(), noise.uniform(7, 15, -1.0, 1.0, 3))


def test_a_manifest_tells_a_distribution_only_where_it_is_not_the_normal_one() -> None:
    """What older bundles hold stays as it was, byte for byte."""
    parts = (Part("z", 4, "latent", "uniform"), Part("w", 2, "latent"))
    told = TensorSpec("x", (6,), "latent", parts=parts).described()
    assert told == {
        "name": "x",
        "shape": (6,),
        "meaning": "latent",
        "range": None,
        "parts": (
            {"name": "z", "size": 4, "meaning": "latent", "distribution": "uniform"},
            {"name": "w", "size": 2, "meaning": "latent"},
        ),
    }
    assert TensorSpec("x", (6,), "latent", distribution="uniform").described()["distribution"] == "uniform"


def test_a_sheet_of_sample_is_painted_by_the_range(tmp_path: Path) -> None:
    from PIL import Image

    from ganzoo.image_grid import HEADING, SCALE
    from ganzoo.sample import sheet
    from tests.support.toy import ToyRun

    even = network("painter", Z, TANH, lambda x: 0 * _picture(x))
    run = ToyRun(tmp_path, CONFIG, {"classes": ["a", "b"]}, own=(even,))
    picture = sheet(run, ["a"], 1, 0)
    assert isinstance(picture, Image.Image)
    # a tanh of 0 is the middle grey of its range; taken for [0, 1] it would be black
    assert picture.getpixel((6 + SCALE, HEADING + SCALE)) == (128, 128, 128)


def _picture(x: Any) -> Any:
    import chainer.functions as F

    return F.reshape(x, (-1, *SHAPE))


def trained(painter: Network, sample: Any = None) -> Any:
    arch = SimpleNamespace(name="tanh-gan", export=lambda config, model: [painter])
    return arch, CONFIG, Training(None, None, (), sample=sample)


FAULTS: list[tuple[str, Any, Any, type[GanzooError], str]] = [
    (
        "pictures of another shape",
        network("p", replace(Z, shape=(24,)), replace(TANH, shape=(3, 2, 4))),
        None,
        UsageError,
        r"tanh-gan draws images of shape \(3, 2, 4\), those of squares are \(1, 2, 3\)",
    ),
    (
        "other pictures than declared",
        network("p", Z, TANH, lambda x: _picture(x)[:, :, :1]),
        None,
        PluginError,
        r"declares pictures of shape \(1, 2, 3\), and draws them of shape \(1, 1, 3\)",
    ),
    (
        "classes of other data",
        network("p", TensorSpec("x", (6,), "latent", parts=(Part("z", 3, "latent"), Part("c", 3, "onehot"))), TANH),
        None,
        UsageError,
        "made for 3 classes, but squares has 2",
    ),
    (
        "a reader of other pictures",
        network("r", replace(TANH, shape=(1, 3, 3)), TensorSpec("c", (9,), "logits")),
        None,
        UsageError,
        r"reads images of shape \(1, 3, 3\)",
    ),
    (
        "a reader of other classes",
        network("r", TANH, TensorSpec("c", (6,), "logits")),
        None,
        UsageError,
        "made for 6 classes",
    ),
    (
        "a sheet in the network's range",
        network("p", Z, TANH),
        lambda: np.full((1, 2, *SHAPE), -1, np.float32),
        PluginError,
        r"values from -1 to -1; Training.sample promises \[0, 1\]",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
def test_what_does_not_fit_is_told_before_training(fault: Any) -> None:
    from ganzoo.training import fit

    _, painter, sample, error, words = fault
    with pytest.raises(error, match=words):
        fit.check(*trained(painter, sample))


def test_what_fits_is_let_through() -> None:
    from ganzoo.training import fit

    fit.check(*trained(network("p", Z, TANH), lambda: np.full((1, 2, *SHAPE), 0.5, np.float32)))
