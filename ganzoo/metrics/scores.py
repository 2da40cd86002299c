"""The scores: pure functions of arrays, each with the paper that it comes from.

`real` and `fake` are features, float (n, d), with a row for each image. Distances are Euclidean; sums are in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganzoo.specs import FloatArray, LabelArray

    Features = npt.NDArray[Any]

NEAREST = 5  # k of density and coverage: the paper's choice
BINS = 15  # of the calibration error: the paper's choice
ROWS = 1000  # of a kernel matrix at a time


@dataclass(frozen=True)
class Gaussian:
    """The mean (d,) and the covariance (d, d) of features."""

    mean: npt.NDArray[Any]
    covariance: npt.NDArray[Any]


def gaussian(features: Features) -> Gaussian:
    """Return the mean and the unbiased covariance of `features`, which must have two rows or more."""
    import numpy as np

    wide = features.astype(np.float64)
    return Gaussian(wide.mean(axis=0), np.atleast_2d(np.cov(wide, rowvar=False)))


def frechet(a: Gaussian, b: Gaussian) -> float:
    """Return the squared Frechet distance of two Gaussians: |mu_a - mu_b|^2 + tr(A + B - 2 (A B)^(1/2)).

    Equal ones give 0.

    Heusel et al. 2017 (arXiv:1706.08500), equation 6, where it is applied to Inception's features. It is biased: fewer
    rows give a larger distance, so that only distances of equal numbers of rows can be compared. The trace of the root
    is computed as that of (A^(1/2) B A^(1/2))^(1/2), whose eigenvalues are real and not negative.
    """
    import numpy as np

    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    eigenvalues = np.linalg.eigvalsh(root @ b.covariance @ root).clip(0)
    spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.sqrt(eigenvalues).sum()
    return max(0.0, float(((a.mean - b.mean) ** 2).sum() + spread))


def kid(real: Features, fake: Features) -> float:
    """Return the squared maximum mean discrepancy with the kernel (x.y / d + 1)^3.

    It is near 0, or below, for equal features.

    Binkowski et al. 2018 (arXiv:1801.01401), section 4: the unbiased estimate (Gretton et al. 2012, equation 3). It is
    taken over all pairs instead of as a mean over subsets, which has the same expectation. Both need two rows or more.
    """
    n, m = len(real), len(fake)
    within_real = _kernel_sum(real, real, diagonal=False) / (n * (n - 1))
    within_fake = _kernel_sum(fake, fake, diagonal=False) / (m * (m - 1))
    return within_real + within_fake - 2 * _kernel_sum(real, fake) / (n * m)


def _kernel_sum(x: Features, y: Features, diagonal: bool = True) -> float:
    import numpy as np

    x, y = x.astype(np.float64) / x.shape[1], y.astype(np.float64)
    total = sum(float(((x[start : start + ROWS] @ y.T + 1) ** 3).sum()) for start in range(0, len(x), ROWS))
    return total if diagonal else total - float((((x * y).sum(axis=1) + 1) ** 3).sum())


def feature_distances(drawn: Features, true: Features) -> npt.NDArray[Any]:
    """Return how far each row of `drawn` is from the same row of `true`, (n,); both have two rows or more.

    The unit is the distance of two unrelated rows of `true`, as the root of its mean square. 0 is the same picture, and
    1 is no more alike than two pictures by chance. It is the idea of LPIPS (Zhang et al. 2018, arXiv:1801.03924) on the
    features of the evaluator.
    """
    import numpy as np

    a, b = drawn.astype(np.float64), true.astype(np.float64)
    unit = np.sqrt(2 * b.var(axis=0, ddof=1).sum())
    apart: npt.NDArray[Any] = np.sqrt(((a - b) ** 2).sum(axis=1)) / (unit or 1.0)
    return apart


def radii(real: Features) -> npt.NDArray[Any]:
    """Return the distance of each row of `real` to the 5th nearest of the others, (n,). It needs more than 5 rows."""
    from sklearn.neighbors import NearestNeighbors

    distances, _ = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(real).kneighbors()
    reach: npt.NDArray[Any] = distances[:, -1]
    return reach


def density_coverage(real: Features, reach: npt.NDArray[Any], fake: Features) -> tuple[float, float]:
    """Return density and coverage of `fake`, given `reach = radii(real)`.

    Naeem et al. 2020 (arXiv:2002.09797), equations 5 and 6, with k = 5. Density is the number of balls around real
    images in which a fake lies, divided by k and averaged over the fakes. It is near 1 for the real distribution, and
    larger if the fakes crowd together. Coverage is the share of the balls that contain a fake.
    """
    import numpy as np
    from sklearn.metrics import pairwise_distances_chunked

    counts: list[Any] = []
    for distances in pairwise_distances_chunked(real, fake):
        balls = reach[len(counts) : len(counts) + len(distances), None]
        counts.extend((distances <= balls).sum(axis=1))
    return float(np.sum(counts) / (NEAREST * len(fake))), float(np.mean(np.greater(counts, 0)))


def confusion(t: LabelArray, predicted: LabelArray, n_classes: int) -> npt.NDArray[Any]:
    """Return how often images of class i were classified as class j, int (n_classes, n_classes)."""
    import numpy as np

    table = np.zeros((n_classes, n_classes), int)
    np.add.at(table, (t, predicted), 1)
    return table


def per_class(table: npt.NDArray[Any]) -> list[float | None]:
    """Return the share of each class that was classified correctly, None for a class without images."""
    return [float(row[i] / row.sum()) if row.sum() else None for i, row in enumerate(table)]


@dataclass(frozen=True)
class Bin:
    """The means over the predictions whose confidence lies in one of `BINS` equal parts of [0, 1]."""

    count: int
    confidence: float
    accuracy: float


def reliability(probabilities: FloatArray, t: LabelArray) -> list[Bin]:
    """Sort predictions into bins by their confidence, the largest of `probabilities` (n, n_classes).

    Empty bins have zeros.

    Guo et al. 2017 (arXiv:1706.04599), section 2.
    """
    import numpy as np

    confidence, right = probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == t
    places = np.ceil(confidence * BINS).astype(int).clip(1, BINS) - 1  # a bin has its upper edge
    bins = []
    for i in range(BINS):
        here = places == i
        bins.append(
            Bin(int(here.sum()), float(confidence[here].mean()), float(right[here].mean()))
            if here.any()
            else Bin(0, 0.0, 0.0)
        )
    return bins


def calibration_error(bins: list[Bin]) -> float:
    """Return the expected calibration error: the mean difference of confidence and accuracy, weighted by counts.

    Guo et al. 2017 (arXiv:1706.04599), equation 3.
    """
    return sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / sum(each.count for each in bins)
