"""Show the report as tables for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.bench.document import OWN
from ganzoo.bench.reports import formatting
from ganzoo.bench.reports.formatting import batches, brief, median, number, of, percent, plain, timing
from ganzoo.bench.reports.summary import method, notes
from ganzoo.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group
    from rich.text import Text

    from ganzoo.bench.reports.formatting import Figures

REASON = 300  # characters of a reason; the other reports have all


def report(document: Figures) -> Group:
    """Return a table for each browser and network, the ratios to the peers if there are any, and notes."""
    from rich.console import Group
    from rich.text import Text

    shown: list[Table | Text] = []
    for browser in document["browsers"]:
        for network in document["networks"]:
            rows = of(document["rows"], browser["name"], network["name"])
            title = f"{plain(network['name'])} in {plain(browser['name'])} {plain(browser['version'])}"
            if rows:
                shown.append(_times(document, rows, title))
                shown.extend(_failed(rows))
            ratios = of(document["ratios"], browser["name"], network["name"])
            if ratios:
                shown.append(_ratios(document, ratios))
        shown.append(Text("".join(f"{plain(note)}\n" for note in notes(document, browser))))
    shown.append(Text(f"Times are in ms; ± is the wider side of the confidence interval. {method(document)}"))
    return Group(*shown)


def _times(document: Figures, rows: Sequence[Figures], title: str) -> Table:
    """Return a table with a line for each contestant, grouped by what they ran on.

    If only ganzoo ran, its rows have that name.
    """
    sizes = batches(document)
    smallest, largest = (sizes[0], sizes[-1]) if sizes else (None, None)
    alone = formatting.libraries(document["rows"]) == [OWN]
    lines = []
    for heading, members in formatting.grouped(rows).items():
        if not alone:
            lines.append([heading])
        for row in members:
            single, many = timing(row, smallest), timing(row, largest)
            lines.append(
                [
                    heading if alone else f"  {plain(row['library'])}",
                    *(number(median(row[key])) for key in ("cold_ms", "load_ms", "first_ms")),
                    brief(single.get("median_ms")),
                    number(single.get("p95_ms")),
                    number(median(many.get("pictures_per_second"))),
                    percent(median(single.get("share_of_peak"))),
                ]
            )
    headings = ("", "cold", "load", "first", "median", "p95", f"{largest or ''}: /s", "peak")
    return _narrow(headings, lines, title)


def _failed(rows: Sequence[Figures]) -> list[Text]:
    from rich.text import Text

    return [
        Text(f"{who} failed: {reason if len(reason) <= REASON else f'{reason[:REASON]}...'}\n")
        for who, reason in formatting.failures(rows)
    ]


def _ratios(document: Figures, ratios: Sequence[Figures]) -> Table:
    sizes = batches(document)
    shown = list(dict.fromkeys((*sizes[:1], *sizes[-1:])))
    by_backend: dict[str, list[Figures]] = {}
    for row in ratios:
        by_backend.setdefault(row["backend"], []).append(row)
    lines = []
    for backend, members in by_backend.items():
        lines.append([plain(backend)])
        for row in members:
            cells = [brief(row["cold"]), brief(row["cold_throttled"]), number(row["bytes"])]
            cells += [brief(row["batches"].get(str(n))) for n in shown]
            lines.append([f"  {plain(row['library'])}", *cells])
    headings = ("", "cold", "slow link", "bytes", *(f"batch {n}" for n in shown))
    return _narrow(headings, lines, "A peer's figure divided by ganzoo's (above 1: ganzoo is better)")


def _narrow(headings: Sequence[str], lines: Sequence[Sequence[str]], title: str) -> Table:
    """Return a table with a gap of two, because so many columns leave no more room within 80."""
    padded = [[*line, *[""] * (len(headings) - len(line))] for line in lines]
    return Table(headings, padded, right=len(headings) - 1, title=title, gap=2)
