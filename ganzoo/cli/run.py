"""`ganzoo run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganzoo.cli import console
from ganzoo.cli.app import app
from ganzoo.cli.help import BROWSER, Plain, command


@command(
    app,
    BROWSER,
    examples="""
# Run a script that packs a network with WebDNN
ganzoo run 2pack.py

# Pass options to the script, after its name
ganzoo run 2pack.py --epoch 3
""",
    kind=Plain,  # standard output is the script's
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
def run(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="Python script to run.", show_default=False)],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARGUMENT", help="Arguments and options of the script.", show_default=False),
    ] = None,
) -> None:
    """Run a script that was written for Chainer and WebDNN 1.2.11, unchanged, on the Python and NumPy of today.

    Its files load in webdnn.js 1.2.11. WebAssembly is compiled without Emscripten, and without a GPU to_gpu changes
    nothing. To export the same network with ganzoo's own compiler, use 'ganzoo export'.
    """
    from ganzoo import scripts

    raise typer.Exit(scripts.run(script, arguments or (), console.warn))
