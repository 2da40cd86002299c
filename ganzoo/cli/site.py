"""`ganzoo site` and `serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganzoo.api.exports import load_export
from ganzoo.api.sites import build_site
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson, ExportNames


@app.command()
def site(
    names: ExportNames = None,
    out: Annotated[Path, typer.Option(help="The site's folder.")] = Path("site"),
    base_path: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="Where the host will have it: /demo/. 404.html, _headers and .htaccess must know."
        ),
    ] = "/",
    max_file_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE|HOST", help="Cut the weights into files of at most this: 5MB, cloudflare-pages."),
    ] = None,
    title: Annotated[str, typer.Option(help="What the site is called.")] = "ganzoo",
    as_json: AsJson = False,
) -> None:
    """Write pages to play with exported networks: a folder for any static host."""
    from ganzoo.site import hosts

    made = build_site(
        [load_export(name) for name in names or (None,)],
        out,
        base_path=base_path,
        max_file_size=None if max_file_size is None else hosts.parse_size(max_file_size),
        title=title,
        progress=console.step,
    )
    for line in made.passed_over:
        console.warn(line)
    if as_json:
        show.site_json(made)
    else:
        show.site(made)


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A site, or any folder.")] = Path("site"),
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="8000, or the next that is free.")] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="0.0.0.0 lets your network in.")] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show a site on this machine, as a host would; Ctrl-C ends it."""
    from ganzoo.site import serve as server

    server.serve(folder, host, port, lambda url, exposed: show.serving(url, exposed, open_))
