"""Compare two reports and tell what became faster or slower.

Only ratios are compared, because the times of another day or another machine say nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ganzoo.bench.document import OWN, SCHEMA
from ganzoo.bench.statistics import Estimate
from ganzoo.errors import UsageError
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TOLERANCE = 0.10
SIZE = 64 << 20  # bytes of a report; one of all browsers and peers has some 400 kB
FIGURES = ("cold", "cold_throttled", "load", "first", "bytes")  # of a `ratios` entry, besides its batches
PEAK = "peak"
RUNS = "runs"
HEADINGS = ("what", "before", "now", "change")
GROUPS = 10  # of figures that one report lacks: the most that are named

T = TypeVar("T")
_Reasons = dict[tuple[str, ...], str]


class _WrongError(Exception):
    """A document does not follow `reports/schema.json`; the message says where."""


@dataclass(frozen=True)
class Key:
    """The identity of a ratio: one figure of one network, backend and browser.

    `against` is what ganzoo is compared with: a peer, the peak speed of WebAssembly on this machine, or ganzoo itself,
    which only tells whether it runs at all.
    """

    network: str
    backend: str
    browser: str
    against: str
    figure: str


@dataclass(frozen=True)
class Change:
    """A ratio in both reports, and how it changed. A larger ratio means a faster ganzoo.

    `verdict` is "same", "faster", "slower", "new" or "gone". A ratio that is missing because ganzoo fails now counts as
    "slower"; one that is missing because a peer fails counts as "gone". Either has the `reason` of the failure.
    """

    key: Key
    verdict: str
    old: Estimate | None
    new: Estimate | None
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """All changes between two reports.

    `notes` are sentences about other differences, such as the version of a peer or of a browser, which can move a ratio
    as well.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    @property
    def worse(self) -> bool:
        return any(change.verdict == "slower" for change in self.changes)


def read(path: Path) -> dict[str, Any]:
    """Read a report from a file and check it.

    Raises `UsageError` if the file is not a report or has another schema.
    """
    remedy = "Give a file that 'ganzoo bench --json' of this version wrote."
    try:
        with path.open("rb") as file:
            text = file.read(SIZE + 1)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {error.strerror}.", remedy) from error
    try:
        document = json.loads(text) if len(text) <= SIZE else None
        schema = document.get("schema") if isinstance(document, dict) else None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"'{path}' is not valid JSON.", remedy) from error
    if not isinstance(document, dict) or isinstance(schema, bool) or not isinstance(schema, int):
        raise UsageError(f"'{path}' is not a report of 'ganzoo bench'.", remedy)
    if schema != SCHEMA:
        raise UsageError(
            f"'{path}' has schema {str(schema)[:20]}, but this version can only compare schema {SCHEMA}.", remedy
        )
    try:
        compare(document, document)
    except _WrongError as error:
        raise UsageError(f"'{path}' is a damaged report: {error}.", remedy) from error
    return document


def compare(old: Mapping[str, Any], new: Mapping[str, Any], tolerance: float = TOLERANCE) -> Comparison:
    """Return the changes from report `old` to report `new`, in the order of the reports.

    Both come from `read` or from `document`. A change needs a median that moved by more than `tolerance` (0.10 is a
    factor of 1.1); if both medians have intervals, these must not overlap.
    """
    before, now, reasons = dict(_figures(old)), dict(_figures(new)), _why(new)
    changes = [
        _change(key, before.get(key), now.get(key), reasons, tolerance) for key in dict.fromkeys([*before, *now])
    ]
    return Comparison(tuple(changes), tuple(_notes(old, new)))


def line(change: Change) -> tuple[str, ...]:
    """Return a table row for `change`, one text for each of `HEADINGS`."""
    network, backend, browser, against, figure, *rest = cells(change)
    return f"{network}, {backend}, {browser}: {figure} against {against}", *rest


def one_sided(changes: Sequence[Change]) -> Iterator[str]:
    """Yield sentences about what only one of the two reports has, which is mostly whole contestants."""
    for verdict, which in (("gone", "older"), ("new", "newer")):
        counts = Counter(
            (change.key.network, change.key.backend, change.key.browser, change.key.against, change.reason)
            for change in changes
            if change.verdict == verdict
        )
        if not counts:
            continue
        n = sum(counts.values())
        yield f"{n} {'ratio is' if n == 1 else 'ratios are'} only in the {which} report:"
        for (network, backend, browser, against, reason), count in list(counts.items())[:GROUPS]:
            why = f": {reason}" if reason else ""
            yield f"  {network}, {backend}, {browser}, against {against}: {count}{why}"
        if len(counts) > GROUPS:
            yield f"  and those of {len(counts) - GROUPS} more contestants"


