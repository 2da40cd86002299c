"""Run the trials of a sweep with Optuna and its SQLite storage. Any number of processes can share one folder.

FOLDER/
    study.db        Optuna's storage: the trials and their results
    study.lock      held while a process takes a trial
    0003/           the run of trial 3, as `ganzoo train` writes it
    0003.lock       held by the process that runs trial 3; if it is free before the trial has ended, the process died
    sweep.png       a plot of the trials
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ganzoo import plugins
from ganzoo.errors import (
    CollapsedError,
    DataError,
    DivergedError,
    MissingError,
    PackageMissingError,
    PluginError,
    RunError,
    SnapshotError,
    UnknownNameError,
    UsageError,
)
from ganzoo.sweep.space import Choice
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ganzoo.specs import Scalar
    from ganzoo.sweep.space import Range, Space
    from ganzoo.training.loop import Outcome

PROBLEM = "problem"  # attribute of a trial: the reason why it has no score
SPACE = "space"  # attribute of a study: the sweep that it was created for
OWN = r"study\.lock|\d{4,}(\.lock)?"  # names that may be in a sweep's folder before its study is
BUSY = 60.0  # seconds to wait while another process takes a trial


@dataclass(frozen=True)
class Goal:
    """The key of a run's log by which trials are compared; `better` is "min" or "max"."""

    metric: str
    better: str


@dataclass(frozen=True)
class Trial:
    """The result of one set of values. `state` is "done", "stopped" (diverged or collapsed), "failed" or "running"."""

    number: int
    values: Mapping[str, Scalar]
    state: str
    score: float | None
    problem: str
    run: Path
    seconds: float


@dataclass(frozen=True)
class Sweep:
    """The current state of a sweep, with its trials in the order in which they started."""

    space: Space
    goal: Goal
    folder: Path
    trials: tuple[Trial, ...]
    interrupted: bool

    def ranked(self) -> list[Trial]:
        """The trials, best first, those without a score last."""
        sign = 1 if self.goal.better == "min" else -1
        return sorted(self.trials, key=lambda trial: math.inf if trial.score is None else sign * trial.score)


def sweep(space: Space, folder: Path, console: Console) -> Sweep:
    """Run trials of `space` in `folder` until as many as it wants have ended or are others' work, or to Ctrl-C.

    Raises `UsageError` where another sweep was begun in `folder` or anything else lies there, `PackageMissingError`
    without Optuna.
    """
    _require_optuna()
    from optuna.exceptions import StorageInternalError

    _refuse_foreign(folder)
    goal = _goal(space, console)
    folder.mkdir(parents=True, exist_ok=True)
    interrupted = False
    try:
        while not interrupted and (claimed := _claim(space, folder, goal)):
            study, trial, lock = claimed
            try:
                interrupted = not _run(study, trial, space, folder, goal, console)
            finally:
                lock.release()
    except KeyboardInterrupt:
        interrupted = True
    except StorageInternalError as error:  # locked for longer than we wait, or damaged meanwhile
        problem = f"{folder / 'study.db'} cannot be written: {error.__cause__ or error}."
        raise RunError(
            problem, "Check the folder and the space on its disk, then continue with the same command."
        ) from error
    return Sweep(space, goal, folder, tuple(_trials(_study(space, folder, goal), folder)), interrupted)


def _refuse_foreign(folder: Path) -> None:
    """Raise `UsageError` where `folder` holds no study and what is no part of a sweep."""
    if (folder / "study.db").exists() or not folder.exists():
        return
    if not folder.is_dir() or not all(re.fullmatch(OWN, each.name) for each in folder.iterdir()):
        raise UsageError(f"{folder} exists and is not a sweep of ganzoo.", "Choose another --out, or an empty folder.")


def told(values: Mapping[str, Any]) -> str:
    """`values` in one line."""
    shown = {key: f"{value:.3g}" if isinstance(value, float) else str(value) for key, value in values.items()}
    return ", ".join(f"{key} {value}" for key, value in shown.items())


