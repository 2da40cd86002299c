"""Time the reference models on ganzoo and its peers in the Chromium of this machine: `make peers`.

Rounds over all cases, each in a fresh browser; within a round the peers of one network and backend follow one
another, so that they share the machine's mood. Ratios are taken within a round. Results go to
`benchmarks/results/`, dated. Three rounds take some ten minutes; the first time, five more to compress the peers.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.peers import measure, networks, summary
from benchmarks.peers.stage import PEERS, Staged, peak_modules, stage
from benchmarks.peers.summary import Case
from ganzoo import inputs, show
from ganzoo.bench.report import report
from ganzoo.browser.find import find_browser
from ganzoo.export.trace import reference
from ganzoo.files import write_json

RESULTS = Path(__file__).parents[1] / "results"
COUNTS = {"cache": 3072, "weights": 209_040}  # of peak.c: what the first cache holds, what the generator has
SEED = 0


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    runs: Annotated[int, typer.Option(min=1, help="Runs after the first that each round times.")] = 200,
    network: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    backend: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    peer: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    out: Annotated[Path | None, typer.Option(help="The JSON file.")] = None,
) -> None:
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="ganzoo-peers-") as folder:
        staged = stage(Path(folder), peer or [each.name for each in PEERS])
        modules = peak_modules(Path(folder) / "peak")
        samples = _samples()
        cases = [
            Case(name, technology, each.name)
            for name in samples
            for technology in ("webassembly", "webgpu", "webgl")
            for each in PEERS
            if each.name in staged.models and technology in each.code
            if name in (network or [name]) and technology in (backend or [technology])
        ]
        results: dict[Case, list[measure.Sample]] = {case: [] for case in cases}

        def peak() -> Any:
            show.step("peak of WebAssembly")
            return measure.peak(Path(folder) / "peak", modules, COUNTS, browser)

        peaks = [peak()]
        load = [os.getloadavg()[0]]
        for i in range(rounds):
            for case in cases:
                show.step(f"round {i + 1} of {rounds}: {case.network}, {case.backend}, {case.peer}")
                results[case].append(
                    measure.measure(
                        *(case.peer, case.backend, staged.libraries[case.peer], staged.models[case.peer][case.network]),
                        *samples[case.network],
                        runs=runs,
                        batch=any(case.peer == each.name and case.backend in each.batched for each in PEERS),
                        browser=browser,
                    )
                )
            peaks.append(peak())
            load.append(os.getloadavg()[0])
        show.step("compressing code")
        found = _found(results, peaks, staged)
    machine = report(())
    path = out or RESULTS / f"{date.today().isoformat()}-peers-{browser.name.lower()}.json"
    write_json(
        path,
        {
            **{key: machine[key] for key in ("date", "machine")},
            "versions": {**machine["versions"], **_pinned()},
            "browser": f"{browser.name} {browser.version}",
            "load_average": [round(value, 1) for value in load],
            "rounds": rounds,
            **found,
        },
    )
    print(path)


def _pinned() -> dict[str, str]:
    """The peers' packages with their versions."""
    package = json.loads((Path(__file__).parents[1] / "package.json").read_text(encoding="utf-8"))
    return dict(package["dependencies"])


def _samples() -> dict[str, tuple[Any, Any]]:
    """Seeded inputs and Chainer's outputs of each network."""
    pairs = {}
    for name, (_, _, network) in networks.networks().items():
        drawn = inputs.seeded(network.inputs, measure.BATCH, SEED)
        pairs[name] = (drawn[0], reference(network, drawn)[0])
    return pairs


def _found(results: dict[Case, list[measure.Sample]], peaks: list[Any], staged: Staged) -> dict[str, Any]:
    """The figures for JSON; prints them as tables."""
    figures = {case: summary.figures(samples) for case, samples in results.items()}
    share = summary.shares(results, peaks)
    ratios = summary.ratios(results)
    code = {
        case: summary.code_bytes(case, samples[0], staged) for case, samples in results.items() if samples[0].fetched
    }
    console = show.out()
    for table in (*summary.case_tables(figures, share), *summary.ratio_tables(ratios), summary.bytes_table(code)):
        console.print(table)
    for module in peaks[0]:
        values = (f"{max(peak[module][kind] for peak in peaks):.1f} ({kind})" for kind in COUNTS)
        console.print(f"Peak of one thread of WebAssembly, {module}: {', '.join(values)} GFLOP/s")
    return {
        "cases": [
            {
                "network": case.network,
                "backend": case.backend,
                "peer": case.peer,
                **row,
                "share_of_peak": share.get(case),
                "code_bytes": code.get(case),
            }
            for case, row in figures.items()
        ],
        "ratios": ratios,
        "peak_gflops": peaks,
    }


if __name__ == "__main__":
    typer.run(main)
