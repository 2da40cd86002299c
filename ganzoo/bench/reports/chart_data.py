"""The data of the charts: the figures of a report as lines, pieces of bars, and points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.bench.reports.formatting import batches, grouped, hardest, median, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.reports.formatting import Figures

ONCE = (("first output", "cold"), ("slow link", "cold_throttled"), ("bytes", "bytes"))  # ratios apart from batches


@dataclass(frozen=True)
class Line:
    """A line of a chart: a contestant with its row, or a heading without one.

    The first line is at y 0, the others below it.
    """

    y: int
    label: str
    row: Figures | None = None


@dataclass(frozen=True)
class Piece:
    """A piece of a stacked bar that begins at `left`."""

    name: str
    left: float
    width: float


def lines(rows: Sequence[Figures]) -> list[Line]:
    """Return the contestants as lines, grouped under headings that say what they ran on."""
    found: list[Line] = []
    for heading, members in grouped(rows).items():
        found.append(Line(len(found), heading))
        for row in members:
            found.append(Line(len(found), plain(row["library"]), row))
    return found


def stacked(parts: Figures, names: Sequence[str]) -> list[Piece]:
    """Return the parts as pieces, one after another."""
    lefts = [sum(parts[name] for name in names[:i]) for i in range(len(names))]
    return [Piece(name, left, parts[name]) for name, left in zip(names, lefts, strict=True)]


def scaling(row: Figures) -> list[tuple[int, float]]:
    """Return each batch size with the time per picture in ms."""
    timed = [(each["batch"], median(each["median_ms"])) for each in row["batches"]]
    return sorted((batch, time / batch) for batch, time in timed if time)


def peak(document: Figures, browser: str, network: str) -> tuple[str, float] | None:
    """Return the name of the fastest module, and the time per picture in ms at its peak.

    A multiply-add is two operations.
    """
    adds = next(each["multiply_adds"] for each in document["networks"] if each["name"] == network)
    peaks = next(each["peak_gflops"] for each in document["browsers"] if each["name"] == browser)
    known = [(value, name) for name, estimate in peaks.items() if (value := median(estimate))]
    if not known or not adds:
        return None
    value, name = max(known)
    return f"peak of WebAssembly ({plain(name)})", 2e-6 * adds / value


def contests(document: Figures, ratios: Sequence[Figures]) -> dict[str, list[tuple[str, str, Figures]]]:
    """Return for each backend what is compared, the peer that is best at it, and the ratio."""
    found: dict[str, list[tuple[str, str, Figures]]] = {}
    for backend in dict.fromkeys(ratio["backend"] for ratio in ratios):
        own = [ratio for ratio in ratios if ratio["backend"] == backend]
        asked: list[tuple[str, str, int | None]] = [(name, key, None) for name, key in ONCE]
        asked += [(f"batch {n}", "batches", n) for n in batches(document)]
        answers = [(name, hardest(own, key, n)) for name, key, n in asked]
        found[backend] = [(name, *answer) for name, answer in answers if answer and answer[1]["median"] > 0]
    return {backend: contest for backend, contest in found.items() if contest}


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Return the values, moved apart in the same order and around the same mean until no two are nearer than `gap`."""
    placed = [0.0] * len(values)
    last = -math.inf
    for i in sorted(range(len(values)), key=values.__getitem__):
        last = placed[i] = max(values[i], last + gap)
    excess = sum(placed) - sum(values)
    return [value - excess / len(values) for value in placed] if values else []
