"""Losses and scores over epochs, as inline SVG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.charts.style import COLOURS, FAINT, INK, LINES, STYLE, Chart
from ganzoo.charts.svg import inline
from ganzoo.metrics.report import NAMES
from ganzoo.text import visible
from ganzoo.training.extensions import scored
from ganzoo.training.report.facts import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.runs.run import Best

    Log = Sequence[Mapping[str, float]]

CLOCK = ("epoch", "epoch_detail", "iteration", "elapsed_time")
SIZE = (5.2, 2.7)  # inches
PLACE = (0.13, 0.18, 0.85, 0.7)  # of the axes: having Matplotlib find it takes as long as the rest of a short training
LEGEND, LINE = 70, 8  # Latin letters that a legend has room for beside each other; of them for the line of a key


def curves(log: Log, best: Best | None) -> list[Chart]:
    """A chart of the losses, one of the accuracies, one of each score; the best snapshot is marked."""
    keys = list(dict.fromkeys(key for entry in log for key in entry if key not in CLOCK))
    monitors = [key for key in keys if not scored(key)]
    groups = {
        "Losses": [key for key in monitors if not key.endswith("accuracy")],
        "Accuracy during training": [key for key in monitors if key.endswith("accuracy")],
        **{_named(key): [key] for key in keys if scored(key)},
    }
    return [_chart(title, log, group, best) for title, group in groups.items() if group]


def _named(key: str) -> str:
    name = key.removeprefix("eval/")
    return f"Score: {NAMES.get(name, name)}"


def _chart(title: str, log: Log, keys: Sequence[str], best: Best | None) -> Chart:
    import matplotlib
    from matplotlib.figure import Figure
    from rich.cells import cell_len

    ink = dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK)
    style: dict[Any, Any] = {**STYLE, **ink}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=SIZE)
        figure.patch.set_alpha(0)
        axes = figure.add_axes(PLACE)
        axes.patch.set_alpha(0)
        words = []
        for key, colour, line in zip(keys, COLOURS * len(keys), LINES * len(keys), strict=False):
            points = [(entry["epoch_detail"], entry[key]) for entry in log if math.isfinite(entry.get(key, math.nan))]
            if not points:
                continue
            marker = "o" if scored(key) else ""
            axes.plot(*zip(*points, strict=True), line, color=colour, marker=marker, markersize=4, label=visible(key))
            words.append(f"{key} from {number(points[0][1])} to {number(points[-1][1])}")
        if best and best.key in keys:
            axes.plot([best.epoch], [best.score], "o", color=COLOURS[4], fillstyle="none", markersize=10)
            words.append(f"best {number(best.score)} at epoch {best.epoch:.1f}")
        if len(keys) > 1:
            columns = max(1, min(len(keys), LEGEND // (LINE + max(map(cell_len, keys)))))
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, borderpad=0)
        axes.grid(color=FAINT, linewidth=0.4)
        axes.set_xlabel("epoch")
        told = f"{'; '.join(words)}."
        return Chart(title, told, inline(figure, f"run/{title}", title, told))
