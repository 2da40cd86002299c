"""A network's folder without its export around it: what was uploaded, or copied out of a site.

It holds one sample of what Chainer computes (docs/bundle.md, `golden`), where `golden.npz` of an export holds many.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import RunError
from ganzoo.export import exports, schemas
from ganzoo.export import manifest as manifests
from ganzoo.export.exports import Export
from ganzoo.export.layouts.ganzoo import LAYOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.specs import FloatArray


@dataclass(frozen=True)
class NetworkAlone(Export):
    """An export of one network, whose folder is `path` itself. `manifest` is the network's own."""

    manifest: Mapping[str, Any]

    def folder(self, network: str) -> Path:
        return self.path

    def golden(self, network: str) -> tuple[list[FloatArray], list[FloatArray]]:
        """The one sample that every page tests itself by, an array (1, ...) per input and output."""
        import numpy as np

        file = self.path / self.manifest["golden"]["file"]
        shapes = [[tuple(spec["shape"]) for spec in self.manifest[side]] for side in ("inputs", "outputs")]
        try:
            stored = np.frombuffer(file.read_bytes(), "<f4").astype(np.float32)
            sizes = [manifests.product(shape) for side in shapes for shape in side]
            parts = np.split(stored, np.cumsum(sizes))
            if len(parts.pop()):
                raise ValueError("it is longer than one sample")
            arrays = [part.reshape(1, *shape) for part, shape in zip(parts, [*shapes[0], *shapes[1]], strict=True)]
        except (OSError, ValueError) as error:
            raise RunError(f"{file} is damaged: {error}", "Export again.") from error
        return arrays[: len(shapes[0])], arrays[len(shapes[0]) :]


def is_network(folder: Path) -> bool:
    """Whether `folder` claims to be a network's: its manifest tells of weights, which no export's description does."""
    try:
        told = json.loads((folder / manifests.FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return not (folder / exports.FILE).exists() and isinstance(told, dict) and "weights" in told


def load(folder: Path) -> NetworkAlone:
    """The network in `folder`. Raises `DocumentError` where its manifest breaks a rule of docs/bundle.md."""
    manifest = manifests.read(folder)
    name, provenance = manifest["name"], manifest["provenance"]
    description = {
        "format": exports.FORMAT,
        "layout": LAYOUT.name,
        "run": str(provenance.get("run", folder.resolve().name)),
        "provenance": provenance,
        "backends": {backend: {"runs": True, "note": ""} for backend in manifest["backends"]},
        "networks": {name: {"inputs": manifest["inputs"], "outputs": manifest["outputs"], "test": False}},
        "files": {f"{name}/{file}": told for file, told in manifest["files"].items()},
    }
    schemas.check(description, "export", folder / manifests.FILE)
    return NetworkAlone(folder, description, manifest)
