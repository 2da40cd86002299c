"""Read and check hyper-parameters, so that a useless value is an error before the training."""

from __future__ import annotations

import math
import numbers
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.specs import Scalar, TrainConfig

BOOLEANS = {"true": True, "false": False}


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


def overridden(hparams: Mapping[str, Scalar], given: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """`hparams` with the values of `given`, each as the type that the preset has there."""
    values = dict(hparams)
    for key, value in given.items():
        if key not in values:
            raise UnknownNameError("hyper-parameter", key, values)
        kind = type(values[key])
        try:
            values[key] = _read(value, kind)
            if kind is int:
                float(values[key])  # an OverflowError beyond what any recipe computes with
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise UsageError(
                f"--set {key}={value}: {value!r} is not a valid {kind.__name__}.", f"The preset has {values[key]!r}."
            ) from error
    return values


def _read(value: Any, kind: type[Scalar]) -> Scalar:
    """`value` as a `kind`: a text is read, a number of NumPy's becomes Python's. Raises where that is not possible."""
    if isinstance(value, str):
        return BOOLEANS[value.lower()] if kind is bool else kind(value)
    accepted = {bool: bool, int: numbers.Integral, float: numbers.Real}.get(kind, str)
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(value)
    convert: Callable[[Any], Scalar] = kind
    return convert(value)
