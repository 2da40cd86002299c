"""What each peer's page is served: its own code, unchanged, and the models as it takes them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import networks, onnx_model, tfjs_model
from ganzoo.errors import ToolMissingError
from ganzoo.plugins import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from benchmarks.peers.networks import Layer
    from ganzoo.specs import Arch, Network
    from ganzoo.training.run import Run

HERE = Path(__file__).parent
PACKAGES = HERE.parent / "node_modules"
LAYOUTS = ("ganzoo", "webdnn")


@dataclass(frozen=True)
class Peer:
    """A library on some backends. `code` maps names in the page's `lib/` to files in `node_modules`, by backend.

    `batched` backends are also timed on many pictures at once. `pages/<name>.js` knows the library.
    """

    name: str
    code: Mapping[str, Mapping[str, str]]
    batched: tuple[str, ...] = ("webassembly",)


ORT, TF = "onnxruntime-web/dist", "@tensorflow/tfjs"
TF_CORE = {"tf-core.js": f"{TF}-core/dist/tf-core.es2017.min.js"}

# Renamed: a server that knows no .mjs calls it no script.
PEERS = (
    Peer("ganzoo", {"webassembly": {}, "webgpu": {}, "webgl": {}}),
    Peer(
        "ort",
        {
            "webassembly": {
                "ort.wasm.js": f"{ORT}/ort.wasm.bundle.min.mjs",
                "ort-wasm-simd-threaded.wasm": f"{ORT}/ort-wasm-simd-threaded.wasm",
            },
            "webgpu": {
                "ort.webgpu.js": f"{ORT}/ort.webgpu.bundle.min.mjs",
                "ort-wasm-simd-threaded.asyncify.wasm": f"{ORT}/ort-wasm-simd-threaded.asyncify.wasm",
            },
            "webgl": {"ort.webgl.js": f"{ORT}/ort.webgl.min.mjs"},
        },
    ),
    Peer(
        "tfjs",
        {
            "webassembly": {
                **TF_CORE,
                "tf-backend-wasm.js": f"{TF}-backend-wasm/dist/tf-backend-wasm.es2017.min.js",
                "tfjs-backend-wasm-simd.wasm": f"{TF}-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
            },
            "webgpu": {**TF_CORE, "tf-backend-webgpu.js": f"{TF}-backend-webgpu/dist/tf-backend-webgpu.es2017.min.js"},
            "webgl": {**TF_CORE, "tf-backend-webgl.js": f"{TF}-backend-webgl/dist/tf-backend-webgl.es2017.min.js"},
        },
    ),
    Peer("webdnn", {"webassembly": {}, "webgl": {}}, batched=()),
)


@dataclass(frozen=True)
class Staged:
    """Folders: of each peer's code, and of each peer's files of each network."""

    libraries: Mapping[str, Path]
    models: Mapping[str, Mapping[str, Path]]


def stage(root: Path, chosen: Collection[str]) -> Staged:
    """Write what the peers `chosen` need below `root`, an empty folder."""
    from ganzoo.browser.webdnn_js import webdnn_js
    from ganzoo.export.bundle import export

    libraries = {}
    for peer in PEERS:
        libraries[peer.name] = folder = root / "lib" / peer.name
        folder.mkdir(parents=True)
        if peer.name in chosen:
            for name, source in {k: v for code in peer.code.values() for k, v in code.items()}.items():
                _copy(PACKAGES / source, folder / name)
    if "webdnn" in chosen:
        shutil.copyfile(webdnn_js(), libraries["webdnn"] / "webdnn.js")

    models: dict[str, dict[str, Path]] = {name: {} for name in chosen}
    for name, (arch, link, network) in networks.networks().items():
        layers = networks.layers(name, link)
        for converted, write in CONVERTED.items():
            if converted in chosen:
                models[converted][name] = root / converted / name
                models[converted][name].mkdir(parents=True)
                write(models[converted][name], network, layers)
        run = _run(root / "runs" / name, arch, link)
        for layout in LAYOUTS:
            if layout in chosen:
                backends = [BACKENDS.get(backend) for backend in BACKENDS.names()]
                made = export(run, backends, root / layout / name, layout=layout)
                models[layout][name] = made.bundle.path / name
    return Staged(libraries, models)


def _onnx(folder: Path, network: Network, layers: Sequence[Layer]) -> None:
    (folder / "model.onnx").write_bytes(onnx_model.serialize(network, layers))
    (folder / "model-1.onnx").write_bytes(onnx_model.serialize(network, layers, 1))


def _tfjs(folder: Path, network: Network, layers: Sequence[Layer]) -> None:
    description, arrays = tfjs_model.convert(network, layers)
    (folder / "model.json").write_text(json.dumps(description))
    (folder / "weights.bin").write_bytes(b"".join(array.tobytes() for array in arrays))


CONVERTED = {"ort": _onnx, "tfjs": _tfjs}


def peak_modules(folder: Path) -> list[str]:
    """Compile peak.c into `folder`, with and without relaxed SIMD; the modules' names."""
    folder.mkdir(parents=True)
    flags = {"simd128": ["-msimd128"], "relaxed": ["-msimd128", "-mrelaxed-simd"]}
    for name, chosen in flags.items():
        command = [
            *(sys.executable, "-m", "ziglang", "cc", str(HERE / "peak.c"), "-o", str(folder / f"{name}.wasm")),
            *("-target", "wasm32-freestanding", "-O3", "-nostdlib", *chosen),
            *("-Wl,--no-entry", "-Wl,--export=multiply_add", "-Wl,--initial-memory=2097152"),
        ]
        subprocess.run(command, check=True)
    return list(flags)


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise ToolMissingError(f"{source} is not there.", "Install the peers with: npm --prefix benchmarks ci")
    shutil.copyfile(source, target)


def _run(path: Path, arch: Arch, link: object) -> Run:
    """A run directory that holds `link` as if it had been trained."""
    from ganzoo.training import run as runs
    from ganzoo.training.snapshot import save_model

    config = networks.config(arch)
    run = runs.create(path, config, {"classes": [str(k) for k in range(config.n_classes)]})
    save_model(run.model_path, config, link)
    return run
