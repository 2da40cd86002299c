"""Show a training on a console: its progress, losses, scores and pictures."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ganzoo.training import preview

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, Group, RenderableType
    from rich.text import Text

    from ganzoo.training.progress import Listener, Progress

SPARK, LEAST_SPARK = 32, 6  # letters of a sparkline; a shorter one shows nothing


@contextmanager
def shown(console: Console) -> Iterator[Listener]:
    """A listener that shows a training on `console`: a dashboard on a terminal, lines of text elsewhere."""

    def told(progress: Progress) -> None:
        if progress.notable:
            console.print(str(progress), markup=False, soft_wrap=True)

    if not usable(console):
        yield told
        return
    from rich.live import Live

    live = Live(console=console, auto_refresh=False)

    def redrawn(progress: Progress) -> None:
        if not progress.monitors:  # not in the loop yet
            told(progress)
            return
        live.start()
        live.update(Dashboard(console, progress).view(), refresh=True)

    try:
        yield redrawn
    finally:
        live.stop()


class Dashboard:
    """A view of `progress` on `console`.

    It fits into 80 columns and 24 lines; the pictures take the remaining lines.
    """

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console, self._progress = console, progress

    def view(self) -> Group:
        from rich.console import Group

        lines = [self._heading(), self._standing(), self._curves()]
        height = 2 + sum(any(key in entry for entry in self._progress.log) for key in self._rows())
        return Group(*lines, *self._pictures(self._console.height - height - 1))  # the last line is the cursor's

    def _heading(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        config = self._progress.config
        table = Table.grid(expand=True)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True, overflow="ellipsis")
        told = f"{config.arch} {config.preset} on {config.dataset}, seed {config.seed}"
        table.add_row(Text(told, style="bold"), Text(str(self._progress.path), style="dim"))
        return table

    def _standing(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        epoch, epochs, left = self._progress.epoch, self._progress.epochs, self._progress.seconds_left
        table = Table.grid(padding=(0, 1), expand=True)
        for ratio in (None, 1, None, None):
            table.add_column(no_wrap=True, ratio=ratio)
        table.add_row(
            f"epoch {epoch:.1f}/{epochs}",
            ProgressBar(epochs, min(epoch, epochs)),
            f"{self._progress.images_per_second:.0f} images/s",
            "" if left is None else f"{_clock(left)} left",
        )
        return table

    def _rows(self) -> list[str]:
        from ganzoo.training.extensions import scored

        scores = {key for entry in self._progress.log for key in entry if scored(key)}
        return [*self._progress.monitors, *sorted(scores)]

    def _curves(self) -> RenderableType:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for numeric in (False, True, False, False):
            table.add_column(justify="right" if numeric else "left", no_wrap=True)
        best = self._progress.best
        rows = []
        for key in self._rows():
            values = [entry[key] for entry in self._progress.log if key in entry]
            if values:
                told = f"best {best.score:.4g}, epoch {best.epoch:.1f}" if best and best.key == key else ""
                rows.append((key.removeprefix("main/"), f"{values[-1]:.3f}", values, told))
        # numbers have their room first, curves what is left
        room = self._console.width - 6 - sum(max((len(row[i]) for row in rows), default=0) for i in (0, 1, 3))
        letters = 0 if self._console.options.ascii_only or room < LEAST_SPARK else min(SPARK, room)
        for key, last, values, told in rows:
            table.add_row(key, last, preview.sparkline(values, letters), told)
        return table

    def _pictures(self, lines: int) -> list[Text]:
        drawn = self._progress.images
        if drawn is None:
            return []
        _, n, _, height, width = drawn.shape
        factor, across, down = preview.fit(n, height, width, lines, self._console.width)
        console = self._console
        colour = not (console.no_color or console.color_system is None or console.options.ascii_only)
        return preview.pictures(drawn[0], factor, across, down, colour)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def usable(console: Console) -> bool:
    """Whether `console` is a terminal that can be redrawn."""
    return console.is_terminal and not console.is_dumb_terminal
