"""The arguments and options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganzoo import plugins
from ganzoo.errors import UsageError
from ganzoo.lookup import run_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def complete(names: Callable[[], Sequence[str]]) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def run_argument(default: str) -> Any:
    """The argument RUN of a command that takes one run, or its `default`."""
    return typer.Argument(
        metavar="RUN",
        help="Name or folder of a run. 'ganzoo list runs' shows all.",
        show_default=default,
        autocompletion=complete(run_names),
    )


RunName = Annotated[str | None, run_argument("the latest finished run")]
ArchName = Annotated[
    str,
    typer.Argument(
        metavar="ARCH",
        help="Name of the architecture. 'ganzoo list archs' shows all.",
        autocompletion=complete(plugins.ARCHS.names),
    ),
]
EXPORT_DEFAULT = "the latest run that was exported"
ExportName = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPORT",
        help="A run, an export, or a network's folder: the name or folder of a run that was exported, the folder of "
        "an export, or the folder of one network in it.",
        show_default=EXPORT_DEFAULT,
        autocompletion=complete(run_names),
    ),
]
ExportNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EXPORT",
        help="Runs, exports, or networks' folders: names or folders of runs that were exported, folders of exports, "
        "or folders of single networks in them.",
        show_default=EXPORT_DEFAULT,
        autocompletion=complete(run_names),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def last_option(panel: str | None = None) -> Any:
    """The option --last of a command that reads a run's weights."""
    return typer.Option(
        "--last",
        help="Use the weights from the end of the training instead of the ones with the best score.",
        rich_help_panel=panel,
    )


def backend_option(help_: str, panel: str | None = None, default: str = "") -> Any:
    """The option --backend of a command that takes several."""
    return typer.Option(
        "--backend",
        "-b",
        metavar="NAME",
        help=f"{help_} Repeat the option for several.",
        show_default=default or False,
        rich_help_panel=panel,
        autocompletion=complete(plugins.BACKENDS.names),
    )


def option(name: str) -> str:
    """The option of a command for the option `name` of a data set: its underscores are hyphens there."""
    return f"--{name.replace('_', '-')}"


def assigned(assignments: Sequence[str]) -> dict[str, str]:
    """The values of --set by their keys, as text."""
    found = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(f"--set {assignment} has no '='.", "Write it as --set KEY=VALUE.")
        found[key] = text
    return found


def tolerance_option(panel: str | None = None) -> Any:
    """The option --tolerance of a command that verifies."""
    return typer.Option(
        metavar="NUMBER",
        min=0.0,
        help="Largest absolute difference from the original network's output that counts as equal.",
        show_default="a bound that depends on the number format of the weights, on the depth of the network and on "
        "the rounding errors of the original network",
        rich_help_panel=panel,
    )


def max_file_size_option(default: str, panel: str | None = None) -> Any:
    """The option --max-file-size of a command that writes weights."""
    return typer.Option(
        metavar="SIZE|HOST",
        help="Split the weights into files of at most this size. Give a size such as 5MB, "
        "or a host such as cloudflare-pages for that host's limit.",
        show_default=default,
        rich_help_panel=panel,
    )
