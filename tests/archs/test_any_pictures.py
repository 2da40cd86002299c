"""Every architecture takes pictures of any size, in grey and in colour, of one class and of several."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
import pytest

from ganzoo import inputs, roles
from ganzoo.archs import _gan, _sizes
from ganzoo.errors import UsageError
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from tests.support import made_up
from tests.support.plans import execute
from tests.support.registries import ARCHS

if TYPE_CHECKING:
    from ganzoo.specs import Training

KINDS = [((3, 16, 16), 3), ((1, 28, 28), 1), ((3, 28, 28), 2), ((1, 36, 36), 3), ((3, 36, 36), 1), ((3, 64, 64), 2)]
GANS = [name for name in ARCHS if "latent_dim" in next(iter(made_up.named(name).presets.values())).hparams]
CLASSIFIERS = [
    name for name in ARCHS if name not in GANS and not made_up.named(name).pairs
]  # one class: nothing to tell


def training(name: str, shape: tuple[int, int, int], n_classes: int, **values: Any) -> Training:
    data = made_up.data(shape, n_classes)
    np.random.seed(0)
    return made_up.named(name).train(made_up.config(made_up.named(name), data, **values), data)


def exported(name: str, shape: tuple[int, int, int], n_classes: int, model: Any) -> Any:
    arch = made_up.named(name)
    (network,) = arch.export(made_up.config(arch, made_up.data(shape, n_classes)), model)
    return network


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize(
    ("name", "shape", "n_classes"),
    [(name, *kind) for name in ARCHS for kind in KINDS if kind[1] > 1 or name not in CLASSIFIERS],
)
def test_it_trains_and_what_is_exported_is_what_it_learned(
    name: str, shape: tuple[int, int, int], n_classes: int
) -> None:
    made = training(name, shape, n_classes)
    before = [parameter.array.copy() for parameter in made.model.params()]
    observed: dict[str, Any] = {}
    with chainer.training.Trainer(made.updater).reporter.scope(observed):
        made.updater.update()
        made.updater.update()
    assert all(np.isfinite(float(value.array)) for value in observed.values())
    changed = [(a != parameter.array).any() for a, parameter in zip(before, made.model.params(), strict=True)]
    assert sum(changed) > len(changed) / 2

    network = exported(name, shape, n_classes, made.model)
    assert roles.conditional(network) is (roles.generator([network]) is not None and n_classes > 1)
    if made.sample:
        assert network.outputs[0].shape == shape
        sheet = made.sample()
        columns = n_classes if name in GANS else 3  # a converter's: what it sees, what it makes of it, the true picture
        assert sheet.shape == (10, columns, *shape) and sheet.min() >= 0 and sheet.max() <= 1
    else:
        assert network.inputs[0].shape == shape and network.outputs[0].shape == (n_classes,)
    arrays = inputs.seeded(network.inputs, 2, 1)
    for link in made.model.links():  # as after many steps: statistics of which none is 0 or 1
        if hasattr(link, "avg_var"):
            link.avg_mean[:] = np.random.uniform(-0.5, 0.5, link.avg_mean.shape)
            link.avg_var[:] = np.random.uniform(0.5, 2, link.avg_var.shape)
    (found,) = execute(lower(trace(network), network), arrays)
    np.testing.assert_allclose(found.reshape(2, -1), roles.run(network, arrays).reshape(2, -1), atol=1e-4)


@pytest.mark.slow
@pytest.mark.training
@pytest.mark.parametrize("name", GANS)
def test_a_training_goes_on_bit_for_bit(name: str) -> None:
    """The step of a GAN keeps more than weights: averages, vectors of spectral norms."""
    runs = [training(name, (3, 16, 16), 2), training(name, (3, 16, 16), 2)]
    first, second = (run.updater for run in runs)
    for _ in range(2):
        first.update()
    stored, random = io.BytesIO(), np.random.get_state()
    chainer.serializers.save_npz(stored, first)
    first.update()
    stored.seek(0)
    chainer.serializers.load_npz(stored, second)
    np.random.set_state(random)
    second.update()
    for one, other in ((first.dis, second.dis), (first.gen, second.gen), (first.ema.link, second.ema.link)):
        for (path, a), (_, b) in zip(sorted(one.namedparams()), sorted(other.namedparams()), strict=True):
            np.testing.assert_array_equal(a.array, b.array, err_msg=path)


@pytest.mark.parametrize("n_classes", [1, 4])
@pytest.mark.parametrize("name", GANS)
def test_a_class_changes_the_picture_where_there_are_several(name: str, n_classes: int) -> None:
    arch, data = made_up.named(name), made_up.data((3, 16, 16), n_classes)
    config = made_up.config(arch, data)
    np.random.seed(0)
    generator = arch.build(config)
    for parameter in generator.params():  # tables of classes begin with the same for all
        parameter.array += np.random.standard_normal(parameter.shape) / 10
    z = np.random.standard_normal((1, int(config.hparams["latent_dim"]))).astype(np.float32)
    drawn = []
    for t in (0, n_classes - 1):
        x = _gan.generator_input(z, np.array([t], np.int32), n_classes)
        assert x.shape[1] == z.shape[1] + (n_classes if n_classes > 1 else 0)
        with chainer.using_config("train", False):
            drawn.append(generator(x).array)
    assert (drawn[0] == drawn[1]).all() == (n_classes == 1)


@pytest.mark.parametrize("size", range(8, 257, 4))
def test_maps_double_from_4_to_8_pixels_a_side(size: int) -> None:
    base, doublings = _sizes.base(size), _sizes.doublings(size)
    assert 4 <= base <= 8 and 0 <= (base << doublings) - size < 1 << doublings
    images = np.arange((base << doublings) ** 2).reshape(1, 1, base << doublings, -1)
    cut = _sizes.middle(images, size)
    assert cut.shape == (1, 1, size, size)
    before, after = cut[0, 0, 0, 0] - images[0, 0, 0, 0], images[0, 0, -1, -1] - cut[0, 0, -1, -1]
    assert abs(before - after) <= images.shape[-1] + 1


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 32, 28), (2, 28, 28), (3, 260, 260)])
@pytest.mark.parametrize("name", GANS)
def test_what_cannot_be_drawn_is_refused(name: str, shape: tuple[int, int, int]) -> None:
    arch, data = made_up.named(name), made_up.data((1, 8, 8), 2)
    with pytest.raises(UsageError, match="square pictures of 8 to 256 pixels"):
        arch.build(replace(made_up.config(arch, data), shape=shape))
