"""ES modules in folders, and what node makes of them."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from ganzoo.assets.join import join
from ganzoo.assets.minify import javascript

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PRINT = """
const results = [];
for (const url of process.argv.slice(1)) {
  results.push(await import(url).then((all) => ({ ...all }), (error) => `${error}`));
}
console.log(JSON.stringify(results));
"""


def computed(*modules: Path) -> list[Any]:
    """What modules export, by node, or the error that they throw."""
    command = ["node", "--input-type=module", "-e", PRINT, *(module.as_uri() for module in modules)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results: list[Any] = json.loads(done.stdout)
    return results


def write(folder: Path, sources: Mapping[str, str]) -> Path:
    """Modules in `folder`; returns the last of them."""
    (folder / "package.json").write_text('{"type": "module"}')
    for name, source in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    return folder / name


def forms(entry: Path) -> list[Path]:
    """`entry` as it is written, joined, and minified."""
    joined = join(entry).source
    assert joined == join(entry).source and javascript(joined, "joined") == javascript(joined, "joined")
    (entry.parent / "joined.mjs").write_text(joined)
    (entry.parent / "small.mjs").write_text(javascript(joined, "joined"))
    return [entry, entry.parent / "joined.mjs", entry.parent / "small.mjs"]
