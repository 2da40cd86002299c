"""Say in sentences what a report found: the result of each network, the circumstances, and reasons for caution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.bench.document import OWN
from ganzoo.bench.reports import formatting
from ganzoo.bench.reports.formatting import best, full, hardest, median, number, of, plain, ran, timing, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.bench.reports.formatting import Figures

FINE_CLOCK_MS = 0.02  # what an isolated page gets: 0.005 in Chromium, 0.02 in Firefox


def finding(document: Figures, browser: str, network: str) -> str:
    """Return a sentence on ganzoo's speed with `network` in `browser`, compared with the best peer on that backend."""
    rows = of(document["rows"], browser, network)
    ours = best(document, rows, OWN)
    if ours is None:
        reasons = [plain(row["reason"]) for row in rows if row["library"] == OWN] or [
            "it was not part of this benchmark"
        ]
        return f"ganzoo did not run {plain(network)} in {plain(browser)}: {reasons[0].rstrip('.')}."
    smallest = min((timed["batch"] for timed in ours["batches"]), default=None)
    start = (
        f"In {plain(browser)} on {where(ours)}, ganzoo's {plain(network)} gives its first output "
        f"{full(ours['cold_ms'])} ms after navigation"
    )
    steady = f" and takes {full(timing(ours, smallest).get('median_ms'))} ms for a run of batch {smallest}"
    parts = [start + (steady if smallest else "")]
    rivals = [ratio for ratio in of(document["ratios"], browser, network) if ratio["backend"] == ours["backend"]]
    verdicts = _verdict("its cold start", hardest(rivals, "cold"))
    if smallest:
        verdicts += _verdict(f"its run of batch {smallest}", hardest(rivals, "batches", smallest))
        parts += _elsewhere(rows, ours, smallest)
    if verdicts:
        parts.insert(1, f"against the best peer on {plain(ours['backend'])} {' and '.join(verdicts)}")
    elif any(row["library"] != OWN for row in rows):
        parts.append(f"no peer ran on {plain(ours['backend'])}")
    return "; ".join(parts) + "."


def _verdict(what: str, found: tuple[str, Figures] | None) -> list[str]:
    if not found:
        return []
    name, ratio, limits = plain(found[0]), found[1], formatting.bounds(found[1])
    if limits and limits[0] <= 1 <= limits[1]:
        return [f"{what} shows no measurable difference: {full(ratio)} times as fast ({name})"]
    return [f"{what} is {full(ratio)} times as fast ({name}{'' if limits else ', too few rounds for an interval'})"]


def _elsewhere(rows: Sequence[Figures], ours: Figures, batch: int) -> list[str]:
    """Return a sentence if a peer is faster on another backend.

    It has no ratio, because ratios are taken within rounds.
    """
    mine = median(timing(ours, batch)["median_ms"])
    peers = [row for row in ran(rows) if row["library"] != OWN and row["backend"] != ours["backend"]]
    faster = [
        (time, row) for row in peers if mine and (time := median(timing(row, batch).get("median_ms"))) and time < mine
    ]
    if not faster:
        return []
    time, row = min(faster, key=lambda each: each[0])
    return [f"on {where(row)}, {plain(row['library'])} is faster at batch {batch} with {number(time)} ms"]


def method(document: Figures) -> str:
    """Return two sentences that explain the statistics."""
    return (
        f"{_rounds(document)}, each visit in a fresh browser with an empty profile, in random order by network and "
        "backend; figures are "
        f"medians over the rounds with intervals at {document['confidence']:.0%} by bootstrap over them, ratios are "
        "taken within each round. Outputs are compared with the original network's on every visit, and wrong ones "
        "are not timed."
    )


def _rounds(document: Figures) -> str:
    counts = sorted({row["rounds"] for row in ran(document["rows"])})
    if not counts:
        return "No round was completed"
    span = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{span} round{'' if counts[-1] == 1 else 's'}"


def link(document: Figures) -> str:
    """Return a sentence about the slow connection, "" if there was none."""
    limits = document["link"]
    return f"{limits['rate_bits'] / 1e6:g} Mbit/s, {limits['delay_ms']:g} ms" if limits else ""


