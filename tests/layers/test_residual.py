"""The layers of residual networks are Chainer's: resampling, sums, batch normalisation with values for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
import pytest

from ganzoo import layers
from ganzoo.layers import native
from ganzoo.layers.functions import fast
from tests.support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DTYPES = {"float32": 2e-5, "float64": 1e-12}  # of the largest value: sums are taken in another order
SHAPES = [(3, 5, 8, 6), (2, 33, 5, 7), (70, 2, 2, 3), (1, 16, 4, 4)]


@pytest.fixture(scope="module", autouse=True)
def there() -> None:
    """Where the library cannot be built every comparison would be of Chainer with itself."""
    for dtype in DTYPES:
        native.load(dtype)


def both(dtype: str, shapes: Sequence[tuple[int, ...]], compute: Callable[..., Any]) -> None:
    """`compute(*inputs)` with and without the kernels: outputs, gradients, and gradients of a function of these."""
    found = []
    for kernels in (True, False):
        random = np.random.RandomState(0)
        with chainer.using_config("fast_layers", kernels):
            xs = [chainer.Variable(random.standard_normal(shape).astype(dtype)) for shape in shapes]
            assert fast(*xs) is kernels
            y = compute(*xs)
            gy = chainer.Variable(random.standard_normal(y.shape).astype(dtype))
            once = chainer.grad([y], xs, [gy])
            gradients = chainer.grad([y], xs, [gy], enable_double_backprop=True)
            scalar = sum(F.sum(g * random.standard_normal(g.shape).astype(dtype)) for g in gradients)
            found.append([y, *once, *gradients, *chainer.grad([scalar], [*xs, gy])])
    for ours, chainers in zip(*found, strict=True):
        if ours is None or chainers is None:
            assert ours is chainers
            continue
        scale = max(1, np.abs(chainers.array).max())
        np.testing.assert_allclose(ours.array, chainers.array, rtol=0, atol=DTYPES[dtype] * scale)
        assert ours.dtype == chainers.dtype == dtype


@pytest.mark.parametrize("function", [layers.doubled, layers.halved, layers.summed])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_pictures_of_another_size_are_chainers(function: Any, shape: tuple[int, ...], dtype: str) -> None:
    both(dtype, [shape], function)


@pytest.mark.parametrize("kind", [layers.DoublingConvolution2D, layers.HalvingConvolution2D])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_convolution_to_another_size_is_chainers(kind: Any, shape: tuple[int, ...], dtype: str) -> None:
    def compute(x: Any, W: Any, b: Any) -> Any:
        with chainer.using_config("dtype", np.dtype(dtype)):
            link = kind(shape[1], 7)
        link.W, link.b = W, b
        y = link(x)
        assert y.creator.__class__.__name__ in ("Scatter", "Correlate") or not chainer.config.fast_layers
        return y

    both(dtype, [shape, (7, shape[1], 3, 3), (7,)], compute)


@pytest.mark.parametrize("kind", [layers.DoublingConvolution2D, layers.HalvingConvolution2D])
def test_gradients_of_weights_lie_in_memory_as_mpi_wants_them(kind: Any) -> None:
    link = kind(4, 7)
    y = link(np.ones((2, 4, 6, 6), np.float32))
    (gradient,) = chainer.grad([F.sum(y * y)], [link.W])
    assert gradient.array.flags.c_contiguous


@pytest.mark.parametrize("activation", [layers.IDENTITY, layers.RELU, layers.LEAKY_RELU])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_batch_normalisation_by_image_is_chainers(shape: tuple[int, ...], dtype: str, activation: Any) -> None:
    made: list[Any] = []

    def compute(x: Any, gamma: Any, beta: Any) -> Any:
        with chainer.using_config("dtype", np.dtype(dtype)):
            made.append(layers.BatchNormalization(shape[1], use_gamma=False, use_beta=False))
        return made[-1].each(x, gamma, beta, activation)

    both(dtype, [shape, shape[:2], shape[:2]], compute)
    for name in ("avg_mean", "avg_var"):
        ours, chainers = (getattr(link, name) for link in made)
        np.testing.assert_allclose(ours, chainers, rtol=10 * DTYPES[dtype], atol=1e-7)


def test_a_class_has_a_scale_and_a_shift_of_its_own() -> None:
    link = layers.ConditionalBatchNormalization(3, 2)
    link.gamma.W.array[:], link.beta.W.array[:] = [[1, 2]] * 3, [[0, 5]] * 3
    x = np.random.RandomState(0).standard_normal((8, 3, 4, 4)).astype(np.float32)
    onehot = np.eye(2, dtype=np.float32)[[0, 1] * 4]
    y = link(x, onehot).array
    normal = F.batch_normalization(x, np.ones(3, np.float32), np.zeros(3, np.float32)).array
    np.testing.assert_allclose(y[::2], normal[::2], atol=1e-5)
    np.testing.assert_allclose(y[1::2], 2 * normal[1::2] + 5, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "gamma"), [((2, 3, 4, 4), (2, 4)), ((2, 3, 4, 4), (3, 3)), ((2, 8, 4, 4), (2, 8)), ((2, 2, 4, 4), (2, 2))]
)
def test_what_does_not_fit_reaches_no_kernel(shape: tuple[int, ...], gamma: tuple[int, ...]) -> None:
    link = layers.BatchNormalization(3, use_gamma=False, use_beta=False)
    with chainer.using_config("type_check", False), pytest.raises((ValueError, IndexError, AssertionError)):
        link.each(*(chainer.Variable(np.ones(each, np.float32)) for each in (shape, gamma, gamma)))


def test_there_is_a_kernel_for_every_declared_function() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "ganzoo" / "layers" / "kernels").glob("*.c"))
    for name in native.FUNCTIONS:
        assert f"void {name}(" in sources
