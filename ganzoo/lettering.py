"""Names in pictures: which font can draw a name, and what stands for one that is too long or that no font can draw.

Matplotlib brings DejaVu Sans, which has the Latin, Greek, Cyrillic, Arabic and Hebrew letters, among others. Letters
that it lacks are looked for in the fonts of this machine. Matplotlib keeps a list of these; it may be older than a font
that was installed because a message of ours asked for it, so we look ourselves.
"""

from __future__ import annotations

import contextlib
import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ELLIPSIS = "…"


@dataclass(frozen=True)
class Lettering:
    """What is written in a picture.

    `texts` are the names in their order, each as it can be drawn. `fonts` are files of fonts that together have all
    their letters, DejaVu Sans first. `undrawn` are the names for which another text stands, since no font of this
    machine has their letters.
    """

    texts: tuple[str, ...]
    fonts: tuple[Path, ...]
    undrawn: tuple[str, ...]

    def font(self, text: str) -> Path:
        """The font that has the most letters of `text`: all of them, but for a text that mixes scripts."""
        return max(self.fonts, key=lambda path: len(_letters(text) & _known(path)))


def lettering(names: Sequence[str], instead: str = "class {}") -> Lettering:
    """How `names` are written in a picture. `instead` with its number stands for a name that no font can draw."""
    texts = [unicodedata.normalize("NFC", name) for name in names]
    own = _dejavu()
    missing = frozenset().union(*map(_letters, texts)) - _known(own)
    others, missing = _others(missing) if missing else ((), missing)
    undrawn = tuple(name for name, text in zip(names, texts, strict=True) if _letters(text) & missing)
    drawn = (instead.format(i) if _letters(text) & missing else text for i, text in enumerate(texts))
    return Lettering(tuple(drawn), (own, *others), undrawn)


def note(names: Sequence[str], among: Sequence[str] = ()) -> str:
    """What to tell a user whose pictures lack some of the class `names`; empty where they lack none.

    `among` are the classes that the pictures have, where these are not all.
    """
    undrawn = [name for name in lettering(names).undrawn if name in (among or names)]
    if not undrawn:
        return ""
    shown = ", ".join(f"class {names.index(name)} for {name}" for name in undrawn[:3])
    more = f", and so on for {len(undrawn)} classes" if len(undrawn) > 3 else ""
    return (
        f"No font of this machine has the letters of some class names. Pictures show {shown}{more}. "
        "Install a font that has them, such as Noto Sans CJK for Japanese."
    )


def families(fonts: Sequence[Path]) -> list[str]:
    """The names by which Matplotlib knows `fonts`, for "font.family": where one lacks a letter, the next is asked."""
    from matplotlib import font_manager

    names = []
    for path in fonts:
        name = font_manager.get_font(path).family_name
        if path != _dejavu() and all(entry.fname != str(path) for entry in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(path)
        names.append(name)
    return list(dict.fromkeys(names))


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """`text`, or as much of its beginning and its end around an ellipsis as `fits`."""
    if fits(text):
        return text
    for kept in range(len(text) - 1, 0, -1):
        head, tail = text[: (kept + 1) // 2].rstrip(), text[len(text) - kept // 2 :].lstrip()
        if fits(f"{head}{ELLIPSIS}{tail}"):
            return f"{head}{ELLIPSIS}{tail}"
    return ELLIPSIS


def in_cells(text: str, cells: int) -> str:
    """`text` shortened to the width of `cells` Latin letters; a Japanese one is as wide as two."""
    from rich.cells import cell_len

    return shortened(text, lambda part: cell_len(part) <= cells)


def _letters(text: str) -> frozenset[int]:
    return frozenset(ord(letter) for letter in text if not letter.isspace())


def _dejavu() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def _known(path: Path) -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(path).get_charmap())


@functools.lru_cache(maxsize=16)  # a training draws many sheets with the same names
def _others(missing: frozenset[int]) -> tuple[tuple[Path, ...], frozenset[int]]:
    """Fonts of this machine that have some of the `missing` letters, and the letters that none has."""
    fonts = []
    for path in _system() if missing else ():
        found = missing & _known(path)
        if found:
            fonts.append(path)
            missing -= found
        if not missing:
            break
    return tuple(fonts), missing


def _system() -> Iterator[Path]:
    """The scalable fonts of this machine, upright ones of normal weight first."""
    from matplotlib import font_manager

    usable = []
    for name in font_manager.findSystemFonts():
        with contextlib.suppress(Exception):  # FreeType's own, on files that are no fonts
            font = font_manager.get_font(name)
            if font.scalable:
                usable.append((font.style_name not in ("Regular", "Book", "Roman"), name))
    return (Path(name) for _, name in sorted(usable))
