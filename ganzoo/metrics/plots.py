"""`metrics.png`: the scores beside their floors, classes, confusion, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.files import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DRAWN, REAL = "#1f6feb", "#b0b7c0"


def plot(document: Mapping[str, Any], path: Path) -> None:
    """Write what `document` (metrics.json) has as a PNG."""
    import matplotlib

    with replacing(path) as beside, matplotlib.rc_context({"text.parse_math": False}):  # names are no formulas
        _figure(document).savefig(beside, dpi=110)


def _figure(document: Mapping[str, Any]) -> Any:
    from matplotlib.figure import Figure

    rows = [[key for key in row if key in document] for row in ROWS]
    rows = [row for row in rows if row]
    made = Figure(figsize=(9, 3.4 * len(rows)), layout="constrained")
    made.suptitle(f"{document['run']}: {document['kind']}, {document['data']}")
    for band, row in zip(made.subfigures(len(rows), 1, squeeze=False)[:, 0], rows, strict=True):
        for part, key in zip(band.subfigures(1, len(row), squeeze=False)[0], row, strict=True):
            PANELS[key](part, document)
    return made


def _scores(part: Any, document: Mapping[str, Any]) -> None:
    """Each on a scale of its own: they have no common one."""
    found = document["scores"]
    for axes, (name, score) in zip(part.subplots(1, len(found), squeeze=False)[0], found.items(), strict=True):
        bars = [("run", score["value"], DRAWN)]
        if score["floor"] is not None:
            bars.append(("real", score["floor"], REAL))
        names, values, colours = zip(*bars, strict=True)
        axes.bar_label(axes.bar(names, values, color=colours), [f"{value:.3g}" for value in values], fontsize=8)
        axes.set_title(f"{name.replace('_', ' ')} {'↑' if score['better'] == 'max' else '↓'}", fontsize=9)
        axes.margins(y=0.15)
        axes.set_yticks([])


def _per_class(part: Any, document: Mapping[str, Any]) -> None:
    found = document["per_class"]
    axes = part.subplots()
    places = range(len(found["classes"]))
    axes.bar(places, [value or 0 for value in found["accuracy"]], color=DRAWN, label="run")
    if "floor" in found:
        axes.plot(places, [value or 0 for value in found["floor"]], "_", color="black", markersize=14, label="real")
        axes.legend(ncols=2, loc="lower right")
    lowest = min(value for value in (*found["accuracy"], *found.get("floor", ())) if value is not None)
    wrong = max(1 - lowest, 0.002)
    axes.set_ylim(max(0.0, 1 - 1.5 * wrong), 1 + 0.1 * wrong)
    axes.set_xticks(places, found["classes"])
    axes.set_ylabel("accuracy")


def _confusion(part: Any, document: Mapping[str, Any]) -> None:
    import numpy as np

    table = np.array(document["confusion"])
    shares = table / table.sum(axis=1, keepdims=True).clip(1)
    axes = part.subplots()
    mesh = axes.imshow(shares**0.25, cmap="Blues", vmin=0, vmax=1)  # a few wrong ones among thousands are to be seen
    if len(table) <= 12:
        for (i, j), count in np.ndenumerate(table):
            if count:
                axes.text(
                    j, i, count, ha="center", va="center", fontsize=7, color="white" if shares[i, j] > 0.3 else "black"
                )
    classes = document["per_class"]["classes"]
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("read as")
    axes.set_ylabel("asked for" if "generator" in document["kind"] else "is")
    bar = part.colorbar(mesh, ax=axes, ticks=[share**0.25 for share in (0, 0.001, 0.01, 0.1, 1)])
    bar.set_ticklabels(["0", "0.1%", "1%", "10%", "100%"])


def _reliability(part: Any, document: Mapping[str, Any]) -> None:
    """Accuracy over confidence; the larger a dot, the more images."""
    bins = [each for each in document["reliability"] if each["count"]]
    axes = part.subplots()
    axes.plot([0, 1], [0, 1], color=REAL)
    confidence, accuracy = [each["confidence"] for each in bins], [each["accuracy"] for each in bins]
    axes.scatter(confidence, accuracy, s=[10 + 2 * each["count"] ** 0.5 for each in bins], color=DRAWN, zorder=3)
    axes.set_xlabel("confidence")
    axes.set_ylabel("accuracy")


def _neighbours(part: Any, document: Mapping[str, Any]) -> None:
    found = document["neighbours"]
    axes = part.subplots()
    axes.plot(found["drawn"], found["quantiles"], "o-", color=DRAWN, label="drawn pictures")
    axes.plot(found["test"], found["quantiles"], "o-", color="black", label="test images")
    axes.set_xlabel("distance to the nearest training image, over pixels")
    axes.set_ylabel("share that is nearer")
    axes.legend(frameon=False)


PANELS = {
    "scores": _scores,
    "per_class": _per_class,
    "confusion": _confusion,
    "reliability": _reliability,
    "neighbours": _neighbours,
}
ROWS = (("scores",), ("per_class",), ("confusion", "reliability", "neighbours"))
