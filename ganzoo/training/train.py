"""Start or resume a training: from its options to its folder."""

from __future__ import annotations

import time
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganzoo import datasets, plugins, provenance
from ganzoo.errors import RunError, UsageError
from ganzoo.runs import run as runs
from ganzoo.runs.data import with_data_options
from ganzoo.runs.run import Run
from ganzoo.training.loop import KEEP, Outcome, Start, loop
from ganzoo.training.options import TrainOptions, configure
from ganzoo.training.progress import Progress, silent
from ganzoo.training.report import html
from ganzoo.updaters import distributed

if TYPE_CHECKING:
    from ganzoo.specs import Data, TrainConfig
    from ganzoo.training.progress import Listener


def train(arch_name: str, options: TrainOptions, root: Path, out: Path | None, listener: Listener = silent) -> Outcome:
    """Train `arch_name` anew, in `out` or in the next free place below `root`.

    Raises `RunError` where a run or anything else is at `out` already, or another process at work.
    """
    if out:
        runs.refuse_used(out)
    arch = plugins.ARCHS.get(arch_name)
    config, data = configure(arch, options)

    with ExitStack() as held:

        def begin() -> Run:
            path = out or runs.next_path(root, arch.name, config.dataset)
            runs.refuse_used(path)
            path.mkdir(parents=True, exist_ok=True)
            held.enter_context(runs.locked(path))
            return runs.create(path, config, _provenance(data))

        return loop(arch, config, data, begin, None, options.keep or KEEP, listener)


def resume(
    arch_name: str,
    options: TrainOptions,
    root: Path,
    out: Path | None,
    listener: Listener = silent,
    begin_at: Literal["best", "last"] | None = None,
) -> Outcome:
    """Continue the run in `out`, or the latest unfinished run of `arch_name` in `root`, from its last snapshot.

    A run that was stopped before its first snapshot starts again. Only `epochs` and `device` may differ from the former
    values. A schedule that depends on the number of epochs, such as a falling learning rate, then continues as if the
    training had that length from here on, so the result differs from an uninterrupted training of that length. With
    `begin_at`, the training continues from the best or the last snapshot, and hyper-parameters and seed may differ too;
    `config.json` keeps the former values. Raises `UsageError` for other changes and for a finished run, and `RunError`
    if the data has changed or another process trains in the run.
    """
    path = (runs.load(out) if out else _unfinished(root, arch_name)).path
    with runs.locked(path) if distributed.team().leads else nullcontext():
        run = _completed(runs.load(path))
        if begin_at is None and distributed.team().once(lambda: _lacks_only_its_page(run, options)):
            if distributed.team().leads:
                html.write(run)
            return Outcome(run, False, run.log(), run.best())
        config, data = _continued(run, arch_name, options, begin_at)
        snapshot = _snapshot(run, begin_at)
        if run.finished and not snapshot:
            raise RunError(f"{path} has no snapshot to continue from.", "Train again without --resume.")
        if not snapshot:
            listener(
                Progress(
                    config,
                    "The run was stopped before its first snapshot, so it starts again from the beginning.",
                    path=path,
                )
            )
        provenance = dict(run.provenance)
        if (config.hparams, config.seed) != (run.config.hparams, run.config.seed):
            former = {"hparams": dict(run.config.hparams), "seed": run.config.seed, "snapshot": str(snapshot)}
            provenance["former"] = [*provenance.get("former", ()), former]
        again = Start(snapshot, reseed=config.seed != run.config.seed)
        keep = options.keep or KEEP
        return loop(run.arch, config, data, lambda: Run(path, config, provenance), again, keep, listener)


def _lacks_only_its_page(run: Run, options: TrainOptions) -> bool:
    """Whether a kill came after the network was written and before its page, and nothing more is asked for."""
    longer = options.epochs is not None and options.epochs > run.config.epochs
    return run.finished and not longer and not (run.path / html.FILE).exists()


