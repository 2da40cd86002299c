"""The options of a benchmark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ganzoo.bench.statistics import MIN_ROUNDS
from ganzoo.browsers.patience import SILENCE
from ganzoo.errors import UsageError
from ganzoo.serving.link import THROTTLED, Link

BATCHES = (1, 16, 64)
LEAST = MIN_ROUNDS
MOST = 12
PRECISION = 0.1
SECONDS = 0.3


@dataclass(frozen=True)
class BenchOptions:
    """How to run a benchmark.

    There are `least` to `most` rounds, and they end as soon as the interval of every median is within ±`precision` of
    it (0.1 is 10%). Each batch size in `batches` is timed for `seconds` per visit. `link` is the slow connection on
    which cold starts are timed as well, None for no such timing. `seed` decides the order of the rounds. With `peers`,
    the peers are timed too. A page that sends nothing for `silence` seconds is given up.
    """

    backends: tuple[str, ...] = ()
    batches: tuple[int, ...] = BATCHES
    peers: bool = False
    least: int = LEAST
    most: int = MOST
    precision: float = PRECISION
    seconds: float = SECONDS
    link: Link | None = THROTTLED
    seed: int = 0
    silence: float = SILENCE


def parse(
    backends: tuple[str, ...],
    batch: str,
    rounds: str,
    precision: float,
    seconds: float,
    *,
    throttle: bool,
    peers: bool,
    seed: int | None,
) -> BenchOptions:
    """Return the options from the texts of the command line. Raises `UsageError` for an invalid list or range."""
    import secrets

    sizes = batch.split(",")
    if not all(re.fullmatch(r"[1-9]\d{0,3}", size) for size in sizes):
        raise UsageError(f"--batch '{batch}' is not a list of batch sizes.", "Write it as in: --batch 1,16,64")
    span = re.fullmatch(r"([1-9]\d{0,2})(?:-([1-9]\d{0,2}))?", rounds)
    if span is None or int(span[2] or span[1]) < int(span[1]):
        raise UsageError(
            f"--rounds '{rounds}' is neither a number nor a range.", "Write it as in: --rounds 6 or --rounds 6-12"
        )
    return BenchOptions(
        backends,
        tuple(sorted({int(size) for size in sizes})),
        peers,
        int(span[1]),
        int(span[2] or span[1]),
        precision,
        seconds,
        THROTTLED if throttle else None,
        secrets.randbits(31) if seed is None else seed,
    )
