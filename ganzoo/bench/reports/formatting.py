"""Turn the figures of a report into short texts, and choose the rows that all reports share.

Names and reasons in a document come from pages, devices and other people's programs, so they are treated as hostile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ganzoo.bench.document import OWN
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NONE = "-"
ADAPTERS = {"cpu": "CPU", "software": "software", "hardware": "hardware", "unknown": "untold"}
UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))

Figures = Mapping[str, Any]  # the document or an object in it, as schema.json says


def plain(value: object) -> str:
    """Return `value` as one line of printable text.

    Characters that a terminal or an encoding cannot show become spaces.
    """
    return one_line(str(value))


def number(value: float | None) -> str:
    """Return `value` with three significant digits, or as a whole number from 100 on."""
    if value is None:
        return NONE
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 or rounded == 0 else f"{rounded:#.3g}"


def size(value: float | None) -> str:
    """Return a number of bytes in decimal units."""
    if value is None:
        return NONE
    unit, name = next((each for each in UNITS if value >= each[0]), (1, "bytes"))
    return f"{number(value / unit) if unit > 1 else f'{value:.0f}'} {name}"


def percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.0%}"


def median(estimate: Figures | None) -> float | None:
    return estimate["median"] if estimate else None


def bounds(estimate: Figures | None) -> tuple[float, float] | None:
    """Return the interval, None if there were too few rounds for one."""
    if not estimate or estimate["low"] is None or estimate["high"] is None:
        return None
    return estimate["low"], estimate["high"]


def spread(estimate: Figures | None) -> str:
    """Return the wider side of the interval, rounded up, as in "±5%"."""
    limits, middle = bounds(estimate), median(estimate)
    if not limits or not middle:
        return ""
    wider = max(limits[1] - middle, middle - limits[0]) / middle
    return f"±{math.ceil(round(100 * wider, 1))}%"


def brief(estimate: Figures | None) -> str:
    """Return a median and its interval in few characters, as in "0.0803 ±5%"."""
    return f"{number(median(estimate))} {spread(estimate)}".strip()


def full(estimate: Figures | None, scale: float = 1) -> str:
    """Return a median and its interval, as in "0.0803 (0.0763 to 0.0843)". `scale` multiplies all three numbers."""
    limits, middle = bounds(estimate), median(estimate)
    text = number(None if middle is None else middle * scale)
    return f"{text} ({number(limits[0] * scale)} to {number(limits[1] * scale)})" if limits else text


def of(rows: Iterable[Figures], browser: str, network: str) -> list[Figures]:
    """Return the rows, or the ratios, of one network in one browser."""
    return [row for row in rows if row["browser"] == browser and row["network"] == network]


def ran(rows: Iterable[Figures]) -> list[Figures]:
    return [row for row in rows if not row["reason"]]


def leading(document: Figures) -> Figures | None:
    """Return the first browser in which something ran, or else the first browser."""
    tried = {row["browser"] for row in ran(document["rows"])}
    return next(
        (each for each in document["browsers"] if each["name"] in tried), next(iter(document["browsers"]), None)
    )


def libraries(rows: Iterable[Figures]) -> list[str]:
    """Return the names of the libraries: ganzoo first, the others in their order."""
    return sorted(dict.fromkeys(row["library"] for row in rows), key=lambda name: name != OWN)


def batches(document: Figures) -> list[int]:
    """Return every batch size that was timed, in ascending order."""
    return sorted({timed["batch"] for row in ran(document["rows"]) for timed in row["batches"]})


def timing(row: Figures, batch: int | None) -> Figures:
    """Return the figures for runs of `batch` pictures, an empty mapping if there are none."""
    return next((timed for timed in row["batches"] if timed["batch"] == batch), {})


def best(document: Figures, rows: Iterable[Figures], library: str) -> Figures | None:
    """Return the library's fastest row at the smallest batch size, or by cold start if nothing was timed."""
    smallest = min(batches(document), default=None)

    def key(row: Figures) -> tuple[float, float]:
        times = median(timing(row, smallest).get("median_ms")), median(row["cold_ms"])
        return times[0] or math.inf, times[1] or math.inf

    return min((row for row in ran(rows) if row["library"] == library), key=key, default=None)


def adapter(row: Figures) -> str:
    return ADAPTERS.get(row["adapter"], plain(row["adapter"]))


def where(row: Figures) -> str:
    """Return what a contestant ran on, as in "webgl (software)"."""
    return f"{plain(row['backend'])} ({adapter(row)})"


def grouped(rows: Iterable[Figures]) -> dict[str, list[Figures]]:
    """Return the rows that ran, grouped by `where`, with ganzoo first in each group."""
    found: dict[str, list[Figures]] = {}
    for row in sorted(ran(rows), key=lambda row: row["library"] != OWN):
        found.setdefault(where(row), []).append(row)
    order = list(dict.fromkeys(where(row) for row in ran(rows)))
    return {name: found[name] for name in order}


def failures(rows: Iterable[Figures]) -> list[tuple[str, str]]:
    """Return who did not run and why. Those of one backend that failed for the same reason share an entry."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["reason"]:
            found.setdefault((row["backend"], row["reason"]), []).append(plain(row["library"]))
    return [(f"{', '.join(names)} on {plain(backend)}", plain(reason)) for (backend, reason), names in found.items()]


def hardest(ratios: Sequence[Figures], key: str, batch: int | None = None) -> tuple[str, Figures] | None:
    """Return the peer that is fastest compared with ganzoo, and the ratio: at `batch` if given, else of `key`.

    Bytes have no interval, because they are the same in every round.
    """
    found = []
    for row in ratios:
        ratio = row[key].get(str(batch)) if batch else row[key]
        if isinstance(ratio, (int, float)):
            ratio = {"median": ratio, "low": None, "high": None, "n": 1}
        if ratio:
            found.append((row["library"], ratio))
    return min(found, key=lambda each: each[1]["median"], default=None)
