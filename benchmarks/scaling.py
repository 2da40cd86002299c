"""Cost against arithmetic: the generator at 1/4 to 4 times its channels, one picture and many, beside the peers.

    make scaling

Times of every library on WebAssembly in one browser against multiply-adds, with the measured peak as a line: where a
curve runs flat is overhead, where it runs along the line is arithmetic. The report and the plot go to
`benchmarks/results/`, dated.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks import reference
from ganzoo import plugins
from ganzoo.cli import console
from ganzoo.files import replacing, write_json
from ganzoo.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ganzoo.specs import Arch

RESULTS = Path(__file__).parent / "results"
WIDTHS = (0.25, 0.5, 1, 2, 4)  # times the reference's channels
CHANNELS = (128, 64, 32)
BATCHES = (1, 64)


@dataclass(frozen=True)
class WideRun(Run):
    """A run of the reference generator with `width` times its channels, which no plugin has."""

    width: float = 1

    @property
    def arch(self) -> Arch:
        from ganzoo.archs._dcgan import Generator

        arch = plugins.ARCHS.get(self.config.arch)

        def build(config: Any) -> Any:
            values = config.hparams
            sizes = (int(values["latent_dim"]), config.n_classes, int(values["noise_dims"]), float(values["bn_decay"]))
            c0, c1, c2 = (int(channels * self.width) for channels in CHANNELS)
            return Generator(*sizes, width=(c0, c1, c2))

        def export(config: Any, model: Any) -> Any:
            return [replace(network, name=f"x{self.width:g}") for network in arch.export(config, model)]

        return replace(arch, build=build, export=export)


def points(report: Mapping[str, Any]) -> Iterator[tuple[str, int, int, Mapping[str, float]]]:
    """(library, multiply-adds of a picture, batch, median in ms) of every row that has figures."""
    multiply_adds = {network["name"]: network["multiply_adds"] for network in report["networks"]}
    for row in report["rows"]:
        for timed in () if row["reason"] else row["batches"]:
            yield row["library"], multiply_adds[row["network"]], timed["batch"], timed["median_ms"]


def plot(report: Mapping[str, Any], path: Path) -> None:
    """Cost of a picture against its multiply-adds, both logarithmic; a panel for each batch."""
    import matplotlib
    from matplotlib.figure import Figure

    from ganzoo.bench.reports.formatting import libraries
    from ganzoo.charts.style import COLOURS, MARKERS

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    panels = figure.subplots(1, len(BATCHES), sharey=True)
    peaks = [peak for browser in report["browsers"] for peak in browser["peak_gflops"].values() if peak]
    peak = max((each["median"] for each in peaks), default=None)
    found = sorted(points(report), key=lambda point: point[1])
    for panel, batch in zip(panels, BATCHES, strict=True):
        for i, library in enumerate(libraries(report["rows"])):
            chosen = [(adds, ms) for name, adds, n, ms in found if name == library and n == batch]
            if chosen:
                costs = [ms["median"] / batch for _, ms in chosen]
                color, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
                panel.plot([adds for adds, _ in chosen], costs, color=color, marker=marker, label=library)
        if peak and found:
            ends = [found[0][1], found[-1][1]]
            panel.plot(ends, [2e-6 * adds / peak for adds in ends], "k--", label=f"peak, {peak:.0f} GFLOP/s")
        panel.set(xscale="log", yscale="log", xlabel="multiply-adds of a picture")
        panel.set_title(f"{batch} picture{'s' if batch > 1 else ''} a run")
        panel.grid(True, which="major", alpha=0.3)
        if found:
            panel.legend()
    panels[0].set_ylabel("ms a picture")
    browser = report["browsers"][0]
    figure.suptitle(f"Generator of 1/4 to 4 times the channels, WebAssembly, {browser['name']} {browser['version']}")
    # letters stay letters: a reader may search and copy them
    with matplotlib.rc_context({"svg.fonttype": "none"}), replacing(path) as beside:
        figure.savefig(beside, format="svg", metadata={"Date": None})


def main(rounds: Annotated[int, typer.Option(min=1, help="Rounds, each a fresh browser.")] = 6) -> None:
    from ganzoo.bench.options import BenchOptions
    from ganzoo.bench.run import bench
    from ganzoo.browsers.find import find_browsers
    from ganzoo.browsers.session import Local

    with tempfile.TemporaryDirectory(prefix="ganzoo-scaling-") as folder:
        exports = []
        for width in WIDTHS:
            console.step(f"exporting the generator at {width:g} times its channels")
            arch, preset = reference.PRESETS["generator"]
            bare = WideRun(
                Path(folder) / f"x{width:g}", reference.config(plugins.ARCHS.get(arch), preset), {}, width=width
            )
            made = reference.save(bare)
            exports.append((reference.export(made), made))
        options = BenchOptions(
            backends=("webassembly",), batches=BATCHES, peers=True, least=rounds, most=rounds, link=None
        )
        report = bench(exports, [Local(find_browsers()[0])], options, console.step)
    path = RESULTS / f"{date.today().isoformat()}-scaling.json"
    write_json(path, report, indent=None)
    plot(report, path.with_suffix(".svg"))
    print(path)


if __name__ == "__main__":
    typer.run(main)
