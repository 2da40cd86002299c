"""The document as one page that needs nothing else: no script, no font, no network; for screen and paper."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from ganzoo.bench.reports import charts, formatting
from ganzoo.bench.reports.formatting import of, plain
from ganzoo.bench.reports.summary import facts, finding, method, notes
from ganzoo.bench.reports.tables import sheets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ganzoo.bench.reports.formatting import Figures
    from ganzoo.bench.reports.tables import Sheet
    from ganzoo.charts.style import Chart

CAPTIONS = {  # what a chart's marks are, after its title
    "Cold start": "Parts are medians of their own: they need not add up to the median of the whole, written beside.",
    "Batch scaling": "The shape of a mark tells the library, the style of a line the backend.",
    "Ratio to the best peer": "The peer that comes closest, in each line; bars are intervals.",
}
LATENCY = "Thin: 1st to 99th percentile of all runs; thicker: 5th to 95th; thickest: the middle half; mark: the median."


def page(document: Figures) -> str:
    """The whole report. The leading browser's charts are large, the others' stand in pairs."""
    folder = files("ganzoo.bench.reports")
    leading = formatting.leading(document)
    first = leading["name"] if leading else ""
    return Template((folder / "page.html").read_text("utf-8")).substitute(
        title=escape(f"ganzoo bench, {plain(document['date'])[:10]}"),
        style=(folder / "style.css").read_text("utf-8"),
        findings="\n".join(_finding(document, first, each["name"]) for each in document["networks"] if first),
        method=escape(method(document)),
        facts="\n".join(
            f'<tr><th scope="row">{escape(what)}</th><td>{escape(text)}</td></tr>' for what, text in facts(document)
        ),
        browsers="\n".join(_browser(document, each, each["name"] == first) for each in document["browsers"]),
    )


def _finding(document: Figures, browser: str, network: str) -> str:
    return f'<p class="finding">{escape(finding(document, browser, network))}</p>'


def _browser(document: Figures, browser: Figures, first: bool) -> str:
    networks = [_network(document, browser["name"], each["name"], first) for each in document["networks"]]
    heading = f"<h2>{escape(plain(browser['name']))} {escape(plain(browser['version']))}</h2>"
    return "\n".join(('<section class="browser">', heading, _list(notes(document, browser)), *networks, "</section>"))


def _network(document: Figures, browser: str, network: str, first: bool) -> str:
    failed = formatting.failures(of(document["rows"], browser, network))
    width = charts.WIDE if first else charts.NARROW
    drawn = [_figure(chart) for chart in charts.charts(document, browser, network, width)]
    parts = [
        '<section class="network">',
        f"<h3>{escape(plain(network))} in {escape(plain(browser))}</h3>",
        *([] if first else [_finding(document, browser, network)]),
        f'<div class="{"large" if first else "pair"}">',
        *drawn,
        "</div>",
        *map(_table, sheets(document, browser, network)),
        *(["<h4>Failed</h4>"] if failed else []),
        _list(f"{who}: {reason}" for who, reason in failed),
        "</section>",
    ]
    return "\n".join(parts)


def _figure(chart: Chart) -> str:
    caption = CAPTIONS.get(chart.title, LATENCY if chart.title.startswith("Latency") else "")
    return (
        f"<figure><figcaption>{escape(chart.title)} <span>{escape(caption)}</span></figcaption>\n{chart.svg}</figure>"
    )


def _table(sheet: Sheet) -> str:
    heads = "".join(f'<th scope="col"{_name(sheet, i)}>{escape(text)}</th>' for i, text in enumerate(sheet.headings))
    rows = "\n".join(f"<tr>{''.join(_cell(sheet, i, text) for i, text in enumerate(row))}</tr>" for row in sheet.rows)
    return (
        f'<div class="scroll" tabindex="0"><table>\n<caption>{escape(sheet.caption)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _name(sheet: Sheet, i: int) -> str:
    return ' class="name"' if i < sheet.names else ""


def _cell(sheet: Sheet, i: int, text: str) -> str:
    if i == 0:
        return f'<th scope="row"{_name(sheet, i)}>{escape(text)}</th>'
    figure, bracket, interval = text.partition(" (") if i >= sheet.names else (text, "", "")
    below = f"<small>{escape(interval.rstrip(')'))}</small>" if bracket else ""
    return f"<td{_name(sheet, i)}>{escape(figure)}{below}</td>"


def _list(texts: Iterable[str]) -> str:
    entries = "".join(f"<li>{escape(text)}</li>\n" for text in texts)
    return f"<ul>\n{entries}</ul>" if entries else ""
