"""What catches the eye in somebody's own pictures: blank ones, and those that are there more than once.

Pictures are nearly the same if their difference hashes differ in one bit at most, and their pixels in little. The
hash: N. Krawetz, "Kind of Like That", 2013, http://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import LabelArray

    ByteArray = npt.NDArray[np.uint8]

FAINT = 16  # of 255 between the darkest and the brightest value of a channel: less is blank
MANY = 5  # a class of which every fifth picture is blank teaches a network to draw nothing
CLOSE = 6.0  # of 255, mean absolute difference of pixels
ROWS, COLUMNS = 8, 9
AT_ONCE = 512  # pictures
COMPARED = 8  # earlier pictures of a like hash


def blank(images: ByteArray) -> npt.NDArray[np.bool_]:
    """Which of `images` (N, C, H, W) are of nearly one brightness, or one colour."""
    import numpy as np

    flat = images.reshape(*images.shape[:2], -1)
    ranges = flat.max(axis=2, initial=0).astype(np.int16) - flat.min(axis=2, initial=255)
    found: npt.NDArray[np.bool_] = (ranges < FAINT).all(axis=1)
    return found


def blank_classes(blank: npt.NDArray[np.bool_], t: LabelArray, classes: Sequence[str]) -> list[str]:
    """Sentences on the classes, labels `t` (N,), of which many pictures are `blank` (N,)."""
    import numpy as np

    counts, faint = (np.bincount(labels, minlength=len(classes)) for labels in (t, t[blank]))
    return [
        f"Of the {n} pictures of the class '{name}', {k} are blank."
        for name, n, k in zip(classes, counts.tolist(), faint.tolist(), strict=True)
        if k > 1 and k * MANY >= n
    ]


def repeated(images: ByteArray, blank: npt.NDArray[np.bool_], t: LabelArray) -> tuple[int, int]:
    """How many of `images` equal an earlier one, and how many others look nearly like an earlier one of their class."""
    import hashlib

    import numpy as np

    seen: set[bytes] = set()
    buckets: dict[Any, list[int]] = defaultdict(list)
    hashes = np.concatenate([_hashes(images[start : start + AT_ONCE]) for start in range(0, len(images), AT_ONCE)])
    same = close = 0
    for i in np.flatnonzero(~blank).tolist():
        digest = hashlib.blake2b(images[i].tobytes(), digest_size=16).digest()
        if digest in seen:
            same += 1
            continue
        seen.add(digest)
        # where two hashes differ in one bit, one half of them is the same
        keys = [(int(t[i]), half, hashes[i, half].tobytes()) for half in (0, 1)]
        earlier = {j for key in keys for j in buckets[key][-COMPARED:]}
        alike = [j for j in earlier if _differing(hashes[i], hashes[j]) <= 1]
        if any(np.abs(images[i].astype(np.int16) - images[j]).mean() < CLOSE for j in alike):
            close += 1
        for key in keys:
            buckets[key].append(i)
    return same, close


def _differing(one: ByteArray, other: ByteArray) -> int:
    """The number of bits that differ."""
    return int.from_bytes((one ^ other).tobytes(), "little").bit_count()


def _hashes(images: ByteArray) -> npt.NDArray[np.uint8]:
    """Of 64 bits each, uint8 (N, 2, 4): whether a picture gets brighter from one of its 8x9 fields to the next."""
    import numpy as np

    n, _, height, width = images.shape
    grey = images.mean(axis=1, dtype=np.float32)
    for axis, (size, parts) in enumerate(((height, ROWS), (width, COLUMNS)), start=1):
        edges = np.arange(parts) * size // parts
        counts = np.diff([*edges, size]).reshape((-1, 1) if axis == 1 else (1, -1))
        grey = np.add.reduceat(grey, edges, axis=axis) / counts
    bits = grey[:, :, 1:] > grey[:, :, :-1] + 1
    return np.packbits(bits.reshape(n, -1), axis=1).reshape(n, 2, 4)
