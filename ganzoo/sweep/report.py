"""What a sweep found: a table of its trials, a plot of them, and how to go on."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any

from ganzoo.files import replacing
from ganzoo.sweep.space import Choice
from ganzoo.sweep.study import told

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.sweep.study import Sweep, Trial

SHOWN = 20  # trials in the table
COLUMNS = 3  # panels beside each other


def table(sweep: Sweep) -> Any:
    """The best trials, and what became of those without a score: 80 columns."""
    from ganzoo.tables import table as styled

    rows = [
        [str(trial.number), told(trial.values), outcome(trial), f"{trial.seconds:.0f}"]
        for trial in sweep.ranked()[:SHOWN]
    ]
    title = f"{sweep.goal.metric}, {'least' if sweep.goal.better == 'min' else 'greatest'} first"
    return styled(("trial", "values", sweep.goal.metric, "s"), rows, right=1, title=title)


def outcome(trial: Trial) -> str:
    return f"{trial.score:.4g}" if trial.score is not None else trial.problem or trial.state


def command(sweep: Sweep) -> str:
    """How to train with the best values, at full length; empty where no trial has a score."""
    best = sweep.ranked()[0] if sweep.trials else None
    if best is None or best.score is None:
        return ""
    space = sweep.space
    parts = ["ganzoo", "train", space.arch]
    for option in ("preset", "dataset", "data_dir", "batch_size"):
        value = getattr(space, option)
        parts += [f"--{option.replace('_', '-')}", str(value)] if value else []
    for key, value in {**space.set, **best.values}.items():
        parts += ["--set", f"{key}={value}"]
    return shlex.join(parts)


def as_json(sweep: Sweep) -> dict[str, Any]:
    return {
        "metric": sweep.goal.metric,
        "better": sweep.goal.better,
        "folder": str(sweep.folder),
        "trials": [
            {
                "number": trial.number,
                "state": trial.state,
                "score": trial.score,
                "values": dict(trial.values),
                "problem": trial.problem,
                "run": str(trial.run),
                "seconds": trial.seconds,
            }
            for trial in sweep.ranked()
        ],
        "command": command(sweep),
    }


def plot(sweep: Sweep, path: Path) -> None:
    """A panel of the scores as trials ended, the best so far among them, and one of them over each hyper-parameter."""
    import matplotlib

    with replacing(path) as beside, matplotlib.rc_context({"text.parse_math": False}):  # names are no formulas
        _figure(sweep).savefig(beside, dpi=110)


def _figure(sweep: Sweep) -> Any:
    from matplotlib.figure import Figure

    trials = [trial for trial in sweep.trials if trial.score is not None]
    names = list(sweep.space.space)
    lines = math.ceil((1 + len(names)) / COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 3.2 * lines), layout="constrained")
    panels = figure.subplots(lines, COLUMNS, squeeze=False).ravel()
    for unused in panels[1 + len(names) :]:
        unused.remove()
    scores = [trial.score for trial in trials]
    better = min if sweep.goal.better == "min" else max
    over = panels[0]
    over.plot([trial.number for trial in trials], scores, "o")
    best = [better(scores[: i + 1]) for i in range(len(scores))]  # type: ignore[type-var]
    over.step([trial.number for trial in trials], best, where="post", label="best so far")
    over.set_xlabel("trial")
    if trials:
        over.legend(frameon=False)
    for axes, name in zip(panels[1:], names, strict=False):
        values = sweep.space.space[name]
        found = [trial.values[name] for trial in trials]
        if isinstance(values, Choice):
            places = [values.values.index(value) for value in found]
            axes.plot(places, scores, "o")
            axes.set_xticks(range(len(values.values)), [str(value) for value in values.values])
            axes.set_xlim(-0.5, len(values.values) - 0.5)
        else:
            axes.plot(found, scores, "o")
            axes.set_xscale("log" if values.log else "linear")
            axes.set_xlim(values.low, values.high)
        axes.set_xlabel(name)
    for axes in panels[: 1 + len(names)]:
        axes.set_ylabel(sweep.goal.metric)
        axes.grid(alpha=0.3)
    return figure
