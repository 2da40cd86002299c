"""Data sets. Plugins yield a `Dataset`; whoever wants its images calls `load`, which trusts no plugin."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ganzoo.datasets import subset
from ganzoo.errors import DataError, PluginError, listed
from ganzoo.specs import Data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ganzoo.specs import Dataset


def load(dataset: Dataset, data_dir: Path | None = None, limit: int | None = None) -> Data:
    """The data of `dataset`, checked against what `Data` and `Dataset` promise.

    With a `limit` it has only so many of the training images, of each class as many.

    Raises what `dataset.load` raises, `PluginError` where that yields no `Data`, and `DataError` where a
    promise is not kept.
    """
    data: Any = dataset.load(data_dir)
    remedy = "Mend or update its plugin."
    if not isinstance(data, Data):
        raise PluginError(f"The data set '{dataset.name}' yields {type(data).__name__}, no Data.", remedy)
    for broken in _broken(dataset, data):
        raise DataError(f"The data set '{dataset.name}' is not as it says: {broken}.", remedy)
    if not limit:
        return data
    chosen = subset.of_each_class(limit, data.train_t)
    return replace(data, train_x=data.train_x[chosen], train_t=data.train_t[chosen])


def checksum(data: Data) -> str:
    """SHA-256 of the training images and labels, in hex: what a run was trained on, whatever its name."""
    return _digest(data.train_x, data.train_t)


def test_checksum(data: Data) -> str:
    """SHA-256 of the test images and labels, in hex: what a run is judged by."""
    return _digest(data.test_x, data.test_t)


def _digest(*arrays: Any) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()


def require_learnable(data: Data, limited: bool) -> None:
    """Raise `DataError` for training images that nothing can be learned from: a class has none, or all are alike.

    A pixel that is the same in all of them, as MNIST's border is, does no harm.
    """
    import numpy as np

    counts = np.bincount(data.train_t, minlength=len(data.classes))
    absent = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if absent:
        raise DataError(
            f"The {len(data.train_t)} training images have none of the classes {listed(absent)}.",
            "Raise --limit, or leave it out." if limited else "Add images of each class, or leave the class out.",
        )
    first = data.train_x[0]
    if all(np.array_equal(first, image) for image in data.train_x):  # ends at the first that differs
        raise DataError(
            f"All {len(data.train_x)} training images are the same, pixel for pixel: there is nothing to learn.",
            "Look at them. In a folder of pictures, bright is foreground.",
        )


def _broken(dataset: Dataset, data: Any) -> Iterator[str]:
    """Yields the promises that `data` breaks, in words; a later one may take the earlier ones as kept."""
    import numpy as np

    if not isinstance(data.classes, tuple) or not all(isinstance(name, str) for name in data.classes):
        yield f"classes are {data.classes!r}, no tuple of names"
    n_classes = len(data.classes)
    if n_classes < 2 or len(set(data.classes)) != n_classes:
        yield f"classes are {data.classes}, where two or more different names belong"
    if dataset.n_classes not in (None, n_classes):
        yield f"it has {n_classes} classes, not {dataset.n_classes}"
    for part, x, t in (("train", data.train_x, data.train_t), ("test", data.test_x, data.test_t)):
        if not isinstance(x, np.ndarray) or not isinstance(t, np.ndarray):
            yield f"{part} images are {type(x).__name__} and labels {type(t).__name__}, no NumPy arrays"
        if x.dtype != np.float32 or t.dtype != np.int32:
            yield f"{part} images are {x.dtype} and labels {t.dtype}, not float32 and int32"
        if x.shape[1:] != dataset.shape:
            yield f"{part} images have the shape {x.shape[1:]}, not {dataset.shape}"
        if t.shape != x.shape[:1] or not len(t):
            yield f"{part} has {len(x)} images and labels of the shape {t.shape}, not one label an image"
        if not (x.min() >= 0 and x.max() <= 1):  # false for NaN as well
            yield f"{part} images have values outside of [0, 1]"
        if t.min() < 0 or t.max() >= n_classes:
            yield f"{part} labels reach from {t.min()} to {t.max()}, where [0, {n_classes}) is the range"
