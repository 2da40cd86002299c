"""Data sets. A plugin provides a `Dataset`; the rest of ganzoo gets its images from `load`, which checks them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ganzoo.datasets import subset
from ganzoo.errors import DataError, PluginError, listed
from ganzoo.scalars import overridden
from ganzoo.specs import Data, floats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ganzoo.specs import Dataset, ImageArray, LabelArray, Scalar

CHUNK = 1 << 24  # values that are float32 at once: 64 MB


def load(
    dataset: Dataset,
    data_dir: Path | None = None,
    limit: int | None = None,
    options: Mapping[str, Scalar] | None = None,
) -> Data:
    """The data of `dataset`, after checking that it fulfils the contracts `Data` and `Dataset`.

    `limit` keeps only this many training images, equally many of each class. `options` are those of the data set's
    options that differ from the defaults.

    Raises what `dataset.load` and `chosen` raise, `PluginError` if that does not return `Data`, and `DataError` if a
    contract is broken.
    """
    data: Any = dataset.load(data_dir, **chosen(dataset, options or {}))
    remedy = "Fix or update the plugin of the data set."
    if not isinstance(data, Data):
        raise PluginError(f"The data set '{dataset.name}' returned {type(data).__name__}, not Data.", remedy)
    for broken in _broken(dataset, data):
        raise DataError(f"The data set '{dataset.name}' is not valid: {broken}.", remedy)
    if not limit:
        return data
    kept = subset.of_each_class(limit, data.train_t)
    return replace(data, train_x=data.train_x[kept], train_t=data.train_t[kept])


def chosen(dataset: Dataset, options: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """All options of `dataset`, with the given ones in place of the defaults.

    A value may be a text that stands for the value. Raises `UnknownNameError` for an option that `dataset` does not
    have, and `UsageError` for a value that is not of the default's type.
    """
    return overridden(
        dataset.options,
        options,
        f"option of the data set '{dataset.name}'",
        "--{key} {value}",
        f"The data set '{dataset.name}'",
    )


def completed(dataset: Dataset, options: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """All options of `dataset` for a run whose `config.json` has `options`: an earlier version knew fewer of them."""
    return {**dataset.options, **dataset.former, **options}


def checksum(data: Data) -> str:
    """SHA-256 of the training images and labels, in hex. It identifies the data of a run independently of its name."""
    return _digest(data.train_x, data.train_t)


def test_checksum(data: Data) -> str:
    """SHA-256 of the test images and labels, in hex, by which a run is evaluated."""
    return _digest(data.test_x, data.test_t)


def _digest(x: ImageArray, t: LabelArray) -> str:
    """Of the images as float32, whatever they are kept as."""
    digest = hashlib.sha256()
    for images in chunks(x):
        digest.update(floats(images).tobytes())
    digest.update(t.tobytes())
    return digest.hexdigest()


def chunks(images: ImageArray, most: int = CHUNK) -> Iterator[ImageArray]:
    """Consecutive parts of `images` (N, C, H, W), each of at most `most` values, or of one image."""
    rows = max(1, most // max(1, images[0].size))
    for start in range(0, len(images), rows):
        yield images[start : start + rows]


def require_learnable(data: Data, limited: bool) -> None:
    """Raise `DataError` if nothing can be learned from the training images: a class has none, or all are identical.

    A pixel that is the same in all images, as in the border of MNIST, is no problem.
    """
    import numpy as np

    counts = np.bincount(data.train_t, minlength=len(data.classes))
    absent = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if absent:
        raise DataError(
            f"The {len(data.train_t)} training images contain none of the classes {listed(absent)}.",
            "Raise --limit, or leave it out." if limited else "Add images of these classes, or remove the classes.",
        )
    first = data.train_x[0]
    if all(np.array_equal(first, image) for image in data.train_x):  # ends at the first that differs
        raise DataError(
            f"All {len(data.train_x)} training images are identical, so there is nothing to learn.",
            "Look at them: ganzoo reads bright pixels as the drawing and dark ones as the background.",
        )


def _broken(dataset: Dataset, data: Any) -> Iterator[str]:
    """Yield the rules that `data` breaks, in words. Each rule may assume that the rules before it hold."""
    import numpy as np

    if not isinstance(data.classes, tuple) or not all(isinstance(name, str) for name in data.classes):
        yield f"its classes are {data.classes!r}, not a tuple of names"
    n_classes = len(data.classes)
    if n_classes < 1 or len(set(data.classes)) != n_classes:
        yield f"its classes are {data.classes}, but it needs one or more different names"
    if dataset.n_classes not in (None, n_classes):
        yield f"it has {n_classes} classes, not {dataset.n_classes}"
    for part, x, t in (("train", data.train_x, data.train_t), ("test", data.test_x, data.test_t)):
        if not isinstance(x, np.ndarray) or not isinstance(t, np.ndarray):
            yield f"{part} images are {type(x).__name__} and labels {type(t).__name__}, not NumPy arrays"
        if x.dtype not in (np.uint8, np.float32) or t.dtype != np.int32:
            yield f"{part} images are {x.dtype} and labels {t.dtype}, not uint8 or float32, and int32"
        shape = dataset.shape or data.train_x.shape[1:]
        if x.shape[1:] != shape or len(shape) != 3:
            yield f"{part} images have shape {x.shape[1:]}, not {shape if len(shape) == 3 else '(C, H, W)'}"
        if t.shape != x.shape[:1] or not len(t):
            yield f"{part} has {len(x)} images and labels of shape {t.shape}, not one label per image"
        if x.dtype != np.uint8 and not (x.min() >= 0 and x.max() <= 1):  # false for NaN as well
            yield f"{part} images have values outside [0, 1]"
        if t.min() < 0 or t.max() >= n_classes:
            yield f"{part} labels range from {t.min()} to {t.max()}, but must be in [0, {n_classes})"
