"""Commands that take, beside their own options, those of the data set that `--dataset` names."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from ganzoo import plugins
from ganzoo.cli.arguments import option
from ganzoo.cli.help import Command, readable
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import Scalar

DATASET, GIVEN = f"{__name__}.dataset", f"{__name__}.given"  # keys of a context's `meta`
MARK = "data_option_"  # before the names of these parameters
PANEL = "Data"


class DataCommand(Command):
    """A command with an option `--dataset`: what options the data set has is known when the line is read.

    Where both have an option of one name, it is the command's.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[DATASET] = named(args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        own = {name for each in params for name in each.opts}
        return [*params, *readable([each for each in _options(ctx.meta.get(DATASET)) if own.isdisjoint(each.opts)])]

    def invoke(self, ctx: Any) -> Any:
        names = [name for name in ctx.params if name.startswith(MARK)]
        values = {name.removeprefix(MARK): ctx.params.pop(name) for name in names}
        ctx.meta[GIVEN] = {name: value for name, value in values.items() if value is not None}
        return super().invoke(ctx)


def given(ctx: typer.Context) -> dict[str, Scalar]:
    """The options of the data set that the line has, as text."""
    return dict(ctx.meta[GIVEN])


def named(args: Sequence[str]) -> str | None:
    """The value of the last `--dataset` among `args`."""
    name = None
    for i, word in enumerate(args):
        if word == "--":
            break
        if word == "--dataset":
            name = args[i + 1] if i + 1 < len(args) else None
        elif word.startswith("--dataset="):
            name = word.partition("=")[2]
    return name


def _options(dataset: str | None) -> list[Any]:
    """Typer's parameters for those of `dataset`; none if it is not known, which the command itself says."""
    with suppress(GanzooError):
        spec = plugins.DATASETS.get(dataset or "")
        kinds = {
            f"{MARK}{name}": Annotated[
                str | None,
                typer.Option(
                    option(name),
                    metavar={str: "TEXT", bool: "true|false"}.get(type(default), "NUMBER"),
                    help=spec.descriptions.get(name, ""),
                    show_default=str(default),
                    rich_help_panel=PANEL,
                ),
            ]
            for name, default in spec.options.items()
        }

        def declared(**given: str | None) -> None:
            pass

        parameter = inspect.Parameter
        declared.__annotations__ = kinds
        declared.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [parameter(name, parameter.KEYWORD_ONLY, default=None, annotation=kind) for name, kind in kinds.items()]
        )
        app = typer.Typer(add_completion=False)
        app.command()(declared)
        return get_command(app).params
    return []
