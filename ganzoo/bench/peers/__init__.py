"""The peers: libraries that `ganzoo bench --peers` gives the same network, and the files that their pages need.

A peer is a folder here or in another package, and an entry point in the group `ganzoo.peers`:

__init__.py        its `PEER`, and the code that writes a plan in its format
runner.js          loads and runs it in a page: `Runner` of pages/types.d.ts
package.json       its npm packages; package-lock.json pins them and their dependencies

The code of a peer is served unchanged, as npm delivers it or from the folder `GANZOO_PEERS`, a node_modules of the
user. The peers here share _moves.py (a move of values in a library's terms) and _reading.py (the parameters and
activations of a plan).
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
    """A network in the forms that peers need. Raises `UnsupportedOperatorError` if it cannot be traced or planned."""

    network: Network

    @cached_property
    def graph(self) -> Any:
        """The network as WebDNN's graph."""
        from ganzoo.export.tracing import trace

        return trace(self.network)

    @cached_property
    def plan(self) -> Plan:
        """The plan that ganzoo's backends get, with batch norm folded and activations fused."""
        from ganzoo.export.lowering import lower

        return lower(self.graph, self.network)


@dataclass(frozen=True)
class Peer:
    """A library to compare with. `folder` has its runner.js, package.json and package-lock.json.

    `package` is the npm package that has the version of the library. `code` has for each backend the files of the
    page's `lib/`: it maps their names there to their paths below `node_modules`. `batches` tells whether the library
    takes several pictures per run. `write(source, backend, folder)` writes the files of the network. It raises
    `UnsupportedOperatorError` if the library cannot express the network, and `ToolMissingError` if a tool is missing.
    """

    name: str
    folder: Path
    package: str
    code: Mapping[str, Mapping[str, str]]
    write: Callable[[Source, str, Path], None]
    batches: bool = True

    @property
    def files(self) -> set[str]:
        """All files of its packages that are needed: its code, and the files that tell the versions."""
        code = {path for files in self.code.values() for path in files.values()}
        return code | {f"{package}/package.json" for package in npm.packages(self.folder)}


@dataclass(frozen=True)
class Installed:
    """A peer with its files, by their paths below `node_modules`."""

    peer: Peer
    files: Mapping[str, Path]

    @property
    def versions(self) -> dict[str, str]:
        """The version of each of its packages, as stated in the package itself."""
        return {
            package: json.loads(self.files[f"{package}/package.json"].read_text(encoding="utf-8"))["version"]
            for package in npm.packages(self.peer.folder)
        }

    def stage(self, backend: str, source: Source, root: Path) -> dict[str, Path]:
        """Write the folders `runner`, `lib` and `model` of a page on `backend` below `root`, and return them by name.

        Code that is there already is kept. Raises `UnsupportedOperatorError` if the peer cannot run the network.
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
    """Return `peer` with its files, from the folder `GANZOO_PEERS` if that has its package, else downloaded by npm.

    Raises `ToolMissingError` if the files are not available.
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
