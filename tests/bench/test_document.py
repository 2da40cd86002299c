"""The figures of a report are medians of rounds, and what failed has a reason in their place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.bench import document
from ganzoo.bench.contestants import Contestant
from ganzoo.bench.document import Browsed, Visits
from ganzoo.bench.options import BenchOptions
from ganzoo.bench.reports import html, markdown, terminal
from ganzoo.bench.visit import Timing, Visit
from ganzoo.export import exports
from tests.support.bench_documents import VALIDATOR

if TYPE_CHECKING:
    from collections.abc import Mapping


def visits(ms: float, **changes: Any) -> Visits:
    """A round in which a run takes `ms` and a batch of 4 twice that."""
    timings = (Timing(1, 3, (0, ms, 2 * ms) * 2 + (9 * ms,) * 3), Timing(4, 1, (2 * ms, 2 * ms, 2 * ms)))
    cold = {"page": 10.0, "script": 20.0, "load": 30 * ms, "first": 40.0}
    full = Visit(cold=cold, timings=timings, renderer="CPU", clock=0.005, sent={"lib/a.js": 30, "model/w.bin": 70})
    return Visits(replace(full, **changes), replace(full, timings=(), cold={"page": 100 * ms}))


def broken(reason: str, wrong: bool = False) -> Visits:
    return Visits(Visit(reason=reason, wrong=wrong))


def contestant(library: str, reason: str = "") -> Contestant:
    return Contestant("net", library, "webassembly", library, reason=reason)


def reported(rounds: Mapping[Contestant, list[Visits]], peaks: list[Mapping[str, float | None]]) -> dict[str, Any]:
    class Named:
        name, multiply_adds, weights_bytes, encoding = "net", 1_000_000, 70, "f32"
        export = exports.Export(Path(), {"run": "run", "config": {"arch": "cnn"}})

    browsed = [Browsed("Browser", "1.0", rounds=rounds, peaks=peaks), Browsed("Other", "2.0", reason="It is gone.")]
    report = document.document([Named()], browsed, BenchOptions(seed=7), {"ganzoo": "1"}, [0.5], None)  # type: ignore[list-item]
    VALIDATOR.validate(json.loads(json.dumps(report, allow_nan=False)))
    assert html.page(report) and markdown.full(report) and terminal.report(report)
    return report


@pytest.mark.slow
def test_figures_are_medians_of_rounds_and_ratios_are_taken_within_one() -> None:
    own = [visits(ms) for ms in (1, 2, 4, 1, 2, 4)]
    theirs = [visits(3 * ms) for ms in (1, 2, 4, 1, 2, 4)]
    peaks: list[Mapping[str, float | None]] = [{"simd128": 10.0, "relaxed": 20.0 / ms} for ms in (1, 2, 4, 1, 2, 4)]
    report = reported({contestant("ganzoo"): own, contestant("peer"): theirs}, peaks)
    row, peer = report["rows"]
    assert (row["library_version"], peer["library_version"]) == ("1", "")
    assert row["batches"][0]["median_ms"]["median"] == 2 and row["batches"][0]["runs"] == 54
    assert row["batches"][0]["runs_together"] == 3
    assert row["batches"][1]["pictures_per_second"]["median"] == 1000  # four in 4 ms
    assert row["cold_ms"]["median"] == 70 + 30 * 2 and row["cold_throttled_ms"]["median"] == 200
    assert row["bytes"] == {"code": 30, "weights": 70, "total": 100, "files": 2}
    # 2 MFLOP in 1, 2, 4 ms are 2, 1, 0.5 GFLOP/s; the larger peaks of those rounds are 20, 10, 10
    assert row["batches"][0]["share_of_peak"]["median"] == pytest.approx(0.1)
    (ratio,) = report["ratios"]
    assert ratio["library"] == "peer" and ratio["bytes"] == 1
    assert ratio["batches"]["1"] == {"median": 3, "low": 3, "high": 3, "n": 6}  # though times vary by four
    assert ratio["load"]["median"] == 3 and ratio["cold_throttled"]["median"] == 3


def test_a_round_that_failed_counts_in_no_figure_and_no_ratio() -> None:
    own = [visits(1), broken("It hung."), visits(2), visits(2)]
    theirs = [visits(2), visits(100), visits(4), visits(6)]
    report = reported({contestant("ganzoo"): own, contestant("peer"): theirs}, [{"relaxed": 1.0}] * 4)
    row = report["rows"][0]
    assert (row["reason"], row["rounds"], row["failed_rounds"], row["failed_reason"]) == ("", 3, 1, "It hung.")
    assert row["batches"][0]["median_ms"] == {"median": 2, "low": None, "high": None, "n": 3}
    assert report["ratios"][0]["batches"]["1"] == {"median": 2, "low": None, "high": None, "n": 3}


def test_what_failed_has_a_reason_and_no_figures() -> None:
    rounds = {
        contestant("ganzoo"): [visits(1)] * 2,
        contestant("wrong"): [visits(1), broken("differs", wrong=True)],  # once is enough
        contestant("wrong at last"): [Visits(visits(1).full, Visit(reason="it, too", wrong=True)), visits(1)],
        contestant("hangs"): [broken("one"), broken("two")],
        contestant("refuses", "It cannot say that."): [],
        contestant("unreached"): [],
    }
    report = reported(rounds, [])
    reasons = {row["library"]: row["reason"] for row in report["rows"]}
    assert reasons == {
        "ganzoo": "",
        "wrong": "differs",
        "wrong at last": "it, too",
        "hangs": "two",
        "refuses": "It cannot say that.",
        "unreached": "The benchmark stopped before it.",
    }
    assert not report["ratios"] and all(
        set(row) <= {*["network", "library", "library_version", "backend", "browser", "reason"]}
        for row in report["rows"]
        if row["reason"]
    )
    assert report["browsers"][1]["reason"] == "It is gone."
