"""The report of a benchmark as plain data. `--json` writes it, and every other report shows it.

`reports/schema.json` describes each field.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ganzoo import provenance
from ganzoo.bench.statistics import CONFIDENCE, estimate, percentiles, quantiles, ratio
from ganzoo.bench.visit import COLD, NETWORK_FILES, adapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.bench.contestants import Contestant, Subject
    from ganzoo.bench.options import BenchOptions
    from ganzoo.bench.visit import Visit

SCHEMA = 2  # raised when a key changes its meaning or goes
OWN = "ganzoo"


@dataclass(frozen=True)
class Visits:
    """The visits to one contestant in one round.

    `throttled` is None if no slow link was asked for or the first visit failed.
    """

    full: Visit
    throttled: Visit | None = None

    @property
    def reason(self) -> str:
        return self.full.reason or (self.throttled.reason if self.throttled else "")

    @property
    def wrong(self) -> bool:
        """Return whether an output differed from the original's."""
        return self.full.wrong or (self.throttled is not None and self.throttled.wrong)


@dataclass(frozen=True)
class Browsed:
    """The results of one browser: `rounds` has the visits of each contestant in order, `peaks` has GFLOP/s by module.

    If there is a `reason`, the browser gave no results, or stopped giving them.
    """

    name: str
    version: str
    device: str = "this machine"
    user_agent: str = ""
    reason: str = ""
    rounds: Mapping[Contestant, Sequence[Visits]] = field(default_factory=dict)
    peaks: Sequence[Mapping[str, float | None]] = ()


