"""The charts of a benchmark, drawn by Matplotlib. Each has a title, a description in words, and the figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo.bench.reports import chart_data, formatting
from ganzoo.bench.reports.chart_data import Line, lines, stacked
from ganzoo.bench.reports.formatting import batches, bounds, median, number, plain, size, timing
from ganzoo.bench.reports.summary import link
from ganzoo.bench.visit import COLD as PARTS
from ganzoo.charts.axes import logarithmic
from ganzoo.charts.style import COLOURS, FAINT, INK, LINES, MARKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ganzoo.bench.reports.formatting import Figures

    Sketch = tuple[str, str, Figure]

STACK = (("#56B4E9", "///"), ("#E69F00", ""), ("#009E73", "\\\\\\"), ("#F0E442", "xxx"))  # of a stack's parts
SHORTEST_MS = 1e-6  # that a logarithmic axis shows: a coarse clock measures 0


def _figure(width: float, rows: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, 0.62 + 0.235 * rows), layout="constrained")


def _listed(axes: Axes, shown: Sequence[Line]) -> None:
    """Label each line with its text; headings are bold."""
    axes.set_yticks([line.y for line in shown], [line.label for line in shown])
    for line, tick in zip(shown, axes.get_yticklabels(), strict=True):
        tick.set_fontweight("normal" if line.row else "bold")
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _logarithmic(axis: Any, low: float, high: float) -> None:
    logarithmic(axis, low, high)
    axis.grid(color=FAINT, linewidth=0.4)
    axis.axes.set_axisbelow(True)


def _look(name: str, named: Sequence[str]) -> tuple[str, str]:
    at = named.index(name) % len(COLOURS)
    return COLOURS[at], MARKERS[at]


def _ms(estimate: Figures | None) -> str:
    return f"{number(median(estimate))} ms" if estimate else ""


def latency(document: Figures, rows: Sequence[Figures], named: Sequence[str], width: float) -> Sketch | None:
    batch = min(batches(document), default=None)
    shown = lines([row for row in rows if timing(row, batch)])
    if not shown:
        return None
    figure = _figure(width, len(shown))
    axes = figure.subplots()
    _listed(axes, shown)
    words, ends = [], []
    for line in shown:
        if not line.row:
            continue
        measured = timing(line.row, batch)["quantiles_ms"]
        quantiles = [max(value, SHORTEST_MS) for value in measured]
        text = f"{number(measured[len(measured) // 2])} ms"
        colour, marker = _look(line.row["library"], named)
        for low, high, height in ((1, 99, 0.06), (5, 95, 0.3), (25, 75, 0.62)):
            left, right = quantiles[low - 1], quantiles[high - 1]
            axes.barh(line.y, right - left, height, left, color=colour, linewidth=0)
        axes.plot(quantiles[len(quantiles) // 2], line.y, marker, color="white", markeredgecolor=INK, markersize=6)
        axes.annotate(text, (quantiles[-1], line.y), (6, 0), textcoords="offset points", va="center")
        words.append(f"{line.label} on {formatting.where(line.row)} {text}")
        ends += [quantiles[0], quantiles[-1]]
    low, high = min(ends), max(ends)
    _logarithmic(axes.xaxis, low / 1.15, high * 1.15 * (high / low) ** 0.14)
    axes.set_xlabel(f"ms per run at batch {batch}, logarithmic")
    return f"Latency at batch {batch}", f"Median of all runs: {', '.join(words)}.", figure


def _stack(axes: Axes, shown: Sequence[Line], names: Sequence[str], parts: Callable[[Figures], Figures]) -> None:
    """Draw stacked bars with a legend above them."""
    _listed(axes, shown)
    for i, name in enumerate(names):
        colour, hatch = STACK[i]
        pieces = [(line.y, stacked(parts(line.row), names)[i]) for line in shown if line.row]
        axes.barh(
            [y for y, _ in pieces],
            [piece.width for _, piece in pieces],
            0.66,
            [piece.left for _, piece in pieces],
            color=colour,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.5,
            label=name,
        )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names), frameon=False, borderpad=0, handlelength=2.4)
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)


def _total(axes: Axes, y: float, estimate: Figures | None, beyond: float, text: str) -> None:
    """Draw a median at the end of a bar: its interval, and its text to the right of both."""
    end = max(beyond, median(estimate) or 0)
    limits, middle = bounds(estimate), median(estimate)
    if limits and middle is not None:
        low, high = max(0, middle - limits[0]), max(0, limits[1] - middle)
        axes.errorbar(middle, y, xerr=[[low], [high]], color=INK, linewidth=1, capsize=2.5)
        end = max(end, limits[1])
    axes.annotate(text, (end, y), (4, 0), textcoords="offset points", va="center")


def cold(document: Figures, rows: Sequence[Figures], width: float) -> Sketch:
    shown = lines(rows)
    slow = document["link"] is not None and any(row["cold_throttled_ms"] for row in rows)
    figure = _figure(width, len(shown) + 0.9)
    widths = (3, 2) if slow else (3,)
    panels = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0]
    _stack(panels[0], shown, PARTS, lambda row: row["cold_parts_ms"])
    panels[0].set_xlabel("ms from navigation to the first output, loopback")
    words = []
    for line in shown:
        if not line.row:
            continue
        cold, throttled = line.row["cold_ms"], line.row["cold_throttled_ms"]
        end = sum(line.row["cold_parts_ms"][name] for name in PARTS)
        _total(panels[0], line.y, cold, end, _ms(cold))
        words.append(f"{line.label} on {formatting.where(line.row)} {_ms(cold)}")
        if slow and throttled:
            panels[1].barh(line.y, median(throttled), 0.66, color="white", edgecolor=INK, linewidth=0.8)
            _total(panels[1], line.y, throttled, 0, _ms(throttled))
            words[-1] += f", throttled {_ms(throttled)}"
    if slow:
        _listed(panels[1], [Line(line.y, "", line.row) for line in shown])
        panels[1].set_xlabel(f"ms at {link(document)}")
        panels[1].grid(axis="x", color=FAINT, linewidth=0.4)
        panels[1].set_axisbelow(True)
    for axes in panels:
        axes.set_xlim(0, axes.get_xlim()[1] * (1 + 1.1 / width))
    return "Cold start", f"Until the first output: {'; '.join(words)}.", figure


def transferred(rows: Sequence[Figures], width: float) -> Sketch:
    shown = lines(rows)
    figure = _figure(width, len(shown) + 0.9)
    axes = figure.subplots()
    _stack(axes, shown, ("code", "weights"), lambda row: {key: row["bytes"][key] / 1000 for key in ("code", "weights")})
    words = []
    for line in shown:
        if line.row:
            sent = line.row["bytes"]
            text = f"{size(sent['code'])} + {size(sent['weights'])}"
            _total(axes, line.y, None, (sent["code"] + sent["weights"]) / 1000, text)
            words.append(f"{line.label} on {formatting.where(line.row)} {text}")
    axes.set_xlim(0, axes.get_xlim()[1] * (1 + 2.2 / width))
    axes.set_xlabel("kB transferred")
    return "Bytes transferred", f"Code and weights: {', '.join(words)}.", figure


def scaling(
    rows: Sequence[Figures],
    named: Sequence[str],
    backends: Sequence[str],
    top: tuple[str, float] | None,
    width: float,
) -> Sketch | None:
    from matplotlib.ticker import FixedLocator

    known = [(row, points) for row in rows if (points := chart_data.scaling(row))]
    if not known:
        return None
    figure = _figure(width, max(14, len(known) + 3))
    axes = figure.subplots()
    for row, points in known:
        colour, marker = _look(row["library"], named)
        style = LINES[backends.index(row["backend"]) % len(LINES)]
        axes.plot(*zip(*points, strict=True), style, marker=marker, color=colour, markeredgecolor=INK, linewidth=1.6)
    ends: list[tuple[str, float, float]] = [
        (f"{plain(row['library'])}, {formatting.where(row)}", *points[-1]) for row, points in known
    ]
    sizes = sorted({batch for _, points in known for batch, _ in points})
    if top:
        axes.axhline(top[1], color=INK, linewidth=1, linestyle=(0, (6, 2)))
        ends.append((top[0], sizes[-1] * 1.25, top[1]))
    times = [time for _, points in known for _, time in points] + [time for _, _, time in ends]
    low, high = min(times) / 1.4, max(times) * 1.4
    _logarithmic(axes.yaxis, low, high)
    _logarithmic(axes.xaxis, sizes[0] / 1.25, sizes[-1] * 1.25)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    gap = 0.052 if len(ends) < 16 else 0.9 / len(ends)
    places = chart_data.apart([math.log(time / low) / math.log(high / low) for _, _, time in ends], gap)
    for (label, batch, time), place in zip(ends, places, strict=True):
        axes.annotate(
            label,
            (batch, time),
            (1.04, place),
            textcoords=axes.transAxes,
            va="center",
            fontsize=8,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4},
            annotation_clip=False,
        )
    axes.set_xlabel("batch size, logarithmic")
    axes.set_ylabel("ms per picture, logarithmic")
    words = [f"{label} {number(time)} ms at batch {batch}" for label, batch, time in ends[: len(known)]]
    at_peak = f" At the peak speed of one WebAssembly thread: {number(top[1])} ms." if top else ""
    return "Batch scaling", f"Time per picture at the largest batch: {', '.join(words)}.{at_peak}", figure


def ratios(
    contested: Mapping[str, list[tuple[str, str, Figures]]], named: Sequence[str], width: float
) -> Sketch | None:
    if not contested:
        return None
    shown: list[Line] = []
    marks: list[tuple[int, str, Figures]] = []
    for backend, contest in contested.items():
        shown.append(Line(len(shown), plain(backend)))
        for what, peer, ratio in contest:
            marks.append((len(shown), peer, ratio))
            shown.append(Line(len(shown), what, ratio))
    figure = _figure(width, len(shown))
    axes = figure.subplots()
    _listed(axes, shown)
    axes.axvline(1, color=INK, linewidth=1)
    limits = [1.0]
    for y, peer, ratio in marks:
        colour, marker = _look(peer, named)
        middle = ratio["median"]
        low, high = bounds(ratio) or (middle, middle)
        low = low or middle  # nothing is at 0 of a logarithm
        axes.errorbar(
            middle,
            y,
            xerr=[[max(0, middle - low)], [max(0, high - middle)]],
            fmt=marker,
            color=colour,
            ecolor=INK,
            markeredgecolor=INK,
            capsize=3,
            elinewidth=1,
        )
        axes.annotate(f"{number(middle)}  {plain(peer)}", (high, y), (8, 0), textcoords="offset points", va="center")
        limits += [low, high]
    span = 1.1 * max(limits) / min(limits)
    _logarithmic(axes.xaxis, min(limits) / span**0.04, max(limits) * span**0.35)
    axes.set_xlabel("the best peer's figure divided by ganzoo's, logarithmic; right of 1, ganzoo is ahead")
    words = [
        f"{backend}: {', '.join(f'{what} {formatting.full(ratio)} to {plain(peer)}' for what, peer, ratio in contest)}"
        for backend, contest in contested.items()
    ]
    return "Ratio to the best peer", f"{'; '.join(words)}.", figure
