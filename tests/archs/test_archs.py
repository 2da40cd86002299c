"""The zoo's networks and recipes: the reference presets exactly, the losses as written in their papers."""

from __future__ import annotations

from dataclasses import replace

import chainer
import chainer.functions as F
import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.archs import _dcgan, _gan, _logistic, cnn, dcgan_cond, wgan_gp
from ganzoo.datasets import load
from ganzoo.errors import UsageError
from ganzoo.export.explain import rows
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from ganzoo.specs import Data, TrainConfig, Training

GENERATOR = {
    "/l1/W": (1152, 110),
    "/l1/b": (1152,),
    "/dc1/W": (128, 64, 3, 3),
    "/dc1/b": (64,),
    "/dc1_bn/gamma": (64,),
    "/dc1_bn/beta": (64,),
    "/dc2/W": (64, 32, 2, 2),
    "/dc2/b": (32,),
    "/dc2_bn/gamma": (32,),
    "/dc2_bn/beta": (32,),
    "/dc3/W": (32, 1, 2, 2),
    "/dc3/b": (1,),
}
BLOG_DISCRIMINATOR = {
    "/c1/W": (32, 11, 2, 2),
    "/c1/b": (32,),
    "/c2/W": (64, 32, 2, 2),
    "/c2/b": (64,),
    "/c3/W": (128, 64, 3, 3),
    "/c3/b": (128,),
    "/l1/W": (1, 1152),
    "/l1/b": (1,),
}
CNN = {
    "/conv1/W": (8, 1, 3, 3),
    "/conv1/b": (8,),
    "/conv2/W": (16, 8, 3, 3),
    "/conv2/b": (16,),
    "/l3/W": (32, 9216),
    "/l3/b": (32,),
    "/l4/W": (10, 32),
    "/l4/b": (10,),
}


def config(arch: str, preset: str, **changes: object) -> TrainConfig:
    found = plugins.ARCHS.get(arch).presets[preset]
    values = {"n_classes": 10, "epochs": 1, "batch_size": found.batch_size, "seed": 0, "device": "cpu", **changes}
    return TrainConfig(arch, preset, "digits", (1, 28, 28), hparams=found.hparams, **values)  # type: ignore[arg-type]


def shapes(link: chainer.Link) -> dict[str, tuple[int, ...]]:
    return {path: parameter.shape for path, parameter in link.namedparams()}


@pytest.fixture(scope="module")
def data() -> Data:
    digits = load(plugins.DATASETS.get("digits"))
    return replace(digits, train_x=digits.train_x[:64], train_t=digits.train_t[:64])


@pytest.mark.parametrize("preset", ["default", "exercise"])
def test_cnn_is_the_exercise_network(preset: str) -> None:
    model = cnn.build(config("cnn", preset))
    assert shapes(model) == CNN
    assert sum(parameter.size for parameter in model.params()) == 296_522


@pytest.mark.parametrize(
    ("arch", "preset", "last_ksize"),
    [("dcgan-cond", "default", 4), ("dcgan-cond", "blog", 2), ("wgan-gp", "default", 4), ("wgan-gp", "paper", 2)],
)
def test_every_gan_has_the_blogs_generator_but_for_its_last_windows(arch: str, preset: str, last_ksize: int) -> None:
    generator = plugins.ARCHS.get(arch).build(config(arch, preset))
    assert shapes(generator) == {**GENERATOR, "/dc3/W": (32, 1, last_ksize, last_ksize)}
    with chainer.using_config("train", False):
        assert generator(np.zeros((2, 110), np.float32)).shape == (2, 1, 28, 28)


def test_the_default_generator_is_within_the_issues_bounds() -> None:
    settings = config("dcgan-cond", "default")
    generator = _dcgan.build(settings)
    assert sum(parameter.size for parameter in generator.params()) == 210_593 <= 220_000
    (network,) = _gan.export(settings, generator)
    multiply_adds = sum(row.multiply_adds for row in rows(lower(trace(network), network)))
    assert multiply_adds <= 1_300_000