def cells(change: Change) -> tuple[str, ...]:
    """Return what a report says of `change`: the parts of its key, the ratio before and now, and the verdict."""
    key = change.key
    factor = ""
    if change.verdict in ("faster", "slower") and change.old and change.new:
        times = change.new.median / change.old.median
        factor = f" {max(times, 1 / times):.2f}x"
    told = f"{change.verdict}{factor}{f': {change.reason}' if change.reason else ''}"
    shown = (_shown(change.old), _shown(change.new))
    return key.network, key.backend, key.browser, key.against, key.figure.replace("_", " "), *shown, told


def _shown(found: Estimate | None) -> str:
    if found is None:
        return "-"
    interval = "" if found.low is None else f" ({found.low:.3g} to {found.high:.3g})"
    return f"{found.median:.3g}{interval}"


def _change(key: Key, old: Estimate | None, new: Estimate | None, reasons: _Reasons, tolerance: float) -> Change:
    if new is None:
        own = reasons.get((key.network, key.backend, key.browser, OWN), "")
        other = reasons.get((key.network, key.backend, key.browser, key.against), "")
        return Change(key, "slower" if own else "gone", old, new, own or other or reasons.get((key.browser,), ""))
    if old is None:
        return Change(key, "new", old, new)
    times = new.median / old.median
    if 1 / (1 + tolerance) <= times <= 1 + tolerance or _overlap(old, new):
        return Change(key, "same", old, new)
    return Change(key, "faster" if times > 1 else "slower", old, new)


def _overlap(a: Estimate, b: Estimate) -> bool:
    """Return whether both estimates have intervals and the intervals overlap."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.low <= b.high and b.low <= a.high


def _why(document: Mapping[str, Any]) -> _Reasons:
    """Return why libraries failed, by (network, backend, browser, library), and why browsers failed, by (browser,)."""
    browsers: _Reasons = {(_text(each, "name"),): _text(each, "reason") for each in _each(document, "browsers")}
    return browsers | {(*_place(row), _text(row, "library")): _text(row, "reason") for row in _each(document, "rows")}


def _figures(document: Mapping[str, Any]) -> Iterator[tuple[Key, Estimate]]:
    """Yield all ratios of a report with their keys."""
    for row in _each(document, "rows"):
        place = _place(row)
        if _text(row, "library") != OWN or _text(row, "reason"):
            continue
        yield Key(*place, OWN, RUNS), Estimate(1.0, None, None, 1)
        for batch in _each(row, "batches"):
            share = _estimate(batch.get("share_of_peak"), "share_of_peak")
            if share:
                yield Key(*place, PEAK, f"batch {_is(batch, 'batch', int)}"), share
    for row in _each(document, "ratios"):
        place = _place(row)
        batches = {f"batch {n}": found for n, found in _is(row, "batches", dict).items()}
        for figure, value in ({name: row.get(name) for name in FIGURES} | batches).items():
            found = _estimate(value, _printable(figure))
            if found:
                yield Key(*place, _text(row, "library"), figure), found


def _place(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return _text(row, "network"), _text(row, "backend"), _text(row, "browser")


def _notes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, now = _told(old), _told(new)
    for name in dict.fromkeys([*before, *now]):
        was, is_ = before.get(name, "absent"), now.get(name, "absent")
        if was != is_:
            yield f"{name} was {was} and is now {is_}."


def _told(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what else the ratios depend on: the versions and the machine."""
    browsers = {_text(each, "name"): _text(each, "version") for each in _each(document, "browsers")}
    versions = _is(document, "versions", dict)
    cpu = {"processor": _text(_is(document, "machine", dict), "cpu")}
    return browsers | {_printable(name): _text(versions, name) for name in versions} | cpu


# Fields of a document, checked: it may come from anywhere.


def _is(where: Mapping[str, Any], name: str, kind: type[T]) -> T:
    value = where.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _WrongError(f"'{name}' is not of type {kind.__name__}")
    return value


def _each(where: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[Any] = _is(where, name, list)
    if not all(isinstance(each, dict) for each in found):
        raise _WrongError(f"'{name}' must hold only objects")
    return found


def _text(where: Mapping[str, Any], name: str) -> str:
    return _printable(_is(where, name, str))


def _printable(text: str) -> str:
    """Return `text` without control sequences, so that a terminal can show it."""
    return one_line(text)[:300]


def _estimate(value: Any, name: str) -> Estimate | None:
    """Return an estimate as an object of the report, as a plain number (which is exact), or None."""
    if value is None:
        return None
    if not isinstance(value, dict):
        value = {"median": value, "low": None, "high": None, "n": 1}
    median, low, high = (_positive(value.get(part), name) for part in ("median", "low", "high"))
    if median is None or (low is None) != (high is None) or (low or 0) > (high or 0):
        raise _WrongError(f"'{name}' is not an estimate")
    return Estimate(median, low, high, _is(value, "n", int))


def _positive(value: Any, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e12:
        raise _WrongError(f"'{name}' has a figure that is not a number")
    return float(value)