def sources(document: Figures) -> str:
    """Return the git state of the sources, as in "61304f9, with changes"."""
    git = document["git"]
    return f"{plain(git['commit'])}{', with changes' if git['dirty'] else ''}" if git else "no git"


def versions(document: Figures) -> str:
    return ", ".join(f"{plain(name)} {plain(version)}" for name, version in document["versions"].items())


def _until(rounds: Figures) -> str:
    if rounds["most"] == rounds["least"]:
        return ""
    return f" to {rounds['most']}, until medians at the smallest batch are known within ±{rounds['precision']:.0%}"


def facts(document: Figures) -> list[tuple[str, str]]:
    """Return everything that is needed to judge the figures, as pairs of a label and a text."""
    machine, rounds = document["machine"], document["rounds"]
    found = [
        ("Date", plain(document["date"])),
        ("Machine", f"{plain(machine['cpu'])}, {machine['cores'] or '?'} cores, {plain(machine['os'])}"),
        ("Load average", ", ".join(f"{value:g}" for value in document["load_average"]) or "unknown"),
        ("Commit", sources(document)),
        ("Versions", versions(document)),
        (
            "Rounds",
            f"{rounds['least']}{_until(rounds)}; order from seed {document['order_seed']}",
        ),
        ("Throttled link", link(document) or "not used"),
    ]
    for browser in document["browsers"]:
        peaks = [f"{plain(name)} {full(peak)} GFLOP/s" for name, peak in browser["peak_gflops"].items() if peak]
        texts = [
            f"{plain(browser['version'])} on {plain(browser['device'])}",
            f"peak of one thread of WebAssembly: {', '.join(peaks)}" if peaks else "",
            plain(browser["user_agent"]),
            f"ended: {plain(browser['reason'])}" if browser["reason"] else "",
        ]
        found.append((plain(browser["name"]), "; ".join(text for text in texts if text)))
    for network in document["networks"]:
        adds = network["multiply_adds"]
        found.append(
            (
                f"Network {plain(network['name'])}",
                f"{plain(network['arch'])} of {plain(network['run'])}, "
                f"{f'{adds:,} multiply-adds a picture, ' if adds else ''}"
                f"weights {formatting.size(network['weights_bytes'])} as {plain(network['encoding'])}",
            )
        )
    return found


def notes(document: Figures, browser: Figures) -> list[str]:
    """Return notes on the figures of one browser: its adapters, and what made times less certain than usual."""
    rows = ran(row for row in document["rows"] if row["browser"] == browser["name"])
    found = [f"{formatting.adapter(row)}: {plain(row['renderer'])}" for row in rows if row["adapter"] != "cpu"]
    clock = max((row["clock_ms"] for row in rows), default=0)
    if clock > FINE_CLOCK_MS:
        found.append(f"The clock of the pages is coarse: it moves in steps of {clock:g} ms.")
    if any(not row["isolated"] for row in rows):
        found.append("The pages were not cross-origin isolated, so their clock is less fine.")
    if any(not row["secure"] for row in rows):
        found.append("The pages were not a secure context, which WebGPU needs.")
    unsettled = [
        f"{plain(row['library'])} on {where(row)} with {plain(row['network'])} ({row['settled']} of {row['rounds']})"
        for row in rows
        if row["settled"] < row["rounds"]
    ]
    if unsettled:
        found.append(f"Times did not settle in every round: {', '.join(unsettled)}.")
    found += [
        f"{plain(row['library'])} on {where(row)} with {plain(row['network'])} failed in {row['failed_rounds']} more "
        f"round{'s' if row['failed_rounds'] > 1 else ''}: {plain(row['failed_reason'])}"
        for row in rows
        if row["failed_rounds"]
    ]
    if rows and all(formatting.bounds(row["cold_ms"]) is None for row in rows):
        found.append("There were too few rounds for confidence intervals.")
    found += [
        f"{plain(each['name'])} has {plain(each['encoding'])} weights, its peers have float32 weights."
        for each in document["networks"]
        if each["encoding"] != "f32" and document["ratios"]
    ]
    if browser["device"] != "this machine":
        found.append(
            f"On {plain(browser['device'])}, the same browser made all visits; it was not restarted between them."
        )
    if browser["reason"]:
        found.append(f"{plain(browser['name'])} ended: {plain(browser['reason'])}")
    return list(dict.fromkeys(found))
