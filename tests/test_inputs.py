"""Seeded inputs are what their specs say, and the same for a seed."""

from __future__ import annotations

import numpy as np

from ganzoo import inputs
from ganzoo.specs import Part, TensorSpec


def test_seeded_inputs_follow_their_specs() -> None:
    vector = TensorSpec("x", (14,), "latent", parts=(Part("z", 10, "latent"), Part("label", 4, "onehot")))
    image = TensorSpec("image", (1, 5, 5), "image", range=(0.0, 1.0))
    x, picture = inputs.seeded((vector, image), 6, seed=3)
    assert x.shape == (6, 14) and x.dtype == picture.dtype == np.float32
    np.testing.assert_array_equal(x[:, 10:], np.eye(4)[[0, 1, 2, 3, 0, 1]])
    assert 0.5 < x[:, :10].std() < 1.5
    assert picture.min() >= 0 and picture.max() <= 1 and picture.std() > 0.2
    np.testing.assert_array_equal(inputs.seeded((vector, image), 6, seed=3)[0], x)
    assert (inputs.seeded((vector, image), 6, seed=4)[0] != x).any()
    np.testing.assert_array_equal(inputs.seeded((vector,), 2, 0, labels=[2])[0][:, 10:], np.eye(4)[[2, 2]])


def test_labels_are_for_the_one_hot_values_of_the_classes() -> None:
    label = TensorSpec("label", (10,), "onehot")
    more = TensorSpec("more", (13,), "onehot", parts=(Part("colour", 3, "onehot"), Part("again", 10, "onehot")))
    first, second = inputs.seeded((label, more), 4, seed=0, labels=[7, 9])
    np.testing.assert_array_equal(first, np.eye(10)[[7, 9, 7, 9]])
    np.testing.assert_array_equal(second[:, :3], np.eye(3)[[0, 1, 2, 0]])
    np.testing.assert_array_equal(second[:, 3:], first)
