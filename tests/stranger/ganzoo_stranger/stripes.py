"""A data set: two kinds of stripes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    from pathlib import Path


def load(data_dir: Path | None) -> Data:
    stripes = np.zeros((2, 1, 8, 8), np.float32)
    stripes[0, :, :, ::2] = stripes[1, :, ::2, :] = 1
    t = np.arange(32, dtype=np.int32) % 2
    return Data(stripes[t], t, stripes, np.arange(2, dtype=np.int32), ("vertical", "horizontal"))


DATASET = Dataset("stripes", "two kinds of stripes", "tests", "MIT", (1, 8, 8), 2, load)
