"""Draw `metrics.png`: the scores beside those of real images, the classes, the confusion, the calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.files import replacing
from ganzoo.lettering import ELLIPSIS, families, in_cells, lettering
from ganzoo.metrics.report import SHOWN, told_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

DRAWN, REAL = "#1f6feb", "#b0b7c0"
WIDTH = 9.0  # inches
CELLS = 24  # the longest name of a class, in Latin letters; longer ones are shortened
COUNTED = 12  # the most classes that leave room for counts in a confusion, and for another panel beside it


def plot(document: Mapping[str, Any], path: Path) -> None:
    """Draw the content of `document` (metrics.json) and write it as a PNG file."""
    import matplotlib

    classes = lettering(document.get("per_class", {}).get("classes", ()))
    about = lettering([document["run"], document["data"]], ELLIPSIS)
    title = "{}: {}, {}".format(about.texts[0], document["kind"], about.texts[1])
    style: dict[Any, Any] = {
        "text.parse_math": False,  # names are no formulas
        "font.family": families([*classes.fonts, *about.fonts]),
    }
    with replacing(path) as beside, matplotlib.rc_context(style):
        figure = _figure(document, [in_cells(text, CELLS) for text in classes.texts])
        figure.suptitle(in_cells(title, 90))
        figure.savefig(beside, dpi=110)


def _figure(document: Mapping[str, Any], names: Sequence[str]) -> Any:
    from matplotlib.figure import Figure

    rows = [[key for key in row if key in document] for row in _rows(len(names))]
    rows = [row for row in rows if row]
    heights = [max(HEIGHTS[key](len(names)) for key in row) for row in rows]
    made = Figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
    bands = made.subfigures(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
    for band, row in zip(bands, rows, strict=True):
        for part, key in zip(band.subfigures(1, len(row), squeeze=False)[0], row, strict=True):
            PANELS[key](part, document, names)
    return made


def _rows(n_classes: int) -> Sequence[Sequence[str]]:
    """Return the names of the panels, row by row."""
    last = ("confusion", "reliability", "neighbours")
    return ("scores",), ("per_class",), *((last,) if n_classes <= COUNTED else (last[:1], last[1:]))


def _scores(part: Any, document: Mapping[str, Any], names: Sequence[str]) -> None:
    """Draw each score on a scale of its own, because they have no common one."""
    found = document["scores"]
    for axes, (name, score) in zip(part.subplots(1, len(found), squeeze=False)[0], found.items(), strict=True):
        bars = [("run", score["value"], DRAWN)]
        if score["floor"] is not None:
            bars.append(("real", score["floor"], REAL))
        of, values, colours = zip(*bars, strict=True)
        axes.bar_label(axes.bar(of, values, color=colours), [f"{value:.3g}" for value in values], fontsize=8)
        if "interval" in score:
            axes.plot([-0.3, -0.3], score["interval"], color="black", linewidth=1)  # beside the number
        axes.set_title(f"{name.replace('_', ' ')} {'↑' if score['better'] == 'max' else '↓'}", fontsize=9)
        axes.margins(y=0.15)
        axes.set_yticks([])


def _per_class(part: Any, document: Mapping[str, Any], names: Sequence[str]) -> None:
    """Draw a bar for each class in their order, or for the worst classes if there are very many."""
    found = document["per_class"]
    accuracy = found["accuracy"]  # None for a class without pictures
    floor = found.get("floor", [None] * len(names))
    chosen = told_apart(accuracy)
    axes = part.subplots()
    places = range(len(chosen))
    axes.barh(places, [math.nan if accuracy[i] is None else accuracy[i] for i in chosen], color=DRAWN, label="run")
    if "floor" in found:
        marks = [math.nan if floor[i] is None else floor[i] for i in chosen]
        axes.plot(marks, places, "|", color="black", markersize=8, markeredgewidth=2, label="real")
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderpad=0)
    lowest = min((value for i in chosen for value in (accuracy[i], floor[i]) if value is not None), default=0.0)
    wrong = max(1 - lowest, 0.002)
    axes.set_xlim(max(0.0, 1 - 1.5 * wrong), 1 + 0.02 * wrong)
    axes.set_yticks(places, [names[i] for i in chosen], fontsize=8)
    axes.set_ylim(len(chosen) - 0.4, -0.6)
    few = len(chosen) < len(names)
    axes.set_xlabel(f"accuracy, the lowest {len(chosen)} of {len(names):,} classes" if few else "accuracy")


def _confusion(part: Any, document: Mapping[str, Any], names: Sequence[str]) -> None:
    import numpy as np

    table = np.array(document["confusion"])
    shares = table / table.sum(axis=1, keepdims=True).clip(1)
    axes = part.subplots()
    mesh = axes.imshow(shares**0.25, cmap="Blues", vmin=0, vmax=1)  # a few wrong ones among thousands are to be seen
    if len(table) <= COUNTED:
        for (i, j), count in np.ndenumerate(table):
            if count:
                axes.text(
                    j, i, count, ha="center", va="center", fontsize=7, color="white" if shares[i, j] > 0.3 else "black"
                )
    places = range(len(names)) if len(names) <= SHOWN else ()
    shown = names if places else ()
    is_long = max(map(len, shown), default=0) > 2
    axes.set_xticks(places, shown, rotation=90 if is_long else 0, fontsize=8)
    axes.set_yticks(places, shown, fontsize=8)
    order = "" if places else f", {len(names):,} classes in their order"
    axes.set_xlabel(f"read as{order}")
    axes.set_ylabel(f"{'asked for' if 'generator' in document['kind'] else 'is'}{order}")
    bar = part.colorbar(mesh, ax=axes, ticks=[share**0.25 for share in (0, 0.001, 0.01, 0.1, 1)])
    bar.set_ticklabels(["0", "0.1%", "1%", "10%", "100%"])


def _reliability(part: Any, document: Mapping[str, Any], names: Sequence[str]) -> None:
    """Draw accuracy against confidence. A larger dot stands for more images."""
    bins = [each for each in document["reliability"] if each["count"]]
    axes = part.subplots()
    axes.plot([0, 1], [0, 1], color=REAL)
    confidence, accuracy = [each["confidence"] for each in bins], [each["accuracy"] for each in bins]
    axes.scatter(confidence, accuracy, s=[10 + 2 * each["count"] ** 0.5 for each in bins], color=DRAWN, zorder=3)
    axes.set_xlabel("confidence")
    axes.set_ylabel("accuracy")


def _neighbours(part: Any, document: Mapping[str, Any], names: Sequence[str]) -> None:
    found = document["neighbours"]
    axes = part.subplots()
    axes.plot(found["drawn"], found["quantiles"], "o-", color=DRAWN, label="drawn pictures")
    axes.plot(found["test"], found["quantiles"], "o-", color="black", label="test images")
    axes.set_xlabel(f"distance to the nearest training image, {DISTANCES[found['space']]}")
    axes.set_ylabel("share of images nearer than that")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderpad=0)


DISTANCES = {"pixels": "in pixel values", "features": "in features"}
PANELS = {
    "scores": _scores,
    "per_class": _per_class,
    "confusion": _confusion,
    "reliability": _reliability,
    "neighbours": _neighbours,
}
HEIGHTS: Mapping[str, Callable[[int], float]] = {  # inches, by the number of classes
    "scores": lambda n: 2.8,
    "per_class": lambda n: 1.0 + 0.19 * max(4, min(n, SHOWN)),
    "confusion": lambda n: 3.8 if n <= COUNTED else 7.5,
    "reliability": lambda n: 3.4,
    "neighbours": lambda n: 3.4,
}
