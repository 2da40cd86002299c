"""A console on which no text can steer the terminal: names and messages may come from files and plugins of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment

from ganzoo.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator


class Terminal(Console):
    """Rich's console. It writes its own colours and cursor movements; what it is given to print is text and no more."""

    def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
