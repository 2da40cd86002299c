"""`ganzoo list`, `info` and `data`: what there is."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from ganzoo import plugins
from ganzoo.cli import console, show
from ganzoo.cli.app import app, data_app
from ganzoo.cli.arguments import AsJson, complete
from ganzoo.errors import UsageError
from ganzoo.lookup import ROOT


class Kind(str, Enum):
    archs = "archs"
    backends = "backends"
    datasets = "datasets"
    runs = "runs"


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Argument(help="What to list; all plugins and runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the architectures, backends, data sets and runs."""
    from ganzoo import catalog

    kinds = [kind.value] if kind else [each.value for each in Kind]
    listings = {each: catalog.listing(each, ROOT) for each in kinds}
    if as_json:
        console.print_json(listings)
    else:
        show.listings(listings)


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="An architecture, a backend or a data set.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is declared of a plugin: presets with their values, sources, notes."""
    from ganzoo import catalog

    found = catalog.info(name)
    if as_json:
        console.print_json(found)
    else:
        show.info(found)


@data_app.command("list")
def data_list(as_json: AsJson = False) -> None:
    """Show the data sets."""
    list_(Kind.datasets, as_json)


@data_app.command("fetch")
def data_fetch(
    name: Annotated[str, typer.Argument(help="A data set.", autocompletion=complete(plugins.DATASETS.names))],
) -> None:
    """Download a data set into the cache and print its files."""
    dataset = plugins.DATASETS.get(name)
    if dataset.fetch is None:
        raise UsageError(f"{name} has nothing to download.", f"Train with it: ganzoo train cnn --dataset {name}")
    for path in dataset.fetch():
        print(path)
