"""The layers are Chainer's: values, gradients of any order, statistics, updates. Their library is built once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo import inputs, layers, plugins
from ganzoo.errors import ToolMissingError
from ganzoo.export.tracing.tape import forward
from ganzoo.layers import native
from ganzoo.layers.functions import Correlate, Scatter, Weigh, fast, windows
from ganzoo.layers.losses import MeanSoftplus
from ganzoo.layers.normalizing import scaled
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DTYPES = {"float32": 2e-5, "float64": 1e-12}  # of the largest value: sums are taken in another order
ACTIVATIONS = (layers.IDENTITY, layers.RELU, layers.LEAKY_RELU, layers.SIGMOID)


@pytest.fixture(scope="module", autouse=True)
def there() -> None:
    """Where the library cannot be built every comparison would be of Chainer with itself."""
    for dtype in DTYPES:
        native.load(dtype)


@st.composite
def convolutions(draw: Any, bordered: bool = True) -> tuple[int, tuple[int, ...], dict[str, Any]]:
    """Images, channels of the map, and window, stride and border of a convolution that fits them."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    pad = (draw(st.integers(0, 2)), draw(st.integers(0, 2))) if bordered else (0, 0)
    ksize = tuple(draw(st.integers(1, size + 2 * p)) for size, p in zip((height, width), pad, strict=True))
    stride = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    shape = (draw(st.integers(1, 5)), draw(st.sampled_from((1, 2, 5, 33))), height, width)
    return draw(st.sampled_from((1, 3, 16, 70))), shape, {"ksize": ksize, "stride": stride, "pad": pad}


def both(dtype: str, shape: tuple[int, ...], seed: int, make: Callable[[], Any], *given: Any) -> None:
    """`link(x, *given)` with and without the kernels: outputs, gradients, and gradients of a function of these."""
    found = []
    for kernels in (True, False):
        random = np.random.RandomState(seed)
        np.random.seed(seed)
        with chainer.using_config("dtype", np.dtype(dtype)), chainer.using_config("fast_layers", kernels):
            link = make()
            x = chainer.Variable(random.standard_normal(shape).astype(dtype))
            assert fast(x) is kernels
            y = link(x, *given)
            gy = chainer.Variable(random.standard_normal(y.shape).astype(dtype))
            parameters = [parameter for _, parameter in sorted(link.namedparams())]
            once = chainer.grad([y], [x, *parameters], [gy])
            gradients = chainer.grad([y], [x, *parameters], [gy], enable_double_backprop=True)
            scalar = sum(F.sum(g * random.standard_normal(g.shape).astype(dtype)) for g in gradients)
            second = chainer.grad([scalar], [x, gy, parameters[0]])
        found.append([y, *once, *gradients, *second])
    for ours, chainers in zip(*found, strict=True):
        actual, expected = (None if each is None else each.array for each in (ours, chainers))
        if actual is None and expected is None:
            continue
        actual = np.zeros_like(expected) if actual is None else actual
        expected = np.zeros_like(actual) if expected is None else expected
        assert actual.dtype == expected.dtype == dtype
        np.testing.assert_allclose(actual, expected, rtol=0, atol=DTYPES[dtype] * max(1, np.abs(expected).max()))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(convolutions(), st.sampled_from(sorted(DTYPES)), st.sampled_from(ACTIVATIONS), st.booleans(), st.integers(0, 9))
def test_a_convolution_is_chainers(case: Any, dtype: str, activation: Any, nobias: bool, seed: int) -> None:
    channels, shape, options = case

    def make() -> Any:
        return layers.Convolution2D(shape[1], channels, nobias=nobias, initial_bias=0.1, **options)

    both(dtype, shape, seed, make, activation)


