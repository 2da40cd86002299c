"""Show the report as Markdown: a summary for a README, or everything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ganzoo.bench.document import OWN
from ganzoo.bench.reports import formatting
from ganzoo.bench.reports.formatting import batches, best, median, number, of, plain, ran, size, timing, where
from ganzoo.bench.reports.summary import facts, finding, link, method, notes, versions
from ganzoo.bench.reports.tables import sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.reports.formatting import Figures


def escape(text: str) -> str:
    """Escape `text` so that Markdown shows it as it is, without markup or HTML, and within a cell of a table."""
    text = re.sub(r"([\\`*_\[\]|~#])", r"\\\1", plain(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], names: int) -> str:
    """Return a Markdown table.

    The first `names` columns are aligned to the left; the others are figures, aligned to the right.
    """
    lines = [headings, ["---" if i < names else "---:" for i in range(len(headings))]]
    escaped = [[escape(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in [*lines, *escaped])


def summary(document: Figures) -> str:
    """Return a summary for a README: ganzoo and each peer at their best, in the first browser that gave figures.

    A ratio is only given if the best results of both are on the same backend, because ratios are taken within rounds.
    """
    browser = formatting.leading(document)
    if browser is None or not ran(document["rows"]):
        return "Nothing ran.\n"
    sizes = batches(document)
    smallest, largest = (sizes[0], sizes[-1]) if sizes else (None, None)
    slow = link(document)
    headings = ["network", "library", "runs on", "first output", *([f"on {slow}"] if slow else []), "transferred"]
    headings += [f"batch {smallest or '-'}", f"pictures/s at {largest or '-'}", "times ganzoo's"]
    lines = []
    for network in document["networks"]:
        rows = of(document["rows"], browser["name"], network["name"])
        ours = best(document, rows, OWN)
        for library in formatting.libraries(rows):
            row = best(document, rows, library)
            if row is None:
                lines.append([network["name"], library, "did not run", *["-"] * (len(headings) - 3)])
                continue
            cells = [_ms(row["cold_ms"]), *([_ms(row["cold_throttled_ms"])] if slow else [])]
            cells += [size(row["bytes"]["total"]), _ms(timing(row, smallest).get("median_ms"))]
            cells += [number(median(timing(row, largest).get("pictures_per_second")))]
            cells += [_ratio(document, row, smallest) if ours and ours["backend"] == row["backend"] else "-"]
            lines.append([network["name"], library, where(row), *cells])
    return f"{table(headings, lines, 3)}\n{escape(_source(document, browser))}\n"


def _source(document: Figures, browser: Figures) -> str:
    """Return one line that says how often, where, with what and when the figures were measured."""
    counts = [row["rounds"] for row in ran(document["rows"]) if row["browser"] == browser["name"]]
    machine = document["machine"]
    parts = [
        f"{plain(machine['cpu'])}, {machine['cores'] or '?'} cores, {plain(machine['os'])}",
        f"{plain(browser['name'])} {plain(browser['version'])} on {plain(browser['device'])}",
        *(note for note in notes(document, browser) if note.startswith(("software:", "hardware:", "untold:"))),
        plain(document["date"])[:10],
        versions(document),
    ]
    return (
        f"Medians of {min(counts)} or more rounds, each in a fresh browser; ± is the wider side of the interval at "
        f"{document['confidence']:.0%}. {'; '.join(parts)}."
    )


def _ms(estimate: Figures | None) -> str:
    return f"{number(median(estimate))} ms {formatting.spread(estimate)}".strip() if estimate else formatting.NONE


def _ratio(document: Figures, row: Figures, batch: int | None) -> str:
    ratios = of(document["ratios"], row["browser"], row["network"])
    same = [each for each in ratios if (each["library"], each["backend"]) == (row["library"], row["backend"])]
    found = formatting.hardest(same, "batches", batch) if batch else None
    return formatting.full(found[1]) if found else formatting.NONE


def full(document: Figures) -> str:
    """Return everything: findings, circumstances, the tables of all networks in all browsers, and the failures."""
    parts = [f"# ganzoo bench, {escape(document['date'])[:10]}\n"]
    for browser in document["browsers"]:
        parts += [f"{escape(finding(document, browser['name'], each['name']))}\n" for each in document["networks"]]
    parts.append(f"{escape(method(document))}\n")
    parts.append(table(("what", "which"), facts(document), 2))
    for browser in document["browsers"]:
        parts.append(f"## {escape(browser['name'])} {escape(browser['version'])}\n")
        parts += [f"* {escape(note)}" for note in notes(document, browser)] + [""]
        for network in document["networks"]:
            name = escape(network["name"])
            for sheet in sheets(document, browser["name"], network["name"]):
                parts += [f"### {name}: {sheet.caption}\n", table(sheet.headings, sheet.rows, sheet.names)]
            failed = formatting.failures(of(document["rows"], browser["name"], network["name"]))
            parts += [f"* {name}: {escape(who)} failed: {escape(reason)}" for who, reason in failed] + [""]
    return "\n".join(parts).rstrip() + "\n"
