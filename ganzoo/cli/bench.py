"""`ganzoo bench`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo import plugins
from ganzoo.bench import options as bench_options
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import ExportNames, backend_option
from ganzoo.cli.help import BROWSER, command
from ganzoo.lookup import find_export, is_run, run_of
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.contestants import Timed

WHAT, HOW, REPORT = "What to measure", "How to measure", "Reports"


@command(
    app,
    BROWSER,
    examples="""
# Time the latest export in every browser on this machine
ganzoo bench

# Take a first look, without confidence intervals
ganzoo bench --rounds 2 --no-throttle

# Compare with onnxruntime-web, TensorFlow.js and WebDNN
ganzoo bench --peers --html report.html

# Time the network of an ONNX file, which is exported for that
ganzoo bench model.onnx --peers

# Time one backend in one browser
ganzoo bench -b webgl --browser firefox

# Fail if this version is slower than the one before
ganzoo bench --json new.json --compare old.json
""",
)
def bench(
    exports: ExportNames = None,
    backend: Annotated[list[str] | None, backend_option("Time only this backend.", WHAT, "all in the export")] = None,
    browser: Annotated[
        list[str] | None,
        typer.Option(
            "--browser",
            metavar="NAME",
            help="Name or path of a browser. Repeat the option for several.",
            show_default="all that are found",
            rich_help_panel=WHAT,
        ),
    ] = None,
    listen: Annotated[
        bool,
        typer.Option(
            "--listen",
            help="Also time a phone: print a QR code for the phone to open, and listen on a port of your network.",
            rich_help_panel=WHAT,
        ),
    ] = False,
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Also time the same networks in other libraries, which npm downloads once. "
            "'ganzoo list peers' shows them.",
            rich_help_panel=WHAT,
        ),
    ] = False,
    batch: Annotated[str, typer.Option(metavar="N,N,...", help="Batch sizes to time.", rich_help_panel=HOW)] = ",".join(
        map(str, bench_options.BATCHES)
    ),
    rounds: Annotated[
        str,
        typer.Option(
            metavar="MIN-MAX",
            help="How often to repeat everything in a fresh browser: at least MIN times, and up to MAX times until the "
            "medians are as precise as --precision asks. Below 6 there are no confidence intervals.",
            rich_help_panel=HOW,
        ),
    ] = f"{bench_options.LEAST}-{bench_options.MOST}",
    precision: Annotated[
        float,
        typer.Option(
            metavar="PERCENT",
            min=0.1,
            help="Half the width of a 95% confidence interval that is precise enough, in % of the median.",
            rich_help_panel=HOW,
        ),
    ] = 100 * bench_options.PRECISION,
    seconds: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0.01, help="How long to time each batch size in each round.", rich_help_panel=HOW
        ),
    ] = bench_options.SECONDS,
    throttle: Annotated[
        bool,
        typer.Option(help="Time cold starts on a slow link of 9 Mbit/s and 60 ms latency too.", rich_help_panel=HOW),
    ] = True,
    seed: Annotated[
        int | None,
        typer.Option(help="Random seed of the order of measurements.", show_default="a new one", rich_help_panel=HOW),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write all figures as JSON; - prints them instead of the table.",
            rich_help_panel=REPORT,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with tables and charts.", rich_help_panel=REPORT),
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown", metavar="FILE", help="Write a summary and all tables as Markdown.", rich_help_panel=REPORT
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            metavar="FILE",
            help="Compare with an older --json report, by ganzoo's speed relative to the peers and to the peak speed "
            "of this machine. The exit code is 1 if ganzoo became slower.",
            rich_help_panel=REPORT,
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="PERCENT",
            min=0,
            help="How much slower, in %, ganzoo may become before --compare fails.",
            rich_help_panel=REPORT,
        ),
    ] = 10,
) -> None:
    """Time exported networks in browsers: cold start, loading, single runs, throughput, downloaded bytes.

    Every measurement is repeated in fresh browsers with empty caches. All outputs are compared with the original
    network's before a time counts. docs/bench.md explains the figures.

    A network of your own, such as an ONNX file or net.py:Generator, is exported first; a card beside it tells what
    options would tell 'ganzoo export'.
    """
    from ganzoo.bench import compare as comparison
    from ganzoo.bench import run as benchmark
    from ganzoo.bench.visitors import visitors

    old = comparison.read(compare) if compare else None
    options = bench_options.parse(
        tuple(backend or ()), batch, rounds, precision / 100, seconds, throttle=throttle, peers=peers, seed=seed
    )
    with scratch() as folder:
        chosen = [timed(name, options.backends, folder / str(i)) for i, name in enumerate(exports or (None,))]
        for export, _ in chosen:
            export.choose(options.backends)
        with visitors(browser or (), listen, show.invitation) as opened, console.stages() as progress:
            report = benchmark.bench(chosen, opened, options, progress)
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


def timed(name: str | None, backends: Sequence[str], out: Path) -> Timed:
    """The export `name` and its run where that is here; of a network of the user's own, an export that is made in
    `out`."""
    if name is None or Path(name).is_dir() or is_run(name):
        export = find_export(name)
        return export, run_of(export)

    from ganzoo import imported
    from ganzoo.export import exports
    from ganzoo.specs import Source

    subject = imported.load(Source(name, None, {}), None, (), None)
    chosen = [plugins.BACKENDS.get(each) for each in backends] or plugins.BACKENDS.working(console.warn)
    made = exports.write(subject, chosen, out, all_or_nothing=bool(backends), progress=console.step)
    for backend, reason in made.left_out.items():
        console.warn(f"{backend} is left out: {reason}")
    return made.export, subject
