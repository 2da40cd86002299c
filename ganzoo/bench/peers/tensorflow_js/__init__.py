"""TensorFlow.js runs the plan as a layers model of Keras. `layers_graph.py` has the layers and weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.bench.peers import Peer

if TYPE_CHECKING:
    from ganzoo.bench.peers import Source

WASM = "tfjs-backend-wasm-simd.wasm"


def write(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.bench.peers.tensorflow_js import layers_model

    layers_model.write(source.plan, folder)


def _code(backend: str) -> dict[str, str]:
    parts = ("core", "layers", f"backend-{backend}")
    return {f"tf-{part}.js": f"@tensorflow/tfjs-{part}/dist/tf-{part}.es2017.min.js" for part in parts}


PEER = Peer(
    name="tensorflow.js",
    folder=Path(__file__).parent,
    package="@tensorflow/tfjs-core",
    code={
        "webassembly": {**_code("wasm"), WASM: f"@tensorflow/tfjs-backend-wasm/dist/{WASM}"},
        "webgl": _code("webgl"),
        "webgpu": _code("webgpu"),
    },
    write=write,
)
