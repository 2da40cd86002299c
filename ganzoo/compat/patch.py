"""What a compatibility patch is: text replacements in one module, with their reason and their end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """Edits to the source of `module`, of one library version, for one reason.

    `edits` are pairs (old, new): every `old` becomes `new`, which has as many lines, so that tracebacks show
    the right one. `why` says what was removed or changed, and since when; `until` says when the patch can
    go. `probe` is Python that passes with all patches and raises when this one alone is left out, on Python
    `python` and newer. It runs in a fresh process with warnings as errors.
    """

    library: str
    module: str
    why: str
    until: str
    edits: tuple[tuple[str, str], ...]
    probe: str
    python: tuple[int, int] = (3, 10)

    def __str__(self) -> str:
        return f"{self.library}, {self.module}: {self.why}"

    def apply(self, source: str) -> str:
        """The mended source. Raises `ValueError` when an `old` is not in it."""
        for old, new in self.edits:
            if old not in source:
                raise ValueError(f"{self.module} is not the one of {self.library}: it lacks {old!r}.")
            source = source.replace(old, new)
        return source
