"""Augmentation: what each change does, that it can be differentiated, and that a GAN sees both kinds through it."""

from __future__ import annotations

from typing import Any

import chainer
import chainer.functions as F
import numpy as np
import pytest

from ganzoo.errors import UnknownNameError
from ganzoo.updaters.augment import AUGMENTATIONS, augmentation
from tests.support import made_up


def pictures(n: int = 64, shape: tuple[int, int, int] = (3, 16, 24), dtype: str = "float32") -> Any:
    return np.random.RandomState(0).uniform(0.25, 0.75, (n, *shape)).astype(dtype)


def changed(name: str, x: Any) -> Any:
    np.random.seed(1)
    return augmentation(name)(x).array


def test_a_flip_turns_half_of_the_pictures() -> None:
    x = pictures()
    y = changed("flip", x)
    turned = [np.array_equal(b, a[:, :, ::-1]) for a, b in zip(x, y, strict=True)]
    same = [np.array_equal(b, a) for a, b in zip(x, y, strict=True)]
    assert all(a != b for a, b in zip(turned, same, strict=True)) and 20 < sum(turned) < 44


def test_a_shift_moves_by_an_eighth_at_most_and_background_comes_in() -> None:
    x = pictures(400)
    y = changed("shift", x)
    found = set()
    for a, b in zip(x, y, strict=True):
        rows, columns = (np.flatnonzero(b[0].any(axis=axis)) for axis in (1, 0))
        height, width = len(rows), len(columns)
        down = rows[0] if rows[0] else height - 16
        right = columns[0] if columns[0] else width - 24
        top, left = max(-down, 0), max(-right, 0)
        np.testing.assert_array_equal(
            b[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], a[:, top : top + height, left : left + width]
        )
        found.add((int(down), int(right)))
    assert {down for down, _ in found} == set(range(-2, 3)) and {right for _, right in found} == set(range(-3, 4))


def test_colour_keeps_places_and_changes_brightness_saturation_and_contrast() -> None:
    x = pictures()
    y = changed("colour", x)
    brighter = y.mean(axis=(1, 2, 3)) - x.mean(axis=(1, 2, 3))
    assert -0.25 <= brighter.min() < -0.2 and 0.2 < brighter.max() <= 0.25
    grey, before = y.mean(axis=1), x.mean(axis=1)
    contrast = grey.std(axis=(1, 2)) / before.std(axis=(1, 2))
    assert 0.5 <= contrast.min() < 0.6 and 1.4 < contrast.max() <= 1.5
    saturation = (y - grey[:, None]).std(axis=(1, 2, 3)) / (x - before[:, None]).std(axis=(1, 2, 3)) / contrast
    assert 0 <= saturation.min() < 0.1 and 1.9 < saturation.max() <= 2
    assert changed("colour", x[:, :1]).shape == (64, 1, 16, 24)


def test_a_cutout_blanks_a_square_of_half_the_height_and_width() -> None:
    x = pictures(200)
    y = changed("cutout", x)
    blank = y == 0
    assert (blank[:, :1] == blank).all() and (y[~blank] == x[~blank]).all()
    for each in blank[:, 0]:
        rows, columns = (np.flatnonzero(each.any(axis=axis)) for axis in (1, 0))
        assert each[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()  # one square
        assert len(rows) <= 8 and len(columns) <= 12 and each.sum() == len(rows) * len(columns)
    sizes = blank[:, 0].sum(axis=(1, 2))
    assert sizes.max() == 8 * 12 and sizes.min() < 8 * 12


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_can_be_differentiated_twice(name: str) -> None:
    x = chainer.Variable(pictures(3, (3, 8, 8), "float64"))
    direction, weights = np.random.RandomState(2).standard_normal((2, *x.shape))

    def value(x: Any) -> Any:
        np.random.seed(3)
        return F.sum(augmentation(name)(x) ** 3 * weights)

    (gradient,) = chainer.grad([value(x)], [x], enable_double_backprop=True)
    step = 1e-5
    slope = (value(x + step * direction).array - value(x - step * direction).array) / (2 * step)
    assert float((gradient.array * direction).sum()) == pytest.approx(float(slope), rel=1e-6)
    (second,) = chainer.grad([F.sum(gradient * direction)], [x])
    after, before = (
        chainer.grad([value(moved)], [moved])[0].array
        for moved in (chainer.Variable(x.array + sign * step * direction) for sign in (1, -1))
    )
    np.testing.assert_allclose(second.array, (after - before) / (2 * step), rtol=1e-5, atol=1e-6)


def test_nothing_is_drawn_where_nothing_is_changed() -> None:
    x, before = pictures(), np.random.get_state()[1].copy()  # type: ignore[union-attr]
    assert augmentation("")(x).array is x
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_the_order_of_names_does_not_matter() -> None:
    x = pictures()
    np.testing.assert_array_equal(changed("cutout, colour,flip", x), changed("colour,flip,cutout", x))


@pytest.mark.parametrize("name", ["dcgan-cond", "wgan-gp"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    arch, data = made_up.named(name), made_up.data((3, 16, 16), 2)
    with pytest.raises(UnknownNameError, match=r"no augmentation 'cutuot'") as raised:
        arch.train(made_up.config(arch, data, augment="flip,cutuot"), data)
    assert "Did you mean 'cutout'?" in str(raised.value.remedy)


def test_a_discriminator_sees_real_and_drawn_pictures_through_it() -> None:
    arch, data = made_up.named("dcgan-cond"), made_up.data((3, 16, 16), 2, n=32)
    updater = arch.train(made_up.config(arch, data, augment="cutout"), data).updater
    seen: list[Any] = []
    forward = updater.dis.forward
    updater.dis.forward = lambda x: seen.append(chainer.as_variable(x).array) or forward(x)
    for _ in range(3):
        updater.update()
    assert len(seen) >= 6
    for batch in seen:  # pictures of noise have no pixel of 0, nor does a sigmoid give one
        assert (batch == 0).any(axis=(1, 2, 3)).mean() > 0.9
    sample = arch.train(made_up.config(arch, data, augment="cutout"), data).sample
    assert sample is not None and (sample() > 0).all()
