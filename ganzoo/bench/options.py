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
    """`least` to `most` rounds, fewer where every interval of a median is within ±`precision` of it (0.1: 10%).

    Each of `batches` (pictures a run) is timed for `seconds` a visit; `link` is the slow connection that cold starts
    are timed on as well, None for not. `seed` orders the rounds. `peers` run beside ganzoo. A page that sends
    nothing for `silence` seconds is given up.
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
    """The options as the command line gives them. Raises `UsageError` for an invalid list or range."""
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
