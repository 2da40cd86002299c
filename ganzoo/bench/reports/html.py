"""Show the report as one page that needs no script, no font and no network, for screen and paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.assets.html import render
from ganzoo.bench.reports import charts, formatting
from ganzoo.bench.reports.formatting import of, plain
from ganzoo.bench.reports.summary import facts, finding, method, notes
from ganzoo.bench.reports.tables import sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.reports.formatting import Figures
    from ganzoo.bench.reports.tables import Sheet
    from ganzoo.charts.style import Chart

FOLDER = Path(__file__).resolve().parent
CAPTIONS = {  # what a chart's marks are, after its title
    "Cold start": "Each part has its own median, so the parts need not add up to the median of the whole.",
    "Batch scaling": "The shape of a mark shows the library, the style of a line shows the backend.",
    "Ratio to the best peer": "Each line shows the peer that comes closest; bars are confidence intervals.",
}
LATENCY = "Thin line: 1st to 99th percentile of all runs; thicker: 5th to 95th; thickest: 25th to 75th; mark: median."


@dataclass(frozen=True)
class Network:
    """What the page shows of a network in a browser. `failed` has the contestants without figures, with the reasons."""

    heading: str
    finding: str
    charts: Sequence[Chart]
    tables: Sequence[Sheet]
    failed: Sequence[str]


@dataclass(frozen=True)
class Browser:
    """What the page shows of a browser. Its charts are large for the first browser, and in pairs for the others."""

    heading: str
    is_leading: bool
    notes: Sequence[str]
    networks: Sequence[Network]


def page(document: Figures) -> str:
    """Return the whole page."""
    leading = formatting.leading(document)
    first = leading["name"] if leading else ""
    return render(
        FOLDER / "page.html",
        title=f"ganzoo bench, {plain(document['date'])[:10]}",
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        findings=[finding(document, first, each["name"]) for each in document["networks"] if first],
        method=method(document),
        facts=facts(document),
        browsers=[_browser(document, each, each["name"] == first) for each in document["browsers"]],
        caption=_caption,
    )


def _browser(document: Figures, browser: Figures, is_leading: bool) -> Browser:
    width = charts.WIDE if is_leading else charts.NARROW
    return Browser(
        heading=f"{plain(browser['name'])} {plain(browser['version'])}",
        is_leading=is_leading,
        notes=list(notes(document, browser)),
        networks=[_network(document, browser["name"], each["name"], width) for each in document["networks"]],
    )


def _network(document: Figures, browser: str, network: str, width: float) -> Network:
    failed = formatting.failures(of(document["rows"], browser, network))
    return Network(
        heading=f"{plain(network)} in {plain(browser)}",
        finding=finding(document, browser, network),
        charts=list(charts.charts(document, browser, network, width)),
        tables=list(sheets(document, browser, network)),
        failed=[f"{who}: {reason}" for who, reason in failed],
    )


def _caption(chart: Chart) -> str:
    return LATENCY if chart.title.startswith("Latency") else CAPTIONS.get(chart.title, "")