def _continued(run: Run, arch_name: str, options: TrainOptions, begin_at: str | None) -> tuple[TrainConfig, Data]:
    """The configuration with which `run` continues, and its data."""
    begun = run.config
    if begun.arch != arch_name:
        raise UsageError(
            f"{run.path} is a run of {begun.arch}, not of {arch_name}.", f"Use: ganzoo train {begun.arch} --resume"
        )
    config, data = configure(run.arch, _filled(options, begun))
    free = {"epochs", "device", "data_dir", *(("hparams", "seed") if begin_at else ())}
    changed = [key for key in vars(config) if key not in free and vars(config)[key] != vars(begun)[key]]
    if changed:
        raise UsageError(
            f"{run.path} was started with other values of: {', '.join(sorted(changed))}.",
            "Leave these options out to continue the run, or start a new one without --resume.",
        )
    done = run.epochs_done()
    if run.finished and not begin_at and config.epochs <= max(done, begun.epochs):
        raise UsageError(
            f"{run.path} is finished.", "Give more --epochs to train it longer, or start a new run without --resume."
        )
    if config.epochs < min(done, begun.epochs):
        raise UsageError(f"{run.path} is at epoch {done:.0f} already.", "Give more --epochs, or leave --epochs out.")
    if begin_at and run.finished and config.epochs <= _reached(run, begin_at):
        problem = f"The {begin_at} snapshot of {run.path} is from the end of its training, epoch {begun.epochs}."
        raise UsageError(problem, f"Lengthen the training: give --epochs more than {begun.epochs}.")
    known = run.provenance
    judged_by = datasets.test_checksum(data)  # otherwise scores before and after could not be compared
    if datasets.checksum(data) != known.get("data_sha256") or judged_by != known.get("test_sha256", judged_by):
        raise RunError(
            f"The data of {config.dataset} changed since {run.path} was started.", "Start a new run without --resume."
        )
    return config, data


def _completed(run: Run) -> Run:
    """`run` with values of the hyper-parameters and data options that its version of ganzoo did not have.

    What an architecture gains has a value in its earlier presets with which it does what it did before.
    """
    preset = run.arch.presets.get(run.config.preset)
    hparams = {**(preset.hparams if preset else {}), **run.config.hparams}
    return replace(run, config=replace(with_data_options(run.config), hparams=hparams))


def _reached(run: Run, begin_at: str) -> float:
    """The epoch of the best or the last snapshot, as the log has it."""
    snapshot = _snapshot(run, begin_at)
    iteration = int(snapshot.stem) if snapshot else 0
    return max((line["epoch_detail"] for line in run.log() if line["iteration"] <= iteration), default=0.0)


def _snapshot(run: Run, begin_at: str | None) -> Path | None:
    """The snapshot to continue from; None if there is none yet."""
    kept = run.kept()
    if begin_at is None:
        return kept[-1] if kept else None
    wanted = kept[-1] if kept else None
    if begin_at == "best":
        best = run.best()
        wanted = run.snapshot(best.iteration) if best else None
    if wanted not in kept:
        raise RunError(f"{run.path} has no {begin_at} snapshot.", "Continue it without --from, or start a new run.")
    return wanted


def _unfinished(root: Path, arch: str) -> Run:
    """The latest unfinished run of `arch`, or its latest run if all are finished."""
    try:
        return runs.latest(root, arch, finished=False)
    except RunError:
        return runs.latest(root, arch)


def _filled(options: TrainOptions, begun: TrainConfig) -> TrainOptions:
    """`options`, with the values of the run `begun` for those that are not given."""
    stated = {key: value for key, value in vars(options).items() if value is not None}
    former = {key: getattr(begun, key) for key in vars(options) if key not in ("data_dir", "keep")}
    former["data_dir"] = Path(begun.data_dir) if begun.data_dir else None
    for each in ("hparams", "data_options"):
        stated[each] = {**getattr(begun, each), **getattr(options, each)}
    return TrainOptions(**{**former, **stated})


def _provenance(data: Data) -> dict[str, Any]:
    """Facts about the run besides its configuration: time, data, versions, machine, git state."""
    return {
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "classes": list(data.classes),
        "n_images": len(data.train_x),
        "data_sha256": datasets.checksum(data),
        "test_sha256": datasets.test_checksum(data),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "git": provenance.git(),
    }
