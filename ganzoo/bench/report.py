"""What `bench` shows and what it writes: a table for a terminal and an object for JSON."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from ganzoo.bench.measure import Row

SCHEMA = 1  # of `report`; raised when a key changes its meaning or goes
HEADINGS = ("backend", "adapter", "load", "first run", "median", "p95", "runs")
ADAPTER = {True: "hardware", False: "software", None: "CPU"}
PACKAGES = ("ganzoo", "webdnn", "chainer", "numpy")


def table(rows: Sequence[Row], title: str = "") -> Table:
    """The rows as a table of 80 columns; a failed backend shows its reason below."""
    from rich.text import Text

    shown = tables.table(HEADINGS, [_cells(row) for row in rows], right=5, title=title)
    shown.caption = Text("\n".join(_notes(rows)))
    shown.caption_justify = "left"
    return shown


def _cells(row: Row) -> list[str]:
    times = [_time(value) for value in (row.load_ms, row.first_ms, row.median_ms, row.p95_ms)]
    return [row.backend, "failed" if row.reason else ADAPTER[row.hardware], *times, str(row.n or "-")]


def _time(ms: float | None) -> str:
    """Three digits that count; a clock of 5 microseconds gives no more."""
    return "-" if ms is None else f"{ms:.0f} ms" if ms >= 100 else f"{ms:#.3g} ms"


def _notes(rows: Sequence[Row]) -> list[str]:
    browsers = dict.fromkeys(row.browser for row in rows)
    renderers = dict.fromkeys(f"{row.backend}: {row.renderer}" for row in rows if row.hardware is not None)
    return [*browsers, *renderers, *(f"{row.backend} failed: {row.reason}" for row in rows if row.reason)]


def report(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows with what is needed to judge them: machine, versions, date (UTC, ISO 8601)."""
    return {
        "schema": SCHEMA,
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        },
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "rows": [asdict(row) for row in rows],
    }


def _cpu() -> str:
    """The processor's model: Linux tells it in /proc only, macOS and Windows through `platform`."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8", "replace").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"
