"""From samples to figures: plain objects for JSON, rows for the terminal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.peers.measure import BATCH
from benchmarks.peers.networks import MULTIPLY_ADDS
from ganzoo import tables
from ganzoo.files import write_text
from ganzoo.paths import writable_cache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rich.table import Table

    from benchmarks.peers.measure import Sample
    from benchmarks.peers.stage import Staged

WEIGHTS = (".bin", ".onnx")
# How a round of one peer is told in one number; what is better is smaller.
METRICS: Mapping[str, Callable[[Sample], float | None]] = {
    "early": lambda sample: median(sample.early),
    "steady": lambda sample: median(sample.steady) if sample.steady else None,
    "batch": lambda sample: median(sample.batches) / BATCH if sample.batches else None,
    "cold": lambda sample: sample.cold_ms,
}


@dataclass(frozen=True)
class Case:
    network: str
    backend: str
    peer: str


def figures(samples: Sequence[Sample]) -> dict[str, Any]:
    """One case over its rounds: medians over rounds of what happens once in a page, quartiles over all timed runs."""
    failed = next((sample.reason for sample in samples if sample.reason), "")
    if failed:
        return {"reason": failed}
    batch = [value for value in map(METRICS["batch"], samples) if value is not None]
    return {
        "adapter": samples[0].adapter,
        "largest_error": max(sample.error for sample in samples),
        **{name: _round(median(getattr(s, name) for s in samples)) for name in ("script_ms", "load_ms", "first_ms")},
        "cold_ms": _spread([sample.cold_ms for sample in samples]),
        "early_ms": _quartiles([sample.early for sample in samples]),
        "steady_ms": _quartiles([sample.steady for sample in samples]),
        "runs_in_a_steady_sample": samples[0].block,
        "pictures_per_second_at_64": _spread([1000 / value for value in batch]) if batch else None,
    }


def ratios(results: Mapping[Case, Sequence[Sample]]) -> list[dict[str, Any]]:
    """How many times faster ganzoo is than each peer on the same network and backend, round by round."""
    rows = []
    for case, samples in results.items():
        ours = results.get(Case(case.network, case.backend, "ganzoo"), ())
        pairs = [(a, b) for a, b in zip(samples, ours, strict=False) if not a.reason and not b.reason]
        if case.peer == "ganzoo" or not pairs:
            continue
        row: dict[str, Any] = {"network": case.network, "backend": case.backend, "peer": case.peer}
        for name, metric in METRICS.items():
            values = [(metric(theirs), metric(own)) for theirs, own in pairs]
            row[name] = _spread([a / b for a, b in values if a and b])
        rows.append(row)
    return rows


def shares(results: Mapping[Case, Sequence[Sample]], peaks: Sequence[Mapping[str, Any]]) -> dict[Case, float]:
    """Which part of the peak the multiply-adds of a steady run reach, on one thread of wasm.

    A machine's other work slows both down, at other times: so each is taken at its fastest tenth. The peak is that
    of relaxed SIMD with as many weights as a model has, in the best round.
    """
    import numpy as np

    peak = max(float(each["relaxed"]["weights"]) for each in peaks)
    found = {}
    for case, samples in results.items():
        if case.backend == "webassembly" and not any(sample.reason for sample in samples):
            fast = float(np.quantile([ms for sample in samples for ms in sample.steady or sample.early], 0.1))
            found[case] = _round(2e-6 * MULTIPLY_ADDS[case.network] / fast / peak)  # 2e-6: GFLOP/s from ms
    return found


def code_bytes(case: Case, sample: Sample, staged: Staged) -> dict[str, int]:
    """Brotli bytes of each file but the weights that the page fetched."""
    folders = {"lib": staged.libraries[case.peer], "model": staged.models[case.peer][case.network]}
    names = [name for name in dict.fromkeys(sample.fetched) if not name.endswith(WEIGHTS)]
    return {name: brotli_bytes(folders[name.partition("/")[0]] / name.partition("/")[2]) for name in names}


def brotli_bytes(path: Path) -> int:
    """The file's size at Brotli 11, kept in the cache: 14 MB take a minute."""
    import brotli

    content = path.read_bytes()
    kept = writable_cache("brotli") / hashlib.sha256(content).hexdigest()
    if not kept.exists():
        write_text(kept, str(len(brotli.compress(content, quality=11))))
    return int(kept.read_text())


def case_tables(results: Mapping[Case, Any], part: Mapping[Case, float]) -> list[Table]:
    """A table for each network and backend; `results` are `figures`."""
    from rich.text import Text

    made = []
    for network, backend in dict.fromkeys((case.network, case.backend) for case in results):
        rows, adapter, notes = [], "", []
        for case, row in results.items():
            if (case.network, case.backend) != (network, backend):
                continue
            if "reason" in row:
                notes.append(f"{case.peer}: {row['reason']}")
                rows.append([case.peer, "failed", *[""] * 7])
                continue
            adapter = row["adapter"]
            early, steady, many = row["early_ms"], row["steady_ms"], row["pictures_per_second_at_64"]
            rows.append(
                [
                    case.peer,
                    *(_ms(row["load_ms"]), _ms(row["first_ms"]), _ms(early["median"])),
                    f"{_ms(early['q1'])}-{_ms(early['q3'])}",
                    _ms(steady["median"]) if steady else "",
                    _ms(row["cold_ms"]["median"]),
                    f"{many['median']:.0f}" if many else "",
                    f"{part[case]:.0%}" if case in part else "",
                ]
            )
        headings = ("ms", "load", "first", "median", "IQR", "steady", "cold", "64: /s", "peak")
        table = tables.table(headings, rows, right=8, title=f"{network} on {backend}: {adapter}")
        table.caption, table.caption_justify = Text("\n".join(notes)), "left"
        made.append(table)
    return made


def ratio_tables(rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """A table for each network; `rows` are `ratios`."""
    made = []
    for network in dict.fromkeys(row["network"] for row in rows):
        cells = [
            [f"{row['backend']} {row['peer']}", *(_times(row[name]) for name in METRICS)]
            for row in rows
            if row["network"] == network
        ]
        title = f"{network}: times ganzoo is faster than each, median of the rounds, smallest-largest"
        made.append(tables.table(("", "median", "steady", "at 64", "cold"), cells, right=4, title=title))
    return made


def bytes_table(code: Mapping[Case, Mapping[str, int]]) -> Table:
    cells = [
        [case.peer, case.backend, case.network, f"{sum(files.values()):,}", str(len(files))]
        for case, files in code.items()
    ]
    return tables.table(("peer", "on", "for", "bytes", "files"), cells, right=2, title="Code of a page, Brotli")


def _ms(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def _times(spread: Mapping[str, float] | None) -> str:
    return f"{spread['median']:.2g} {spread['min']:.2g}-{spread['max']:.2g}" if spread else ""


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _spread(values: Sequence[float]) -> dict[str, Any] | None:
    """Of one value a round."""
    if not values:
        return None
    return {
        "median": _round(median(values)),
        "min": _round(min(values)),
        "max": _round(max(values)),
        "rounds": [_round(value) for value in values],
    }


def _quartiles(rounds: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """Over all samples, and the median of each round that has any: not every round calls a case near 2 ms fast."""
    import numpy as np

    values = [value for samples in rounds for value in samples]
    if not values:
        return None
    q1, middle, q3 = np.percentile(values, [25, 50, 75]).tolist()
    return {
        "median": _round(middle),
        "q1": _round(q1),
        "q3": _round(q3),
        "n": len(values),
        "medians_of_rounds": [_round(median(samples)) for samples in rounds if samples],
    }
