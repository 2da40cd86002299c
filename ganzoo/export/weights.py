"""The weights file: tensors in one of three encodings, cut into shards named after their content.

docs/bundle.md is the specification; `runtime/weights.js` reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from ganzoo.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.plan import Weight
    from ganzoo.specs import FloatArray

Encoding = Literal["f32", "f16", "int8"]
ENCODINGS: tuple[Encoding, ...] = ("f32", "f16", "int8")
SMALLEST_SHARD = 16 << 10  # bytes; below, requests cost more than they carry
LARGEST_SHARD = 1 << 28  # bytes of a file in a bundle, by its manifest's rules
MOST_VALUES = 1 << 28  # likewise, values of all tensors


@dataclass(frozen=True)
class Entry:
    """A tensor's line in the manifest: `values` float32 values from `offset` on, `bytes` encoded from `at` on."""

    name: str
    shape: tuple[int, ...]
    offset: int
    values: int
    bytes: int
    at: int
    encoding: Encoding


def encode(weights: Iterable[Weight], encoding: Encoding) -> Iterator[tuple[Entry, bytes]]:
    """Each of `weights` as its line of the table and its bytes. One at a time: the network's may be large.

    Raises `RunError` for NaN and infinite parameters, `UsageError` for ones beyond what the encoding holds.
    """
    at = 0
    for weight in weights:
        own = own_encoding(weight, encoding)
        data = _encoded(weight, own)
        entry = Entry(weight.name, weight.shape, weight.offset, weight.size, len(data), at, own)
        at += len(data)
        del weight  # before the next one is there
        yield entry, data
        del data


def _encoded(weight: Weight, encoding: Encoding) -> bytes:
    import numpy as np

    array = weight.array
    if not np.isfinite(array).all():
        raise RunError(
            f"The parameters of layer {weight.layer} are NaN or infinite.", "Train again, from an earlier snapshot."
        )
    data = _ENCODERS[encoding](weight, array)
    return data + b"\0" * (-len(data) % 4)


def own_encoding(weight: Weight, encoding: Encoding) -> Encoding:
    """That of one tensor where `encoding` is asked for."""
    return stored_as(weight.shape, encoding, weight.step is not None)


def stored_as(shape: Sequence[int], encoding: Encoding, steps: bool) -> Encoding:
    """The encoding of a tensor of `shape`. Vectors stay float32: they are few, and errors in them reach every pixel.

    A matrix of whole numbers times `steps` is int8 in every encoding, because that loses nothing.
    """
    if len(shape) != 3:
        return "f32"
    return "int8" if steps else encoding


def check(weights: Sequence[Weight], encoding: Encoding) -> None:
    """Raise what `encode` would raise, and `UsageError` for more parameters than a bundle holds."""
    n_values = sum(weight.size for weight in weights)
    if n_values > MOST_VALUES:
        raise UsageError(
            f"The network has {n_values:,} parameters, and a bundle holds {MOST_VALUES:,} at most.",
            "Make the network smaller.",
        )
    for _ in encode(weights, encoding):
        pass


def read(tensors: Iterable[Mapping[str, Any]], contents: Iterable[bytes]) -> Iterator[Weight]:
    """The weights of a bundle, from its manifest's table, which has been checked, and the bytes of each tensor."""
    for line, content in zip(tensors, contents, strict=True):
        yield _decoded(line, content)
        del content  # before the next one is read


def _decoded(line: Mapping[str, Any], content: bytes) -> Weight:
    from ganzoo.export.plan import Weight

    own = {field.name: line[field.name] for field in fields(Entry)}  # a later ganzoo may tell more
    entry = Entry(**{**own, "shape": tuple(line["shape"])})
    array = _DECODERS[entry.encoding](entry, content).reshape(entry.shape)
    step = _scale(entry, content) if entry.encoding == "int8" else None
    return Weight.of(entry.name, entry.name, array, entry.values, entry.offset, step)


def step(array: FloatArray, candidates: FloatArray) -> FloatArray | None:
    """The `Weight.step` (panels, 1, 4) of a matrix (panels, K, 4), of which each column is one of `candidates` (n,).

    Where a column would take several, it gets that at its own place. None where a column takes none of them.
    """
    import numpy as np

    panels, rows, four = array.shape
    columns = array.transpose(0, 2, 1).reshape(-1, rows)
    peaks = np.take_along_axis(columns, np.abs(columns).argmax(1)[:, np.newaxis], 1)
    likely = np.rint(peaks / candidates) * candidates == peaks
    found = np.empty(len(columns), np.float32)
    for i, column in enumerate(columns):
        places = np.flatnonzero(likely[i])
        for scale in candidates[sorted(places, key=lambda place: place != i % len(candidates))]:
            whole = np.rint(column / scale)
            if whole.min() >= -128 and whole.max() <= 127 and (whole * scale == column).all():
                found[i] = scale
                break
        else:
            return None
    return found.reshape(panels, 1, four)


