"""What a training is asked for: options that are wrong are named before anything is written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.errors import (
    DeviceMissingError,
    UnknownNameError,
    UsageError,
)
from ganzoo.training import options as options_module
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.training.progress import Listener
    from tests.support.command import Done


@pytest.mark.parametrize(
    ("arch", "assignment"),
    [
        ("wgan-gp", "critic_steps=0"),
        ("wgan-gp", "beta1=1"),
        ("dcgan-cond", "beta2=2"),
        ("dcgan-cond", "gen_alpha=nan"),
        ("dcgan-cond", "ema_decay=-0.5"),
        ("dcgan-cond", "bn_decay=1"),
        ("dcgan-cond", "wrong_label=-1"),
        ("dcgan-cond", "clip=-1"),
        ("cnn", "alpha=-1"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_before_there_is_a_run(
    arch: str, assignment: str, ganzoo: Callable[..., Done], in_tmp: Path
) -> None:
    done = ganzoo("train", arch, "--set", assignment, "--limit", 64, "--epochs", 1)
    assert done.code == 2 and f"{assignment.partition('=')[0]} is " in done.err and "It must be at least " in done.err
    assert not (in_tmp / "runs").exists()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (TrainOptions(preset="blok"), UnknownNameError, "preset of dcgan-cond 'blok'"),
        (TrainOptions(dataset="digit"), UnknownNameError, "dataset 'digit'"),
        (TrainOptions(hparams={"alfa": 1}), UnknownNameError, "hyper-parameter 'alfa'"),
        (TrainOptions(hparams={"gen_alpha": "fast"}), UsageError, "'fast' is not a valid float"),
        (TrainOptions(hparams={"latent_dim": 8.5}), UsageError, "8.5 is not a valid int"),
        (TrainOptions(hparams={"latent_dim": True}), UsageError, "True is not a valid int"),
        (TrainOptions(epochs=0), UsageError, "--epochs is 0"),
        (TrainOptions(limit=4), UsageError, "The batch size is 64, but there are only 4 training images"),
        (TrainOptions(seed=-1), UsageError, "--seed is -1"),
        (TrainOptions(device="tpu"), UsageError, "device 'tpu'"),
        (TrainOptions(device="cuda:7"), DeviceMissingError, "cuda:7 cannot be used"),
    ],
)
def test_wrong_options(
    options: TrainOptions, error: type[Exception], words: str, tmp_path: Path, quiet: Listener
) -> None:
    with pytest.raises(error, match=words):
        train("dcgan-cond", options, tmp_path, None, quiet)
    assert not list(tmp_path.iterdir())


def test_set_reads_a_value_as_the_presets_type(tmp_path: Path) -> None:
    from ganzoo import plugins

    options = TrainOptions(hparams={"alpha": 1, "shift": np.int64(3)}, limit=64)
    config, _ = options_module.configure(plugins.ARCHS.get("cnn"), options)
    assert config.hparams["alpha"] == 1.0 and isinstance(config.hparams["alpha"], float)
    assert config.hparams["shift"] == 3 and isinstance(config.hparams["shift"], int)


def test_pictures_make_epochs_for_the_data_at_hand() -> None:
    from ganzoo.specs import Preset

    preset = Preset("", 32, pictures=100_000)
    assert preset.epochs_for(1_500) == 67
    assert preset.epochs_for(60_000) == 2
    assert preset.epochs_for(500_000) == 1
    assert Preset("", 32, epochs=200).epochs_for(60_000) == 200


@pytest.mark.parametrize(("times", "epochs", "step"), [(100, 4, 0.0016), (10, 64, 0.02), (100, 3, 1 / 7), (10, 1, 0.5)])
def test_evenly_fires_evenly_and_at_the_end(times: int, epochs: int, step: float) -> None:
    from types import SimpleNamespace

    from ganzoo.training.triggers import Evenly

    trigger = Evenly(times, epochs)
    steps = round(epochs / step)
    fired = [n for n in range(1, steps + 1) if trigger(SimpleNamespace(updater=SimpleNamespace(epoch_detail=n * step)))]
    assert fired[-1] == steps
    assert len(fired) == min(times, steps)
    gaps = [b - a for a, b in pairwise(fired)]
    assert not gaps or max(gaps) - min(gaps) <= 1
