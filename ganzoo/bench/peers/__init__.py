"""The peers: libraries that `ganzoo bench --peers` hands the same network, and what their pages are served.

A peer's own code is served unchanged, from the packages that `make bench-peers` installs as benchmarks/package.json
pins them, or from the folder `GANZOO_PEERS`. Which versions these are is asked of the packages. A newer one is
another number in that file, and `npm --prefix benchmarks install --package-lock-only` for the lock.

onnx_model.py    the plan as an ONNX model (onnx_graph.py: nodes and names; onnx_moves.py)
layers_model.py  the plan as a layers model of Keras (layers_graph.py: layers and weights)
moves.py         what a move of values is in their terms; reading.py: parameters and activations of a plan
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.browser.webdnn_js import webdnn_js
from ganzoo.errors import ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.export.plan import Plan
    from ganzoo.specs import Network

REMEDY = "Install the peers with: make bench-peers"


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
    """A library. `code` says by backend where each file of the page's `lib/` is: a function, for some are fetched.

    `package` is the one of the library's packages that names its version. `batches` tells whether it takes several
    pictures a run. `write(source, backend, folder)` writes the network's files; it raises `UnsupportedOperatorError`
    for what the library has no words for, and `ToolMissingError`.
    """

    name: str
    package: str
    code: Mapping[str, Mapping[str, Callable[[], Path]]]
    write: Callable[[Source, str, Path], None]
    batches: bool = True


@dataclass(frozen=True)
class Staged:
    """The folders that a page is served as `lib/` and `model/`."""

    lib: Path
    model: Path


def stage(peer: Peer, backend: str, source: Source, root: Path) -> Staged:
    """Write what the page of `peer` on `backend` needs for one network below `root`; code that is there is kept.

    Raises `UnsupportedOperatorError` where the peer cannot run the network, `ToolMissingError` where it is not
    installed.
    """
    staged = Staged(root / peer.name / backend / "lib", root / peer.name / backend / source.network.name)
    staged.lib.mkdir(parents=True, exist_ok=True)
    staged.model.mkdir(exist_ok=True)
    for name, where in peer.code[backend].items():
        if not (staged.lib / name).exists():
            shutil.copyfile(where(), staged.lib / name)
    peer.write(source, backend, staged.model)
    return staged


def versions() -> dict[str, str]:
    """The version of each package of each peer, as what is installed says. Raises `ToolMissingError` without them."""
    from ganzoo.browser.webdnn_js import PACKAGE

    found = dict([PACKAGE.split("@")])
    for package in (*TF_PACKAGES, ORT):
        found[package] = json.loads(_installed(f"{package}/package.json").read_text(encoding="utf-8"))["version"]
    return found


def _installed(name: str) -> Path:
    """The file `name` of the packages. Raises `ToolMissingError` where it is not there."""
    folder = os.environ.get("GANZOO_PEERS") or Path(__file__).parents[3] / "benchmarks" / "node_modules"
    path = Path(folder).expanduser() / name
    if not path.is_file():
        raise ToolMissingError(f"{path}, of a peer, is not there.", REMEDY)
    return path


def _onnx(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.bench.peers import onnx_model

    (folder / "model.onnx").write_bytes(onnx_model.serialize(source.plan))


def _layers(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.bench.peers import layers_model

    layers_model.write(source.plan, folder)


def _webdnn(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.export.layouts import ExportOptions, Traced, get
    from ganzoo.plugins import BACKENDS

    layout = get("webdnn")
    traced = Traced(source.network, source.graph, (), ())
    layout.write(layout.prepare(traced, [BACKENDS.get(backend)], ExportOptions(), {}), folder)


ORT, TF = "onnxruntime-web", "@tensorflow/tfjs"
TF_PACKAGES = [f"{TF}-{part}" for part in ("core", "layers", "backend-wasm", "backend-webgl", "backend-webgpu")]


def _tf(part: str) -> dict[str, Callable[[], Path]]:
    return {f"tf-{part}.js": partial(_installed, f"{TF}-{part}/dist/tf-{part}.es2017.min.js")}


def _ort(name: str, wasm: str) -> dict[str, Callable[[], Path]]:
    # renamed: a server that knows no .mjs calls it no script
    script = {f"ort.{name}.js": partial(_installed, f"{ORT}/dist/ort.{name}.bundle.min.mjs")}
    return {**script, wasm: partial(_installed, f"{ORT}/dist/{wasm}")}


TF_BOTH = {**_tf("core"), **_tf("layers")}
TF_WASM = "tfjs-backend-wasm-simd.wasm"

PEERS: tuple[Peer, ...] = (
    Peer(
        "onnxruntime-web",
        ORT,
        {
            "webassembly": _ort("wasm", "ort-wasm-simd-threaded.wasm"),
            "webgpu": _ort("webgpu", "ort-wasm-simd-threaded.asyncify.wasm"),
        },
        _onnx,
    ),
    Peer(
        "tensorflow.js",
        f"{TF}-core",
        {
            "webassembly": {
                **TF_BOTH,
                **_tf("backend-wasm"),
                TF_WASM: partial(_installed, f"{TF}-backend-wasm/dist/{TF_WASM}"),
            },
            "webgl": {**TF_BOTH, **_tf("backend-webgl")},
            "webgpu": {**TF_BOTH, **_tf("backend-webgpu")},
        },
        _layers,
    ),
    Peer(
        "webdnn",
        "webdnn",
        {backend: {"webdnn.js": webdnn_js} for backend in ("webgl", "webassembly")},
        _webdnn,
        batches=False,
    ),
)