def _require_optuna() -> None:
    try:
        import optuna
    except ImportError as error:
        remedy = "Install it with: python -m pip install optuna"
        raise PackageMissingError("A sweep needs Optuna, which is not installed.", remedy) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def _options(space: Space, values: Mapping[str, Scalar]) -> TrainOptions:
    return TrainOptions(
        preset=space.preset,
        dataset=space.dataset,
        data_dir=Path(space.data_dir) if space.data_dir else None,
        epochs=space.epochs,
        batch_size=space.batch_size,
        device=space.device,
        seed=space.seed,
        limit=space.limit,
        hparams={**space.set, **values},
        data_options=space.data_options,
    )


def _goal(space: Space, console: Console) -> Goal:
    """The goal that `space` names, or the score of the evaluation. Raises errors that concern all trials."""
    arch = plugins.ARCHS.get(space.arch)
    config, data = configure(arch, _options(space, {key: _some(values) for key, values in space.space.items()}))
    training = plugins.trained(arch, config, data)
    if space.metric in training.monitors and space.better:
        return Goal(space.metric, space.better)
    from ganzoo.metrics.in_training import during

    judge = during(config, data, training.model, lambda line: console.print(f"{line} ...", style="dim"))
    if space.metric and space.better:
        known = (*training.monitors, *(judge.score() if judge else ()))
        if space.metric not in known:
            raise UnknownNameError("metric", space.metric, known)
        return Goal(space.metric, space.better)
    if judge is None:
        raise UsageError(
            f"A training of {space.arch} on {config.dataset} has no score of its own.",
            "Add 'metric' and 'better' to the file.",
        )
    return Goal(judge.key, judge.better)


def _some(values: Range | Choice) -> Scalar:
    """One of `values`."""
    return values.values[0] if isinstance(values, Choice) else values.kind(values.low)


def _claim(space: Space, folder: Path, goal: Goal) -> tuple[Any, Any, FileLock] | None:
    """The study, a trial for this process, and the lock on that trial; None if all trials have started."""
    from optuna.trial import TrialState

    with FileLock(folder / "study.lock", timeout=BUSY):
        study = _study(space, folder, goal)
        for running in study.get_trials(states=(TrialState.RUNNING,)):
            try:
                with _lock(folder, running.number):
                    _leave(study, running.number, running.params)
            except Timeout:
                pass  # its process is at work
        begun = [trial for trial in study.get_trials(deepcopy=False) if _counts(trial)]
        if len(begun) >= space.trials:
            return None
        trial = study.ask({key: _distribution(values) for key, values in space.space.items()})
        lock = _lock(folder, trial.number)
        lock.acquire()
        return study, trial, lock


def _run(study: Any, trial: Any, space: Space, folder: Path, goal: Goal, console: Console) -> bool:
    """Train with the values of `trial` and report the result to the study. Returns False if Ctrl-C stopped it."""
    from optuna.trial import TrialState

    from ganzoo.training.dashboard import shown, usable
    from ganzoo.training.progress import silent
    from ganzoo.training.train import train

    console.print(f"Trial {trial.number}: {told(trial.params)} ...", markup=False, soft_wrap=True)
    score, problem, state = math.nan, "", TrialState.PRUNED
    try:
        with shown(console) as live:
            place = _run_folder(folder, trial.number)
            listener = live if usable(console) else silent
            outcome = train(space.arch, _options(space, trial.params), folder, place, listener)
    except (DivergedError, CollapsedError) as error:  # what the sampler is to avoid
        problem = error.message
    except (KeyboardInterrupt, MissingError, RunError, SnapshotError, DataError, PluginError):  # whatever the values
        _leave(study, trial.number, trial.params)
        raise
    except UsageError as error:  # values that do not fit together
        problem, state = error.message, TrialState.FAIL
    except Exception as error:
        trial.set_user_attr(PROBLEM, f"{type(error).__name__}: {error}")
        study.tell(trial, state=TrialState.FAIL)  # else the next sweep would begin with these values
        raise
    else:
        if outcome.interrupted:
            _leave(study, trial.number, trial.params)
            return False
        score = scored(outcome, goal)
        problem = "" if math.isfinite(score) else f"{goal.metric} is {score}."
    if problem:
        trial.set_user_attr(PROBLEM, problem)
        study.tell(trial, state=state)
    else:
        study.tell(trial, score)
    console.print(problem or f"{goal.metric} {score:.4g}", style="dim", markup=False, soft_wrap=True)
    return True


