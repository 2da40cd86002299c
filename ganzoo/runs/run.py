"""The folder of a run: its configuration, what the training wrote, and how to read it.

runs/<arch>-<dataset>-<n>/
    config.json     all hyper-parameters and options, versions, seed, checksum of the data, git state
    log.jsonl       one line per interval: epoch, iteration, elapsed seconds, losses, scores
    samples/        sheets of pictures drawn during the training
    snapshots/      complete training states: the latest ones, and the one with the best score
    best.json       names the snapshot with the best score
    model.npz       the weights with the best score, which are exported
    last.npz        the weights from the end of the training
    run.html        the report; training.webp is an animation of the samples
    metrics.json    the result of `ganzoo eval`, with metrics.png and neighbours.png
    .lock           held by the process that trains
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import math
import shlex
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ganzoo import plugins
from ganzoo.errors import GanzooError, RunError, SnapshotError
from ganzoo.files import readable, remove_unfinished, write_json
from ganzoo.specs import Arch, TrainConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.specs import Data, Network

FORMAT = 1


@dataclass(frozen=True)
class Run:
    """An existing run. `provenance` has the content of `config.json` besides the configuration.

    `weights` says which weights to use: "model", those with the best score, or "last", those from the end.
    """

    path: Path
    config: TrainConfig
    provenance: Mapping[str, Any]
    weights: str = "model"

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def arch(self) -> Arch:
        return plugins.ARCHS.get(self.config.arch)

    @property
    def origin(self) -> Mapping[str, Any]:
        """Where its networks come from, as a manifest says it."""
        config = self.config
        return {"arch": config.arch, "preset": config.preset, "dataset": config.dataset, "run": self.name}

    @property
    def model_path(self) -> Path:
        return self.path / f"{self.weights}.npz"

    def model_sha256(self) -> str | None:
        """SHA-256 of the file at `model_path` in hex, None if there is no file.

        It says which weights an evaluation belongs to.
        """
        try:
            return hashlib.sha256(readable(self.model_path).read_bytes()).hexdigest()
        except FileNotFoundError:
            return None

    @property
    def snapshots(self) -> Path:
        return self.path / "snapshots"

    @property
    def finished(self) -> bool:
        return self.model_path.exists()

    @property
    def resume_command(self) -> str:
        """What goes on with the training."""
        return f"ganzoo train {self.config.arch} --resume --out {shlex.quote(str(self.path))}"

    def require_in_place(self) -> None:
        """Raise `RunError` where the folder is gone; writing there would make a new one that is no run."""
        if not (self.path / "config.json").exists():
            raise RunError(
                f"{self.path} was moved or removed during its training.",
                f"If you moved it, continue with its new path after --out: {self.resume_command}",
            )

    def snapshot(self, iteration: int) -> Path:
        return self.snapshots / f"{iteration:07d}.npz"

    def kept(self) -> list[Path]:
        """The existing snapshots, oldest first. Files with other names are ignored."""
        found = [path for path in self.snapshots.glob("*.npz") if path.stem.isdecimal()]
        return sorted(found, key=lambda path: int(path.stem))

    def log(self) -> list[dict[str, float]]:
        """The lines of the log. Raises `RunError` if they are damaged."""
        file = self.path / "log.jsonl"
        try:
            lines = readable(file).read_text(encoding="utf-8").splitlines()
            return log_lines(json.loads(line) for line in lines)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise RunError(f"{file} is damaged: {error}.", self._restored(file)) from error

    def epochs_done(self) -> float:
        """The epoch of the last line of the log."""
        log = self.log()
        return log[-1]["epoch_detail"] if log else 0.0

    def best(self) -> Best | None:
        """The best snapshot; None before the first score. Raises `RunError` if `best.json` is damaged."""
        file = self.path / "best.json"
        try:
            best = Best(**json.loads(readable(file).read_text(encoding="utf-8")))
            numbers = isinstance(best.iteration, int) and all(
                isinstance(value, int | float) and math.isfinite(value) for value in (best.epoch, best.score)
            )
            if not (numbers and isinstance(best.key, str) and best.better in ("min", "max")):
                raise ValueError("a value has the wrong type")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise RunError(f"{file} is damaged: {error}.", self._restored(file)) from error
        return best

    def _restored(self, file: Path) -> str:
        """How to get back `file`, all of which a snapshot holds too."""
        if not self.kept():
            return "Train again."
        model = self.path / "model.npz"  # which says that the training is finished
        told = f"{file} and {model}" if model.exists() and model != file else file
        return f"Delete {told}. The last snapshot writes it again: {self.resume_command}"

    def save_best(self, best: Best) -> None:
        write_json(self.path / "best.json", asdict(best))

    def forget_after(self, iteration: int) -> None:
        """Remove snapshots and samples later than `iteration`, from which the training continues.

        With them goes what a killed process had half written.
        """
        for path in (*self.kept(), *(self.path / "samples").glob("[0-9]*.png")):
            if path.stem.isdecimal() and int(path.stem) > iteration:
                path.unlink()
        for folder in (self.path, self.snapshots, self.path / "samples"):
            remove_unfinished(folder)

    def unfinish(self) -> None:
        """Remove the final weights, because the training continues. Its snapshots have all weights."""
        for weights in ("model", "last"):
            replace(self, weights=weights).model_path.unlink(missing_ok=True)

    def model(self) -> Any:
        """The trained network. Raises `RunError` if there is none, `SnapshotError` if the weights do not fit."""
        from ganzoo.runs.snapshot import load_model

        if not self.finished:
            raise RunError(
                f"{self.path} has no {self.model_path.name}, because its training is not finished.",
                f"Finish it with: {self.resume_command}",
            )
        try:
            model = plugins.built(self.arch, self.config)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.path / 'config.json'} lacks what {self.config.arch} needs: {type(error).__name__}: {error}.",
                "Use the version of ganzoo that wrote it, or train again.",
            ) from error
        try:
            load_model(self.model_path, self.config, model)
        except SnapshotError as error:
            raise SnapshotError(error.message, error.remedy or self._restored(self.model_path)) from error
        return model

    def networks(self) -> Sequence[Network]:
        """What the architecture exports of the trained network. Raises as `model` does, and `PluginError`."""
        return plugins.exported(self.arch, self.config, self.model())

    def test_data(self) -> Data | None:
        """The data set that it was trained on; None where that is not at hand, as on another machine."""
        from ganzoo.runs.data import data_of

        try:
            return data_of(replace(self.config, limit=None))
        except GanzooError:
            return None


@dataclass(frozen=True)
class Best:
    """The best snapshot so far: its epoch and iteration, and its `score`, which is the value of `key` in the log.

    `better` is "min" or "max".
    """

    iteration: int
    epoch: float
    key: str
    better: str
    score: float


def log_lines(lines: Iterable[Any]) -> list[dict[str, float]]:
    """`lines` of a log, which may come from anywhere, as numbers by name.

    Raises `ValueError`, `TypeError`, `AttributeError` or `OverflowError` where they are not what a training writes.
    """
    entries = [{str(key): float(value) for key, value in line.items()} for line in lines]
    needed = ("epoch_detail", "iteration", "elapsed_time")
    if not all(math.isfinite(entry.get(key, math.nan)) for entry in entries for key in needed):
        raise ValueError("a line has no epoch, iteration or time")
    return entries


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Prevent other processes from training in the folder `path`.

    Raises `RunError` if one does. A crash releases the lock.
    """
    try:
        with FileLock(path / ".lock", timeout=0):
            yield
    except Timeout as error:
        problem = f"Another process is training in {path}."
        raise RunError(problem, "Wait until it ends, or choose another --out.") from error


