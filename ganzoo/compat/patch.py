"""A compatibility patch: text replacements in one module, with their reason and the condition for their end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """Edits to the source of `module`, for one library version and one reason.

    `edits` are pairs (old, new). Every `old` becomes `new`, which has as many lines, so that tracebacks show the right
    one. `why` says what was removed or changed, and since when. `until` says when the patch can be removed. `probe` is
    Python code that passes with all patches, and raises if only this one is left out, on Python `python` and newer. It
    runs in a fresh process with warnings as errors.
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
        """Return the patched source. Raises `ValueError` if an `old` is not in it."""
        for old, new in self.edits:
            if old not in source:
                raise ValueError(f"{self.module} is not the one of {self.library}: it lacks {old!r}.")
            source = source.replace(old, new)
        return source
