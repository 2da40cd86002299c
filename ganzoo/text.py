"""Text that comes from outside, made fit to be shown."""

from __future__ import annotations

import re

# What steers a terminal instead of being read (C0 but for tab and line feed, DEL, C1), and what no XML and no UTF-8 can
# hold: halves of surrogate pairs, and two code points that are no characters.
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """`text` with a question mark in the place of each character that must not reach a terminal or a page."""
    return UNFIT.sub("?", text)


def one_line(text: str) -> str:
    """`text` on one line, with a single space in the place of everything that cannot be printed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
