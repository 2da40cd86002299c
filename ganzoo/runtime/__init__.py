"""The browser's runtime: ES modules as we write them, and as a bundle carries them.

A visitor pays for every byte and every request, so what is shipped is minified, and the modules that `ganzoo.js`
imports are joined into it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.assets.join import join
from ganzoo.assets.minify import javascript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.assets.join import Joined

RUNTIME = Path(__file__).resolve().parent
TYPES = RUNTIME / "public.d.ts"
SHIPPED = ("ganzoo.js", "weights.js", "webdnn.js")  # each imports none but those before it


def shipped() -> Mapping[str, str]:
    """The runtime's files by name: `ganzoo.js`, `weights.js` for f16 and int8, `webdnn.js` for WebDNN's own pages.

    `ganzoo.d.ts` has the types of `ganzoo.js`, for whoever writes TypeScript.
    """
    joined: dict[str, Joined] = {}
    for name in SHIPPED:
        joined[f"./{name}"] = join(RUNTIME / name, apart=joined)
    types = {"ganzoo.d.ts": TYPES.read_text(encoding="utf-8")}
    return {name: javascript(joined[f"./{name}"].source, name) for name in SHIPPED} | types
