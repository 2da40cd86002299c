"""`digits`: 1,797 handwritten digits that come with scikit-learn, in MNIST's geometry. Needs no network.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
1998, https://doi.org/10.24432/C50P49; its test images, as `sklearn.datasets.load_digits` carries them.

There each value of an 8x8 image counts the ink (0 to 16) in a 4x4 block of a 32x32 bitmap. Enlarged they are
blurred; raising the contrast gives the strokes their edge back. As in MNIST, the digit has a box of 20x20
in an image of 28x28, so that networks and pages treat both data sets alike.
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
    """The same images and the same division at every call. Raises `UsageError` when given a `data_dir`."""
    import numpy as np
    from sklearn.datasets import load_digits

    from ganzoo.datasets.split import is_test

    if data_dir is not None:
        raise UsageError(
            f"The data set 'digits' comes with scikit-learn and reads no files, so not '{data_dir}' either.",
            "Leave --data-dir out, or choose another --dataset.",
        )
    digits = load_digits()
    x = np.stack([_enlarged(image) for image in digits.images.astype(np.float32) / 16])[:, None]
    t = digits.target.astype(np.int32)
    test = is_test(t)
    return Data(x[~test], t[~test], x[test], t[test], tuple("0123456789"))


def _enlarged(image: FloatArray) -> FloatArray:
    """8x8 in [0, 1] to 28x28 in [0, 1]."""
    import numpy as np
    from PIL import Image

    box = np.asarray(Image.fromarray(image).resize((BOX, BOX), Image.Resampling.BICUBIC))
    crisp = np.clip(CONTRAST * (box - 0.5) + 0.5, 0, 1, dtype=np.float32)
    return np.pad(crisp, MARGIN)


DATASET = Dataset(
    name="digits",
    summary="1,797 handwritten digits, 8x8 enlarged to 28x28; embedded, no download",
    source="https://doi.org/10.24432/C50P49",
    licence="CC BY 4.0",
    shape=(1, 28, 28),
    n_classes=10,
    load=load,
)
