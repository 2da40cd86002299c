"""A scale for each channel of each image is that of Chainer's functions: values, gradients of any order, exports."""

from __future__ import annotations

from typing import Any

import chainer
import chainer.functions as F
import numpy as np
import pytest

from ganzoo import layers
from ganzoo.layers import native
from ganzoo.layers.scaling import Scale

DTYPES = {"float32": 2e-5, "float64": 1e-12}  # of the largest value: sums are taken in another order


@pytest.mark.parametrize("activation", [layers.IDENTITY, layers.RELU, layers.LEAKY_RELU])
@pytest.mark.parametrize("shape", [(3, 5, 4, 3), (2, 37, 1, 1), (2, 16, 9, 11), (1, 33, 70, 2)])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_chainers(dtype: str, biased: bool, shape: tuple[int, ...], activation: Any) -> None:
    native.load(dtype)  # where it cannot be built Chainer would be compared with itself
    random = np.random.RandomState(1)
    arrays = [random.standard_normal(size).astype(dtype) for size in (shape, shape[:2], shape[1:2])][: 2 + biased]
    along = [random.standard_normal(array.shape).astype(dtype) for array in arrays]
    towards = random.standard_normal(shape).astype(dtype)
    found = []
    for kernels in (True, False):
        with chainer.using_config("fast_layers", kernels):
            given = [chainer.Variable(array) for array in arrays]
            y = layers.scale(*given, activation=activation)
            assert isinstance(y.creator, Scale) is kernels
            gy = chainer.Variable(towards)
            once = chainer.grad([y], given, [gy])
            gradients = chainer.grad([y], given, [gy], enable_double_backprop=True)
            second = chainer.grad([sum(F.sum(g * v) for g, v in zip(gradients, along, strict=True))], [*given[:2], gy])
            found.append([each.array for each in (y, *once, *gradients, *second)])
    for ours, chainers in zip(*found, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, chainers, rtol=0, atol=DTYPES[dtype] * max(1, np.abs(chainers).max()))


@pytest.mark.parametrize("s", [(4, 4), (3, 5), (4,)], ids=str)
def test_scales_that_do_not_fit_reach_no_kernel(s: tuple[int, ...]) -> None:
    x = np.ones((4, 5, 6, 6), np.float32)
    with pytest.raises((ValueError, chainer.utils.type_check.InvalidType)):
        layers.scale(chainer.Variable(x), chainer.Variable(np.ones(s, np.float32)))
