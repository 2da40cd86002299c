"""A run directory: what a training was told, what it wrote, and how to read it back.

runs/<arch>-<dataset>-<n>/
    config.json     every value in force, versions, seed, data checksum, git state
    log.jsonl       one line an interval: epoch, iteration, elapsed seconds, losses
    samples/        grids of pictures as training went on; losses.png beside it
    snapshots/      complete training states, the last two
    model.npz       the network that is exported
"""

from __future__ import annotations

import contextlib
import itertools
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.errors import RunError
from ganzoo.files import write_json
from ganzoo.specs import Arch, TrainConfig

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 1


@dataclass(frozen=True)
class Run:
    """A run directory that exists. `provenance` is what `config.json` tells besides the configuration."""

    path: Path
    config: TrainConfig
    provenance: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def arch(self) -> Arch:
        return plugins.ARCHS.get(self.config.arch)

    @property
    def model_path(self) -> Path:
        return self.path / "model.npz"

    @property
    def snapshots(self) -> Path:
        return self.path / "snapshots"

    @property
    def finished(self) -> bool:
        return self.model_path.exists()

    def epochs_done(self) -> float:
        """How far the log goes, in epochs."""
        log = self.path / "log.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        try:
            return float(json.loads(lines[-1])["epoch_detail"]) if lines else 0.0
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"{log} is damaged: {error}.", "Train anew.") from error

    def model(self) -> Any:
        """The trained network. Raises `RunError` where there is none, `SnapshotError` when it does not fit."""
        from ganzoo.training.snapshot import load_model

        if not self.finished:
            raise RunError(
                f"{self.path} holds no finished training.",
                f"Finish it with: ganzoo train {self.config.arch} --resume --out {self.path}",
            )
        try:
            model = self.arch.build(self.config)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.path / 'config.json'} has not what {self.config.arch} needs: {type(error).__name__}: {error}.",
                "Use the ganzoo that wrote it, or train anew.",
            ) from error
        load_model(self.model_path, self.config, model)
        return model


def create(path: Path, config: TrainConfig, provenance: Mapping[str, Any]) -> Run:
    """A new run at `path`. Raises `RunError` where one already is."""
    if (path / "config.json").exists():
        raise RunError(f"{path} already holds a run.", "Choose another --out, or continue it with --resume.")
    path.mkdir(parents=True, exist_ok=True)
    run = Run(path, config, provenance)
    save_config(run)
    return run


def save_config(run: Run) -> None:
    write_json(run.path / "config.json", {"format": FORMAT, "config": asdict(run.config), **run.provenance})


def load(path: Path) -> Run:
    """The run at `path`. Raises `RunError` when `config.json` is absent, damaged or of another format."""
    file = path / "config.json"
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored.pop("format") != FORMAT:
            raise RunError(f"{file} has another format than {FORMAT}.", "Use the ganzoo that wrote it.")
        values = stored.pop("config")
        config = TrainConfig(**{**values, "shape": tuple(values["shape"])})
        _check(config, stored["classes"])
    except FileNotFoundError as error:
        raise RunError(f"{path} is no run: it has no config.json.", "List the runs with: ganzoo list runs") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{file} is damaged: {type(error).__name__}: {error}.", "Restore it, or train anew.") from error
    return Run(path, config, stored)


def _check(config: TrainConfig, classes: Any) -> None:
    """Refuse values of another type than the contract's; `config.json` may come from anywhere."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "arch": str,
        "preset": str,
        "dataset": str,
        "device": str,
        "shape": tuple,
        "hparams": dict,
        **dict.fromkeys(("n_classes", "epochs", "batch_size", "seed"), int),
        "data_dir": (str, type(None)),
        "limit": (int, type(None)),
    }
    for field in fields(config):
        if not isinstance(getattr(config, field.name), kinds[field.name]):
            raise ValueError(f"'{field.name}' is {getattr(config, field.name)!r}")
    if len(config.shape) != 3 or not all(isinstance(n, int) and n > 0 for n in config.shape):
        raise ValueError(f"'shape' is {config.shape!r}")
    if not all(isinstance(value, bool | int | float | str) for value in config.hparams.values()):
        raise ValueError(f"'hparams' is {config.hparams!r}")
    if len(classes) != config.n_classes or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"'classes' is {classes!r}")


def folders(root: Path) -> list[Path]:
    """The folders below `root` that claim to be runs, oldest first."""
    return [file.parent for file in sorted(root.glob("*/config.json"), key=lambda file: file.stat().st_mtime_ns)]


def every(root: Path) -> list[Run]:
    """The runs below `root`, oldest first; those that cannot be read are passed over."""
    runs = []
    for folder in folders(root):
        with contextlib.suppress(RunError):
            runs.append(load(folder))
    return runs


def latest(root: Path, arch: str | None = None, finished: bool | None = None) -> Run:
    """The youngest run below `root`: of `arch`, and finished or not, where that is asked for.

    Raises `RunError` when there is none.
    """
    runs = [
        run for run in every(root) if arch in (None, run.config.arch) and (finished is None or run.finished is finished)
    ]
    if not runs:
        kind = f"{'finished ' if finished else ''}run{f' of {arch}' if arch else ''}"
        raise RunError(f"There is no {kind} in {root}/.", f"Make one with: ganzoo train {arch or 'dcgan-cond'}")
    return runs[-1]


def next_path(root: Path, arch: str, dataset: str) -> Path:
    """The first free `<arch>-<dataset>-<n>` below `root`, made at once, so that nobody else takes it."""
    root.mkdir(parents=True, exist_ok=True)
    for n in itertools.count(1):
        path = root / f"{arch}-{dataset}-{n}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            break
    return path