@settings(max_examples=40, deadline=None)
@given(convolutions(), st.sampled_from(sorted(DTYPES)), st.sampled_from(ACTIVATIONS), st.integers(0, 9))
def test_a_deconvolution_is_chainers(case: Any, dtype: str, activation: Any, seed: int) -> None:
    channels, image, options = case
    sizes = zip(image[2:], options["ksize"], options["stride"], options["pad"], strict=True)
    size = [(n + 2 * p - k) // s + 1 for n, k, s, p in sizes]

    def make() -> Any:
        return layers.Deconvolution2D(channels, image[1], outsize=image[2:], initial_bias=0.1, **options)

    both(dtype, (image[0], channels, *size), seed, make, activation)


@settings(max_examples=20, deadline=None)
@given(convolutions(bordered=False), st.sampled_from(sorted(DTYPES)), st.booleans(), st.integers(0, 9))
def test_classes_are_planes_that_nobody_makes(case: Any, dtype: str, dense: bool, seed: int) -> None:
    channels, shape, options = case
    labels = np.random.RandomState(seed).randint(0, 4, shape[0]).astype(np.int32)

    def make() -> Any:
        if dense:
            return layers.Linear(int(np.prod(shape[1:])) + 4, channels, initial_bias=0.1)
        return layers.Convolution2D(shape[1] + 4, channels, initial_bias=0.1, **options)

    both(dtype, shape, seed, make, layers.LEAKY_RELU, labels)


@pytest.mark.parametrize("shape", [(5, 7), (130, 65), (4, 3, 2, 5), (30, 3, 4, 5), (17, 2, 12, 9)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_dense_layer_is_chainers(shape: tuple[int, ...], dtype: str) -> None:
    both(dtype, shape, 1, lambda: layers.Linear(None, 70, initial_bias=0.1), layers.RELU)


MISFITS: dict[str, tuple[Callable[[], Any], tuple[int, ...], tuple[Any, ...]]] = {
    "too many channels": (lambda: layers.Convolution2D(1, 8, 3), (4, 3, 8, 8), ()),
    "too few channels": (lambda: layers.Convolution2D(3, 8, 3), (4, 1, 8, 8), ()),
    "a map of too few channels": (lambda: layers.Deconvolution2D(8, 2, 3), (4, 3, 5, 5), ()),
    "too many values": (lambda: layers.Linear(32, 10), (4, 64), ()),
    "too few values": (lambda: layers.Linear(32, 10), (4, 1, 4, 4), ()),
    "many more statistics": (lambda: layers.BatchNormalization(32), (4, 4096), ()),
    "a window that is larger": (lambda: layers.Convolution2D(1, 8, 5), (4, 1, 4, 4), ()),
    "a border that is larger": (lambda: layers.Deconvolution2D(8, 2, 3, pad=4), (4, 8, 3, 3), ()),
    "a class too many": (lambda: layers.Convolution2D(3, 8, 3), (2, 1, 8, 8), (layers.IDENTITY, np.array([0, 2]))),
    "no room for classes": (lambda: layers.Linear(32, 10), (2, 32), (layers.IDENTITY, np.array([0, 1]))),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_what_does_not_fit_is_refused_and_reaches_no_kernel(misfit: str) -> None:
    make, shape, more = MISFITS[misfit]
    link, x = make(), np.ones(shape, np.float32)
    assert fast(x)
    with (
        chainer.using_config("type_check", False),
        pytest.raises((ValueError, IndexError, AssertionError, RuntimeError)),
    ):
        link(x, *more)


@pytest.mark.parametrize("name", ["Convolution2D", "Deconvolution2D"])
def test_an_empty_batch_has_chainers_answer(name: str) -> None:
    link, x = getattr(layers, name)(2, 4, 3), np.ones((0, 2, 5, 5), np.float32)
    found = []
    for kernels in (True, False):
        with chainer.using_config("fast_layers", kernels):
            try:
                found.append(link(x).shape)
            except Exception as error:
                found.append(type(error))
    assert found[0] == found[1]


@pytest.mark.parametrize("activation", ACTIVATIONS[:3])
@pytest.mark.parametrize("shape", [(6, 5, 4, 3), (3, 37, 1, 1), (200, 33), (2, 16, 3, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_batch_normalisation_is_chainers(shape: tuple[int, ...], dtype: str, activation: Any) -> None:
    def make() -> Any:
        link = layers.BatchNormalization(shape[1], initial_gamma=0.7, initial_beta=-0.2)
        made.append(link)
        return link

    made: list[Any] = []
    both(dtype, shape, 2, make, activation)
    ours, chainers = made
    x = np.random.RandomState(3).standard_normal(shape).astype(dtype)
    for name in ("avg_mean", "avg_var"):
        np.testing.assert_allclose(getattr(ours, name), getattr(chainers, name), rtol=10 * DTYPES[dtype], atol=1e-7)
    with chainer.using_config("train", False), chainer.no_backprop_mode():
        with chainer.using_config("fast_layers", False):
            expected = activation.function(chainers(x)).array
        np.testing.assert_allclose(ours(x, activation).array, expected, atol=10 * DTYPES[dtype])


def test_statistics_of_what_hardly_varies_are_exact() -> None:
    """A sum of squares less the square of a sum would lose them."""
    x = (1000 + np.random.RandomState(0).standard_normal((64, 4, 7, 7)) / 100).astype(np.float32)
    y = layers.BatchNormalization(4, eps=1e-12)(x).array
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("hook", [None, chainer.optimizer_hooks.GradientClipping(0.1)])
def test_adam_is_chainers_to_the_last_bit(dtype: str, hook: Any) -> None:
    found = []
    for kind in (layers.Adam, chainer.optimizers.Adam):
        random = np.random.RandomState(1)
        with chainer.using_config("dtype", np.dtype(dtype)):
            link = layers.Linear(30, 70, initialW=random.standard_normal((70, 30)))
        optimizer = kind(alpha=1e-3, beta1=0.5, weight_decay_rate=0.01).setup(link)
        if hook:
            optimizer.add_hook(hook)
        for _ in range(5):
            for parameter in link.params():
                parameter.grad = random.standard_normal(parameter.shape).astype(dtype)
            optimizer.update()
        found.append([link.W.array, link.b.array, link.W.update_rule.state["v"]])
    for ours, chainers in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, chainers)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_logistic_losses_are_chainers(dtype: str, sign: int) -> None:
    found = []
    for kernels in (True, False):
        with chainer.using_config("fast_layers", kernels):
            x = chainer.Variable(np.linspace(-30, 30, 41).astype(dtype))
            loss = layers.mean_softplus(x, sign)
            assert isinstance(loss.creator, MeanSoftplus) is kernels
            (once,) = chainer.grad([loss], [x])
            (gradient,) = chainer.grad([loss], [x], enable_double_backprop=True)
            found.append([loss, once, gradient, *chainer.grad([F.sum(gradient**2)], [x])])
    for ours, chainers in zip(*found, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours.array, chainers.array, rtol=DTYPES[dtype], atol=DTYPES[dtype] / 100)
    far = chainer.Variable(np.array([-1e4, 1e4], dtype))
    assert np.isfinite(chainer.grad([layers.mean_softplus(far, sign)], [far])[0].array).all()


def test_a_sigmoid_is_exact_far_out_and_keeps_what_is_no_number() -> None:
    x = np.array([-200, -80, -20, -1e-3, 0, 5, 17, 200, np.inf, np.nan], np.float32)
    expected = 1 / (1 + np.exp(-np.clip(x, -87, 87).astype(np.float64)))
    y = scaled(x[:, None], np.ones(1, np.float32), np.zeros(1, np.float32), layers.SIGMOID)[:, 0]
    np.testing.assert_allclose(y, expected, rtol=3e-7, atol=2e-38)


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.RandomState(4)
    x = random.standard_normal((64, 8, 14, 14)).astype(np.float32)
    link = layers.Convolution2D(8, 32, ksize=3, stride=2, initialW=random.standard_normal((32, 8, 3, 3)))
    library = native.library(x.dtype)
    found = []
    try:
        for n in (1, 2, 5, 5, 5):
            library.set_threads(n)
            link.cleargrads()
            loss = F.sum(link(x, layers.RELU) ** 2)
            loss.backward()
            found.append([loss.array, link.W.grad, link.b.grad])
    finally:
        library.set_threads(native.threads())
    for each in found[1:]:
        for values, expected in zip(each, found[0], strict=True):
            np.testing.assert_array_equal(values, expected)


def test_several_threads_of_python_at_once() -> None:
    """Each thread has other weights of another size: none of them finds another's in the memory that kernels share."""
    random = np.random.RandomState(5)
    x = random.standard_normal((8, 4, 9, 9)).astype(np.float32)
    made = [
        layers.Convolution2D(4, 8 * n, ksize=3, initialW=random.standard_normal((8 * n, 4, 3, 3))) for n in range(1, 9)
    ]
    expected = [link(x).array for link in made]
    with ThreadPoolExecutor(len(made)) as pool:
        for n, found in enumerate(pool.map(lambda n: made[n % len(made)](x).array, range(100 * len(made)))):
            np.testing.assert_array_equal(found, expected[n % len(made)])


@pytest.mark.slow
def test_a_job_has_more_tasks_than_its_counter_can_hold() -> None:
    """The pool counts tasks in 20 bits: 2**20 outputs, a task each, were the first number that it took for none."""
    random = np.random.RandomState(6)
    x, gy = (random.randint(-9, 9, (2, n)).astype(np.float32) for n in (16, 2**20))
    at = windows(x.shape, (gy.shape[1], x.shape[1]), (1, 1), (0, 0))
    (gW,) = Weigh(at, (gy.shape[1], x.shape[1])).forward((x, gy))
    np.testing.assert_array_equal(gW, gy.T @ x)


def test_an_export_sees_chainers_functions() -> None:
    arch = plugins.ARCHS.get("dcgan-cond")
    config, _ = configure(arch, TrainOptions(dataset="digits", device="cpu"))
    (network,) = arch.export(config, arch.build(config))
    drawn = inputs.seeded(network.inputs, 1, 0)
    assert isinstance(network.forward(*drawn).creator, Scatter)
    _, (y,) = forward(network, drawn)
    seen = []
    while y.creator is not None:
        seen.append(y.creator)
        y = y.creator.inputs[0].get_variable()
    assert {type(function).__module__.partition(".")[0] for function in seen} == {"chainer"}
    assert len(seen) == 11


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, but for what zig made of the C library."""
    from ganzoo.paths import cache_path

    (tmp_path / "zig").symlink_to(cache_path() / "zig", target_is_directory=True)
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    return tmp_path / "layers"


@pytest.mark.slow
def test_a_damaged_library_is_built_anew(folder: Path) -> None:
    path = native.built("float32")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert native.built("float32") == path
    native.load("float32")
    assert len(path.read_bytes()) == len(whole)


@pytest.mark.slow
def test_two_processes_may_want_it_at_once(folder: Path) -> None:
    command = [sys.executable, "-c", "from ganzoo.layers import native; native.load('float32')"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    assert sorted(each.suffix for each in folder.iterdir() if not each.name.startswith(".")) == [
        ".lock",
        ".sha256",
        ".so",
    ]


def test_without_a_compiler_chainers_functions_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(dtype: str) -> Any:
        raise ToolMissingError("zig is not there.", "Install it.")

    x = np.ones((2, 1, 4, 4), np.float32)
    link = layers.Convolution2D(1, 3, ksize=2)
    expected = link(x, layers.RELU)
    assert isinstance(expected.creator, Correlate)
    monkeypatch.setattr(native, "load", missing)
    native.library.cache_clear()
    try:
        with pytest.warns(UserWarning, match=r"several times as long. zig is not there. Install it."):
            found = link(x, layers.RELU)
        assert type(found.creator).__module__.startswith("chainer.")
        np.testing.assert_allclose(found.array, expected.array, rtol=1e-5)
    finally:
        native.library.cache_clear()
