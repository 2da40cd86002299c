"""`ganzoo export` and `verify`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganzoo import plugins
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson, Backends, ExportName, Last, RunName, Tolerance
from ganzoo.errors import MissingError, UnknownNameError, UsageError
from ganzoo.lookup import find_export, find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.export.exports import Export


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
    from ganzoo.export import exports, size
    from ganzoo.export.explain import explain as explanation
    from ganzoo.export.layouts import ExportOptions
    from ganzoo.site import hosts
    from ganzoo.verify import exports as verification

    if explain:
        show.explanations(explanation(find_run(run, last=last)), as_json)
        return
    if bool(backend) == all_backends:
        raise UsageError("Which backends?", "Name them with --backend, or take --all-backends.")
    chosen = find_run(run, last=last)
    backends = [plugins.BACKENDS.get(name) for name in dict.fromkeys(backend or plugins.BACKENDS.names())]
    known = {name for each in backends if each.webdnn for name in each.webdnn.toolchains}
    if toolchain and toolchain not in known:
        raise UnknownNameError("toolchain of these backends", toolchain, known)

    def judge(staged: Export) -> Sequence[Any]:
        try:
            checks = verification.verify(staged, progress=console.step, tolerance=tolerance)
        except (MissingError, UsageError) as error:  # no browser here, or nothing that a browser runs
            if verify:
                raise
            console.warn(f"Not verified: {error.message} {error.remedy}")
            return ()
        verification.require(checks)
        return checks

    made = exports.write(
        chosen,
        backends,
        out or chosen.path / "export",
        layout=layout.value,
        options=ExportOptions(
            toolchain, weights.value, None if max_file_size is None else hosts.parse_size(max_file_size), tolerance
        ),
        all_or_nothing=not all_backends,
        budget=None if budget is None else size.parse_bytes(budget),
        progress=console.step,
        judge=None if verify is False else judge,
    )
    for name, reason in made.left_out.items():
        console.warn(f"{name} is left out: {reason}")
    if as_json:
        show.export_json(made)
    else:
        show.export(made)


@app.command()
def verify(
    export: ExportName = None, backend: Backends = None, tolerance: Tolerance = None, as_json: AsJson = False
) -> None:
    """Run an export in a real browser and compare with Chainer."""
    from ganzoo.verify import exports as verification

    chosen = find_export(export)
    checks = verification.verify(chosen, backend or (), console.step, tolerance)
    if as_json:
        console.print_json(show.plain(checks))
    else:
        show.checks(chosen, checks)
    verification.require(checks)