def create(path: Path, config: TrainConfig, provenance: Mapping[str, Any]) -> Run:
    """A new run at `path`. Raises `RunError` where something already is."""
    refuse_used(path)
    path.mkdir(parents=True, exist_ok=True)
    run = Run(path, config, provenance)
    save_config(run)
    return run


def refuse_used(path: Path) -> None:
    """Raise `RunError` where a run is at `path`, or anything else: a training deletes and overwrites files there.

    An empty folder may be there, and in it the lock of a training that was killed before it began.
    """
    if (path / "config.json").exists():
        raise RunError(f"{path} already holds a run.", "Choose another --out, or continue it with --resume.")
    if path.is_dir():
        remove_unfinished(path)
    if path.exists() and not (path.is_dir() and all(each.name == ".lock" for each in path.iterdir())):
        raise RunError(f"{path} exists and is not a run of ganzoo.", "Choose another --out, or an empty folder.")


def save_config(run: Run) -> None:
    write_json(run.path / "config.json", {"format": FORMAT, "config": asdict(run.config), **run.provenance})


def load(path: Path) -> Run:
    """The run at `path`. Raises `RunError` if `config.json` is missing, damaged or of another format."""
    file = path / "config.json"
    try:
        stored = json.loads(readable(file).read_text(encoding="utf-8"))
        if stored.pop("format") != FORMAT:
            raise RunError(
                f"{file} does not have format {FORMAT}, which this version of ganzoo reads.",
                "Use the version of ganzoo that wrote it.",
            )
        values = stored.pop("config")
        config = TrainConfig(**{**values, "shape": tuple(values["shape"])})
        _check(config, stored["classes"])
    except FileNotFoundError as error:
        raise RunError(
            f"{path} is not a run: it has no config.json.", "List the runs with: ganzoo list runs"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(
            f"{file} is damaged: {type(error).__name__}: {error}.", "Restore the file, or train again."
        ) from error
    return Run(path, config, stored)


def _check(config: TrainConfig, classes: Any) -> None:
    """Raise `ValueError` for values of a wrong type, because `config.json` may come from anywhere."""
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
        "data_options": dict,
    }
    for field in fields(config):
        if not isinstance(getattr(config, field.name), kinds[field.name]):
            raise ValueError(f"'{field.name}' is {getattr(config, field.name)!r}")
    if len(config.shape) != 3 or not all(isinstance(n, int) and n > 0 for n in config.shape):
        raise ValueError(f"'shape' is {config.shape!r}")
    for name in ("hparams", "data_options"):
        if not all(isinstance(value, bool | int | float | str) for value in getattr(config, name).values()):
            raise ValueError(f"'{name}' is {getattr(config, name)!r}")
    if len(classes) != config.n_classes or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"'classes' is {classes!r}")


