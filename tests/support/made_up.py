"""Data of any size, colour and number of classes, without meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo import plugins
from ganzoo.specs import Data, TrainConfig

if TYPE_CHECKING:
    from ganzoo.specs import Arch


def data(shape: tuple[int, int, int], n_classes: int, n: int = 8) -> Data:
    """`n` training images of `shape` (C, H, W), the classes in turn, and as many for testing."""
    random = np.random.default_rng(0)
    x = random.uniform(size=(2, n, *shape)).astype(np.float32)
    t = (np.arange(n) % n_classes).astype(np.int32)
    return Data(x[0], t, x[1], t, tuple(f"class {i}" for i in range(n_classes)))


def config(arch: Arch, made: Data, **values: Any) -> TrainConfig:
    """For batches of 4 of `made`: the preset `tiny`, or the first where there is none, with other `values`."""
    name = "tiny" if "tiny" in arch.presets else next(iter(arch.presets))
    hparams = {**arch.presets[name].hparams, **values}
    shape = made.train_x.shape[1:]
    return TrainConfig(arch.name, name, "made up", shape, len(made.classes), 1, 4, 0, "cpu", hparams)


def named(name: str) -> Arch:
    found: Arch = plugins.ARCHS.get(name)
    return found
