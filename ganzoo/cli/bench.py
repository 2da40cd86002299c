"""`ganzoo bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganzoo.bench import options as bench_options
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import Backends, ExportNames
from ganzoo.lookup import find_export, run_of


@app.command()
def bench(
    exports: ExportNames = None,
    backend: Backends = None,
    browser: Annotated[
        list[str] | None, typer.Option("--browser", help="A browser's name or path, repeated for several; all found.")
    ] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="On a phone of your network too: opens a port, shows a QR code.")
    ] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Beside other libraries, which npm fetches once.")] = False,
    batch: Annotated[str, typer.Option(metavar="N,N,...", help="Pictures a run.")] = ",".join(
        map(str, bench_options.BATCHES)
    ),
    rounds: Annotated[
        str, typer.Option(metavar="N[-M]", help="At least N, to M while intervals are too wide; below 6 has none.")
    ] = f"{bench_options.LEAST}-{bench_options.MOST}",
    precision: Annotated[float, typer.Option(min=0.1, help="Narrow enough, ± in %.")] = 100 * bench_options.PRECISION,
    seconds: Annotated[
        float, typer.Option(min=0.01, help="How long each batch is timed in a visit.")
    ] = bench_options.SECONDS,
    throttle: Annotated[bool, typer.Option(help="Cold starts on a link of 9 Mbit/s and 60 ms as well.")] = True,
    seed: Annotated[int | None, typer.Option(help="Of the order of visits; drawn anew.")] = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures; - is stdout, alone.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write tables, a README's first.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="OLD.json", help="Against an older report, by ratios.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="By how many % a ratio may worsen before --compare exits 1.")
    ] = 10,
) -> None:
    """Time exports in every browser here: cold start, load, runs, throughput, bytes; rivals beside them."""
    from ganzoo.bench import compare as comparison
    from ganzoo.bench import run as benchmark
    from ganzoo.bench.visitors import visitors

    old = comparison.read(compare) if compare else None
    chosen = [find_export(name) for name in exports or (None,)]
    options = bench_options.parse(
        tuple(backend or ()), batch, rounds, precision / 100, seconds, throttle=throttle, peers=peers, seed=seed
    )
    sources = [(export, run_of(export)) for export in chosen]
    for export in chosen:
        export.choose(options.backends)
    with visitors(browser or (), listen, show.invitation) as opened, console.stages() as progress:
        report = benchmark.bench(sources, opened, options, progress)
    show.bench(report, json, html, markdown)
    changes = comparison.compare(old, report, tolerance / 100) if old else None
    if changes:
        show.comparison(changes, aside=str(json) == "-")
    failures = benchmark.failures(report, options)
    for failure in failures:
        console.warn(failure)
    if benchmark.stopped(report):
        raise typer.Exit(130)
    if failures or (changes and changes.worse):
        raise typer.Exit(1)