@pytest.mark.parametrize("width", _dcgan.WIDTHS)
def test_a_width_is_the_default_with_other_channels(width: str) -> None:
    presets = plugins.ARCHS.get("dcgan-cond").presets
    assert {**presets[width].hparams, "width": "reference"} == presets["default"].hparams
    generator = _dcgan.build(config("dcgan-cond", width))
    assert (generator.dc1.W.shape[0], generator.dc2.W.shape[0], generator.dc3.W.shape[0]) == _dcgan.WIDTHS[width]


def test_blog_discriminator_is_the_blogs(data: Data) -> None:
    training = dcgan_cond.train(
        config("dcgan-cond", "blog"),
        replace(data, train_x=np.tile(data.train_x, (2, 1, 1, 1)), train_t=np.tile(data.train_t, 2)),
    )
    assert shapes(training.updater.dis) == BLOG_DISCRIMINATOR


def test_blog_discriminator_sees_the_label_as_planes() -> None:
    discriminator = _dcgan.PlanesDiscriminator(10)
    x = np.random.RandomState(0).uniform(size=(3, 1, 28, 28)).astype(np.float32)
    t = np.array([0, 4, 9], np.int32)
    planes = np.zeros((3, 10, 28, 28), np.float32)
    planes[[0, 1, 2], t] = 1
    h = chainer.Variable(np.concatenate([x, planes], axis=1))
    for layer in (discriminator.c1, discriminator.c2, discriminator.c3):
        h = F.leaky_relu(layer(h), 0.2)
    expected = discriminator.l1(h).array[:, 0]  # whose sums have ten times as many terms
    np.testing.assert_allclose(discriminator(chainer.Variable(x), t).array, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.training
def test_blog_recipe(data: Data) -> None:
    preset = plugins.ARCHS.get("dcgan-cond").presets["blog"]
    assert (preset.epochs, preset.batch_size) == (200, 128)
    training = dcgan_cond.train(config("dcgan-cond", "blog", batch_size=32), data)
    for name in ("gen", "dis"):
        optimizer = training.updater.get_optimizer(name)
        assert (optimizer.alpha, optimizer.beta1, optimizer.beta2) == (1e-4, 0.5, 0.9)
    training.updater.update()
    assert (training.updater.get_optimizer("gen").t, training.updater.get_optimizer("dis").t) == (1, 1)
    for link in (training.updater.gen, training.updater.dis):
        norm = np.sqrt(sum(float((parameter.grad**2).sum()) for parameter in link.params()))
        assert norm == pytest.approx(0.1, rel=1e-4)  # clipped: at the start they are larger by far
    for average, current in zip(_gan._state(training.model), _gan._state(training.updater.gen), strict=True):
        np.testing.assert_array_equal(average, current)  # the blog keeps no average


@pytest.mark.training
def test_paper_recipe(data: Data) -> None:
    training = wgan_gp.train(config("wgan-gp", "paper", batch_size=8), data)
    assert wgan_gp.PENALTY_WEIGHT == 10
    for name in ("gen", "dis"):
        optimizer = training.updater.get_optimizer(name)
        assert (optimizer.alpha, optimizer.beta1, optimizer.beta2) == (1e-4, 0.0, 0.9)
    training.updater.update()
    assert (training.updater.get_optimizer("gen").t, training.updater.get_optimizer("dis").t) == (1, 5)
    critic_links = [type(link) for link in training.updater.dis.links()]
    assert chainer.links.BatchNormalization not in critic_links


def test_exercise_recipe() -> None:
    preset = plugins.ARCHS.get("cnn").presets["exercise"]
    assert preset.epochs == 2 and preset.hparams["shift"] == 0 and preset.hparams["final_alpha"] == 1.0


def test_gradient_penalty_is_that_of_the_paper() -> None:
    """For a linear critic the gradient is its weight everywhere, so that penalty and its gradient are known."""

    class Linear(chainer.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.w = chainer.Parameter(np.full((1, 2, 2), 3.0, np.float32))

        def forward(self, x: chainer.Variable, t: object) -> chainer.Variable:
            return F.sum(x * F.broadcast_to(self.w, x.shape), axis=(1, 2, 3))

    critic = Linear()
    real, fake = np.ones((5, 1, 2, 2), np.float32), np.zeros((5, 1, 2, 2), np.float32)
    penalty = wgan_gp.gradient_penalty(critic, real, fake, np.zeros(5, np.int32), np)
    assert float(penalty.array) == pytest.approx((6 - 1) ** 2)  # |w| = sqrt(4 * 3 * 3)
    critic.cleargrads()
    penalty.backward()
    # d/dw (|w| - 1)^2 = 2 (|w| - 1) w / |w|
    np.testing.assert_allclose(critic.w.grad, 2 * 5 * 3 / 6, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:overflow encountered in exp")  # in Chainer, whose result is right
@pytest.mark.parametrize("logit", [-1e4, 0.0, 1e4])
def test_losses_from_logits_do_not_overflow(logit: float) -> None:
    logits = chainer.Variable(np.full(4, logit, np.float32))
    real, fake = _logistic.loss_real(logits), _logistic.loss_fake(logits)
    assert float(real.array) == pytest.approx(max(-logit, 0) if logit else np.log(2))
    assert float(fake.array) == pytest.approx(max(logit, 0) if logit else np.log(2))
    real.backward()
    assert np.isfinite(logits.grad).all()


def test_moving_average_covers_running_statistics() -> None:
    generator = _dcgan.Generator(100, 10, 100, 0.9)
    average = _gan.MovingAverage(generator, 0.5)
    generator.dc1_bn.avg_mean[:] = 1.0
    average.update(generator)
    rate = 1 - 2 / 11  # the warm-up holds in the first steps
    np.testing.assert_allclose(average.link.dc1_bn.avg_mean, rate, rtol=1e-6)


def test_moved_images_keep_their_pixels() -> None:
    np.random.seed(0)
    images = np.zeros((50, 2, 28, 28), np.float32)
    images[:, 0, 10:18, 10:18] = np.arange(1, 51)[:, None, None]
    images[:, 1] = images[:, 0] / 2
    moved = cnn.shifted(images, 2)
    assert moved.shape == images.shape
    np.testing.assert_array_equal(moved.sum(axis=(2, 3)), images.sum(axis=(2, 3)))
    np.testing.assert_array_equal(moved[:, 1], moved[:, 0] / 2)
    places = {tuple(np.argwhere(each[0]).min(axis=0) - 10) for each in moved}
    assert 10 < len(places) <= 25
    assert {down for down, _ in places} == {right for _, right in places} == {-2, -1, 0, 1, 2}
    assert cnn.shifted(images, 0) is images


def test_cnn_is_exported_with_softmax(data: Data) -> None:
    settings = config("cnn", "default")
    model = cnn.build(settings)
    (network,) = cnn.ARCH.export(settings, model)
    with chainer.using_config("train", False):
        probabilities = network.forward(chainer.Variable(data.train_x[:5])).array
        np.testing.assert_allclose(probabilities, F.softmax(model(data.train_x[:5])).array)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_silent_noise_keeps_the_variance_of_the_first_layer() -> None:
    np.random.seed(0)
    whole = _dcgan.Generator(100, 10, noise_dims=100, bn_decay=0.9)
    np.random.seed(0)
    quiet = _dcgan.Generator(100, 10, noise_dims=8, bn_decay=0.9)
    assert not quiet.l1.W.array[:, 8:100].any() and quiet.l1.W.array[:, :8].all() and quiet.l1.W.array[:, 100:].all()
    x = np.concatenate([np.random.standard_normal((500, 100)), np.eye(10)[np.arange(500) % 10]], axis=1).astype("f")
    assert quiet.l1.W.array.dtype == np.float32
    # 18 inputs of variance about 1 (noise) and 0.1 (labels) against 110: the same order, not a sixth of it
    assert 0.3 < quiet.l1(x).array.std() / whole.l1(x).array.std() < 1.2


@pytest.mark.training
def test_learning_rates_fall_to_zero(data: Data) -> None:
    settings = config("dcgan-cond", "default", batch_size=32)
    training = dcgan_cond.train(settings, data)
    assert len(training.extensions) == 2
    optimizers = [training.updater.get_optimizer(name) for name in ("gen", "dis")]
    trainer = chainer.training.Trainer(training.updater, (2, "iteration"))
    for extension in training.extensions:
        trainer.extend(extension)
    assert {optimizer.alpha for optimizer in optimizers} == {settings.hparams["gen_alpha"]}
    trainer.run()
    assert {optimizer.alpha for optimizer in optimizers} == {0.0}
    assert dcgan_cond.train(config("dcgan-cond", "blog", batch_size=32), data).extensions == ()


@pytest.mark.training
def test_what_is_kept_is_the_moving_average(data: Data) -> None:
    for arch, module in (("dcgan-cond", dcgan_cond), ("wgan-gp", wgan_gp)):
        training = module.train(config(arch, "default", batch_size=8), data)
        assert training.model is training.updater.ema.link and training.model is not training.updater.gen
        training.updater.update()
        training.updater.update()
        assert (training.model.l1.W.array != training.updater.gen.l1.W.array).any()


def losses_of_one_step(training: Training) -> dict[str, float]:
    """What one update reports, and as a side effect the update itself."""
    observation: dict[str, chainer.Variable] = {}
    with chainer.reporter.Reporter().scope(observation):
        training.updater.update()
    return {key: float(value.array) for key, value in observation.items()}


@pytest.mark.training
def test_default_discriminator_loss_has_its_three_terms(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the formula, on the very batch, fakes and labels that the step used."""
    training = dcgan_cond.train(config("dcgan-cond", "default", batch_size=8), data)
    updater, seen = training.updater, {}
    before = training.updater.dis.copy(mode="copy")
    real_batch, fake_batch, of_class = updater.real_batch, updater.fake_batch, _logistic.of_class
    monkeypatch.setattr(updater, "real_batch", lambda: seen.setdefault("real", real_batch()))
    monkeypatch.setattr(updater, "fake_batch", lambda t: seen.setdefault("fake", (fake_batch(t), t))[0])
    labels: list[np.ndarray] = []
    monkeypatch.setattr(_logistic, "of_class", lambda logits, t: labels.append(t) or of_class(logits, t))
    reported = losses_of_one_step(training)
    (x_real, t_real), (x_fake, t_fake) = seen["real"], seen["fake"]
    t_wrong = labels[1]
    assert (t_wrong != t_real).all() and (labels[0] == t_real).all() and (labels[2] == t_fake).all()
    assert (labels[3] == t_real).all()  # the penalty's
    at = np.arange(8)
    on_real, on_fake = before(x_real).array, before(x_fake.array).array
    expected = np.log1p(np.exp(-on_real[at, t_real])).mean() + np.log1p(np.exp(on_fake[at, t_fake])).mean()
    expected += 0.1 * np.log1p(np.exp(on_real[at, t_wrong])).mean()
    assert reported["dis/loss"] == pytest.approx(expected, rel=1e-4)
    after = training.updater.dis(x_fake.array).array[at, t_fake]  # the generator is judged by the updated one
    assert reported["gen/loss"] == pytest.approx(np.log1p(np.exp(-after)).mean(), rel=1e-4)


def test_r1_penalty_is_that_of_the_paper() -> None:
    """Of a discriminator whose gradient is known: logits W x have that of their row, whatever the image."""
    W = np.random.RandomState(0).standard_normal((10, 784)).astype(np.float32)
    x = np.random.RandomState(1).uniform(size=(4, 1, 28, 28)).astype(np.float32)
    t = np.array([3, 1, 4, 1], np.int32)
    parameter = chainer.Parameter(W)
    penalty = _logistic.r1_penalty(lambda x: F.matmul(F.reshape(x, (4, -1)), parameter, transb=True), x, t)
    assert float(penalty.array) == pytest.approx((W[t] ** 2).sum(axis=1).mean(), rel=1e-5)
    penalty.backward()
    expected = np.zeros_like(W)
    np.add.at(expected, t, 2 * W[t] / 4)
    np.testing.assert_allclose(parameter.grad, expected, rtol=1e-5)


@pytest.mark.training
def test_r1_is_taken_now_and_then(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    training = dcgan_cond.train(config("dcgan-cond", "default", batch_size=8), data)
    penalty, taken = _logistic.r1_penalty, []
    monkeypatch.setattr(
        _logistic, "r1_penalty", lambda *given: taken.append(training.updater.iteration) or penalty(*given)
    )
    for _ in range(_logistic.R1_EVERY + 1):
        training.updater.update()
    assert taken == [0, _logistic.R1_EVERY]


@pytest.mark.training
def test_critic_learns_to_score_real_above_fake(data: Data) -> None:
    """The sign of the Wasserstein loss: the critic raises real and lowers fake, the generator raises fake."""
    training = wgan_gp.train(config("wgan-gp", "default", batch_size=32), data)
    updater = training.updater
    for _ in range(4):
        reported = losses_of_one_step(training)
    assert reported["wasserstein"] > 0
    t = np.arange(10, dtype=np.int32)
    critic = updater.dis
    with chainer.using_config("train", False):
        fake = updater.gen(_gan.draw_input(t, updater.config))
    real = data.train_x[[int(np.argmax(data.train_t == k)) for k in range(10)]]
    assert float(F.mean(critic(real, t)).array) > float(F.mean(critic(fake, t)).array)
    # the generator's step raises the score of its own pictures under the critic as it then was
    x = _gan.draw_input(t, updater.config)
    scores = []
    for _ in range(2):
        scores.append(float(F.mean(critic(updater.gen(x), t)).array))
        frozen = critic.copy(mode="copy")
        training.updater.update()
        scores[-1] = float(F.mean(frozen(updater.gen(x), t)).array) - scores[-1]
    assert max(scores) > 0


def test_sampler_uses_running_statistics() -> None:
    settings = config("dcgan-cond", "default")
    generator = _dcgan.build(settings)
    sample = _gan.sampler(settings, generator)
    first = sample()
    statistics = generator.dc1_bn.avg_mean.copy()
    generator.dc1_bn.avg_mean[:] += 1
    assert (sample() != first).any()  # in training mode they would not matter
    generator.dc1_bn.avg_mean[:] = statistics
    np.testing.assert_array_equal(sample(), first)


@pytest.mark.training
def test_cnn_learning_rate_falls(data: Data) -> None:
    settings = config("cnn", "default", batch_size=32)
    training = cnn.train(settings, data)
    trainer = chainer.training.Trainer(training.updater, (2, "iteration"))
    for extension in training.extensions[1:]:
        trainer.extend(extension)
    assert training.updater.get_optimizer("main").alpha == 2e-3
    trainer.run()
    assert training.updater.get_optimizer("main").alpha == 0.0


@pytest.mark.parametrize(
    ("arch", "values", "words"),
    [
        ("dcgan-cond", {"discriminator": "clas"}, "discriminator 'clas'"),
        ("wgan-gp", {"critic": "densee"}, "critic 'densee'"),
        ("dcgan-cond", {"latent_dim": -1}, "latent_dim is -1"),
        ("dcgan-cond", {"noise_dims": 200}, "noise_dims is 200"),
        ("cnn", {"shift": -2}, "shift is -2"),
    ],
)
def test_values_out_of_range(arch: str, values: dict[str, object], words: str, data: Data) -> None:
    settings = config(arch, "default")
    with pytest.raises(UsageError, match=words):
        plugins.ARCHS.get(arch).train(replace(settings, hparams={**settings.hparams, **values}), data)