def document(
    subjects: Sequence[Subject],
    browsed: Sequence[Browsed],
    options: BenchOptions,
    versions: Mapping[str, str],
    load: Sequence[float],
    git: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the report.

    `versions` names everything that took part, `git` is the state of the sources, and `load` has the load of the
    machine over time.
    """
    arithmetic = {subject.name: subject.multiply_adds for subject in subjects}
    return {
        "schema": SCHEMA,
        "date": provenance.now(),
        "machine": provenance.machine(),
        "load_average": [round(value, 2) for value in load],
        "git": git,
        "versions": dict(versions),
        "confidence": CONFIDENCE,
        "rounds": {"least": options.least, "most": options.most, "precision": options.precision},
        "order_seed": options.seed,
        "link": {"rate_bits": options.link.rate * 8, "delay_ms": options.link.delay * 1000} if options.link else None,
        "browsers": [_browser(each) for each in browsed],
        "networks": [_network(subject) for subject in subjects],
        "rows": [
            _row(each, contestant, visits, arithmetic[contestant.network], versions)
            for each in browsed
            for contestant, visits in each.rounds.items()
        ],
        "ratios": [row for each in browsed for row in _ratios(each)],
    }


def sources() -> dict[str, Any] | None:
    """Return the git state of ganzoo's own sources, None outside a checkout."""
    state = provenance.git(Path(__file__))
    return {"commit": state.removesuffix("-dirty"), "dirty": state.endswith("-dirty")} if state else None


def _browser(browsed: Browsed) -> dict[str, Any]:
    modules = dict.fromkeys(name for peak in browsed.peaks for name in peak)
    return {
        "name": browsed.name,
        "version": browsed.version,
        "device": browsed.device,
        "user_agent": browsed.user_agent,
        "reason": browsed.reason,
        "peak_gflops": {name: _estimate([peak.get(name) for peak in browsed.peaks]) for name in modules},
    }


def _network(subject: Subject) -> dict[str, Any]:
    told = subject.export.description
    return {
        "name": subject.name,
        "run": told["run"],
        "arch": (told.get("config") or told["provenance"])["arch"],
        "multiply_adds": subject.multiply_adds,
        "weights_bytes": subject.weights_bytes,
        "encoding": subject.encoding,
    }


# One value a round: what intervals and ratios are of.


def _batch(n: int) -> Callable[[Visits], float | None]:
    def value(visits: Visits) -> float | None:
        timing = visits.full.timing(n)
        return median(timing.times) if timing else None

    return value


FIGURES: Mapping[str, Callable[[Visits], float | None]] = {
    "cold": lambda visits: visits.full.cold_start,
    "cold_throttled": lambda visits: visits.throttled.cold_start if visits.throttled else None,
    "load": lambda visits: visits.full.cold["load"],
    "first": lambda visits: visits.full.cold["first"],
}


def _row(
    browsed: Browsed,
    contestant: Contestant,
    visits: Sequence[Visits],
    multiply_adds: int | None,
    versions: Mapping[str, str],
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "network": contestant.network,
        "library": contestant.library,
        "library_version": versions.get(contestant.package, ""),
        "backend": contestant.backend,
        "browser": browsed.name,
    }
    good = [each for each in visits if not each.reason]
    failures = [each for each in visits if each.reason]
    if not good or any(each.wrong for each in failures):
        last = failures[-1].reason if failures else browsed.reason or "The benchmark stopped before it."
        return {**row, "reason": contestant.reason or last}
    first = good[0].full
    figures = {name: _estimate([value(each) for each in good]) for name, value in FIGURES.items()}
    full = [each.full for each in good]
    return {
        **row,
        "reason": "",
        "renderer": first.renderer,
        "adapter": adapter(contestant.backend, first.renderer, first.user_agent),
        "rounds": len(good),
        "failed_rounds": len(failures),
        "failed_reason": failures[-1].reason if failures else "",
        "clock_ms": _short(max(each.clock for each in full)),
        "isolated": first.isolated,
        "secure": first.secure,
        "settled": sum(each.settled for each in full),
        "largest_error": _short(max(each.error for each in full)),
        **{f"{name}_ms": figure for name, figure in figures.items()},
        "cold_parts_ms": {part: _short(median(each.cold[part] for each in full)) for part in COLD},
        "cold_blocked_ms": _estimate([each.cold_blocked for each in full]),
        "cold_longest_block_ms": _estimate([each.longest_block for each in full]),
        "bytes": _bytes(first.sent),
        "blocked_ms": _estimate([each.blocked for each in full]),
        "memory_bytes": _estimate([each.memory for each in full]),
        "batches": [_timed(browsed, visits, timing.batch, multiply_adds) for timing in first.timings],
    }


def _timed(browsed: Browsed, visits: Sequence[Visits], n: int, multiply_adds: int | None) -> dict[str, Any]:
    """Return the figures of runs of `n` pictures.

    Quantiles are of the pooled samples of all rounds; medians are per round.
    """
    timings = [None if each.reason else each.full.timing(n) for each in visits]
    good = [timing for timing in timings if timing]
    samples = [time for timing in good for time in timing.runs]
    medians = [median(timing.times) for timing in good]
    p95, p99 = percentiles(samples, (95, 99))
    shares = None
    if multiply_adds and browsed.peaks:
        # GFLOP/s of a round against the peak of the same round; 2e-6 brings multiply-adds in a ms to GFLOP/s
        peaks = [max((value for value in peak.values() if value), default=None) for peak in browsed.peaks]
        rounds = [(timing, peak) for timing, peak in zip(timings, peaks, strict=False) if timing and peak]
        shares = _estimate([2e-6 * multiply_adds * n / median(timing.times) / peak for timing, peak in rounds])
    return {
        "batch": n,
        "median_ms": _estimate(medians),
        "p95_ms": _short(p95),
        "p99_ms": _short(p99),
        "pictures_per_second": _estimate([1000 * n / each for each in medians]),
        "runs_together": max(timing.block for timing in good),
        "runs": len(samples),
        "quantiles_ms": [_short(value) for value in quantiles(samples)],
        "share_of_peak": shares,
    }


def _ratios(browsed: Browsed) -> list[dict[str, Any]]:
    """Return the ratio of each peer's figures to ganzoo's on the same network and backend, taken within each round."""
    found = []
    own_visits = {
        (each.network, each.backend): visits for each, visits in browsed.rounds.items() if each.library == OWN
    }
    for contestant, theirs in browsed.rounds.items():
        ours = own_visits.get((contestant.network, contestant.backend), ())
        own, first = _first(ours), _first(theirs)
        if contestant.library == OWN or own is None or first is None:
            continue
        batches = [timing.batch for timing in first.timings if own.timing(timing.batch)]
        found.append(
            {
                "network": contestant.network,
                "backend": contestant.backend,
                "browser": browsed.name,
                "library": contestant.library,
                **{name: _paired(value, theirs, ours) for name, value in FIGURES.items()},
                "bytes": _short(sum(first.sent.values()) / max(1, sum(own.sent.values()))),
                "batches": {str(n): _paired(_batch(n), theirs, ours) for n in batches},
            }
        )
    return found


def _first(visits: Sequence[Visits]) -> Visit | None:
    """Return the first good visit; None if there is none, or if any visit computed something else than the original."""
    if any(each.wrong for each in visits):
        return None
    return next((each.full for each in visits if not each.reason), None)


def _paired(
    value: Callable[[Visits], float | None], theirs: Sequence[Visits], ours: Sequence[Visits]
) -> dict[str, Any] | None:
    """Return the ratio of `theirs` to `ours`, over the rounds in which both are good."""
    rounds = min(len(theirs), len(ours))
    a, b = ([None if each.reason else value(each) for each in visits[:rounds]] for visits in (theirs, ours))
    return _rounded(ratio(a, b))


def _bytes(sent: Mapping[str, int]) -> dict[str, int]:
    weights = sum(size for path, size in sent.items() if NETWORK_FILES.search(path))
    total = sum(sent.values())
    return {"code": total - weights, "weights": weights, "total": total, "files": len(sent)}


def _estimate(values: Sequence[float | None]) -> dict[str, Any] | None:
    """Return the estimate over the rounds that have the value, None if no round has it."""
    known = [value for value in values if value is not None]
    return _rounded(estimate(known)) if known else None


def _rounded(found: Any) -> dict[str, Any] | None:
    return (
        {key: value if key == "n" or value is None else _short(value) for key, value in asdict(found).items()}
        if found
        else None
    )


def _short(value: float) -> float:
    """Return `value` with four digits; more digits would be noise."""
    return float(f"{value:.4g}")
