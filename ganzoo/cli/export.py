"""`ganzoo export` and `verify`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from ganzoo.api.exports import load_export
from ganzoo.api.runs import load_run
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson, Backends, ExportName, Last, RunName, Tolerance
from ganzoo.errors import UsageError
from ganzoo.lookup import find_run


class Layout(str, Enum):
    ganzoo = "ganzoo"
    webdnn = "webdnn"


class Encoding(str, Enum):
    f32 = "f32"
    f16 = "f16"
    int8 = "int8"


@app.command()
def export(
    run: RunName = None,
    backend: Backends = None,
    all_backends: Annotated[bool, typer.Option("--all-backends", help="Every backend there is.")] = False,
    layout: Annotated[Layout, typer.Option(help="Whose files: ganzoo's, or WebDNN 1.2.11's own.")] = Layout.ganzoo,
    weights: Annotated[Encoding, typer.Option(help="How parameters are stored.")] = Encoding.f32,
    max_file_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE|HOST", help="Cut the weights into files of at most this: 5MB, cloudflare-pages."),
    ] = None,
    toolchain: Annotated[
        str | None, typer.Option(help="For WebDNN's layout: zig, or emscripten where installed.")
    ] = None,
    budget: Annotated[str | None, typer.Option(metavar="SIZE", help="Fail above this: 800kB, 5MB.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the compiled steps of each network, and write nothing.")
    ] = False,
    verify: Annotated[
        bool | None,
        typer.Option("--verify/--no-verify", help="Compare with Chainer in a browser; where there is one."),
    ] = None,
    tolerance: Tolerance = None,
    out: Annotated[Path | None, typer.Option(help="The export's folder; export in the run.")] = None,
    last: Last = False,
    as_json: AsJson = False,
) -> None:
    """Write a run's networks for the browser, verified there, and report their sizes."""
    from ganzoo.export import size
    from ganzoo.export.explain import explain as explanation
    from ganzoo.site import hosts

    if explain:
        show.explanations(explanation(find_run(run, last=last)), as_json)
        return
    if bool(backend) == all_backends:
        raise UsageError("Which backends?", "Name them with --backend, or take --all-backends.")
    made = load_run(run, last=last).export(
        out,
        backends=backend,
        weights=weights.value,
        max_file_size=None if max_file_size is None else hosts.parse_size(max_file_size),
        budget=None if budget is None else size.parse_bytes(budget),
        verify=verify,
        layout=layout.value,
        toolchain=toolchain,
        tolerance=tolerance,
        progress=console.step,
    )
    for name, reason in made.left_out.items():
        console.warn(f"{name} is left out: {reason}")
    if made.unverified:
        console.warn(f"Not verified: {made.unverified}")
    if as_json:
        show.export_json(made)
    else:
        show.export(made)


@app.command()
def verify(
    export: ExportName = None, backend: Backends = None, tolerance: Tolerance = None, as_json: AsJson = False
) -> None:
    """Run an export in a real browser and compare with Chainer."""
    from ganzoo.verify.exports import require

    chosen = load_export(export)
    checks = chosen.verify(backend or (), tolerance=tolerance, strict=False, progress=console.step)
    if as_json:
        console.print_json(show.plain(checks))
    else:
        show.checks(chosen, checks)
    require(checks)
