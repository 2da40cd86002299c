"""The form in which arrays travel between Python and a page: base64 of little-endian float32 values."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray


def encode(arrays: Sequence[FloatArray]) -> list[list[str]]:
    """Return `arrays` (one per input, each (N, ...)) as N samples, each a list with one text per input."""
    import numpy as np

    little = [np.ascontiguousarray(array, dtype="<f4") for array in arrays]
    return [
        [base64.b64encode(sample.tobytes()).decode() for sample in samples] for samples in zip(*little, strict=True)
    ]


def encoded_bytes(arrays: Sequence[FloatArray]) -> int:
    """Return the size in JSON of what `encode` makes of `arrays`, in bytes and slightly too large."""
    return sum(array.size * 16 // 3 + 8 * len(array) for array in arrays)


def decode(samples: Any, shapes: Sequence[tuple[int, ...]]) -> list[FloatArray]:
    """Reverse `encode`, for values that come from a page. `shapes` are the expected shapes, (N, ...) per output.

    Raises `ValueError`, with a message for the user, for anything else.
    """
    import numpy as np

    n = shapes[0][0]
    if not isinstance(samples, list) or len(samples) != n:
        raise ValueError(f"outputs for {len(samples) if isinstance(samples, list) else 0} of {n} inputs")
    arrays = [np.empty((n, int(np.prod(shape[1:]))), np.float32) for shape in shapes]
    for i, sample in enumerate(samples):
        if not isinstance(sample, list) or len(sample) != len(shapes):
            raise ValueError(f"{len(sample) if isinstance(sample, list) else 0} of {len(shapes)} outputs")
        for array, text in zip(arrays, sample, strict=True):
            values = np.frombuffer(_bytes(text), "<f4")
            if values.size != array.shape[1]:
                raise ValueError(f"an output of {values.size} values instead of {array.shape[1]}")
            array[i] = values
    return [array.reshape(shape) for array, shape in zip(arrays, shapes, strict=True)]


def _bytes(text: Any) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("an output that is not base64 text") from None
    if len(raw) % 4:
        raise ValueError("an output that is not float32")
    return raw
