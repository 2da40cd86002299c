"""Time and memory that a large folder of pictures takes: `make data-memory`.

    .venv/bin/python -m benchmarks.data_memory

20,000 pictures of 64x64 in colour are made by code, in ten classes. Two processes then do what a training does until
its second step, the first with an empty cache, the second with the decoded pictures in it. A dated result is written.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image

from ganzoo import provenance
from ganzoo.files import write_json

RESULTS = Path(__file__).with_name("results")
CLASSES, SIZE, ARCH = 10, 64, "cnn"
MOST_GB = 1.5


def make(folder: Path, count: int) -> None:
    """`count` PNG files: a few large soft blots each, other colours in each class."""
    for i in range(count):
        rng, label = np.random.default_rng(i), i % CLASSES
        few = rng.integers(0, 256, (6, 6, 3)) // 2 + np.array([label * 12, 120 - label * 12, 60])
        path = folder / f"class {label}" / f"{i:05d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(few.astype(np.uint8)).resize((SIZE, SIZE), Image.Resampling.BICUBIC).save(path)


def train(folder: Path) -> None:
    """Print as JSON what loading and two steps took, of which this process does nothing else."""
    from ganzoo import datasets, plugins
    from ganzoo.training.options import TrainOptions, configure

    began = time.perf_counter()
    arch = plugins.ARCHS.get(ARCH)
    options = TrainOptions(dataset="folder", data_dir=folder, data_options={"size": SIZE}, device="cpu")
    config, data = configure(arch, options)
    loaded = time.perf_counter()
    datasets.checksum(data)
    summed = time.perf_counter()
    updater = plugins.trained(arch, config, data).updater
    for _ in range(2):
        updater.update()
    told = {
        "images": len(data.train_t) + len(data.test_t),
        "shape": list(config.shape),
        "seconds_to_load": round(loaded - began, 2),
        "seconds_of_checksum": round(summed - loaded, 2),
        "seconds_of_two_steps": round(time.perf_counter() - summed, 2),
        "peak_gb": round(peak() / 1e9, 3),
    }
    print(json.dumps(told))


def peak() -> int:
    """Bytes of this process's largest resident set, mapped files among them (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def visit(folder: Path, cache: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.data_memory", "--worker", str(folder)]
    done = subprocess.run(
        command, env={**os.environ, "GANZOO_CACHE": str(cache)}, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(
    count: Annotated[int, typer.Option(min=100, help="Number of pictures.")] = 20_000,
    worker: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure, print and write the result."""
    if worker:
        train(worker)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch) / "pictures", Path(scratch) / "cache"
        folder.mkdir()
        make(folder, count)
        first, second = visit(folder, cache), visit(folder, cache)
    document = {"date": provenance.now(), "machine": provenance.machine(), "first": first, "second": second}
    print(f"first  {first}\nsecond {second}")
    write_json(RESULTS / f"{provenance.now()[:10]}-data-memory.json", document)
    if max(first["peak_gb"], second["peak_gb"]) > MOST_GB:
        raise SystemExit(f"More than {MOST_GB} GB.")


if __name__ == "__main__":
    typer.run(main)
