"""Time exports in browsers: make rounds of visits in random order, and return the report."""

from __future__ import annotations

import os
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from ganzoo import provenance
from ganzoo.bench import document, peak, peers, visit
from ganzoo.bench.contestants import contestants, subjects
from ganzoo.bench.document import Browsed, Visits
from ganzoo.bench.rounds import Rounds
from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.export.layouts import NAMES as LAYOUTS
from ganzoo.plugins import PEERS
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.bench.contestants import Contestant, Timed
    from ganzoo.bench.options import BenchOptions
    from ganzoo.bench.visit import Visit
    from ganzoo.browsers.session import Progress, Visitor

STOPPED = "It was stopped with Ctrl-C."
HOPELESS = 6  # visits that may fail one after another before a browser that has shown nothing is given up


def bench(
    exports: Sequence[Timed], visitors: Sequence[Visitor], options: BenchOptions, progress: Progress
) -> dict[str, Any]:
    """Time `exports` and return the report. Each export comes with what it was made from, or with None if that is gone.

    A failure only affects its own row: a library that cannot run a network, a backend that a browser lacks, a browser
    that hangs or does not start. After Ctrl-C, the report has what was measured until then. Raises `UsageError` for a
    backend that no browser runs, and the errors of `peers.install`, `subjects` and `contestants`.
    """
    chosen, sources = subjects(exports), document.sources()
    installed = [peers.install(peer, progress) for peer in PEERS.working(progress)] if options.peers else []
    versions = {package: version for peer in installed for package, version in peer.versions.items()}
    loads = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    with scratch() as folder:
        competing = contestants(chosen, installed, options, folder / "staged", progress)
        peak.compile_into(folder / "peak")
        browsed: list[Browsed] = []
        for visitor in visitors:
            found = _browse(visitor, competing, folder / "peak", options, progress)
            same = sum(other.name.split(" #")[0] == found.name for other in browsed)
            browsed.append(replace(found, name=f"{found.name} #{same + 1}") if same else found)
            if found.reason == STOPPED:
                break
            loads += [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    return document.document(chosen, browsed, options, {**provenance.versions(), **versions}, loads, sources)


def failures(report: Mapping[str, Any], options: BenchOptions) -> list[str]:
    """Return a sentence for each network that no browser could run, or that did not run on a backend given by name."""
    found = []
    for network in (each["name"] for each in report["networks"]):
        own = [row for row in report["rows"] if row["network"] == network and row["library"] in LAYOUTS]
        timed = {row["backend"] for row in own if not row["reason"]}
        if not timed:
            found.append(f"{network} could not be timed in any browser.")
        elif missing := sorted(set(options.backends) - timed):
            found.append(f"{network} could not be timed on {' and '.join(missing)}.")
    return found


def stopped(report: Mapping[str, Any]) -> bool:
    """Return whether Ctrl-C stopped the benchmark."""
    return any(browser["reason"] == STOPPED for browser in report["browsers"])


def _browse(
    visitor: Visitor, competing: Sequence[Contestant], modules: Path, options: BenchOptions, progress: Progress
) -> Browsed:
    """Make all rounds in one browser. A browser that does not even open the first page only loses its own rows."""
    rounds: Rounds[Contestant] = Rounds(
        _groups(competing), options.seed, least=options.least, most=options.most, precision=options.precision
    )
    found: dict[Contestant, list[Visits]] = {each: [] for each in competing}
    peaks: list[Mapping[str, float | None]] = []
    device = "a phone" if visitor.family == "phone" else "this machine"
    user_agent, reason = "", ""
    works = False
    try:
        for turn in rounds:
            if turn.round == len(peaks):
                progress(f"{visitor.name}, round {turn.round + 1}: peak speed of WebAssembly")
                try:
                    peaks.append(peak.measure(modules, visitor, options.silence))
                except VerificationError:
                    peaks.append({})
                except BrowserMissingError as missing:
                    if not peaks:
                        reason = missing.message
                        break
                    peaks.append({})
            progress(f"{visitor.name}, round {turn.round + 1}, {turn.contestant}")
            visits = _visits(turn.contestant, visitor, options)
            user_agent = user_agent or visits.full.user_agent
            found[turn.contestant].append(visits)
            works = works or not visits.reason
            if not works and sum(map(len, found.values())) == HOPELESS:
                reason = f"Its first {HOPELESS} visits failed, the last one with: {visits.reason}"
                break
            rounds.took(turn, visits.reason or typical(visits.full))
    except KeyboardInterrupt:  # an hour's figures are not thrown away
        reason = STOPPED
    return Browsed(visitor.name, visitor.version, device, user_agent, reason, found, peaks)


def _groups(competing: Sequence[Contestant]) -> list[list[Contestant]]:
    """Return the groups of contestants to compare with each other, without those that cannot run."""
    groups: dict[tuple[str, str], list[Contestant]] = {}
    for each in competing:
        if not each.reason:
            groups.setdefault((each.network, each.backend), []).append(each)
    return list(groups.values())


def _visits(contestant: Contestant, visitor: Visitor, options: BenchOptions) -> Visits:
    """Visit a contestant at full speed, and then on the slow link, where the visit ends with the first output."""
    full = visit.visit(contestant, visitor, batches=contestant.batches, options=options)
    if full.reason or options.link is None:
        return Visits(full)
    return Visits(full, visit.visit(contestant, visitor, batches=(), options=options, link=options.link))


def typical(full: Visit) -> float:
    """Return the figure whose interval decides the number of rounds: the median at the smallest batch size."""
    return median(full.timings[0].times)
