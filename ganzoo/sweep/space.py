"""The description of a sweep: a small TOML file, which is checked completely before anything is trained.

`ganzoo sweep --help` has an example. Without `metric` and `better`, the score that chooses the best snapshot is used.
All trials have the same `seed`, so that they differ only in the hyper-parameters of `[space]`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganzoo import plugins, toml
from ganzoo.errors import UsageError
from ganzoo.training.options import DATASET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.specs import Preset, Scalar

KEYS: Mapping[str, type] = {
    "arch": str,
    "trials": int,
    "preset": str,
    "dataset": str,
    "data_dir": str,
    "epochs": int,
    "batch_size": int,
    "limit": int,
    "device": str,
    "seed": int,
    "metric": str,
    "better": str,
    "data_options": dict,
    "set": dict,
    "space": dict,
}
REQUIRED = ("arch", "trials", "space")
MOST_TRIALS = 10_000  # the sampler looks at all former trials before each one
MOST_CHOICES = 100  # of one hyper-parameter: more than a plot can show and a sampler can learn from


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; uniform on a logarithmic scale if `log` is true.

    `kind` is int or float.
    """

    low: float
    high: float
    log: bool
    kind: type


@dataclass(frozen=True)
class Choice:
    """One of `values`, which have no order."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Space:
    """A valid sweep. A field that is None has the default of the preset, the data set or the evaluation."""

    arch: str
    trials: int
    space: Mapping[str, Range | Choice]
    preset: str | None = None
    dataset: str | None = None
    data_dir: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    limit: int | None = None
    device: str | None = None
    seed: int = 0
    metric: str | None = None
    better: str | None = None
    set: Mapping[str, Scalar] = field(default_factory=dict)
    data_options: Mapping[str, Scalar] = field(default_factory=dict)


def load(path: Path) -> Space:
    """Read the sweep in the file `path`. Raises `UsageError` with the name of a wrong key."""
    return parse(toml.read(path, "'ganzoo sweep --help' shows an example."), str(path))


def parse(values: Mapping[str, Any], file: str) -> Space:
    """The sweep that `values` describe. `file` is its name in messages."""
    for key, value in values.items():
        toml.known(f"key of a sweep in {file}", key, KEYS)
        toml.require(value, KEYS[key], key, file)
    for key in REQUIRED:
        if key not in values:
            raise UsageError(f"{file} has no '{key}'.", f"Every sweep needs: {', '.join(REQUIRED)}.")
    for key in ("trials", "epochs", "batch_size", "limit"):
        if values.get(key, 1) < 1:
            toml.wrong(file, key, values[key], "1 or more")
    if values["trials"] > MOST_TRIALS:
        toml.wrong(file, "trials", values["trials"], f"at most {MOST_TRIALS:,}")
    if ("metric" in values) is not ("better" in values):
        raise UsageError(
            f"{file} has only one of 'metric' and 'better'.", "Give both, or neither to use the training's own score."
        )
    if values.get("better", "min") not in ("min", "max"):
        toml.wrong(file, "better", values["better"], '"min" or "max"')
    if not values["space"]:
        raise UsageError(f"[space] is empty in {file}.", "List the hyper-parameters to try there.")

    preset = _preset(values["arch"], values.get("preset"))
    fixed = values.get("set", {})
    for key, value in fixed.items():
        toml.known(f"hyper-parameter of {values['arch']}", key, preset.hparams)
        toml.require(value, type(preset.hparams[key]), f"set.{key}", file)
        if key in values["space"]:
            raise UsageError(f"{file} has '{key}' both in [set] and in [space].", "Remove it from one of them.")
    dataset = plugins.DATASETS.get(values.get("dataset", DATASET))
    for key, value in values.get("data_options", {}).items():
        toml.known(f"option of the data set '{dataset.name}'", key, dataset.options)
        toml.require(value, type(dataset.options[key]), f"data_options.{key}", file)
    space = {}
    for key, value in values["space"].items():
        toml.known(f"hyper-parameter of {values['arch']}", key, preset.hparams)
        space[key] = _dimension(value, type(preset.hparams[key]), f"space.{key}", file)
    return Space(**{**values, "space": space})


def _preset(arch_name: str, name: str | None) -> Preset:
    arch = plugins.ARCHS.get(arch_name)
    if name is None:
        return next(iter(arch.presets.values()))
    toml.known(f"preset of {arch_name}", name, arch.presets)
    return arch.presets[name]


def _dimension(value: Any, kind: type, key: str, file: str) -> Range | Choice:
    """Read `value` as the possible values of a hyper-parameter of type `kind`."""
    toml.require(value, dict, key, file)
    if set(value) == {"choices"}:
        choices = value["choices"]
        if not isinstance(choices, list) or not choices:
            toml.wrong(file, f"{key}.choices", choices, "a list")
        for choice in choices:
            toml.require(choice, kind, f"{key}.choices", file)
        if len(choices) > MOST_CHOICES or len(set(choices)) < len(choices):
            toml.wrong(file, f"{key}.choices", choices, f"at most {MOST_CHOICES} values that differ from each other")
        return Choice(tuple(kind(choice) for choice in choices))
    if not {"low", "high"} <= set(value) <= {"low", "high", "log"} or kind not in (int, float):
        forms = "{ low = ..., high = ..., log = true or false }, or " if kind in (int, float) else ""
        toml.wrong(file, key, value, f"{forms}{{ choices = [...] }}")
    for end in ("low", "high"):
        toml.require(value[end], kind, f"{key}.{end}", file)
    log = value.get("log", False)
    toml.require(log, bool, f"{key}.log", file)
    if not value["low"] < value["high"] or not value["high"] - value["low"] < math.inf:
        toml.wrong(file, key, value, "a range whose low is less than its high")
    if log and value["low"] <= 0:
        toml.wrong(file, f"{key}.low", value["low"], "above 0, because log is true")
    return Range(kind(value["low"]), kind(value["high"]), log, kind)
