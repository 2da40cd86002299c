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
    """Return `n` samples of each input, float32 (n, *spec.shape): noise by its distribution, the rest over its range.

    An input with `preprocess` takes pictures of its own size, even over [0, 1], after their preprocessing. The first
    one-hot input or part, and others of its size, take the `labels` in turn. All other one-hot inputs and parts, or all
    of them without `labels`, take their own classes 0, 1, 2, ... in turn. The same seed, in [0, 2**32), gives the same
    inputs on every machine and, by `runtime/seeded.js`, in every browser, preprocessed ones to a rounding error: the
    number of an input or part is its stream of `ganzoo.noise`.
    """
    import numpy as np

    inputs = [
        spec.parts or (Part(spec.name, int(np.prod(spec.shape)), spec.meaning, spec.distribution),) for spec in specs
    ]
    n_classes = next((part.size for parts in inputs for part in parts if part.meaning == "onehot"), 0)
    streams = count()
    arrays = []
    for spec, parts in zip(specs, inputs, strict=True):
        slices = []
        for part in parts:
            classes = range(part.size) if labels is None or part.size != n_classes else labels
            slices.append(_draw(part, spec, n, seed, next(streams), classes))
        arrays.append(np.concatenate(slices, axis=1).reshape(n, *spec.shape))
    return arrays


def _draw(part: Part, spec: TensorSpec, n: int, seed: int, stream: int, classes: Sequence[int]) -> FloatArray:
    """Return `n` rows of `part.size` values. One-hot rows take `classes` in turn."""
    import numpy as np

    if part.meaning == "onehot":
        return np.eye(part.size, dtype=np.float32)[np.resize(np.asarray(classes), n)]
    if part.meaning == "latent" and part.distribution == "normal":
        return noise.normal(seed, n * part.size, stream).reshape(n, part.size)
    if spec.preprocess:
        pictures = noise.uniform(seed, n * part.size, 0.0, 1.0, stream).reshape(n, *spec.shape)
        return spec.from_pictures(pictures).reshape(n, part.size)
    low, high = spec.range or (-1.0, 1.0)
    return noise.uniform(seed, n * part.size, low, high, stream).reshape(n, part.size)
