"""Find out whether drawn pictures are copies: compare them with the training images that are nearest to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.datasets import chunks
from ganzoo.specs import floats

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganzoo.specs import FloatArray, ImageArray, LabelArray

SHOWN = 3  # nearest images of each picture
ROWS = 10  # of the sheet: a class each
QUANTILES = (0.01, 0.1, 0.5, 0.9)
HEADINGS = ("drawn", "nearest", "2nd", "3rd")


@dataclass(frozen=True)
class Nearest:
    """The nearest training images of n pictures: their distances, Euclidean over pixels, and indices, (n, SHOWN)."""

    distances: npt.NDArray[Any]
    indices: npt.NDArray[Any]


def nearest(train_x: ImageArray, images: ImageArray) -> Nearest:
    """Return the nearest of `train_x` for each of `images` (n, C, H, W): SHOWN of them, or as many as there are.

    The training images are searched in parts, because float32 of all of them may not fit into memory.
    """
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    wanted = floats(images).reshape(len(images), -1)
    found = Nearest(np.zeros((len(images), 0)), np.zeros((len(images), 0), np.int64))
    start = 0
    for part in chunks(train_x):
        flat = floats(part).reshape(len(part), -1)
        search = NearestNeighbors(n_neighbors=min(SHOWN, len(flat)), algorithm="brute").fit(flat)
        here, indices = search.kneighbors(wanted)
        far = np.concatenate([found.distances, here], axis=1)
        which = np.concatenate([found.indices, indices + start], axis=1)
        best = far.argsort(axis=1, kind="stable")[:, :SHOWN]
        found = Nearest(np.take_along_axis(far, best, axis=1), np.take_along_axis(which, best, axis=1))
        start += len(part)
    return found


def distances(fakes: Nearest, tests: Nearest) -> dict[str, Any]:
    """Return quantiles of the distance to the nearest training image, for drawn pictures and for test images.

    Test images are no copies, so they show what is usual. `closer` is the share of pictures that are closer than all
    but 1% of the test images. It is 0.01 for pictures as far from the training images as real ones. A much larger share
    means copies, or pictures with less detail than real ones.
    """
    import numpy as np

    of_fakes, of_tests = fakes.distances[:, 0], tests.distances[:, 0]
    return {
        "quantiles": list(QUANTILES),
        "drawn": np.quantile(of_fakes, QUANTILES).tolist(),
        "test": np.quantile(of_tests, QUANTILES).tolist(),
        "closer": float((of_fakes < np.quantile(of_tests, 0.01)).mean()),
    }


def sheet(images: FloatArray, t: LabelArray, fakes: Nearest, train_x: ImageArray) -> Any:
    """Return a `PIL.Image` with a row for each class of `t`: its first picture and the nearest training images.

    After them come the same for the picture of the class that is closest to a training image.
    """
    import numpy as np

    from ganzoo import image_grid

    drawn_of = [np.flatnonzero(t == k) for k in np.unique(t)[:ROWS]]
    chosen = [(here[0], here[fakes.distances[here, 0].argmin()]) for here in drawn_of]
    rows = [
        np.concatenate([part for i in row for part in (images[i : i + 1], floats(train_x[fakes.indices[i]]))])
        for row in chosen
    ]
    shown = 1 + fakes.indices.shape[1]
    headings = HEADINGS[:shown]
    return image_grid.sheet(np.stack(rows), [*headings, "closest", *headings[1:]])
