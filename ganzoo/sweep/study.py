"""Run the trials of a sweep with Optuna. Any number of processes can share one folder, or one data base.

FOLDER/
    study.db        Optuna's storage: the trials and their results, unless they are in a data base (storage.txt)
    study.lock      held while a process takes a trial
    0003/           the run of trial 3, as `ganzoo train` writes it
    0003.lock       held by the process that runs trial 3; if it is free before the trial has ended, the process died
    sweep.png       a plot of the trials
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import datasets, plugins
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
from ganzoo.sweep.storage import Folder, leave, machine, reachable, shared
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from rich.console import Console

    from ganzoo.specs import Scalar
    from ganzoo.sweep.space import Range, Space
    from ganzoo.sweep.storage import Storage
    from ganzoo.training.loop import Outcome

PROBLEM = "problem"  # attribute of a trial: the reason why it has no score
SPACE = "space"  # attribute of a study: the sweep that it was created for
PLACE = "place"  # attribute of a trial that other machines may see: the name of its machine, and the path of its run


@dataclass(frozen=True)
class Goal:
    """The key of a run's log by which trials are compared; `better` is "min" or "max"."""

    metric: str
    better: str


@dataclass(frozen=True)
class Trial:
    """The result of one set of values. `state` is "done", "stopped" (diverged or collapsed), "failed" or "running".

    `machine` is the name of the machine that has `run`; empty where the sweep is on one machine.
    """

    number: int
    values: Mapping[str, Scalar]
    state: str
    score: float | None
    problem: str
    run: Path
    seconds: float
    machine: str = ""


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


def sweep(space: Space, folder: Path, console: Console, storage_url: str | None = None) -> Sweep:
    """Run trials of `space` in `folder` until as many as it wants have ended or are others' work, or to Ctrl-C.

    With `storage_url`, that of a PostgreSQL or MySQL data base, the trials of all processes that have it, and a folder
    of the same name, belong to one sweep.

    Raises `UsageError` where another sweep was begun in `folder` or anything else lies there, `PackageMissingError`
    without Optuna or the driver of the data base, and `RunError` if that cannot be used.
    """
    _require_optuna()
    storage: Storage = shared(storage_url, folder.absolute().name) if storage_url else Folder(folder)
    storage.check(folder)
    with reachable(storage):
        if storage.shared:
            with storage.turn():
                pass  # what cannot be reached is told before a judge is trained for the goal
        goal, checksum = _goal(space, console)
        storage.begin(folder)
        described = _described(space, goal, checksum if storage.shared else None)
        interrupted = False
        try:
            while not interrupted and (claimed := _claim(space, storage, goal, described)):
                study, trial, at_work = claimed
                with at_work:
                    if storage.shared:
                        trial.set_user_attr(PLACE, [machine(), str(_run_folder(folder, trial.number).absolute())])
                    interrupted = not _run(study, trial, space, folder, goal, console)
        except KeyboardInterrupt:
            interrupted = True
        with storage.turn():
            study = _study(space, storage, goal, described)
        return Sweep(space, goal, folder, tuple(_trials(study, folder)), interrupted)


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


def _goal(space: Space, console: Console) -> tuple[Goal, str]:
    """The goal that `space` names, or the score of the evaluation, and the checksum of the data.

    Raises errors that concern all trials.
    """
    arch = plugins.ARCHS.get(space.arch)
    config, data = configure(arch, _options(space, {key: _some(values) for key, values in space.space.items()}))
    checksum = datasets.checksum(data)
    training = plugins.trained(arch, config, data)
    if space.metric in training.monitors and space.better:
        return Goal(space.metric, space.better), checksum
    from ganzoo.metrics.in_training import during

    judge = during(config, data, training.model, lambda line: console.print(f"{line} ...", style="dim"))
    if space.metric and space.better:
        known = (*training.monitors, *(judge.score() if judge else ()))
        if space.metric not in known:
            raise UnknownNameError("metric", space.metric, known)
        return Goal(space.metric, space.better), checksum
    if judge is None:
        raise UsageError(
            f"A training of {space.arch} on {config.dataset} has no score of its own.",
            "Add 'metric' and 'better' to the file.",
        )
    return Goal(judge.key, judge.better), checksum


