"""How charts look, and what a page is given of one.

Colours are Okabe and Ito's (2008), told apart by colour-blind readers; on paper without colour, hatches, markers and
line styles tell the same, and every mark has its name or its figure beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK, FAINT = "#222222", "#bbbbbb"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", ":", "-.")
STYLE: dict[Any, Any] = {
    "font.family": ["sans-serif"],
    # Laid out in the first, which Matplotlib brings; the second is as wide.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial"],
    "font.size": 8.5,
    "text.parse_math": False,  # names are no formulas
    "svg.fonttype": "none",
    "svg.hashsalt": "ganzoo",
    "hatch.linewidth": 0.6,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True)
class Chart:
    """`svg` to be put into a page; `words` say what it shows to who cannot see it."""

    title: str
    words: str
    svg: str
