"""All figures of a report as tables of text, for the reports that have room for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.bench.reports.formatting import NONE, adapter, full, number, of, plain, ran, size
from ganzoo.bench.visit import COLD as PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.bench.reports.formatting import Figures


@dataclass(frozen=True)
class Sheet:
    """A table. Each of the `rows` has one plain text per heading.

    The first `names` columns are names, the others figures.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 2


Column = tuple[str, "Callable[[Figures], str]"]

WHO: tuple[Column, ...] = (
    ("library", lambda row: plain(row["library"])),
    ("backend", lambda row: plain(row["backend"])),
)


def _part(name: str) -> Column:
    return (f"{name}", lambda row: number(row["cold_parts_ms"][name]))


COLD: tuple[Column, ...] = (
    ("first output", lambda row: full(row["cold_ms"])),
    *map(_part, PARTS[:2]),
    ("load", lambda row: full(row["load_ms"])),
    ("first run", lambda row: full(row["first_ms"])),
    ("first output, slow link", lambda row: full(row["cold_throttled_ms"])),
    ("page blocked", lambda row: full(row["cold_blocked_ms"])),
    ("longest block", lambda row: full(row["cold_longest_block_ms"])),
)
BYTES: tuple[Column, ...] = (
    ("code", lambda row: size(row["bytes"]["code"])),
    ("weights", lambda row: size(row["bytes"]["weights"])),
    ("total", lambda row: size(row["bytes"]["total"])),
    ("files", lambda row: str(row["bytes"]["files"])),
    ("memory after the largest batch, MB", lambda row: full(row["memory_bytes"], 1e-6)),
)
STEADY: tuple[Column, ...] = (
    ("batch", lambda timed: str(timed["batch"])),
    ("median, ms", lambda timed: full(timed["median_ms"])),
    ("p95, ms", lambda timed: number(timed["p95_ms"])),
    ("p99, ms", lambda timed: number(timed["p99_ms"])),
    ("pictures/s", lambda timed: full(timed["pictures_per_second"])),
    ("% of peak", lambda timed: full(timed["share_of_peak"], 100)),
    ("runs", lambda timed: f"{timed['runs']:,}"),
    ("runs per clock step", lambda timed: str(timed["runs_together"])),
)
CIRCUMSTANCES: tuple[Column, ...] = (
    ("version", lambda row: plain(row["library_version"])),
    ("adapter", adapter),
    ("largest error", lambda row: f"{row['largest_error']:.1e}"),
    ("rounds", lambda row: str(row["rounds"])),
    ("settled", lambda row: str(row["settled"])),
    ("clock, ms", lambda row: f"{row['clock_ms']:g}"),
    ("isolated", lambda row: "yes" if row["isolated"] else "no"),
    ("secure", lambda row: "yes" if row["secure"] else "no"),
    ("page blocked per run, ms", lambda row: full(row["blocked_ms"])),
)
RATIOS: tuple[Column, ...] = (
    ("first output", lambda row: full(row["cold"])),
    ("slow link", lambda row: full(row["cold_throttled"])),
    ("load", lambda row: full(row["load"])),
    ("first run", lambda row: full(row["first"])),
    ("bytes", lambda row: number(row["bytes"])),
)


def sheets(document: Figures, browser: str, network: str) -> list[Sheet]:
    """Return the tables of one network in one browser, none if nothing ran."""
    rows = ran(of(document["rows"], browser, network))
    ratios = of(document["ratios"], browser, network)
    if not rows:
        return []
    steady = tuple(
        (*(text(row) for _, text in WHO), *(text(timed) for _, text in STEADY))
        for row in rows
        for timed in row["batches"]
    )
    made = [
        _sheet("Cold start in ms: from navigation to the first output, and its parts", (*WHO, *COLD), rows),
        _sheet("Bytes transferred, and memory", (*WHO, *BYTES), rows),
        Sheet("Steady state, ms per run", tuple(name for name, _ in (*WHO, *STEADY)), steady),
        _sheet("Conditions", (*WHO, *CIRCUMSTANCES), rows, names=4),
    ]
    if ratios:
        sizes = sorted({int(n) for row in ratios for n in row["batches"]})
        columns = (*WHO, *RATIOS, *map(_ratio, sizes))
        made.append(_sheet("A peer's figure divided by ganzoo's (above 1: ganzoo is better)", columns, ratios))
    return [sheet for sheet in made if sheet.rows]


def _ratio(n: int) -> Column:
    return (f"batch {n}", lambda row: full(row["batches"].get(str(n))))


def _sheet(caption: str, columns: Sequence[Column], rows: Sequence[Figures], names: int = 2) -> Sheet:
    cells = tuple(tuple(text(row) or NONE for _, text in columns) for row in rows)
    return Sheet(caption, tuple(name for name, _ in columns), cells, names)
