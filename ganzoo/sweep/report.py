"""The result of a sweep: a table and a plot of its trials, and the command to train with the best values."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any

from ganzoo.charts.axes import logarithmic, whole
from ganzoo.files import replacing
from ganzoo.lettering import ELLIPSIS, families, in_cells, lettering
from ganzoo.sweep.space import Choice
from ganzoo.sweep.study import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.sweep.space import Range
    from ganzoo.sweep.study import Sweep, Trial

SHOWN = 20  # trials in the table
COLUMNS = 3  # panels beside each other
CELLS = 40  # Latin letters below a panel


def table(sweep: Sweep) -> Any:
    """A table of the trials, best first, on 80 columns. It says why a trial has no score."""
    from ganzoo.tables import table as styled

    rows = [
        [str(trial.number), told(trial.values), outcome(trial), f"{trial.seconds:.0f}"]
        for trial in sweep.ranked()[:SHOWN]
    ]
    title = f"Trials by {sweep.goal.metric}, {'lowest' if sweep.goal.better == 'min' else 'highest'} first"
    return styled(("trial", "values", sweep.goal.metric, "s"), rows, right=1, title=title)


def outcome(trial: Trial) -> str:
    return f"{trial.score:.4g}" if trial.score is not None else trial.problem or trial.state


def command(sweep: Sweep) -> str:
    """The command that trains with the best values for the full length; empty if no trial has a score."""
    best = sweep.ranked()[0] if sweep.trials else None
    if best is None or best.score is None:
        return ""
    space = sweep.space
    parts = ["ganzoo", "train", space.arch]
    for option in ("preset", "dataset", "data_dir", "batch_size"):
        value = getattr(space, option)
        parts += [f"--{option.replace('_', '-')}", str(value)] if value else []
    for option, value in space.data_options.items():
        parts += [f"--{option.replace('_', '-')}", str(value)]
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
                **({"machine": trial.machine} if trial.machine else {}),
                "seconds": trial.seconds,
            }
            for trial in sweep.ranked()
        ],
        "command": command(sweep),
    }


def plot(sweep: Sweep, path: Path) -> None:
    """Plot the scores in the order of the trials, with the best so far, and the scores over each hyper-parameter."""
    import matplotlib

    names = list(sweep.space.space)
    chosen = [str(value) for each in sweep.space.space.values() if isinstance(each, Choice) for value in each.values]
    letters = lettering([*names, *chosen])
    style: dict[Any, Any] = {
        "text.parse_math": False,  # names are no formulas
        "font.family": families(letters.fonts),
    }
    with replacing(path) as beside, matplotlib.rc_context(style):
        _figure(sweep).savefig(beside, dpi=110)


def _figure(sweep: Sweep) -> Any:
    from matplotlib.figure import Figure

    trials = [trial for trial in sweep.trials if trial.score is not None]
    names = list(sweep.space.space)
    columns = min(COLUMNS, 1 + len(names))
    lines = math.ceil((1 + len(names)) / columns)
    figure = Figure(figsize=(4 * columns, 3.2 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for unused in panels[1 + len(names) :]:
        unused.remove()
    scores = [trial.score for trial in trials]
    better = min if sweep.goal.better == "min" else max
    over = panels[0]
    over.plot([trial.number for trial in trials], scores, "o")
    best = [better(scores[: i + 1]) for i in range(len(scores))]  # type: ignore[type-var]
    over.step([trial.number for trial in trials], best, where="post", label="best so far")
    whole(over.xaxis)
    over.set_xlim(-0.5, max(1, len(sweep.trials)) - 0.5)
    over.set_xlabel("trial")
    if trials:
        over.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderpad=0)
    for axes, name in zip(panels[1:], names, strict=False):
        _over(axes, sweep.space.space[name], [trial.values[name] for trial in trials], scores)
        (shown,) = lettering([name], ELLIPSIS).texts
        axes.set_xlabel(in_cells(shown, CELLS))
    for axes in panels[: 1 + len(names)]:
        axes.set_ylabel(sweep.goal.metric)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.3)
        if not trials:
            axes.text(0.5, 0.5, "no trial has a score yet", ha="center", va="center", transform=axes.transAxes)
            axes.set_yticks([])
    return figure


def _over(axes: Any, values: Range | Choice, found: Sequence[Any], scores: Sequence[Any]) -> None:
    """A panel of the `scores` over the values that one hyper-parameter had."""
    if isinstance(values, Choice):
        axes.plot([values.values.index(value) for value in found], scores, "o")
        texts = lettering([str(value) for value in values.values], "choice {}").texts
        room = CELLS // len(texts)
        is_long = max(map(len, texts)) > room
        shown = [in_cells(text, CELLS // 2) for text in texts]
        axes.set_xticks(range(len(texts)), shown, rotation=90 if is_long else 0)
        axes.set_xlim(-0.5, len(texts) - 0.5)
        return
    axes.plot(found, scores, "o")
    if values.log:
        logarithmic(axes.xaxis, values.low, values.high)
    else:
        axes.set_xlim(values.low, values.high)
        if values.kind is int:
            whole(axes.xaxis)