def scored(outcome: Outcome, goal: Goal) -> float:
    """The score of a training: the best one if it chose the best snapshot, else the last value in the log.

    Raises `UsageError` if the log has no such key.
    """
    if outcome.best and outcome.best.key == goal.metric:
        return outcome.best.score
    values = [entry[goal.metric] for entry in outcome.log if goal.metric in entry]
    if not values:
        known = sorted({key for entry in outcome.log for key in entry})
        raise UsageError(f"The log of {outcome.run.path} has no '{goal.metric}'.", f"Use one of: {', '.join(known)}.")
    return float(values[-1])


def _study(space: Space, folder: Path, goal: Goal) -> Any:
    """Optuna's study in `folder`, created if there is none. Raises `UsageError` if it belongs to another sweep."""
    import numpy as np
    import optuna
    from sqlalchemy import URL
    from sqlalchemy.exc import DatabaseError

    url = URL.create("sqlite", database=str((folder / "study.db").absolute())).render_as_string()
    try:
        storage = optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": BUSY}})
        study = optuna.create_study(
            storage=storage,
            study_name="sweep",
            direction="minimize" if goal.better == "min" else "maximize",
            load_if_exists=True,
        )
        # seeded by how far the study is, so that it goes the same way after an interruption, and no two processes alike
        n_begun = sum(map(_counts, study.get_trials(deepcopy=False)))
        seed = np.random.SeedSequence((space.seed, n_begun)).generate_state(1)
        study.sampler = optuna.samplers.TPESampler(seed=int(seed[0]))
        begun = study.user_attrs.get(SPACE)
    except (DatabaseError, optuna.exceptions.OptunaError, RuntimeError, ValueError, KeyError) as error:
        problem = f"{folder / 'study.db'} is not a study of the installed Optuna: {type(error).__name__}."
        raise UsageError(problem, "Choose another --out.") from error
    described = _described(space, goal)
    if begun is None:
        study.set_user_attr(SPACE, described)
    elif begun != described:
        changed = [key for key in described if not isinstance(begun, dict) or begun.get(key) != described[key]]
        problem = f"The sweep in {folder} was started with other values of: {', '.join(changed)}."
        raise UsageError(problem, "Only 'trials' may change. Restore the former values, or choose another --out.")
    return study


def _described(space: Space, goal: Goal) -> dict[str, Any]:
    """Everything that trials must have in common to be comparable, as values that JSON can store."""
    values = {key: value for key, value in asdict(space).items() if key != "trials"} | asdict(goal)
    if not values["data_options"]:  # which the sweeps of earlier versions did not have
        del values["data_options"]
    described: dict[str, Any] = json.loads(json.dumps(values, default=lambda kind: kind.__name__))
    return described


def _distribution(values: Range | Choice) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(values, Choice):
        return CategoricalDistribution(values.values)
    if values.kind is int:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


def _leave(study: Any, number: int, values: Mapping[str, Scalar]) -> None:
    """Record that trial `number` was abandoned; its `values` are tried again."""
    from optuna.trial import TrialState

    study.tell(number, state=TrialState.FAIL)
    study.enqueue_trial(dict(values))


def _counts(trial: Any) -> bool:
    """Whether `trial` counts for the number of trials: it is running or has ended, but was not abandoned."""
    return trial.state.name in ("RUNNING", "COMPLETE", "PRUNED") or (
        trial.state.name == "FAIL" and PROBLEM in trial.user_attrs
    )


STATES: Mapping[str, str] = {"RUNNING": "running", "COMPLETE": "done", "PRUNED": "stopped", "FAIL": "failed"}


def _trials(study: Any, folder: Path) -> list[Trial]:
    return [
        Trial(
            number=trial.number,
            values=trial.params,
            state=STATES[trial.state.name],
            score=trial.value if trial.state.name == "COMPLETE" else None,
            problem=trial.user_attrs.get(PROBLEM, ""),
            run=_run_folder(folder, trial.number),
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
        )
        for trial in study.trials
        if _counts(trial)
    ]


def _run_folder(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}"


def _lock(folder: Path, number: int) -> FileLock:
    return FileLock(folder / f"{number:04d}.lock", timeout=0)
