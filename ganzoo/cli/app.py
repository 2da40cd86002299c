"""The Typer application, and its two groups of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from ganzoo import __version__
from ganzoo.cli.help import LOOKING, TRAINING, Group, epilogue

app = typer.Typer(
    name="ganzoo",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="List the data sets and download them.",
    epilog=epilogue("""
# Download MNIST
ganzoo data fetch mnist
"""),
)
app.add_typer(data_app, name="data", rich_help_panel=LOOKING)
runs_app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Write the report of a run, or compare two runs.",
    epilog=epilogue("""
# Write the report of the latest run
ganzoo runs report

# Show in what two runs differ
ganzoo runs compare dcgan-cond-mnist-1 dcgan-cond-mnist-2
"""),
)
app.add_typer(runs_app, name="runs", rich_help_panel=TRAINING)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback(
    epilog=epilogue("""
# Train a generator, compile it for the browser, and look at it there
ganzoo train dcgan-cond
ganzoo export --all-backends
ganzoo site
ganzoo serve --open

# Read about a command
ganzoo train --help

Exit codes: 0 success; 1 a check failed; 2 wrong usage;
3 something is missing on this machine; 130 stopped by Ctrl-C.
""")
)
def _app(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Print the Python traceback of an error as well.")] = False,
) -> None:
    """Train small GANs and image classifiers, and ship them as static web pages that run them in the browser.

    A training writes a run, a folder in runs/. Most commands take the latest run if you name none.
    """
