"""The content of `ganzoo list` and `ganzoo info`, as plain values.

A list takes in every plugin that is installed, and must outlive each of them. So the plugins of other packages are
imported in processes of their own, all at once: whether one prints, raises, waits for ever or ends its process, it
becomes a line of the list.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.errors import DuplicateNameError, PluginError, RunError, UnknownNameError
from ganzoo.streams import aside, results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from ganzoo.bench.peers import Peer
    from ganzoo.specs import Arch, Backend, Dataset, Frontend

PATIENCE = 60.0  # seconds for the import of all plugins of other packages: some bring a framework with them
LEAST = 1.0  # for what one says that has ended while another was waited for
# `sys.path` is that of the asking process from the first line on, so that both find the same packages
TELL = "import sys; sys.path[:] = sys.argv[3:]; from ganzoo.catalog import tell; tell(*sys.argv[1:3])"


def listing(kind: str, root: Path) -> list[dict[str, Any]]:
    """One entry for each plugin of `kind`, or for each run in `root`. A broken plugin has an `error`."""
    if kind == "runs":
        return _runs(root)
    entries = SHELVES[kind].registry.entries()
    strangers = [name for name, found in entries.items() if not all(map(_is_ours, found))]
    told = _told_elsewhere(kind, strangers)
    return [
        {
            "name": name,
            "package": ", ".join(plugins.package(entry) for entry in found),
            **(told[name] if name in told else _told(kind, name)),
        }
        for name, found in entries.items()
    ]


def tell(kind: str, name: str) -> None:
    """Print as JSON what `listing` says of the plugin `name`, and end the process, whatever the plugin left running."""
    with aside():
        print(json.dumps(_told(kind, name)), file=results(), flush=True)
        os._exit(0)


def info(name: str) -> dict[str, Any]:
    """Everything that the plugin `name` of any kind declares."""
    known: list[str] = []
    for shelf in SHELVES.values():
        names = shelf.registry.names()
        if name in names:
            spec = shelf.registry.get(name)
            return {"kind": shelf.registry.kind, "name": name, **shelf.brief(spec), **shelf.details(spec)}
        known += names
    raise UnknownNameError("architecture, frontend, backend, data set or peer", name, known)


def _is_ours(entry: EntryPoint) -> bool:
    return entry.module.partition(".")[0] == "ganzoo"


def _told(kind: str, name: str) -> dict[str, Any]:
    shelf = SHELVES[kind]
    try:
        return shelf.brief(shelf.registry.get(name))
    except (DuplicateNameError, PluginError) as error:
        return {"error": error.message}


def _told_elsewhere(kind: str, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What `tell` says of each of `names`, each in a process of its own."""
    children: dict[str, subprocess.Popen[str]] = {}
    told: dict[str, dict[str, Any]] = {}
    try:
        for name in names:
            command = [sys.executable, "-c", TELL, kind, name, *sys.path]
            nowhere = subprocess.DEVNULL
            children[name] = subprocess.Popen(
                command, stdin=nowhere, stdout=subprocess.PIPE, stderr=nowhere, encoding="utf-8"
            )
        until = time.monotonic() + PATIENCE
        for name, child in children.items():
            told[name] = _answer(child, max(LEAST, until - time.monotonic()))
    finally:
        for child in children.values():
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()
    return told


def _answer(child: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    try:
        said, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"error": f"Its import does not end within {PATIENCE:.0f} seconds."}
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        return {"error": f"Its import ends the process, with exit code {child.returncode}."}
    return answer


def _arch(spec: Arch) -> dict[str, Any]:
    return {"summary": spec.summary, "presets": list(spec.presets)}


def _recipes(spec: Arch) -> dict[str, Any]:
    presets = {name: asdict(preset) for name, preset in spec.presets.items()}
    return {"source": spec.source, "descriptions": dict(spec.descriptions), "presets": presets}


def _frontend(spec: Frontend) -> dict[str, Any]:
    return {"summary": spec.summary, "suffixes": list(spec.suffixes)}


def _backend(spec: Backend) -> dict[str, Any]:
    webdnn = {"runs": spec.webdnn.runs, "note": spec.webdnn.note} if spec.webdnn else {}
    return {"summary": spec.summary, **webdnn}


def _technology(spec: Backend) -> dict[str, Any]:
    toolchains = {"toolchains": list(spec.webdnn.toolchains)} if spec.webdnn else {}
    return {"title": spec.title, **toolchains}


def _dataset(spec: Dataset) -> dict[str, Any]:
    return {"summary": spec.summary, "n_classes": spec.n_classes, "shape": list(spec.shape or ())}


def _origin(spec: Dataset) -> dict[str, Any]:
    download = {"download": f"ganzoo data fetch {spec.name}"} if spec.fetch else {}
    options = {"options": dict(spec.options), "descriptions": dict(spec.descriptions)} if spec.options else {}
    return {"source": spec.source, "licence": spec.licence, **download, **options}


def _peer(spec: Peer) -> dict[str, Any]:
    return {"summary": f"npm package {spec.package}, for {', '.join(spec.code)}"}


def _library(spec: Peer) -> dict[str, Any]:
    return {"backends": list(spec.code), "batches": spec.batches}


@dataclass(frozen=True)
class Shelf:
    """A kind of plugin: its registry, what `list` tells of a plugin, and what `info` tells besides."""

    registry: plugins.Registry[Any]
    brief: Callable[[Any], dict[str, Any]]
    details: Callable[[Any], dict[str, Any]]


SHELVES: Mapping[str, Shelf] = {
    "archs": Shelf(plugins.ARCHS, _arch, _recipes),
    "frontends": Shelf(plugins.FRONTENDS, _frontend, lambda spec: {}),
    "backends": Shelf(plugins.BACKENDS, _backend, _technology),
    "datasets": Shelf(plugins.DATASETS, _dataset, _origin),
    "peers": Shelf(plugins.PEERS, _peer, _library),
}


def _runs(root: Path) -> list[dict[str, Any]]:
    from ganzoo.runs import run as runs

    listed: list[dict[str, Any]] = []
    for folder in runs.folders(root):
        try:
            run = runs.load(folder)
        except RunError as error:
            listed.append({"name": folder.name, "error": error.message})
            continue
        summary = f"{run.config.arch} on {run.config.dataset}, {'finished' if run.finished else 'unfinished'}"
        listed.append({"name": run.name, "summary": summary, "finished": run.finished})
    return listed
