"""What an all-backend export costs: seconds, warm, without imports and verification; bytes of all its files.

    .venv/bin/python -m benchmarks.export

ganzoo's layout and WebDNN's take turns, on the reference generator and the reference classifier after a token
training. Warm: the first export of each is not counted. Results go to `benchmarks/results/`, dated.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import reference
from ganzoo import plugins, provenance, tables
from ganzoo.cli import console
from ganzoo.export import exports, size
from ganzoo.export.layouts import NAMES as LAYOUTS
from ganzoo.files import write_json
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import train

RESULTS = Path(__file__).parent / "results"


def main(rounds: Annotated[int, typer.Option(min=1)] = 5) -> None:
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for network, (arch, preset) in reference.PRESETS.items():
            console.step(f"exporting the {network}")
            run = train(arch, TrainOptions(preset=preset, epochs=1, limit=128), root, None).run
            seconds: dict[str, list[float]] = {layout: [] for layout in LAYOUTS}
            made: dict[str, exports.ExportResult] = {}
            for _ in range(rounds + 1):
                for layout in LAYOUTS:
                    backends = plugins.BACKENDS.working(print)
                    began = time.perf_counter()
                    made[layout] = exports.write(run, backends, root / f"{network}-{layout}", layout=layout)
                    seconds[layout].append(time.perf_counter() - began)
            rows += [_row(network, layout, seconds[layout][1:], made[layout]) for layout in LAYOUTS]
    for row in rows:
        ours = next(r for r in rows if r["network"] == row["network"] and r["layout"] == "ganzoo")
        row["times_the_weights"] = round(row["bytes"] / ours["weights"], 3)
    path = RESULTS / f"{date.today().isoformat()}-export.json"
    told = {"date": provenance.now(), "machine": provenance.machine(), "versions": provenance.versions()}
    write_json(path, {**told, "git": provenance.git(), "rows": rows})
    cells = [
        [
            row["network"],
            row["layout"],
            f"{row['median_s']:.2f} s",
            f"{row['files']}",
            f"{row['bytes']:,}",
            f"{row['times_the_weights']:.2f}",
        ]
        for row in rows
    ]
    console.out().print(tables.table(("network", "layout", "median", "files", "bytes", "x weights"), cells, right=4))
    print(path)


def _row(network: str, layout: str, seconds: list[float], made: exports.ExportResult) -> dict[str, Any]:
    whole = size.total(made.parts)
    return {
        "network": network,
        "layout": layout,
        "median_s": round(statistics.median(seconds), 3),
        "seconds": [round(each, 3) for each in seconds],
        "files": whole.files,
        "bytes": whole.raw,
        "weights": whole.weights,
        "code_brotli_of_a_page": {name: total.code_brotli for name, total in size.by_backend(made.parts).items()},
    }


if __name__ == "__main__":
    typer.run(main)
