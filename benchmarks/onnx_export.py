"""Time and memory of exporting ResNet-18 from ONNX: for one backend, in f32, without verification.

    .venv/bin/python -m benchmarks.onnx_export benchmarks/results/DATE-onnx-export.json

The network is that of He et al. 2015 (arXiv:1512.03385), 224x224, with random weights in their real sizes, 47 MB. Each
export is a process of its own; the first one fills caches and is left out. Memory is the largest of the process, also
less that of `ganzoo export --help`, which every command needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Any

import numpy as np
import typer

from ganzoo.files import write_json
from ganzoo.provenance import machine
from ganzoo.temporary import scratch

LAYERS = [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]  # channels, stride
RUNS = 3


def resnet18() -> Any:
    """The model, batch norm and all, as exporters write it."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.RandomState(18)
    nodes, tensors = [], []

    def weight(name: str, *shape: int) -> str:
        fan_in = int(np.prod(shape[1:])) or 1
        tensors.append(
            numpy_helper.from_array((random.standard_normal(shape) * (2 / fan_in) ** 0.5).astype(np.float32), name)
        )
        return name

    def conv(x: str, name: str, c_in: int, c_out: int, k: int, stride: int) -> str:
        w = weight(f"{name}.weight", c_out, c_in, k, k)
        pads = [k // 2] * 4
        nodes.append(helper.make_node("Conv", [x, w], [f"{name}.conv"], strides=[stride] * 2, pads=pads))
        ones = np.ones(c_out, np.float32)
        given = {"scale": ones, "bias": 0 * ones, "mean": 0 * ones, "var": ones}
        tensors.extend(numpy_helper.from_array(array, f"{name}.bn.{key}") for key, array in given.items())
        inputs = [f"{name}.conv", *(f"{name}.bn.{key}" for key in given)]
        nodes.append(helper.make_node("BatchNormalization", inputs, [name]))
        return name

    def relu(x: str) -> str:
        nodes.append(helper.make_node("Relu", [x], [f"{x}.relu"]))
        return f"{x}.relu"

    x = relu(conv("x", "conv1", 3, 64, 7, 2))
    nodes.append(helper.make_node("MaxPool", [x], ["pool"], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4))
    x, c_in = "pool", 64
    for i, (c, stride) in enumerate(LAYERS):
        y = conv(relu(conv(x, f"layer{i}.1", c_in, c, 3, stride)), f"layer{i}.2", c, c, 3, 1)
        shortcut = conv(x, f"layer{i}.down", c_in, c, 1, stride) if (c, stride) != (c_in, 1) else x
        nodes.append(helper.make_node("Add", [y, shortcut], [f"layer{i}"]))
        x, c_in = relu(f"layer{i}"), c
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["mean"]))
    nodes.append(helper.make_node("Flatten", ["mean"], ["flat"]))
    weight("fc.weight", 1000, 512)
    tensors.append(numpy_helper.from_array(np.zeros(1000, np.float32), "fc.bias"))
    nodes.append(helper.make_node("Gemm", ["flat", "fc.weight", "fc.bias"], ["y"], transB=1))
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        for name, shape in (("x", (3, 224, 224)), ("y", (1000,)))
    ]
    graph = helper.make_graph(nodes, "resnet18", values[:1], values[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def measured(*arguments: str, folder: Path) -> tuple[float, int]:
    """Seconds and the largest memory, in bytes, of one `ganzoo` process."""
    code = (
        "import resource, subprocess, sys; "
        "done = subprocess.run([sys.executable, '-m', 'ganzoo', *sys.argv[1:]], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True, check=True
    )
    return time.monotonic() - started, int(done.stdout) * (1 if sys.platform == "darwin" else 1024)


def main(
    out: Annotated[Path | None, typer.Argument(help="JSON file to write.")] = None,
    backend: Annotated[str, typer.Option(help="The backend to export for.")] = "webassembly",
) -> None:
    """Export ResNet-18 and print time and memory."""
    with scratch() as folder:
        model = resnet18()
        weights = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
        (folder / "resnet18.onnx").write_bytes(model.SerializeToString())
        del model
        _, bare = measured("export", "--help", folder=folder)
        runs = [
            measured("export", "resnet18.onnx", "--backend", backend, "--no-verify", folder=folder)
            for _ in range(RUNS + 1)
        ][1:]
    seconds, memory = sorted(each for each, _ in runs), max(each for _, each in runs)
    told = {
        "machine": machine(),
        "backend": backend,
        "weights": weights,
        "seconds": seconds,
        "memory": memory,
        "memory_of_help": bare,
        "memory_by_weights": memory / weights,
        "memory_beyond_help_by_weights": (memory - bare) / weights,
    }
    print(json.dumps(told, indent=1))
    if out:
        write_json(out, told)


if __name__ == "__main__":
    typer.run(main)
