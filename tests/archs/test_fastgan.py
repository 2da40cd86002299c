"""`fastgan`: excitations scale what they should, and the discriminator learns to rebuild real pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
import pytest

from ganzoo.archs import fastgan
from ganzoo.errors import UsageError
from tests.support import made_up

if TYPE_CHECKING:
    from ganzoo.specs import TrainConfig, Training

SHAPE = (3, 16, 16)


def config(shape: tuple[int, int, int] = SHAPE, **values: Any) -> TrainConfig:
    made = made_up.config(fastgan.ARCH, made_up.data(shape, 2))
    return replace(made, preset="tiny", hparams={**fastgan.ARCH.presets["tiny"].hparams, **values})


def training(**values: Any) -> Training:
    np.random.seed(0)
    return fastgan.train(config(**values), made_up.data(SHAPE, 2))


@pytest.mark.parametrize("side", [8, 16, 28, 64])
def test_each_of_the_larger_maps_is_scaled_by_a_smaller_one(side: int) -> None:
    settings = config((1, side, side))
    np.random.seed(0)
    generator = fastgan.build(settings)
    x = chainer.Variable(np.random.standard_normal((2, generator.latent_dim + 2)).astype(np.float32))
    assert len(generator.excitations) == len(generator.ups) + 1 - generator.reach >= 1
    for closed in generator.excitations:
        with chainer.using_config("train", False):
            before = generator(x).array
            closed.l2.b.array[:] = -100  # a factor of 0: what lies before is no longer seen
            after = generator(x).array
        assert np.abs(after - before).max() > 1e-3
        if closed is generator.excitations[-1]:
            assert np.ptp(after, axis=0).max() < 1e-6
        closed.l2.b.array[:] = 0


def test_a_map_and_its_picture_lose_the_same_three_quarters() -> None:
    x = np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)
    corners = [fastgan._corner(x, quarter) for quarter in range(4)]
    assert [int(corner[0, 0, 0, 0]) for corner in corners] == [0, 4, 32, 36]
    assert {corner.shape for corner in corners} == {(1, 1, 4, 4)}
    assert fastgan._corner(x[..., :7, :7], 3).shape == (1, 1, 3, 3)
    assert float(fastgan._apart(chainer.Variable(x[..., ::2, ::2] + 4.5), x).array) < 1e-5  # means of four pixels


@pytest.mark.training
def test_the_discriminator_learns_to_rebuild_real_pictures() -> None:
    def decoders(made: Training) -> list[Any]:
        dis = made.updater.dis
        return [parameter.array.copy() for decoder in (dis.whole, dis.part) for parameter in decoder.params()]

    for weight, learns in ((1.0, True), (0.0, False)):
        made = training(rebuild=weight)
        before = decoders(made)
        made.updater.update()
        changed = [(a != b).any() for a, b in zip(before, decoders(made), strict=True)]
        assert sum(changed) > len(changed) / 2 if learns else not any(changed)


@pytest.mark.parametrize(
    ("values", "words"), [({"least_channels": 0}, "least_channels is 0"), ({"rebuild": -1.0}, "rebuild is -1")]
)
def test_values_out_of_range(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        training(**values)
