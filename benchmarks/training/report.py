"""The rows of the report and how they are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ganzoo import tables
from ganzoo.bench.statistics import estimate, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.training.rounds import Contestant
    from ganzoo.tables import Table

HEADINGS = ("recipe", "step, threads", "ms", "95%", "ratio", "95%", "MB")
TITLE = "Milliseconds a training step, peak memory; ratio is ganzoo's to PyTorch's"


def row(
    contestant: Contestant,
    batch: int,
    times: Mapping[Contestant, Sequence[float]],
    memory: Mapping[Contestant, float] | None = None,
) -> dict[str, Any]:
    """One contestant's figures: milliseconds a step, and how many times as long ganzoo's step takes on that kind of
    device, round by round. `seconds` has the values of the rounds. `peak_mb` where it was taken. With a `reason` there
    are none."""
    found: dict[str, Any] = {
        "recipe": contestant.subject,
        "batch": batch,
        "library": contestant.library,
        "device": contestant.device,
        "threads": contestant.threads,
        "reason": contestant.reason,
    }
    if contestant not in times:
        return found
    seconds = times[contestant]
    found["step_ms"] = _plain(estimate([1e3 * value for value in seconds]))
    ours = next((values for other, values in times.items() if _rivals(other, contestant)), None)
    if ours:
        found["ganzoo_is_times"] = _plain(ratio(ours, seconds))
    if memory and contestant in memory:
        found["peak_mb"] = round(memory[contestant])
    return {**found, "seconds": [_rounded(value) for value in seconds]}


def _rivals(ours: Contestant, other: Contestant) -> bool:
    """Whether `ours` is ganzoo's own step on what `other` runs on."""
    same = (ours.subject, ours.device) == (other.subject, other.device)
    return same and (ours.library, other.library) == ("ganzoo", "PyTorch")


def _plain(found: Any) -> dict[str, Any]:
    return {key: value if value is None else _rounded(value) for key, value in asdict(found).items()}


def _rounded(value: float) -> float:
    """Four digits: more is noise."""
    return float(f"{value:.4g}")


def table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Those that were timed, in 80 columns; not the images, which both draw alike."""
    shown = [each for each in rows if not each["reason"] and each["library"] != "images"]
    return tables.table(HEADINGS, [_cells(each) for each in shown], right=5, title=TITLE)


def _cells(each: Mapping[str, Any]) -> list[str]:
    on = each["threads"] if each["device"] == "cpu" else each["device"]
    ratio = _estimate(each["ganzoo_is_times"]) if "ganzoo_is_times" in each else ("", "")
    return [
        each["recipe"],
        f"{each['library']}, {on}",
        *_estimate(each["step_ms"]),
        *ratio,
        str(each.get("peak_mb", "")),
    ]


def _estimate(found: Mapping[str, Any]) -> tuple[str, str]:
    interval = "-" if found["low"] is None else f"{_short(found['low'])}-{_short(found['high'])}"
    return _short(found["median"]), interval


def _short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why some were not timed, each reason once."""
    reasons: dict[str, list[str]] = {}
    for each in rows:
        if each["reason"]:
            reasons.setdefault(f"{each['library']} on {each['device']}: {each['reason']}", []).append(each["recipe"])
    return [f"{reason} ({', '.join(recipes)})" for reason, recipes in reasons.items()]
