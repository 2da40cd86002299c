"""Trains every architecture in float64. As a program: as one of the processes that mpiexec started, in `argv[1]`.

Where gradients are zero but for rounding, as that of a bias before a batch norm is, Adam makes whole steps of the
rounding. In float32 such steps would hide what this is to show; in float64 rounding is far below Adam's epsilon.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from ganzoo.training.options import TrainOptions, configure
from ganzoo.training.train import train
from ganzoo.updaters.distributed import job
from tests.support.registries import ARCHS, brief

RUNS = {**{arch: arch for arch in ARCHS}, "on Chainer's layers": "dcgan-cond"}
OPTIONS = TrainOptions(epochs=1, limit=64, batch_size=16, seed=3)


def train_all(folder: Path) -> None:
    import chainer

    from ganzoo.archs import _gan

    draw = _gan.draw_input

    def doubled(*arguments: Any) -> Any:
        config, data = configure(*arguments)
        return config, replace(data, train_x=data.train_x.astype(np.float64), test_x=data.test_x.astype(np.float64))

    with (
        chainer.using_config("dtype", np.dtype(np.float64)),
        patch("ganzoo.training.train.configure", doubled),
        patch("ganzoo.metrics.in_training.during", lambda *arguments: None),
        patch.object(_gan, "draw_input", lambda *arguments: draw(*arguments).astype(np.float64)),
    ):
        for name, arch in RUNS.items():
            with chainer.using_config("fast_layers", name == arch):
                train(arch, replace(OPTIONS, preset=brief(arch)), folder, folder / name)


def main() -> None:
    with job(tell):
        train_all(Path(sys.argv[1]))


def tell(error: BaseException) -> int:
    raise error


if __name__ == "__main__":
    main()
