"""What an export weighs: bytes raw, compressed as servers do, and counted once where content repeats."""

from __future__ import annotations

import os
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ganzoo.errors import BudgetError, UsageError
from ganzoo.export import schemas
from ganzoo.files import chunks, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.encoding_costs import EncodingCost
    from ganzoo.export.layouts import Written

UNITS = {"": 1, "B": 1, "kB": 1000, "KB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3}
INT8 = {"f32": 0.26, "f16": 0.52}  # what int8 weights take of these, scales included
LARGEST = 3  # parts that a broken budget names
BROTLI_CODE = 11  # what static hosts precompress with
BROTLI_WEIGHTS = 9  # floats hardly compress: 11 takes 40 times as long for 1% less
BROTLI_LARGE = 5  # of weights above LARGE bytes: 9 takes 16 times as long for 0.01% less
LARGE = 2 << 20
FIRST = 1 << 20  # bytes: Brotli chooses its method by whether the first part that it sees has as many
PART = 1 << 16  # bytes of those after it: what it makes of one is in memory beside it


@dataclass(frozen=True)
class Part:
    """One file of an export. `path` is relative to the export; the rest is as in `layouts.Written`."""

    path: str
    network: str
    backend: str
    holds: str
    instead_of: str
    raw: int
    gzip: int
    brotli: int
    sha256: str


@dataclass(frozen=True)
class Total:
    """Sums over parts, in bytes. `distinct` counts content that occurs twice once, uncompressed.

    `code_brotli` is `code`, compressed.
    """

    files: int
    raw: int
    gzip: int
    brotli: int
    distinct: int
    weights: int
    code: int
    code_brotli: int


def measure(files: Sequence[Written], network: str, root: Path) -> list[Part]:
    """The sizes of `files`, which lie below `root`, compressed as a static host would serve them."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # compressors leave the interpreter's lock to others
        brotli, gzip = (pool.map(each, files) for each in (_packed, _zipped))
        hashed = pool.map(_sha256, files)
    return [
        Part(
            path=file.path.relative_to(root).as_posix(),
            network=network,
            backend=file.backend,
            holds=file.holds,
            instead_of=file.instead_of,
            raw=file.path.stat().st_size,
            gzip=zipped,
            brotli=packed,
            sha256=digest,
        )
        for file, packed, zipped, digest in zip(files, brotli, gzip, hashed, strict=True)
    ]


def _packed(file: Written) -> int:
    quality = weights_quality(file.path.stat().st_size) if file.holds == "weights" else BROTLI_CODE
    return packed(chunks(file.path), quality)


def _zipped(file: Written) -> int:
    """The size of the file in gzip."""
    compressor = zlib.compressobj(9, wbits=31)
    return sum(len(compressor.compress(chunk)) for chunk in chunks(file.path)) + len(compressor.flush())


def _sha256(file: Written) -> str:
    return sha256(file.path)


def weights_quality(n: int) -> int:
    """The quality in which Brotli packs `n` bytes of weights."""
    return BROTLI_LARGE if n > LARGE else BROTLI_WEIGHTS


def packed(content: Iterable[bytes], quality: int) -> int:
    """The size of `content`, whose parts follow each other, in Brotli: that of all of them in one."""
    import brotli

    compressor = brotli.Compressor(quality=quality)
    return sum(len(compressor.process(part)) for part in _parts(content)) + len(compressor.finish())


def _parts(content: Iterable[bytes]) -> Iterator[bytes | memoryview]:
    """`content`, of which so much is put together that Brotli sees whether there is much, then little by little."""
    left = iter(content)
    first = b""
    for part in left:
        first += part
        if len(first) >= FIRST:
            break
    yield first
    del first
    for part in left:
        whole = memoryview(part)
        yield from (whole[at : at + PART] for at in range(0, len(part), PART))


def total(parts: Iterable[Part]) -> Total:
    parts = list(parts)
    return Total(
        files=len(parts),
        raw=sum(part.raw for part in parts),
        gzip=sum(part.gzip for part in parts),
        brotli=sum(part.brotli for part in parts),
        distinct=sum({part.sha256: part.raw for part in parts}.values()),
        weights=sum(part.raw for part in parts if part.holds == "weights"),
        code=sum(part.raw for part in parts if part.holds == "code"),
        code_brotli=sum(part.brotli for part in parts if part.holds == "code"),
    )


def by_backend(parts: Sequence[Part]) -> dict[str, Total]:
    """The total of what a page on each backend alone fetches, in the order of its first file.

    Of two files that take each other's place, the one that stands in is counted.
    """
    names = dict.fromkeys(part.backend for part in parts if part.backend not in ("", "-"))
    replaced = {part.path.rpartition("/")[0] + "/" + part.instead_of for part in parts if part.instead_of}
    fetched = [part for part in parts if part.path not in replaced]
    return {name: total(part for part in fetched if part.backend in (name, "")) for name in names}


def repeats(parts: Sequence[Part]) -> set[str]:
    """The paths of files whose content an earlier file has."""
    first = {part.sha256: part.path for part in reversed(parts)}
    return {part.path for part in parts if first[part.sha256] != part.path}


def report(parts: Sequence[Part], notes: Mapping[str, str], encoding_costs: Sequence[EncodingCost]) -> dict[str, Any]:
    """`report.json`: every file, each backend's total and note, the whole's, and the encodings. Bytes everywhere."""
    again = repeats(parts)
    return {
        "format": 2,
        "unit": "bytes",
        "files": [{**asdict(part), "distinct": 0 if part.path in again else part.raw} for part in parts],
        "backends": {name: asdict(sums) for name, sums in by_backend(parts).items()},
        "total": asdict(total(parts)),
        "notes": dict(notes),
        "encodings": [asdict(cost) for cost in encoding_costs],
    }


def read(export: Path) -> dict[str, Any]:
    """The `report.json` of the folder `export`. Raises `DocumentError` where it cannot be read or is damaged."""
    return schemas.read(export / "report.json", "report")


def parts(report: Mapping[str, Any]) -> list[Part]:
    """The files of a `report`."""
    names = [field.name for field in fields(Part)]
    return [Part(**{name: entry[name] for name in names}) for entry in report["files"]]


def parse_bytes(text: str) -> int:
    """Bytes for "800000", "800kB", "5MB", "1 MiB". Raises `UsageError` on anything else."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    if match is None or match[2] not in UNITS:
        raise UsageError(f"'{text}' is not a size.", "Write it as 800kB, 5MB or 1MiB.")
    return round(Decimal(match[1]) * UNITS[match[2]])


def check_budget(parts: Sequence[Part], budget: int, encoding: str | None) -> None:
    """Raise `BudgetError` naming the largest parts when the raw bytes of `parts` exceed `budget`.

    `encoding` is that of the weights, None where their layout has no other.
    """
    raw = total(parts).raw
    if raw > budget:
        largest = sorted(parts, key=lambda part: -part.raw)[:LARGEST]
        names = ", ".join(f"{part.path} ({part.raw:,})" for part in largest)
        raise BudgetError(
            f"The export has {raw:,} bytes, {raw - budget:,} more than the budget of {budget:,}. Largest: {names}.",
            f"{_smaller(parts, budget, encoding)}, or allow more with --budget. Nothing was written.",
        )


def _smaller(parts: Sequence[Part], budget: int, encoding: str | None) -> str:
    """What would bring `parts` below `budget`; where nothing would by itself, what would save most."""
    sums = total(parts)
    by_int8 = sums.weights * (1 - INT8.get(encoding or "", 1.0))
    by_backends = sums.raw - min((each.raw for each in by_backend(parts).values()), default=sums.raw)
    if not by_int8 and not by_backends:
        return "Make the network smaller"
    if by_int8 and (sums.raw - by_int8 <= budget or by_int8 >= by_backends):
        return "Store the weights in fewer bytes with --weights int8"
    return "Export fewer backends"


def file_rows(parts: Sequence[Part], network: str) -> list[list[str]]:
    """A row for each file of `network`: name, raw, gzip, Brotli, what it holds ("repeat": seen above)."""
    again = repeats(parts)
    rows = []
    for part in parts:
        if part.network == network:
            holds = "repeat" if part.path in again else part.holds
            rows.append([part.path.rpartition("/")[2], *_columns(total([part]))[1:4], holds])
    return rows


def backend_rows(parts: Sequence[Part]) -> list[list[str]]:
    """A row for each backend and for all: name, files, raw, gzip, Brotli, distinct, code in Brotli."""
    sums = [*by_backend(parts).items(), ("total", total(parts))]
    return [[name, *_columns(each)] for name, each in sums]


def _columns(sums: Total) -> list[str]:
    counts = (sums.files, sums.raw, sums.gzip, sums.brotli, sums.distinct, sums.code_brotli)
    return [f"{n:,}" for n in counts]
