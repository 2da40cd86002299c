"""Check hyper-parameters, so that a useless value is an error before the training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import TrainConfig


def choice(config: TrainConfig, key: str, table: Mapping[str, Any]) -> Any:
    """The entry of `table` that the hyper-parameter `key` names. Raises `UnknownNameError` if there is none."""
    name = str(config.hparams[key])
    if name not in table:
        raise UnknownNameError(key, name, table)
    return table[name]


def number(config: TrainConfig, key: str, low: float = 0.0, below: float = math.inf) -> float:
    """The hyper-parameter `key`, at least `low` and less than `below`. Raises `UsageError` for any other value."""
    value = float(config.hparams[key])
    if not low <= value < below:
        end = "" if below == math.inf else f" and less than {below:g}"
        raise UsageError(f"{key} is {value:g}.", f"It must be at least {low:g}{end}.")
    return value