def shard_size(most: int | None) -> int:
    """The bytes of all shards but the last where a file may have `most`; none is larger than a bundle's files may be.

    Raises `UsageError` when `most` is too small to be meant.
    """
    if most is not None and most < SMALLEST_SHARD:
        raise UsageError(f"--max-file-size {most} is too small.", f"Allow at least {SMALLEST_SHARD} bytes.")
    return min(most or LARGEST_SHARD, LARGEST_SHARD) // 4 * 4


def store(contents: Iterable[bytes], folder: Path, step: int) -> list[Path]:
    """Write `contents`, one after another, to files of `step` bytes in `folder`, and return these in their order.

    Their names tell their numbers and what is in them.
    """
    made = []
    for number, pieces in groupby(_cut(contents, step), itemgetter(0)):
        digest, unnamed = hashlib.sha256(), folder / f"weights-{number}"
        with unnamed.open("wb") as file:
            for _, piece in pieces:
                file.write(piece)
                digest.update(piece)
        made.append(unnamed.rename(folder / f"weights-{number}-{digest.hexdigest()[:12]}.bin"))
    return made


def _cut(contents: Iterable[bytes], step: int) -> Iterator[tuple[int, memoryview]]:
    """`contents` in pieces, each with the number of its file; the first is empty, so that there is a file."""
    yield 0, memoryview(b"")
    at = 0
    for content in contents:
        left = memoryview(content)
        while left:
            piece, left = left[: step - at % step], left[step - at % step :]
            yield at // step, piece
            at += len(piece)


def table(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as JSON has them."""
    return [{**asdict(entry), "shape": list(entry.shape)} for entry in entries]


def _f32(weight: Weight, array: FloatArray) -> bytes:
    return array.astype("<f4", copy=False).tobytes()


def _f16(weight: Weight, array: FloatArray) -> bytes:
    import numpy as np

    if max(array.max(initial=0), -array.min(initial=0)) > np.finfo(np.float16).max:
        raise UsageError(
            f"The parameters of layer {weight.layer} are too large for half precision.",
            "Export with --weights f32 or int8.",
        )
    return array.astype("<f2").tobytes()


def _int8(weight: Weight, array: FloatArray) -> bytes:
    """One scale for each column: its step, else that with which the largest magnitude becomes 127."""
    import numpy as np

    scales, numbers = [], []
    for panel in range(len(array)):  # one by one: what is computed on the way is several times as large as the result
        columns = array[panel]
        if weight.step is None:
            scale = np.abs(columns).max(axis=0, initial=0) / np.float32(127)
        else:
            scale = weight.step[panel, 0]
        whole = np.rint(columns / np.where(scale > 0, scale, np.float32(1)))
        scales.append(scale.astype("<f4").tobytes())
        numbers.append(whole.astype(np.int8).tobytes())
    return b"".join((*scales, *numbers))


def _from_f32(entry: Entry, raw: bytes) -> FloatArray:
    import numpy as np

    return np.frombuffer(raw, "<f4", entry.values)


def _from_f16(entry: Entry, raw: bytes) -> FloatArray:
    import numpy as np

    return np.frombuffer(raw, "<f2", entry.values).astype(np.float32)


def _from_int8(entry: Entry, raw: bytes) -> FloatArray:
    import numpy as np

    scale = _scale(entry, raw)
    whole = np.frombuffer(raw, np.int8, entry.values, scale.nbytes).reshape(entry.shape)
    values: FloatArray = whole.astype(np.float32) * scale
    return values


def _scale(entry: Entry, raw: bytes) -> FloatArray:
    import numpy as np

    panels, _, four = entry.shape
    return np.frombuffer(raw, "<f4", panels * four).reshape(panels, 1, four)


_ENCODERS = {"f32": _f32, "f16": _f16, "int8": _int8}
_DECODERS: Mapping[str, Any] = {"f32": _from_f32, "f16": _from_f16, "int8": _from_int8}
