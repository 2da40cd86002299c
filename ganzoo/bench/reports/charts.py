"""The charts of a report as inline SVG, which needs no script, no font and no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.bench.reports import chart_data, formatting, plots
from ganzoo.bench.reports.formatting import of, ran
from ganzoo.charts.style import STYLE, Chart
from ganzoo.charts.svg import inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ganzoo.bench.reports.formatting import Figures
    from ganzoo.bench.reports.plots import Sketch

WIDE, NARROW = 9.2, 6.0  # inches


def charts(document: Figures, browser: str, network: str, width: float = WIDE) -> Iterator[Chart]:
    """Yield the charts of one network in one browser that have something to show. `width` is in inches."""
    import matplotlib

    rows = ran(of(document["rows"], browser, network))
    if not rows:
        return
    named = formatting.libraries(document["rows"])
    backends = list(dict.fromkeys(row["backend"] for row in document["rows"]))
    ratios = of(document["ratios"], browser, network)
    drawn: list[Callable[[], Sketch | None]] = [
        lambda: plots.latency(document, rows, named, width),
        lambda: plots.cold(document, rows, width),
        lambda: plots.transferred(rows, width),
        lambda: plots.scaling(rows, named, backends, chart_data.peak(document, browser, network), width),
        lambda: plots.ratios(chart_data.contests(document, ratios), named, width),
    ]
    for draw in drawn:
        with matplotlib.rc_context(STYLE):
            sketch = draw()
            if sketch is None:
                continue
            title, words, figure = sketch
            figure.patch.set_alpha(0)  # the page is light or dark
            for axes in figure.axes:
                axes.patch.set_alpha(0)
            chart = Chart(title, words, inline(figure, f"{browser}/{network}/{title}", title, words))
        yield chart
