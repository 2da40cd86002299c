"""`ganzoo list`, `info` and `data`: architectures, frontends, backends, data sets, peers and runs."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from ganzoo import plugins
from ganzoo.cli import console, show
from ganzoo.cli.app import app, data_app
from ganzoo.cli.arguments import AsJson, complete
from ganzoo.cli.help import LOOKING, command
from ganzoo.errors import UsageError
from ganzoo.lookup import ROOT


class Kind(str, Enum):
    archs = "archs"
    frontends = "frontends"
    backends = "backends"
    datasets = "datasets"
    peers = "peers"
    runs = "runs"


@command(
    app,
    LOOKING,
    "list",
    examples="""
# List everything
ganzoo list

# List the runs in runs/
ganzoo list runs
""",
)
def list_(
    kind: Annotated[
        Kind | None,
        typer.Argument(
            metavar="KIND",
            help="What to list: archs, frontends, backends, datasets, peers or runs.",
            show_default="all of them",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the architectures, frontends, backends, data sets, peers (libraries to compare with) and runs."""
    from ganzoo import catalog

    kinds = [kind.value] if kind else [each.value for each in Kind]
    listings = {each: catalog.listing(each, ROOT) for each in kinds}
    if as_json:
        console.print_json(listings)
    else:
        show.listings(listings)


@command(
    app,
    LOOKING,
    examples="""
# Show the hyper-parameters and presets of an architecture
ganzoo info dcgan-cond

# Show the options of a data set
ganzoo info folder
""",
)
def info(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Name of an architecture, a frontend, a backend, a data set or a peer."),
    ],
    as_json: AsJson = False,
) -> None:
    """Show the details of an architecture, a frontend, a backend, a data set or a peer.

    For an architecture these are its hyper-parameters and its presets; for a data set its source, licence and options.
    """
    from ganzoo import catalog

    found = catalog.info(name)
    if as_json:
        console.print_json(found)
    else:
        show.info(found)


@command(
    data_app,
    name="list",
    examples="""
# List the data sets
ganzoo data list
""",
)
def data_list(as_json: AsJson = False) -> None:
    """List the data sets."""
    list_(Kind.datasets, as_json)


@command(
    data_app,
    name="fetch",
    examples="""
# Download MNIST
ganzoo data fetch mnist
""",
)
def data_fetch(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Name of the data set.", autocompletion=complete(plugins.DATASETS.names)),
    ],
) -> None:
    """Download a data set into the cache and print the paths of its files.

    'ganzoo train' does so by itself if the files are not there yet.
    """
    dataset = plugins.DATASETS.get(name)
    if dataset.fetch is None:
        raise UsageError(f"The data set {name} needs no download.", f"Train with it: ganzoo train cnn --dataset {name}")
    for path in dataset.fetch():
        console.print_result(path)
