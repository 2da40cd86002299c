"""The one style that tables have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: int = 0, title: str = "") -> Table:
    """A table of plain text, markup in it included; the last `right` columns are numbers."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD,
        title=Text(title, style="table.title") if title else None,
        title_justify="left",
        pad_edge=False,
    )
    for i, heading in enumerate(headings):
        numeric = i >= len(headings) - right
        made.add_column(heading, justify="right" if numeric else "left", no_wrap=numeric or i == 0)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made
