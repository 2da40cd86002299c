"""A network far above the zoo's: exported and verified on every backend, with time and peak memory.

    .venv/bin/python -m benchmarks.large [--size 128] [--channels 50]

A residual generator as SNGAN's (Miyato et al. 2018, arXiv:1802.05957, table 4) of random weights: pictures of 128x128
in colour, a tanh, uniform noise, 5,277 M multiply-adds each. The export runs in a process of its own, so that its
peak is its own; the browsers' processes are counted beside it. Linux only. Results go to `benchmarks/results/`, dated.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

import ganzoo  # noqa: F401 - its import hook must stand before Chainer
from ganzoo import plugins, provenance
from ganzoo.cli import console
from ganzoo.files import write_json
from ganzoo.runs.run import Run
from ganzoo.specs import Arch, Network, Preset, TensorSpec, TrainConfig

RESULTS = Path(__file__).parent / "results"
WORK = "benchmarks.large"
LATENT = 128
PAUSE = 0.2  # s between looks at the memory


def networks(size: int, channels: int) -> tuple[Network, ...]:
    """A generator of pictures (3, size, size), of `channels` at its last block and twice as many at each before."""
    import chainer
    import chainer.functions as F
    import chainer.links as L
    import numpy as np

    np.random.seed(0)
    depth = int(math.log2(size // 4))
    widths = [channels * 2 ** min(depth - 1 - i, 4) for i in range(depth)]

    class Block(chainer.Chain):  # type: ignore[misc]
        def __init__(self, given: int, made: int) -> None:
            super().__init__()
            he = chainer.initializers.HeNormal()
            with self.init_scope():
                self.b1, self.b2 = L.BatchNormalization(given), L.BatchNormalization(made)
                self.c1 = L.Convolution2D(given, made, 3, pad=1, initialW=he)
                self.c2 = L.Convolution2D(made, made, 3, pad=1, initialW=he)
                self.c3 = L.Convolution2D(given, made, 1, initialW=he)

        def forward(self, x: Any) -> Any:
            h = self.c1(_twice(F.relu(self.b1(x))))
            # halved, so that the sums of untrained blocks do not grow
            return 0.5 * (self.c2(F.relu(self.b2(h))) + _twice(self.c3(x)))

    class Generator(chainer.Chain):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.l0 = L.Linear(LATENT, widths[0] * 16)
                self.blocks = chainer.ChainList(*map(Block, [widths[0], *widths], widths))
                self.bn = L.BatchNormalization(widths[-1])
                self.out = L.Convolution2D(widths[-1], 3, 3, pad=1)

        def forward(self, z: Any) -> Any:
            h = F.reshape(self.l0(z), (-1, widths[0], 4, 4))
            for block in self.blocks:
                h = block(h)
            return F.tanh(self.out(F.relu(self.bn(h))))

    def _twice(x: Any) -> Any:
        return F.unpooling_2d(x, 2, cover_all=False)

    generator = Generator()
    z = TensorSpec("z", (LATENT,), "latent", range=(-1.0, 1.0), distribution="uniform")
    picture = TensorSpec("y", (3, size, size), "image", range=(-1.0, 1.0))
    return (Network("generator", generator, generator.forward, (z,), (picture,)),)


@dataclass(frozen=True)
class LargeRun(Run):
    """A run of an architecture that is registered nowhere."""

    made: tuple[Network, ...] = ()

    @property
    def arch(self) -> Arch:
        def none(*_: Any) -> Any:
            raise NotImplementedError

        return Arch(
            "large",
            "",
            "",
            {"default": Preset("random weights", 1, epochs=1)},
            none,
            none,
            lambda config, model: self.made,
        )

    def model(self) -> Any:
        return None


def export(size: int, channels: int, folder: Path) -> dict[str, Any]:
    """Export and verify, as `ganzoo export --all-backends --verify` does: seconds and sizes."""
    from ganzoo.export import exports
    from ganzoo.export.explain import explain
    from ganzoo.verify import exports as verification

    config = TrainConfig("large", "default", "none", (3, size, size), 1, 1, 1, 0, "cpu", {})
    run = LargeRun(folder, config, {"classes": ["any"]}, made=networks(size, channels))
    backends = [plugins.BACKENDS.get(name) for name in plugins.BACKENDS.names()]
    began = time.perf_counter()
    judged: list[float] = []

    def judge(staged: Any) -> Any:
        judged.append(time.perf_counter() - began)
        checks = verification.verify(staged, progress=console.step)
        verification.require(checks)
        judged.append(time.perf_counter() - began)
        return checks

    made = exports.write(run, backends, folder / "export", judge=judge, progress=console.step)
    whole = time.perf_counter() - began
    rows = explain(run)["generator"]
    return {
        "multiply_adds": sum(row.multiply_adds for row in rows),
        "weights_bytes": next(cost.raw for cost in made.encoding_costs if cost.encoding == "f32"),
        "export_s": round(whole - (judged[1] - judged[0]), 1),
        "verify_s": round(judged[1] - judged[0], 1),
        "checks": [
            {key: getattr(check, key) for key in ("backend", "encoding", "ok", "max_abs_error", "renderer", "seconds")}
            for _, check in made.checks
        ],
    }


class Memory(threading.Thread):
    """The most that a process, and those that it started, took at a moment: bytes, shared pages counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.own = self.all = 0
        self._pid = pid

    def run(self) -> None:
        while sizes := _sizes(self._pid):
            self.own = max(self.own, sizes[self._pid])
            self.all = max(self.all, sum(sizes.values()))
            time.sleep(PAUSE)


def _sizes(root: int) -> dict[int, int]:
    """Proportional set sizes of `root` and its descendants; empty when it is gone."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    sizes = {}
    for pid in found:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            sizes[pid] = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return sizes if root in sizes else {}


def main(
    size: Annotated[int, typer.Option(help="Of a picture's side, a power of two.")] = 128,
    channels: Annotated[int, typer.Option(help="Of the last block.")] = 50,
    out: Annotated[Path | None, typer.Option(help="The results' file.")] = None,
    child: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    if child:
        write_json(child / "result.json", export(size, channels, child))
        return
    with tempfile.TemporaryDirectory() as folder:
        options = ["--size", str(size), "--channels", str(channels), "--child", folder]
        with subprocess.Popen([sys.executable, "-m", WORK, *options]) as process:
            memory = Memory(process.pid)
            memory.start()
            process.wait()
        if process.returncode:
            raise SystemExit(process.returncode)
        import json

        result = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
    told = {"date": provenance.now(), "machine": provenance.machine(), "versions": provenance.versions()}
    peaks = {"peak_bytes": memory.own, "peak_bytes_with_browsers": memory.all}
    path = out or RESULTS / f"{date.today().isoformat()}-large.json"
    write_json(path, {**told, "git": provenance.git(), "size": size, "channels": channels, **result, **peaks})
    console.out().print(
        f"{result['multiply_adds'] / 1e6:,.0f} M multiply-adds: exported in {result['export_s']} s, verified in "
        f"{result['verify_s']} s; {memory.own / 1e6:,.0f} MB at most, {memory.all / 1e6:,.0f} MB with browsers"
    )
    print(path)


if __name__ == "__main__":
    typer.run(main)
