"""`style` is the StyleGAN2 of the paper where its docstrings say so, and as small as the page needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
import pytest

from ganzoo import layers
from ganzoo.archs import _logistic, style
from ganzoo.errors import UsageError
from ganzoo.export.explain import rows
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from tests.support import made_up

if TYPE_CHECKING:
    from ganzoo.specs import TrainConfig


def config(preset: str, shape: tuple[int, int, int], n_classes: int, **values: Any) -> TrainConfig:
    arch = style.ARCH
    made = made_up.config(arch, made_up.data(shape, n_classes))
    return replace(made, preset=preset, hparams={**arch.presets[preset].hparams, **values})


@pytest.mark.slow
def test_the_default_at_64x64_is_within_the_issues_bounds() -> None:
    settings = config("default", (3, 64, 64), 9)
    (network,) = style.ARCH.export(settings, style.build(settings))
    plan = lower(trace(network), network)
    assert sum(row.multiply_adds for row in rows(plan)) <= 60e6
    assert 2 * plan.n_weights <= 4e6  # bytes in f16


@pytest.mark.parametrize("transposed", [False, True])
def test_scale_convolve_scale_is_a_modulated_convolution(transposed: bool) -> None:
    """Equations 1 and 3 of the paper, with weights of their own for each picture."""
    random = np.random.RandomState(0)
    x, w = (random.standard_normal(size).astype(np.float32) for size in ((2, 4, 5, 5), (2, 8)))
    kind: Any = layers.Deconvolution2D if transposed else layers.Convolution2D
    options = {"ksize": 4, "stride": 2} if transposed else {"ksize": 3}
    values = chainer.initializers.Normal(1.0)
    link = style.Styled(kind(4, 6, pad=1, nobias=True, initialW=values, **options), (4, 6), 8)
    link.b.array[:] = random.standard_normal(6)
    found = link(chainer.Variable(x), chainer.Variable(w)).array
    for i, s in enumerate(link.style(chainer.Variable(w)).array):
        scaled = link.c.W.array * (s[:, None, None, None] if transposed else s[:, None, None])
        axes = (0, 2, 3) if transposed else (1, 2, 3)
        taps = 4 if transposed else 1  # a 4x4 window of stride 2 meets each pixel with a quarter of its weights
        W = scaled / np.sqrt((scaled**2).sum(axis=axes, keepdims=True) / taps)
        convolved = (F.deconvolution_2d if transposed else F.convolution_2d)(
            x[i : i + 1], W, pad=1, stride=taps // 2 or 1
        )
        expected = F.leaky_relu(np.sqrt(2) * convolved.array + link.b.array[:, None, None], 0.2).array
        np.testing.assert_allclose(found[i], expected[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("n_classes", [1, 3])
def test_the_length_of_the_noise_is_the_truncation(n_classes: int) -> None:
    np.random.seed(0)
    mapping = style.Mapping(16, n_classes, 2)
    z, label = np.random.standard_normal((6, 16)).astype(np.float32), np.eye(n_classes, dtype=np.float32)[[0] * 6]
    z /= np.sqrt((z**2).mean(axis=1, keepdims=True))
    with chainer.using_config("train", False):
        half, whole, none = (
            mapping(np.concatenate([psi * z, label[:, : n_classes if n_classes > 1 else 0]], axis=1)).array
            for psi in (0.5, 1.0, 0.0)
        )
    np.testing.assert_allclose(half, (whole + none) / 2, atol=1e-3)
    np.testing.assert_allclose(none, np.tile(none[:1], (6, 1)), atol=1e-3)  # the mean of the class, whatever the noise
    many = np.random.standard_normal((4000, 16)).astype(np.float32)
    labels = np.tile(label[:1], (4000, 1))[:, : n_classes if n_classes > 1 else 0]
    styles = mapping(np.concatenate([many, labels], axis=1)).array  # in training mode all are whole
    assert np.abs(styles.mean(axis=0) - none[0]).max() < 0.3 * styles.std()
    longer = mapping(np.concatenate([7 * many, labels], axis=1)).array
    np.testing.assert_allclose(longer, styles, atol=1e-3)


def test_twice_the_size_is_bilinear_between_the_middles_of_pixels() -> None:
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    found = layers.upsampled(chainer.Variable(x)).array
    with chainer.using_config("fast_layers", False):
        np.testing.assert_allclose(found, layers.upsampled(chainer.Variable(x)).array, rtol=1e-6)
    expected = F.resize_images(x, (6, 8), align_corners=False).array
    np.testing.assert_allclose(found[:, :, 1:-1, 1:-1], expected[:, :, 1:-1, 1:-1], rtol=1e-5)
    assert found.shape == (1, 2, 6, 8)


@pytest.mark.training
def test_r1_is_taken_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made_up.data((1, 8, 8), 2)
    training = style.train(config("tiny", (1, 8, 8), 2), data)
    penalty, taken = _logistic.r1_penalty, []
    monkeypatch.setattr(
        _logistic, "r1_penalty", lambda *given: taken.append(training.updater.iteration) or penalty(*given)
    )
    for _ in range(_logistic.R1_EVERY + 1):
        training.updater.update()
    assert taken == [0, _logistic.R1_EVERY]


@pytest.mark.parametrize(
    ("values", "words"),
    [({"mapping_layers": 0}, "mapping_layers is 0"), ({"capacity": 0}, "capacity is 0"), ({"r1": -1.0}, "r1 is -1")],
)
def test_values_out_of_range(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        style.train(config("tiny", (1, 8, 8), 2, **values), made_up.data((1, 8, 8), 2))