def folders(root: Path) -> list[Path]:
    """The folders in `root` that have a `config.json`, oldest first."""
    return [file.parent for file in sorted(root.glob("*/config.json"), key=lambda file: file.stat().st_mtime_ns)]


def every(root: Path) -> list[Run]:
    """The runs in `root`, oldest first, without those that cannot be read."""
    runs = []
    for folder in folders(root):
        with contextlib.suppress(RunError):
            runs.append(load(folder))
    return runs


def latest(root: Path, arch: str | None = None, finished: bool | None = None) -> Run:
    """The latest run in `root`: only of `arch`, or only finished or unfinished ones, if these are given.

    Raises `RunError` if there is none.
    """
    runs = [
        run for run in every(root) if arch in (None, run.config.arch) and (finished is None or run.finished is finished)
    ]
    if not runs:
        kind = f"{'finished ' if finished else ''}run{f' of {arch}' if arch else ''}"
        raise RunError(f"There is no {kind} in {root}/.", f"Train one with: ganzoo train {arch or 'dcgan-cond'}")
    return runs[-1]


def next_path(root: Path, arch: str, dataset: str) -> Path:
    """The first free folder `<arch>-<dataset>-<n>` in `root`.

    It is created at once, so that no other process takes it.
    """
    root.mkdir(parents=True, exist_ok=True)
    for n in itertools.count(1):
        path = root / f"{arch}-{dataset}-{n}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            break
    return path
