"""The form of all commands: what `--help` shows of them, and where their results go.

A help text has panels by topic, examples below, defaults in words, and switches without a type.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from ganzoo.streams import aside

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer

# The panels of `ganzoo --help`.
TRAINING = "Train and judge networks"
BROWSER = "Bring networks into the browser"
LOOKING = "See what is there"
OTHER = "Other options"


class Plain(TyperCommand):
    """A command whose options are shown as `readable` makes them."""

    def get_params(self, ctx: Any) -> list[Any]:
        return readable(super().get_params(ctx))


class Command(Plain):
    """Such a command whose results alone reach standard output."""

    def invoke(self, ctx: Any) -> Any:
        with aside():  # a line that a plugin prints would spoil a document or a path
            return super().invoke(ctx)


class Group(TyperGroup):
    """A group of commands, likewise."""

    def get_params(self, ctx: Any) -> list[Any]:
        return readable(super().get_params(ctx))


def command(
    app: typer.Typer,
    panel: str = "",
    name: str | None = None,
    *,
    examples: str,
    kind: type[TyperCommand] = Command,
    **settings: Any,
) -> Callable[..., Any]:
    """The decorator that adds a command to `app`, in `panel` of the list of commands, with Typer's own `settings`.

    The first paragraph of the function's docstring is what that list says; `examples` stand below the options.
    """

    def add(function: Callable[..., Any]) -> Any:
        paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
        text = "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)  # Typer keeps a source's line ends
        adding = app.command(
            name, cls=kind, rich_help_panel=panel or None, help=text, epilog=epilogue(examples), **settings
        )
        return adding(function)

    return add


def epilogue(examples: str) -> str:
    """`examples` as the end of a help text: lines to type, each below a comment on what it does."""
    return "Examples:\n\n" + examples.strip("\n").replace("[", r"\[")


def readable(params: list[Any]) -> list[Any]:
    """The same parameters; what changes is only what the help says about them.

    A switch shows no "<bool>", because it takes no value. A default in words stands as "[default: the preset's]",
    where Typer would add parentheses. Where some options have a panel, all others share the panel `OTHER`, so that
    `--help` does not come first. A second call changes nothing more.
    """
    in_panels = any(each.rich_help_panel for each in params if each.param_type_name == "option")
    for each in params:
        if getattr(each, "is_flag", False):
            each.metavar = ""
        if isinstance(each.show_default, str):
            each.help = f"{each.help} [dim]\\[default: {each.show_default}][/dim]"
            each.show_default = False
        if in_panels and each.param_type_name == "option" and not each.rich_help_panel:
            each.rich_help_panel = OTHER
    return params
