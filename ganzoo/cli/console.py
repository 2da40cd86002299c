"""How all commands print: results on stdout, progress and messages on stderr.

Rich respects NO_COLOR and prints no colour or animation if the output is not a terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ganzoo.cli.encoding import is_utf8
from ganzoo.streams import results
from ganzoo.text import UNFIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from ganzoo.errors import GanzooError


def out() -> Console:
    from ganzoo.cli.terminal import Terminal

    return Terminal(file=results(), highlight=False)


def err() -> Console:
    from ganzoo.cli.terminal import Terminal

    return Terminal(stderr=True, highlight=False)


def nowhere() -> Console:
    from rich.console import Console

    return Console(quiet=True)


def print_json(value: Any) -> None:
    import json

    told = json.dumps(value, indent=2, ensure_ascii=not is_utf8(results()))
    # JSON escapes the rest of what `visible` names by itself
    print(UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", told), file=results(), flush=True)


def print_result(value: object) -> None:
    """Print a path or an address on a line of its own, exactly as it is, for programs that read it."""
    print(value, file=results(), flush=True)


def step(line: str) -> None:
    """A stage of longer work; one that ends with a full stop is over."""
    err().print(line if line.endswith(".") else f"{line} ...", style="dim", markup=False, soft_wrap=True)


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Print the stages of work that has hundreds: one changing line on a terminal, one line each elsewhere."""
    from rich.text import Text

    console = err()
    if not console.is_terminal:
        yield step
        return
    with console.status("") as status:
        yield lambda line: status.update(Text(f"{line} ...", style="dim"))


def warn(line: str) -> None:
    err().print(line, style="yellow", markup=False, soft_wrap=True)


def error(problem: GanzooError) -> None:
    console = err()
    console.print(problem.message, style="bold red", markup=False, soft_wrap=True)
    if problem.remedy:
        console.print(problem.remedy, markup=False, soft_wrap=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: int = 0, title: str = "") -> None:
    from ganzoo import tables

    out().print(tables.table(headings, rows, right, title))
