"""The arguments and options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo import plugins
from ganzoo.lookup import run_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def complete(names: Callable[[], Sequence[str]]) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


ArchName = Annotated[
    str,
    typer.Argument(help="An architecture; see 'ganzoo list archs'.", autocompletion=complete(plugins.ARCHS.names)),
]
RunName = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="A run's name or folder; the latest.", autocompletion=complete(run_names)),
]
ExportName = Annotated[
    str | None,
    typer.Argument(
        metavar="[EXPORT]",
        help="An export's folder, or a run that has one; the latest.",
        autocompletion=complete(run_names),
    ),
]
ExportNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EXPORT",
        help="Exports' folders, or runs that have one; the latest.",
        autocompletion=complete(run_names),
    ),
]
Backends = Annotated[
    list[str] | None,
    typer.Option("--backend", "-b", help="Repeat for several.", autocompletion=complete(plugins.BACKENDS.names)),
]
Tolerance = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        help="The largest difference from Chainer's output that counts as agreement. "
        "[default: by encoding, depth and Chainer's own distance from float64]",
        show_default=False,
    ),
]
Last = Annotated[bool, typer.Option("--last", help="The network as it was at the end, not the best by score.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
