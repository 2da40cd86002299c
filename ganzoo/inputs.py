"""Inputs for an exported network, drawn by what its specs say they mean."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from ganzoo import noise
from ganzoo.specs import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, TensorSpec


def seeded(specs: Sequence[TensorSpec], n: int, seed: int, labels: Sequence[int] | None = None) -> list[FloatArray]:
    """`n` samples of each input, float32 (n, *spec.shape): noise by its distribution, the rest even over its range.

    What a spec preprocesses are pictures that are even over [0, 1], of the input's size, preprocessed.

    One-hot inputs and parts are at `labels` in turn, at 0, 1, 2, ... where none are given. The same seed, in
    [0, 2**32), gives the same inputs on every machine and, by `runtime/seeded.js`, in every browser, preprocessed ones
    to a rounding error: the number of an input or part is its stream of `ganzoo.noise`.
    """
    import numpy as np

    streams = count()
    arrays = []
    for spec in specs:
        parts = spec.parts or (Part(spec.name, int(np.prod(spec.shape)), spec.meaning, spec.distribution),)
        slices = [_draw(part, spec, n, seed, next(streams), labels) for part in parts]
        arrays.append(np.concatenate(slices, axis=1).reshape(n, *spec.shape))
    return arrays


def _draw(part: Part, spec: TensorSpec, n: int, seed: int, stream: int, labels: Sequence[int] | None) -> FloatArray:
    """`n` rows of `part.size` values."""
    import numpy as np

    if part.meaning == "onehot":
        wanted = np.resize(np.asarray(labels if labels is not None else range(part.size)), n)
        return np.eye(part.size, dtype=np.float32)[wanted]
    if part.meaning == "latent" and part.distribution == "normal":
        return noise.normal(seed, n * part.size, stream).reshape(n, part.size)
    if spec.preprocess:
        pictures = noise.uniform(seed, n * part.size, 0.0, 1.0, stream).reshape(n, *spec.shape)
        return spec.from_pictures(pictures).reshape(n, part.size)
    low, high = spec.range or (-1.0, 1.0)
    return noise.uniform(seed, n * part.size, low, high, stream).reshape(n, part.size)
