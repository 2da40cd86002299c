"""The Typer application, and its two groups of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from ganzoo import __version__

app = typer.Typer(
    name="ganzoo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(no_args_is_help=True, help="The data sets.")
app.add_typer(data_app, name="data")
runs_app = typer.Typer(no_args_is_help=True, help="Trainings that were done; 'ganzoo list runs' shows which.")
app.add_typer(runs_app, name="runs")


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
) -> None:
    """Train small GANs and classifiers; ship them as static pages that draw in the browser."""
