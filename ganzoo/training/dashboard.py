"""A training on a terminal: where it stands, its losses and scores, what it draws."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chainer.training import Extension

from ganzoo.training import preview
from ganzoo.training.extensions import scored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, Group, RenderableType
    from rich.text import Text

    from ganzoo.runs.run import Run
    from ganzoo.specs import FloatArray
    from ganzoo.training.extensions import Samples
    from ganzoo.training.judging import Judging
    from ganzoo.training.progress import Pace

SECONDS = 0.5  # between two looks; drawn by the training itself, so that no thread competes with it
SPARK = 32  # letters of a sparkline


class Dashboard(Extension):
    """Redrawn twice a second. It fits 80 columns and 24 lines; the pictures take what is left."""

    name = "progress"
    priority = -50  # after the log has its new entry

    def __init__(
        self,
        console: Console,
        run: Run,
        pace: Pace,
        monitors: Sequence[str],
        samples: Samples | None,
        judging: Judging | None,
    ) -> None:
        self._console, self._run, self._pace, self._monitors = console, run, pace, monitors
        self._samples, self._judging = samples, judging
        self._live: Any = None
        self._drawn = 0.0

    def initialize(self, trainer: Any) -> None:
        from rich.live import Live

        self._pace.start(trainer.updater.epoch_detail)
        self._live = Live(console=self._console, auto_refresh=False)
        self._live.start()

    def __call__(self, trainer: Any) -> None:
        over = trainer.updater.epoch_detail >= self._pace.epochs
        if over or time.monotonic() - self._drawn >= SECONDS:
            self._live.update(self._view(trainer), refresh=True)
            self._drawn = time.monotonic()

    def finalize(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _view(self, trainer: Any) -> Group:
        from rich.console import Group

        log = trainer.get_extension("log").log
        lines = [self._heading(), self._standing(trainer.updater), self._curves(log)]
        height = 2 + sum(any(key in entry for entry in log) for key in self._rows(log))
        return Group(*lines, *self._pictures(self._console.height - height - 1))  # the last line is the cursor's

    def _heading(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        config = self._run.config
        table = Table.grid(expand=True)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True, overflow="ellipsis")
        told = f"{config.arch} {config.preset} on {config.dataset}, seed {config.seed}"
        table.add_row(Text(told, style="bold"), Text(str(self._run.path), style="dim"))
        return table

    def _standing(self, updater: Any) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        epoch, left = updater.epoch_detail, self._pace.left(updater.epoch_detail)
        table = Table.grid(padding=(0, 1), expand=True)
        for ratio in (None, 1, None, None):
            table.add_column(no_wrap=True, ratio=ratio)
        table.add_row(
            f"epoch {epoch:.1f}/{self._pace.epochs}",
            ProgressBar(self._pace.epochs, min(epoch, self._pace.epochs)),
            f"{self._pace.rate(epoch):.0f} images/s",
            "" if left is None else f"{_clock(left)} left",
        )
        return table

    def _rows(self, log: Sequence[Any]) -> list[str]:
        return [*self._monitors, *sorted({key for entry in log for key in entry if scored(key)})]

    def _curves(self, log: Sequence[Any]) -> RenderableType:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for numeric in (False, True, False, False):
            table.add_column(justify="right" if numeric else "left", no_wrap=True)
        best = self._judging.best if self._judging else None
        for key in self._rows(log):
            values = [entry[key] for entry in log if key in entry]
            if values:
                told = f"best {best.score:.4g}, epoch {best.epoch:.1f}" if best and best.key == key else ""
                spark = "" if self._console.options.ascii_only else preview.sparkline(values, SPARK)
                table.add_row(key.removeprefix("main/"), f"{values[-1]:.3f}", spark, told)
        return table

    def _pictures(self, lines: int) -> list[Text]:
        drawn: FloatArray | None = self._samples.latest if self._samples else None
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
