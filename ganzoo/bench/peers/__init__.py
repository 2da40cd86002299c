"""The peers: libraries that `ganzoo bench --peers` hands the same network, and what their pages are served.

A peer is a folder here, or in a stranger's package, and a line under the entry points `ganzoo.peers`:

__init__.py        its `PEER`, and what writes a plan in its terms
runner.js          how a page loads and runs it: `Runner` of pages/types.d.ts
package.json       its npm packages; package-lock.json pins them with all that they need

Its code is served unchanged, as npm delivers it, or from the folder `GANZOO_PEERS`, a node_modules of the user's. What
the peers here share: _moves.py (a move of values in a library's terms), _reading.py (a plan's parameters and
activations).
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import npm
from ganzoo.errors import ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.plan import Plan
    from ganzoo.specs import Network

    Progress = Callable[[str], None]

OWN_MODULES = "GANZOO_PEERS"


@dataclass(frozen=True, eq=False)
class Source:
    """A network as peers are handed it. Raises `UnsupportedOperatorError` for what cannot be traced or planned."""

    network: Network

    @cached_property
    def graph(self) -> Any:
        """WebDNN's graph."""
        from ganzoo.export.tracing import trace

        return trace(self.network)

    @cached_property
    def plan(self) -> Plan:
        """What ganzoo's backends get: batch norm folded, activations fused."""
        from ganzoo.export.lowering import lower

        return lower(self.graph, self.network)


@dataclass(frozen=True)
class Peer:
    """A library. `folder` has its runner.js, package.json and package-lock.json.

    `package` is the one of its npm packages that names the library's version. `code` has, by backend, the files of the
    page's `lib/`: by their names there, where they lie below `node_modules`. `batches` tells whether it takes several
    pictures a run. `write(source, backend, folder)` writes the network's files; it raises `UnsupportedOperatorError`
    for what the library has no words for, and `ToolMissingError`.
    """

    name: str
    folder: Path
    package: str
    code: Mapping[str, Mapping[str, str]]
    write: Callable[[Source, str, Path], None]
    batches: bool = True

    @property
    def files(self) -> set[str]:
        """All that is wanted of its packages: its code, and what tells their versions."""
        code = {path for files in self.code.values() for path in files.values()}
        return code | {f"{package}/package.json" for package in npm.packages(self.folder)}


@dataclass(frozen=True)
class Installed:
    """A peer, and where its files are by their names below `node_modules`."""

    peer: Peer
    files: Mapping[str, Path]

    @property
    def versions(self) -> dict[str, str]:
        """The version of each of its packages, as the package itself says."""
        return {
            package: json.loads(self.files[f"{package}/package.json"].read_text(encoding="utf-8"))["version"]
            for package in npm.packages(self.peer.folder)
        }

    def stage(self, backend: str, source: Source, root: Path) -> dict[str, Path]:
        """Write below `root` what a page on `backend` is served: its folders `runner`, `lib` and `model` by name.

        Code that is there is kept. Raises `UnsupportedOperatorError` where the peer cannot run the network.
        """
        base = root / self.peer.name / backend
        folders = {"runner": base / "runner", "lib": base / "lib", "model": base / "model" / source.network.name}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.peer.folder / "runner.js", folders["runner"] / "runner.js")
        for name, where in self.peer.code[backend].items():
            if not (folders["lib"] / name).exists():
                shutil.copyfile(self.files[where], folders["lib"] / name)
        self.peer.write(source, backend, folders["model"])
        return folders


def install(peer: Peer, progress: Progress | None = None) -> Installed:
    """`peer` with its files: from the folder `GANZOO_PEERS` where its package is there, else as npm delivers them.

    Raises `ToolMissingError` where they cannot be had.
    """
    own = _own_modules()
    if own and (own / peer.package).is_dir():
        return Installed(peer, {name: _present(own / name) for name in peer.files})
    return Installed(peer, npm.fetch(peer.folder, peer.files, progress))


def _own_modules() -> Path | None:
    named = os.environ.get(OWN_MODULES)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise ToolMissingError(
            f"{OWN_MODULES} names {folder}, which does not exist.",
            f"Unset {OWN_MODULES} to have npm download the peers, or set it to a node_modules folder that has them.",
        )
    return folder


def _present(path: Path) -> Path:
    if not path.is_file():
        raise ToolMissingError(
            f"{path}, a file of a peer, does not exist.",
            f"Install the peer's packages in that folder again, or unset {OWN_MODULES} to have npm download the peers.",
        )
    return path
