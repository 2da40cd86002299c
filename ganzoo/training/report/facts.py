"""The facts about a run for its page and for comparisons, as plain text."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ganzoo.errors import RunError, UnknownNameError
from ganzoo.files import readable

if TYPE_CHECKING:
    from ganzoo.runs.run import Run
    from ganzoo.specs import Scalar

LENGTH = ("epochs", "batch_size")  # shown together with the hyper-parameters


@dataclass(frozen=True)
class Score:
    """A score in `metrics.json`; `floor` is the score of real images in place of the pictures."""

    name: str
    value: float
    floor: float | None
    better: str


@dataclass(frozen=True)
class Metrics:
    """The result of `ganzoo eval` for `weights`, "model" or "last".

    `current` says whether these weights are unchanged since; a resumed training changes them. `per_class` has the name,
    the accuracy and the accuracy on real images of each class; None where a value is missing.
    """

    weights: str
    current: bool
    scores: tuple[Score, ...]
    per_class: tuple[tuple[str, float | None, float | None], ...]
    note: str


def metrics(run: Run) -> Metrics | None:
    """The content of `metrics.json`; None if there is no such file. Raises `RunError` if it is damaged."""
    file = run.path / "metrics.json"
    try:
        told = json.loads(readable(file).read_text(encoding="utf-8"))
        if told["format"] != 1:
            raise ValueError(f"it has format {told['format']}")
        if any(each["better"] not in ("min", "max") for each in told["scores"].values()):
            raise ValueError("a score does not say whether higher or lower is better")
        scores = tuple(
            Score(str(name), float(each["value"]), _number(each["floor"]), str(each["better"]))
            for name, each in told["scores"].items()
        )
        table = told.get("per_class", {"classes": [], "accuracy": []})
        floor = table.get("floor") or [None] * len(table["classes"])
        shares = zip(map(str, table["classes"]), map(_number, table["accuracy"]), map(_number, floor), strict=True)
        weights = told["weights"]
        if weights not in ("model", "last"):
            raise ValueError(f"it is about the weights {weights!r}, not about model or last")
        current = told["model_sha256"] == replace(run, weights=weights).model_sha256()
        return Metrics(weights, current, scores, tuple(shares), str(told["note"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        problem = f"{file} is damaged: {type(error).__name__}: {error}."
        raise RunError(problem, f"Write it again with: ganzoo eval {shlex.quote(str(run.path))}") from error


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def recipe(run: Run) -> dict[str, tuple[Scalar, Scalar | None]]:
    """Every hyper-parameter of the run with the preset's value, which is None if it is unknown."""
    config = run.config
    values: dict[str, Scalar] = {**{key: getattr(config, key) for key in LENGTH}, **config.hparams}
    try:
        preset = run.arch.presets[config.preset]
    except (UnknownNameError, KeyError):  # the plugin is not installed here, or has another version
        return {key: (value, None) for key, value in values.items()}
    n_images = run.provenance.get("n_images")
    epochs = preset.epochs_for(n_images) if isinstance(n_images, int) and n_images > 0 else preset.epochs
    usual = {"epochs": epochs, "batch_size": preset.batch_size, **preset.hparams}
    return {key: (value, usual.get(key)) for key, value in values.items()}


def command(run: Run) -> str:
    """The command that repeats the training."""
    config = run.config
    options: dict[str, Any] = {
        "--preset": config.preset,
        "--dataset": config.dataset,
        "--data-dir": config.data_dir,
        "--limit": config.limit,
        "--epochs": config.epochs,
        "--batch-size": config.batch_size,
        "--seed": config.seed,
        "--device": config.device,
    }
    words = ["ganzoo", "train", config.arch]
    options |= {f"--{name.replace('_', '-')}": value for name, value in config.data_options.items()}
    words += [word for option, value in options.items() if value is not None for word in (option, str(value))]
    for key, (value, usual) in recipe(run).items():
        if key not in LENGTH and value != usual:
            words += ["--set", f"{key}={value}"]
    return shlex.join(words)


def origin(run: Run) -> dict[str, str]:
    """The origin of the run: data, machine, versions."""
    told, config = run.provenance, run.config
    size = "x".join(map(str, config.shape))
    facts = {
        "data": f"{config.dataset}, {told.get('n_images', '?')} training images of {size}, {config.n_classes} classes",
        "data SHA-256": told.get("data_sha256"),
        "seed": config.seed,
        "device": config.device,
        "machine": _listed(told.get("machine")),
        "versions": _listed(told.get("versions")),
        "sources": told.get("git"),
        "started": told.get("created"),
    }
    return {key: str(value) for key, value in facts.items() if value not in (None, "")}


def _listed(value: Any) -> str:
    """A mapping as a phrase; any other value as text."""
    return ", ".join(f"{key} {each}" for key, each in value.items()) if isinstance(value, dict) else str(value or "")


def number(value: object) -> str:
    """A number with five digits; "-" for None, NaN and infinity."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
