"""Axes of Matplotlib's as every plot here has them."""

from __future__ import annotations

import math
from typing import Any


def logarithmic(axis: Any, low: float, high: float) -> None:
    """Make `axis` logarithmic from `low` to `high`, with round numbers in plain digits on it."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.axes.set(**{f"{axis.axis_name}scale": "log", f"{axis.axis_name}lim": (low, high)})
    decades = math.log10(high / low)
    labelled: tuple[int, ...] = (1,)  # in each decade
    if decades < 2:
        labelled = (1, 2, 5)
    elif decades < 3:
        labelled = (1, 3)
    axis.set_major_locator(LogLocator(subs=labelled))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_locator(NullLocator())


def whole(axis: Any) -> None:
    """Only whole numbers on `axis`."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True))
