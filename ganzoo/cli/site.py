"""`ganzoo site` and `serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganzoo.api.exports import load_export
from ganzoo.api.sites import build_site
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson, ExportNames, max_file_size_option
from ganzoo.cli.help import BROWSER, command


@command(
    app,
    BROWSER,
    examples="""
# Write the site of the latest export to site/
ganzoo site

# One site with a generator and a classifier, for https://example.org/demo/
ganzoo site dcgan-cond-mnist-1 cnn-mnist-1 --base-path /demo/
""",
)
def site(
    names: ExportNames = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the site to.")] = Path("site"),
    base_path: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            help="Path of the site on its host, for example /demo/. 404.html, _headers and .htaccess contain it.",
        ),
    ] = "/",
    max_file_size: Annotated[str | None, max_file_size_option("as exported")] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Title of the site.")] = "ganzoo",
    as_json: AsJson = False,
) -> None:
    """Write a web site that lets visitors try exported networks.

    The site is a folder of static files that any web host can serve. It has a page for each network: a generator draws
    pictures, a classifier reads drawings or pictures, and a network from image to image changes a picture.
    """
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


@command(
    app,
    BROWSER,
    examples="""
# Serve site/ and open it in the browser
ganzoo serve --open

# Let other machines of your network see it
ganzoo serve --host 0.0.0.0
""",
)
def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to serve: a site, or any other folder.")] = Path(
        "site"
    ),
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, metavar="PORT", help="Port to listen on.", show_default="8000, or the next free one"
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Address to listen on. 0.0.0.0 lets other machines of your network connect."
        ),
    ] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open", help="Open the site in the default browser.")] = False,
) -> None:
    """Serve a site on this machine, to look at it. Ctrl-C stops the server."""
    from ganzoo.site import serve as server

    server.serve(folder, host, port, lambda url, exposed: show.serving(url, exposed, open_))
