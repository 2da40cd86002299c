"""What `ganzoo list` and `ganzoo info` tell, as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.errors import PluginError, RunError, UnknownNameError
from ganzoo.specs import Arch, Backend, Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

REGISTRIES: Mapping[str, plugins.Registry[Any]] = {
    "archs": plugins.ARCHS,
    "backends": plugins.BACKENDS,
    "datasets": plugins.DATASETS,
}


def listing(kind: str, root: Path) -> list[dict[str, Any]]:
    """One entry for each plugin of `kind`, or for each run below `root`; a broken plugin has its `error`."""
    if kind == "runs":
        return _runs(root)
    return [
        {
            "name": found.name,
            "package": found.package,
            **(_brief(found.spec) if found.spec else {"error": found.error}),
        }
        for found in REGISTRIES[kind].list()
    ]


def info(name: str) -> dict[str, Any]:
    """All that is declared of the plugin `name`, of whichever kind."""
    known: list[str] = []
    for registry in REGISTRIES.values():
        names = registry.names()
        if name in names:
            spec = registry.get(name)
            return {"kind": registry.kind, **DETAILS[type(spec)](spec)}
        known += names
    raise UnknownNameError("architecture, backend or dataset", name, known)


def _brief(spec: Any) -> dict[str, Any]:
    match spec:
        case Arch():
            return {"summary": spec.summary, "presets": list(spec.presets)}
        case Backend():
            return {"summary": spec.summary, **_webdnn(spec, "runs", "note")}
        case Dataset():
            return {"summary": spec.summary, "n_classes": spec.n_classes, "shape": list(spec.shape)}
    raise PluginError(f"{spec!r} is no plugin.")


def _arch(spec: Arch) -> dict[str, Any]:
    presets = {name: asdict(preset) for name, preset in spec.presets.items()}
    return {"name": spec.name, "summary": spec.summary, "source": spec.source, "presets": presets}


def _backend(spec: Backend) -> dict[str, Any]:
    return {"name": spec.name, "title": spec.title, **_brief(spec), **_webdnn(spec, "toolchains")}


def _webdnn(spec: Backend, *fields: str) -> dict[str, Any]:
    """These of its `WebdnnTarget`; nothing where it has none."""
    return {field: getattr(spec.webdnn, field) for field in fields} if spec.webdnn else {}


def _dataset(spec: Dataset) -> dict[str, Any]:
    more = {"source": spec.source, "licence": spec.licence, "fetched": spec.fetch is not None}
    return {"name": spec.name, **_brief(spec), **more}


DETAILS: Mapping[type, Callable[[Any], dict[str, Any]]] = {Arch: _arch, Backend: _backend, Dataset: _dataset}


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
