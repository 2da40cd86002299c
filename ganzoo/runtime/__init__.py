"""The browser's runtime: ES modules as we write them, and as a bundle carries them.

A visitor pays for every byte and every request, so what is shipped has no comments and no space that only people
need, and the modules that `ganzoo.js` imports are joined into it. Every name stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUNTIME = Path(__file__).parent
SHIPPED = ("ganzoo.js", "weights.js", "webdnn.js")

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
COMMENT = re.compile(r"/\*\*(?s:.*?)\*/ ?|^ *//.*$|(?<=[;,{}]) +// .*$", re.MULTILINE)
# a text or template; a comma or semicolon before what closes; punctuation, about which no space is needed
SPARE = re.compile(r'("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\s*(?:,(?=\s*[)\]}])|;(?=\s*})|([=*/%<>?:,;{}()&|!]))\s*')
TOP_LEVEL = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def shipped() -> Mapping[str, str]:
    """The runtime's files by name: `ganzoo.js`, `weights.js` for f16 and int8, `webdnn.js` for WebDNN's own pages."""
    return {name: strip(join(RUNTIME / name, apart=SHIPPED)) for name in SHIPPED}


def strip(source: str) -> str:
    """JavaScript without comments and spare space.

    For sources in this project's style: no text has what looks like a comment, no template has another in it, no
    regular expression has quotes, commas or spaces, every statement ends in a semicolon or brace, and none is empty.
    """
    code = SPARE.sub(lambda found: found[1] or found[2] or "", COMMENT.sub("", source))
    return re.sub(r"\n\s+", "\n", code).strip() + "\n"


def join(entry: Path, apart: Sequence[str] = ()) -> str:
    """One module of `entry` and all that it imports but `apart`, each once, before its first user.

    Only `entry` exports. Raises `ValueError` when two modules declare the same name at their top level.
    """
    parts: dict[str, str] = {}

    def add(path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        for name in IMPORT.findall(source):
            if name not in apart and name not in parts:
                add(path.parent / name)
        source = IMPORT.sub(lambda found: found[0] if found[1] in apart else "", source)
        parts[path.name] = source if path == entry else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    add(entry)
    joined = "\n".join(parts.values())
    names = TOP_LEVEL.findall(joined.replace("export ", ""))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"declared twice: {', '.join(twice)}")
    return joined