def _some(values: Range | Choice) -> Scalar:
    """One of `values`."""
    return values.values[0] if isinstance(values, Choice) else values.kind(values.low)


def _claim(
    space: Space, storage: Storage, goal: Goal, described: Mapping[str, Any]
) -> tuple[Any, Any, AbstractContextManager[Any]] | None:
    """The study, a trial for this process, and a context for its work; None if all trials have started."""
    with storage.turn():
        study = _study(space, storage, goal, described)
        storage.recover(study)
        begun = [trial for trial in study.get_trials(deepcopy=False) if _counts(trial)]
        if len(begun) >= space.trials:
            return None
        trial = study.ask({key: _distribution(values) for key, values in space.space.items()})
        return study, trial, storage.at_work(study, trial)


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
        leave(study, trial)
        raise
    except UsageError as error:  # values that do not fit together
        problem, state = error.message, TrialState.FAIL
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        _end(study, trial, None, TrialState.FAIL, problem)  # else the next sweep would begin with these values
        raise
    else:
        if outcome.interrupted:
            leave(study, trial)
            return False
        score = scored(outcome, goal)
        problem = "" if math.isfinite(score) else f"{goal.metric} is {score}."
    if problem:
        _end(study, trial, None, state, problem)
    else:
        _end(study, trial, score, TrialState.COMPLETE)
    console.print(problem or f"{goal.metric} {score:.4g}", style="dim", markup=False, soft_wrap=True)
    return True


def _end(study: Any, trial: Any, score: float | None, state: Any, problem: str = "") -> None:
    """Report the end of `trial`; no more than that if others have taken it for dead and try its values."""
    from optuna.exceptions import UpdateFinishedTrialError

    with suppress(UpdateFinishedTrialError):
        if problem:
            trial.set_user_attr(PROBLEM, problem)
        study.tell(trial, score, state=state, skip_if_finished=True)


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


def _study(space: Space, storage: Storage, goal: Goal, described: Mapping[str, Any]) -> Any:
    """Optuna's study in `storage`, created if there is none. Raises `UsageError` if it belongs to another sweep."""
    import numpy as np
    import optuna
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        study = optuna.create_study(
            storage=storage.opened(),
            study_name=storage.study,
            direction="minimize" if goal.better == "min" else "maximize",
            load_if_exists=True,
        )
        # seeded by how far the study is, so that it goes the same way after an interruption, and no two processes alike
        n_begun = sum(map(_counts, study.get_trials(deepcopy=False)))
        seed = np.random.SeedSequence((space.seed, n_begun)).generate_state(1)
        study.sampler = optuna.samplers.TPESampler(seed=int(seed[0]))
        begun = study.user_attrs.get(SPACE)
    except (DatabaseError, optuna.exceptions.OptunaError, RuntimeError, ValueError, KeyError) as error:
        if storage.shared and isinstance(error, OperationalError):
            raise
        problem = f"{storage.name} is not a study of the installed Optuna: {type(error).__name__}."
        raise UsageError(problem, "Choose another --out.") from error
    if begun is None:
        study.set_user_attr(SPACE, described)
    elif begun != described:
        changed = [key for key in described if not isinstance(begun, dict) or begun.get(key) != described[key]]
        problem = f"The sweep {storage.study} in {storage.name} was started with other values of: {', '.join(changed)}."
        raise UsageError(problem, "Only 'trials' may change. Restore the former values, or choose another --out.")
    return study


def _described(space: Space, goal: Goal, checksum: str | None) -> dict[str, Any]:
    """Everything that trials must have in common to be comparable, as values that JSON can store.

    On several machines the data may lie in different folders: there its `checksum` counts.
    """
    values = {key: value for key, value in asdict(space).items() if key != "trials"} | asdict(goal)
    if checksum is not None:
        values = {**values, "data_dir": None, "data": checksum}
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
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
            **_place(trial, folder),
        )
        for trial in study.trials
        if _counts(trial)
    ]


def _place(trial: Any, folder: Path) -> dict[str, Any]:
    """Where the run of `trial` is: `Trial.machine` and `Trial.run`."""
    told = trial.user_attrs.get(PLACE)
    if not told:
        return {"run": _run_folder(folder, trial.number)}
    return {"machine": str(told[0]), "run": Path(told[1])}


def _run_folder(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}"
