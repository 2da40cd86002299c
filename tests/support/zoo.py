"""Untrained networks of five architectures, of all kinds of pages: what one site shows side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo.specs import TrainConfig
from tests.support.made_up import named
from tests.support.toy import ToyRun

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.runs.run import Run

LETTERS = (*"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abcdefghijklmnopqrstuvwxy", "at sign")
DATA: dict[str, tuple[tuple[int, int, int], tuple[str, ...]]] = {
    "style": ((3, 64, 64), ("faces",)),
    "sngan": ((3, 32, 32), LETTERS),
    "pix2pix": ((3, 32, 32), ("faces",)),
    "cnn": ((1, 28, 28), LETTERS),
    "resnet": ((3, 32, 32), LETTERS),
}


def zoo(folder: Path, preset: str = "tiny") -> list[Run]:
    """A run of each, with `preset` where the architecture has that; `style` has one class, others 62."""
    runs: list[Run] = []
    for name, (shape, classes) in DATA.items():
        arch = named(name)
        chosen = preset if preset in arch.presets else next(iter(arch.presets))
        config = TrainConfig(
            name, chosen, "none", shape, len(classes), 1, 1, 0, "cpu", dict(arch.presets[chosen].hparams)
        )
        np.random.seed(3)
        own = tuple(arch.export(config, arch.build(config)))
        runs.append(ToyRun(folder / name, config, {"classes": list(classes)}, own=own))
    return runs
