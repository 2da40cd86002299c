"""Inputs for an exported network, drawn by what its specs say they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, TensorSpec


def seeded(specs: Sequence[TensorSpec], n: int, seed: int, labels: Sequence[int] | None = None) -> list[FloatArray]:
    """`n` samples of each input, float32 (n, *spec.shape): noise from N(0, 1), anything else even over its range.

    One-hot parts are at `labels` in turn, at 0, 1, 2, ... where none are given. The same seed gives the
    same inputs on every machine.
    """
    import numpy as np

    random = np.random.RandomState(seed)
    return [_draw(spec, n, random, labels) for spec in specs]


def _draw(spec: TensorSpec, n: int, random: Any, labels: Sequence[int] | None) -> FloatArray:
    import numpy as np

    if not spec.parts:
        low, high = spec.range or (-1.0, 1.0)
        values: FloatArray = random.uniform(low, high, (n, *spec.shape)).astype(np.float32)
        return values
    slices = []
    for part in spec.parts:
        if part.meaning == "onehot":
            wanted = np.resize(np.asarray(labels if labels is not None else range(part.size)), n)
            slices.append(np.eye(part.size, dtype=np.float32)[wanted])
        else:
            slices.append(random.standard_normal((n, part.size)).astype(np.float32))
    return np.concatenate(slices, axis=1)
