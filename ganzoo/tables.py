"""The style of all tables on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions
    from rich.table import Table as RichTable

LEAST = 12  # letters a line of a name or a text that is folded


@dataclass(frozen=True)
class Table:
    """A table of plain text, in which markup has no effect. The last `right` columns are numbers.

    Numbers are never cut: where a terminal is too narrow for all of them, the table goes on below with its first
    columns again. `gap` is the number of spaces between two columns, 2 or 3.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: int = 0
    title: str = ""
    gap: int = 3

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RichTable]:
        for i, columns in enumerate(self._parts(options.max_width)):
            yield self._part(columns, self.title if i == 0 else "", options.max_width)

    def _parts(self, width: int) -> Iterator[list[int]]:
        """The columns of each part that is no wider than `width`."""
        first = len(self.headings) - self.right
        names, numbers = list(range(first)), list(range(first, len(self.headings)))
        part = names.copy()
        for column in numbers:
            if len(part) > first and self._width([*part, column], folded=True) > width:
                yield part
                part = names.copy()
            part.append(column)
        yield part

    def _width(self, columns: Sequence[int], folded: bool) -> int:
        """Letters that `columns` take; `folded` where texts that are no numbers may go over several lines."""
        from rich.cells import cell_len

        widths = []
        for column in columns:
            cells = [self.headings[column], *(row[column] for row in self.rows)]
            widest = max(map(cell_len, cells))
            widths.append(min(widest, LEAST) if folded and not self._is_number(column) else widest)
        return sum(widths) + self.gap * (len(widths) - 1) + 2

    def _longest_word(self, column: int) -> int:
        from rich.cells import cell_len

        return max(cell_len(word) for row in (self.headings, *self.rows) for word in ("", *row[column].split()))

    def _is_number(self, column: int) -> bool:
        return column >= len(self.headings) - self.right

    def _part(self, columns: Sequence[int], title: str, width: int) -> RichTable:
        from rich import box
        from rich.table import Table as Styled
        from rich.text import Text

        made = Styled(
            box=box.SIMPLE_HEAD,
            title=Text(title, style="table.title") if title else None,
            title_justify="left",
            pad_edge=False,
            padding=(0, 1, 0, self.gap - 2),
        )
        # the first column stays on one line where the others have room beside it, a line for each word if need be
        words = sum(self._longest_word(column) + self.gap for column in columns[1:] if not self._is_number(column))
        numbers = [column for column in columns[1:] if self._is_number(column)]
        fits = self._width([0, *numbers], folded=False) + words <= width
        for column in columns:
            is_number = self._is_number(column)
            made.add_column(
                self.headings[column],
                justify="right" if is_number else "left",
                no_wrap=is_number or (column == 0 and fits),
                overflow="fold",
            )
        for row in self.rows:
            made.add_row(*(Text(row[column]) for column in columns))
        return made


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: int = 0, title: str = "") -> Table:
    """A `Table` with the usual gap."""
    return Table(headings, rows, right, title)
