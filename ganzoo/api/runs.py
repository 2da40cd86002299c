"""Train, and use what was trained."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganzoo.lookup import ROOT, find_generator, find_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from PIL.Image import Image

    from ganzoo.api.exports import Export
    from ganzoo.export.weights import Encoding
    from ganzoo.runs import run as runs
    from ganzoo.runs.run import Best
    from ganzoo.specs import FloatArray, Scalar, TrainConfig
    from ganzoo.training.loop import Outcome
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.progress import Progress


@dataclass(frozen=True, repr=False)
class Run:
    """A training's folder: its recipe, its log and its network.

    `train`, `load_run` and `Run.resume` return one. `interrupted` is True where the training that returned it was
    stopped by Ctrl-C, which is "interrupt" in a notebook, or by SIGTERM; `resume` continues it.
    """

    _run: runs.Run
    interrupted: bool = False
    _signal: int = signal.SIGINT  # which of two interrupted it: Ctrl-C's or SIGTERM

    def __repr__(self) -> str:
        config, state = self.config, "finished" if self.finished else "not finished"
        return f"<ganzoo.Run {self.path}: {config.arch} ({config.preset}) on {config.dataset}, {state}>"

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self._run.path

    @property
    def name(self) -> str:
        """The last part of its path, by which `load_run` finds a run in runs/."""
        return self._run.name

    @property
    def config(self) -> TrainConfig:
        """Every value that the training used."""
        return self._run.config

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their labels."""
        return tuple(self._run.provenance["classes"])

    @property
    def finished(self) -> bool:
        """Whether the training has reached its end, so that there is a network to use."""
        return self._run.finished

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of log.jsonl: epoch, iteration, seconds, losses, scores. Raises `RunError` where it is damaged."""
        return self._run.log()

    @property
    def best(self) -> Best | None:
        """The moment of the best score, whose network the run uses unless loaded with `last`; None without scores."""
        return self._run.best()

    def draw(self, classes: str | Sequence[str | int] | None = None, *, count: int = 5, seed: int = 0) -> FloatArray:
        """Draw `count` pictures of each of `classes`, float32 (count, number of classes, C, H, W) in [0, 1].

        `classes` is the name of a class or several names; without it, each class is drawn. The same network, classes,
        count and seed give the same pictures; `seed` is in [0, 2**32). Raises `RunError` where the training is not
        finished, `UsageError` where the network draws no pictures, `UnknownNameError` for an unknown class.
        """
        from ganzoo.sample import draw

        return draw(self._run, _names(classes), count, seed)

    def sheet(self, classes: str | Sequence[str | int] | None = None, *, count: int = 5, seed: int = 0) -> Image:
        """What `draw` gives as one `PIL.Image.Image`: a column for each class under its name. A notebook shows it."""
        from ganzoo.sample import sheet

        image: Image = sheet(self._run, _names(classes), count, seed)
        return image

    def evaluate(
        self,
        *,
        data_dir: str | PathLike[str] | None = None,
        quick: bool = False,
        progress: Callable[[str], object] | None = None,
    ) -> dict[str, Any]:
        """Measure how good the network is, and return what metrics.json then holds (docs/judging.md).

        It also writes metrics.json, metrics.png and, for a generator, neighbours.png into the run's folder. `data_dir`
        is where the data is now if it has been moved. `quick` leaves out the score that needs training. `progress` is
        called with a line of text before each step. Raises `RunError` where the data is not what the run was trained
        on, `UsageError` where it has too few images.
        """
        from ganzoo.metrics.evaluate_run import evaluate

        return evaluate(self._run, _path(data_dir), quick, told(progress))

    def export(
        self,
        out: str | PathLike[str] | None = None,
        *,
        backends: Sequence[str] | None = None,
        weights: Encoding = "f32",
        max_file_size: int | None = None,
        budget: int | None = None,
        verify: bool | None = None,
        layout: Literal["ganzoo", "webdnn"] = "ganzoo",
        toolchain: str | None = None,
        tolerance: float | None = None,
        progress: Callable[[str], object] | None = None,
    ) -> Export:
        """Write the run's networks for the browser into the folder `out`, "export" in the run's folder by default.

        `backends` are names, each backend there is by default. `weights` is how numbers are stored: "f32", "f16" or
        "int8". `max_file_size` and `budget` are in bytes: the size of the largest file, and of all files together.
        `verify=True` runs the export in a browser first and compares it with Chainer; by default that is done where
        this machine has a browser, and `Export.unverified` says if it was not. `layout="webdnn"` writes WebDNN's files
        and `toolchain` chooses their compiler. `tolerance` is the largest difference from Chainer that counts as
        agreement, as in `Export.verify`. `progress` is called with a line of text before each step.

        When this raises, the folder is as it was before: `VerificationError` where an output differs from Chainer's,
        `BudgetError` where the files are larger than `budget`, `UnsupportedOperatorError` where a backend cannot
        compute the network, `BrowserMissingError` where `verify=True` finds no browser.
        """
        from ganzoo.api.exports import write

        return write(
            self._run,
            _path(out),
            backends=backends,
            weights=weights,
            max_file_size=max_file_size,
            budget=budget,
            verify=verify,
            layout=layout,
            toolchain=toolchain,
            tolerance=tolerance,
            progress=told(progress),
        )

    def resume(
        self,
        *,
        epochs: int | None = None,
        data_dir: str | PathLike[str] | None = None,
        device: str | None = None,
        start: Literal["best", "last"] | None = None,
        seed: int | None = None,
        hparams: Mapping[str, Scalar] | None = None,
        keep: int | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Run:
        """Continue the training from its last snapshot, exactly as if it had never stopped.

        A finished training needs more `epochs` than before. With `start` it goes on from the "best" or the "last"
        snapshot, and `seed` and `hparams` may then differ from before. The other parameters are those of `train`.
        """
        from ganzoo.training.options import TrainOptions

        options = TrainOptions(
            epochs=epochs, data_dir=_path(data_dir), device=device, seed=seed, hparams=hparams or {}, keep=keep
        )
        return resume(self.config.arch, options, self.path, start, progress)


def train(
    arch: str,
    *,
    preset: str | None = None,
    dataset: str | None = None,
    data_dir: str | PathLike[str] | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    device: str | None = None,
    seed: int | None = None,
    hparams: Mapping[str, Scalar] | None = None,
    limit: int | None = None,
    keep: int | None = None,
    out: str | PathLike[str] | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Run:
    """Train the architecture `arch` and return the run, which is a folder on disk.

    `preset` is a recipe of the architecture (its default one), `hparams` are values that differ from it, such as
    `{"gen_alpha": 1e-3}`. `dataset` is "digits" by default and `data_dir` is where its files are, for data that comes
    without. `epochs` and `batch_size` are the preset's by default; `seed`, in [0, 2**32), is 0; `device` is "auto",
    "cpu", "cuda" or "cuda:i". `limit` uses only so many training images, and as many of each class. `keep` is how many
    of the last snapshots stay on disk (2). `out` is the run's folder, by default the next one in runs/.

    `progress` is called with a `Progress` twice a second and with every new line of the log; what it raises ends the
    training. Ctrl-C, or "interrupt" in a notebook, saves the state and returns a run that `Run.resume` continues.
    In a process one training may go on at a time: it uses NumPy's global random state and gives it back at the end.

    Raises `UsageError` for values that do not fit, `UnknownNameError` for names that do not exist, `RunError` where
    `out` holds a run, `DataError` and `DataMissingError` for the data, `DivergedError` and `CollapsedError` where the
    training fails.
    """
    from ganzoo.training import train as training
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.progress import silent

    options = TrainOptions(
        preset, dataset, _path(data_dir), epochs, batch_size, device, seed, limit, hparams or {}, keep
    )
    return _run_of(training.train(arch, options, ROOT, _path(out), progress or silent))


def resume(
    arch: str,
    options: TrainOptions,
    path: Path | None,
    start: Literal["best", "last"] | None,
    progress: Callable[[Progress], object] | None,
) -> Run:
    """Continue the run in the folder `path`, or the latest unfinished run of `arch`. `options` must fit that run."""
    from ganzoo.training import train as training
    from ganzoo.training.progress import silent

    return _run_of(training.resume(arch, options, ROOT, path, progress or silent, start))


def load_run(name: str | PathLike[str] | None = None, *, last: bool = False) -> Run:
    """The run in the folder `name`, or of that name in runs/; without a name the latest finished run in runs/.

    With `last` its network is the one from the end of the training, else the one with the best score. Raises
    `UnknownNameError` where there is no such run, `RunError` where it is damaged or there is no run at all.
    """
    return Run(find_run(None if name is None else str(name), last=last))


def load_generator(name: str | None, *, last: bool = False) -> Run:
    """As `load_run`; without a name the latest finished run that draws pictures."""
    return Run(find_generator(name, last=last))


def _run_of(outcome: Outcome) -> Run:
    return Run(outcome.run, outcome.interrupted, outcome.signal)


def _path(path: str | PathLike[str] | None) -> Path | None:
    return None if path is None else Path(path)


def _names(classes: str | Sequence[str | int] | None) -> list[str]:
    """Names of classes; that of a digit may be given as a number."""
    if classes is None:
        return []
    return [classes] if isinstance(classes, str) else [str(name) for name in classes]


def told(progress: Callable[[str], object] | None) -> Callable[[str], None]:
    """`progress` as what is below takes it."""

    def tell(line: str) -> None:
        if progress is not None:
            progress(line)

    return tell
