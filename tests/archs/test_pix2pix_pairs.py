"""The pairs of pix2pix: what a run shows of them, and what it is judged by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ganzoo.archs import pix2pix
from ganzoo.edges import outline
from ganzoo.metrics import evaluator_training, of_converter
from tests.support import made_up


def test_pictures_of_a_file_are_outlined_shown_and_judged_as_those_in_floats() -> None:
    data = made_up.data((3, 16, 16), 1)
    levels = np.rint(255 * np.concatenate([data.test_x[:4], np.ones_like(data.test_x[:4])])).astype(np.uint8)
    pictures = levels.astype(np.float32) / np.float32(255)
    config = made_up.config(pix2pix.ARCH, data)
    generator = pix2pix.build(config)
    shown = pix2pix.sampler(replace(data, test_x=levels), generator)()
    np.testing.assert_array_equal(shown[:8, 2], pictures)
    np.testing.assert_array_equal(shown[:8, 0, :1], outline(pictures))
    assert 0 < outline(pictures).mean() < 1

    pairs = pix2pix.ARCH.pairs
    assert pairs is not None
    (network,) = pix2pix.export(config, generator)
    evaluator = evaluator_training.network((3, 16, 16), 1)
    found = of_converter.convert(network, lambda images: pairs(config, images), evaluator, levels)
    np.testing.assert_allclose(found.l1, np.abs(shown[:8, 1] - pictures).mean(axis=(1, 2, 3)), atol=1e-5)
