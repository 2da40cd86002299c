"""The weights file: tensors in one of three encodings, cut into shards named after their content.

docs/bundle.md is the specification; `runtime/weights.js` reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from ganzoo.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def encode(weights: Sequence[Weight], encoding: Encoding) -> tuple[list[Entry], bytes]:
    """The table and the bytes of `weights`. Vectors stay float32: they are few, and errors in them reach every pixel.
    A matrix of whole numbers times a step is int8 in every encoding, because that loses nothing.

    Raises `RunError` for NaN and infinite parameters, `UsageError` for ones beyond what the encoding holds, and for
    more of them than a bundle holds.
    """
    import numpy as np

    n_values = sum(int(weight.array.size) for weight in weights)
    if n_values > MOST_VALUES:
        raise UsageError(
            f"The network has {n_values:,} parameters, and a bundle holds {MOST_VALUES:,} at most.",
            "Make the network smaller.",
        )
    entries: list[Entry] = []
    parts: list[bytes] = []
    at = 0
    for weight in weights:
        if not np.isfinite(weight.array).all():
            raise RunError(
                f"The parameters of layer {weight.layer} are NaN or infinite.", "Train again, from an earlier snapshot."
            )
        own: Encoding = encoding if weight.array.ndim == 3 else "f32"
        if weight.step is not None:
            own = "int8"
        data = _ENCODERS[own](weight)
        data += b"\0" * (-len(data) % 4)
        shape = tuple(int(n) for n in weight.array.shape)
        entries.append(Entry(weight.name, shape, weight.offset, int(weight.array.size), len(data), at, own))
        parts.append(data)
        at += len(data)
    return entries, b"".join(parts)


def read(tensors: Sequence[Mapping[str, Any]], data: bytes) -> list[Weight]:
    """The weights of a bundle, from its manifest's table, which has been checked, and its shards' content."""
    from ganzoo.export.plan import Weight

    weights = []
    for line in tensors:
        own = {field.name: line[field.name] for field in fields(Entry)}  # a later ganzoo may tell more
        entry = Entry(**{**own, "shape": tuple(line["shape"])})
        array = _DECODERS[entry.encoding](entry, data[entry.at : entry.at + entry.bytes]).reshape(entry.shape)
        step = _scale(entry, data[entry.at : entry.at + entry.bytes]) if entry.encoding == "int8" else None
        weights.append(Weight(entry.name, entry.name, array, entry.values, entry.offset, step))
    return weights


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


def shards(data: bytes, most: int | None) -> dict[str, bytes]:
    """`data` in files of at most `most` bytes, by names that tell their content, in their order.

    None is larger than a bundle's files may be. Raises `UsageError` when `most` is too small to be meant.
    """
    if most is not None and most < SMALLEST_SHARD:
        raise UsageError(f"--max-file-size {most} is too small.", f"Allow at least {SMALLEST_SHARD} bytes.")
    step = min(most or LARGEST_SHARD, LARGEST_SHARD) // 4 * 4
    cut = [data[i : i + step] for i in range(0, len(data), step)] or [b""]
    names = [f"weights-{i}-{hashlib.sha256(part).hexdigest()[:12]}.bin" for i, part in enumerate(cut)]
    return dict(zip(names, cut, strict=True))


def table(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as JSON has them."""
    return [{**asdict(entry), "shape": list(entry.shape)} for entry in entries]


def _f32(weight: Weight) -> bytes:
    return bytes(weight.array.astype("<f4").tobytes())


def _f16(weight: Weight) -> bytes:
    import numpy as np

    if np.abs(weight.array).max(initial=0) > np.finfo(np.float16).max:
        raise UsageError(
            f"The parameters of layer {weight.layer} are too large for half precision.",
            "Export with --weights f32 or int8.",
        )
    return bytes(weight.array.astype("<f2").tobytes())


def _int8(weight: Weight) -> bytes:
    """One scale for each column: its step, else that with which the largest magnitude becomes 127."""
    import numpy as np

    scale = weight.step
    if scale is None:
        scale = np.abs(weight.array).max(axis=1, initial=0, keepdims=True) / np.float32(127)
    whole = np.rint(weight.array / np.where(scale > 0, scale, np.float32(1)))
    return bytes(scale.astype("<f4").tobytes() + whole.astype(np.int8).tobytes())


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
