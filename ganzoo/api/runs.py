"""Train networks, and use trained ones."""

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
        """The configuration of the training."""
        return self._run.config

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their labels."""
        return tuple(self._run.provenance["classes"])

    @property
    def finished(self) -> bool:
        """Whether the training has ended, so that there is a network to use."""
        return self._run.finished

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of log.jsonl: epoch, iteration, seconds, losses, scores. Raises `RunError` if it is damaged."""
        return self._run.log()

    @property
    def best(self) -> Best | None:
        """The best score and its epoch.

        The run uses these weights unless loaded with `last`. None if there are no scores.
        """
        return self._run.best()

    def draw(self, classes: str | Sequence[str | int] | None = None, *, count: int = 5, seed: int = 0) -> FloatArray:
        """Draw `count` pictures of each of `classes`, float32 (count, number of classes, C, H, W) in [0, 1].

        `classes` is the name of a class or several names; without it, each class is drawn. The same network, classes,
        count and seed give the same pictures; `seed` is in [0, 2**32). Raises `RunError` if the training is not
        finished, `UsageError` if the network is not a generator, `UnknownNameError` for an unknown class.
        """
        from ganzoo.sample import draw

        return draw(self._run, _names(classes), count, seed)

    def sheet(self, classes: str | Sequence[str | int] | None = None, *, count: int = 5, seed: int = 0) -> Image:
        """The pictures of `draw` as one `PIL.Image.Image`, with a column for each class under its name.

        A notebook shows it.
        """
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
        """Evaluate the network and return the content of metrics.json (docs/judging.md).

        It also writes metrics.json, metrics.png and, for a generator, neighbours.png into the run's folder. `data_dir`
        is the folder of the data if it was moved. `quick` skips GAN-train, the score that needs a training. `progress`
        is called with a line of text before each step. Raises `RunError` if the data is not what the run was trained
        on, `UsageError` if it has too few images.
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

        `backends` are names; all backends by default. `weights` is the number format of the weights: "f32", "f16" or
        "int8". `max_file_size` and `budget` are in bytes: the size of the largest file, and of all files together.
        `verify=True` runs the export in a browser first and compares it with the original; by default this is done if
        this machine has a browser, and `Export.unverified` says why it was not. `layout="webdnn"` writes WebDNN's files
        and `toolchain` chooses their compiler. `tolerance` is the largest difference from Chainer that counts as
        agreement, as in `Export.verify`. `progress` is called with a line of text before each step.

        If this raises, the folder is unchanged: `VerificationError` if an output differs from the original's,
        `BudgetError` if the files are larger than `budget`, `UnsupportedOperatorError` if a backend cannot
        compute the network, `BrowserMissingError` if `verify=True` finds no browser.
        """
        from ganzoo.api.exports import write

        return write(
            self._run,
            _path(out) or self.path / "export",
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
        """Continue the training from its last snapshot, with exactly the result of an uninterrupted training.

        A finished training needs more `epochs` than before. With `start`, it continues from the "best" or the "last"
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
    data_options: Mapping[str, Scalar] | None = None,
    out: str | PathLike[str] | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Run:
    """Train the architecture `arch` and return the run, which is a folder on disk.

    `preset` names a set of hyper-parameters of the architecture; by default, its first one. `hparams` are values that
    differ from it, such as `{"gen_alpha": 1e-3}`. `dataset` is "digits" by default; `data_dir` is the folder with its
    files, if ganzoo shall not download them. `data_options` are options of the data set, such as `{"size": 32}`:
    `ganzoo info folder` shows those of `folder`. `epochs` and `batch_size` are those of the preset by default. `seed`,
    in [0, 2**32), is 0 by default. `device` is "auto", "cpu", "cuda" or "cuda:i". `limit` uses only this many training
    images, equally many of each class. `keep` is the number of latest snapshots that stay on disk, 2 by default. `out`
    is the folder of the run; by default, the next free one in runs/.

    `progress` is called with a `Progress` twice a second and with every new line of the log; if it raises, the training
    ends. Ctrl-C, or "interrupt" in a notebook, saves the state and returns a run that `Run.resume` continues. Only one
    training can run in a process at a time, because it uses NumPy's global random state, which it restores at the end.

    Raises `UsageError` for invalid values, `UnknownNameError` for unknown names, `RunError` if `out` already has a run,
    `DataError` and `DataMissingError` for the data, `DivergedError` and `CollapsedError` if the training fails.
    """
    from ganzoo.training import train as training
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.progress import silent

    options = TrainOptions(
        preset,
        dataset,
        _path(data_dir),
        epochs,
        batch_size,
        device,
        seed,
        limit,
        hparams or {},
        keep,
        data_options or {},
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
    """The run in the folder `name`, or the run `name` in runs/; None for the latest finished run in runs/.

    With `last`, it uses the weights from the end of the training, otherwise those with the best score. Raises
    `UnknownNameError` if there is no such run, `RunError` if it is damaged or there is no run at all.
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
    """Names of classes as text; a digit may be given as a number."""
    if classes is None:
        return []
    return [classes] if isinstance(classes, str) else [str(name) for name in classes]


def told(progress: Callable[[str], object] | None) -> Callable[[str], None]:
    """`progress` as a listener of the training loop."""

    def tell(line: str) -> None:
        if progress is not None:
            progress(line)

    return tell
