"""Exports of runs, and the files that an export in WebDNN's layout has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.export import exports
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.runs.run import Run

WEBDNN = ("--layout", "webdnn")
WRITTEN = {
    "webgpu": {"graph_webgpu.json", "kernels_webgpu.metal", "weight_webgpu.bin"},
    "webgl": {
        f"{kind}_webgl_{n}.{end}" for n in (4096, 8192, 16384) for kind, end in (("graph", "json"), ("weight", "bin"))
    },
    "webassembly": {
        "graph_webassembly.json",
        "weight_webassembly.bin",
        "kernels_webassembly.js",
        "kernels_webassembly.wasm",
    },
}


def backends(*names: str) -> list[Any]:
    return [plugins.BACKENDS.get(name) for name in names or BACKENDS]


def webdnn(run: Run, chosen: list[Any], out: Path, **options: Any) -> exports.ExportResult:
    """An export in WebDNN's layout."""
    return exports.write(run, chosen, out, layout="webdnn", **options)
