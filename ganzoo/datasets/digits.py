"""`digits`: 1,797 handwritten digits that come with scikit-learn, in MNIST's geometry. Needs no network.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
1998, https://doi.org/10.24432/C50P49; its test images, as `sklearn.datasets.load_digits` has them.

Each value of an 8x8 image counts the black pixels (0 to 16) in a 4x4 block of a 32x32 bitmap. Enlarging blurs the
images; a higher contrast makes the strokes sharp again. As in MNIST, the digit has a box of 20x20 in an image of
28x28, so that networks and pages can treat both data sets alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UsageError
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.specs import FloatArray

BOX, MARGIN = 20, 4
CONTRAST = 1.6


def load(data_dir: Path | None) -> Data:
    """The images, always with the same split into training and test images.

    Raises `UsageError` if `data_dir` is given.
    """
    import numpy as np
    from sklearn.datasets import load_digits

    from ganzoo.datasets.split import is_test

    if data_dir is not None:
        raise UsageError(
            f"The data set 'digits' is part of scikit-learn and cannot be read from '{data_dir}'.",
            "Leave --data-dir out, or choose another --dataset.",
        )
    digits = load_digits()
    x = _enlarged(digits.images.astype(np.float32) / 16)[:, None]
    t = digits.target.astype(np.int32)
    test = is_test(t)
    return Data(x[~test], t[~test], x[test], t[test], tuple("0123456789"))


def _enlarged(images: FloatArray) -> FloatArray:
    """(N, 8, 8) in [0, 1] to (N, 28, 28) in [0, 1].

    Pillow resizes rows, then columns, each on its own: so all rows can be one image, and then all columns.
    """
    import numpy as np
    from PIL import Image

    n, height, width = images.shape
    rows = Image.fromarray(images.reshape(n * height, width)).resize((BOX, n * height), Image.Resampling.BICUBIC)
    columns = np.asarray(rows).reshape(n, height, BOX).transpose(1, 0, 2).reshape(height, n * BOX)
    boxes = np.asarray(Image.fromarray(columns).resize((n * BOX, BOX), Image.Resampling.BICUBIC))
    crisp = np.clip(CONTRAST * (boxes - 0.5) + 0.5, 0, 1, dtype=np.float32)
    return np.pad(crisp.reshape(BOX, n, BOX).transpose(1, 0, 2), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))


DATASET = Dataset(
    name="digits",
    summary="1,797 handwritten digits, 8x8 enlarged to 28x28; included, no download",
    source="https://doi.org/10.24432/C50P49",
    licence="CC BY 4.0",
    shape=(1, 28, 28),
    n_classes=10,
    load=load,
)
