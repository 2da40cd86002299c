"""onnxruntime-web runs the plan as an ONNX model.

`onnx_graph.py` has the nodes and their names, `onnx_moves.py` has the moves of values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.bench.peers import Peer

if TYPE_CHECKING:
    from ganzoo.bench.peers import Source

PACKAGE = "onnxruntime-web"


def write(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.bench.peers.onnxruntime_web import onnx_model

    (folder / "model.onnx").write_bytes(onnx_model.serialize(source.plan))


def _code(name: str, wasm: str) -> dict[str, str]:
    # renamed: a server that knows no .mjs calls it no script
    return {f"ort.{name}.js": f"{PACKAGE}/dist/ort.{name}.bundle.min.mjs", wasm: f"{PACKAGE}/dist/{wasm}"}


PEER = Peer(
    name="onnxruntime-web",
    folder=Path(__file__).parent,
    package=PACKAGE,
    code={
        "webassembly": _code("wasm", "ort-wasm-simd-threaded.wasm"),
        "webgpu": _code("webgpu", "ort-wasm-simd-threaded.asyncify.wasm"),
    },
    write=write,
)
