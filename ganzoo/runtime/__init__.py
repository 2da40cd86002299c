"""The browser's runtime: ES modules as we write them, and as a bundle carries them.

A visitor pays for every byte and every request, so what is shipped has no comments and no space that only people
need, and the modules that `ganzoo.js` imports are joined into it. Every name stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

RUNTIME = Path(__file__).resolve().parent
SHIPPED = ("ganzoo.js", "weights.js", "webdnn.js")

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+)";\n', re.MULTILINE)
IMPORTED = re.compile(r"^import \{\s*([^}]*?),?\s*\} from ", re.MULTILINE)
COMMENT = re.compile(r"/\*\*(?s:.*?)\*/ ?|^ *//.*$|(?<=[;,{}]) +// .*$", re.MULTILINE)
# a text or template; a comma or semicolon before what closes; punctuation, about which no space is needed
SPARE = re.compile(r'("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\s*(?:,(?=\s*[)\]}])|;(?=\s*})|([=*/%<>?:,;{}()&|!]))\s*')
TOP_LEVEL = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def shipped() -> Mapping[str, str]:
    """The runtime's files by name: `ganzoo.js`, `weights.js` for f16 and int8, `webdnn.js` for WebDNN's own pages."""
    return {name: strip(join(RUNTIME / name, apart=[RUNTIME / each for each in SHIPPED])) for name in SHIPPED}


def strip(source: str) -> str:
    """JavaScript without comments and spare space.

    For sources in this project's style: no text has what looks like a comment, no template has another in it, no
    regular expression has quotes, commas or spaces, every statement ends in a semicolon or brace, and none is empty.
    """
    code = SPARE.sub(lambda found: found[1] or found[2] or "", COMMENT.sub("", source))
    return re.sub(r"\n\s+", "\n", code).strip() + "\n"


def join(entry: Path, apart: Collection[Path] = ()) -> str:
    """One module of `entry` and all that it imports, each once, before its first user; imports of those `apart` stay.

    Only `entry` exports. Raises `ValueError` when two modules declare the same name at their top level.
    """
    joined = "\n".join(
        source if path == entry else re.sub(r"^export ", "", source, flags=re.MULTILINE)
        for path, source in _needed(entry, apart).items()
    )
    names = TOP_LEVEL.findall(joined.replace("export ", ""))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"declared twice: {', '.join(twice)}")
    return joined


def modules(entry: Path) -> list[Path]:
    """`entry` and all that it imports."""
    return list(_needed(entry, ()))


def _needed(entry: Path, apart: Collection[Path]) -> dict[Path, str]:
    """The sources of the modules to join, in order, without imports of each other."""
    needed: dict[Path, str] = {}

    def add(path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        imported = {name: (path.parent / name).resolve() for name in IMPORT.findall(source)}
        for other in imported.values():
            if other not in apart and other not in needed:
                add(other)
        needed[path] = IMPORT.sub(lambda found: found[0] if imported[found[1]] in apart else "", source)

    add(entry)
    return needed
