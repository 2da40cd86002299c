"""The data that a run was trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo import datasets, plugins

if TYPE_CHECKING:
    from ganzoo.specs import Data, TrainConfig


def data_of(config: TrainConfig, data_dir: Path | None = None) -> Data:
    """The data that `config` names, read from `data_dir` if that is given, otherwise from where `config` says.

    Raises what `datasets.load` raises.
    """
    stated = Path(config.data_dir) if config.data_dir else None
    options = with_data_options(config).data_options
    return datasets.load(plugins.DATASETS.get(config.dataset), data_dir or stated, config.limit, options)


def with_data_options(config: TrainConfig) -> TrainConfig:
    """`config` with all options that its data set has now. That of an earlier version lacks the newer ones."""
    completed = datasets.completed(plugins.DATASETS.get(config.dataset), config.data_options)
    return replace(config, data_options=completed)
