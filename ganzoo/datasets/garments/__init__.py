"""`garments`: ten kinds of clothes, drawn by rules; any size and number, in colour or grey. Needs no network.

Garments of a kind differ in cut, size, turn, place, cloth and light. In colour they are on a pale ground; in grey they
are bright on black, as Fashion-MNIST's are, no picture of which is behind them. The same options give the same pictures
on every machine. Drawn pictures are kept in the cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.datasets.decoded import Decoded

VERSION = 1  # to be raised with every change of what is drawn
SMALLEST, LARGEST, STEP = 16, 256, 4
LEAST, MOST = 10, 1_000_000
TESTED = 6  # a sixth as many, others, are for testing
COLOURS = ("rgb", "grey")


def load(data_dir: Path | None, size: int = 32, count: int = 10_000, variant: int = 0, colour: str = "rgb") -> Data:
    """`count` garments for training, the classes in turn, and a sixth as many for testing, at least ten.

    Raises `UsageError` and `UnknownNameError` for an option that is not valid, or if `data_dir` is given.
    """
    import numpy as np

    from ganzoo.datasets import decoded
    from ganzoo.datasets.garments.cuts import CLASSES
    from ganzoo.datasets.garments.drawing import draw, grid

    if data_dir is not None:
        raise UsageError(
            f"The data set 'garments' is drawn and cannot be read from '{data_dir}'.",
            "Leave --data-dir out, or choose another --dataset.",
        )
    if size % STEP or not SMALLEST <= size <= LARGEST:
        raise UsageError(f"--size is {size}.", f"It must be a multiple of {STEP} from {SMALLEST} to {LARGEST}.")
    if not LEAST <= count <= MOST:
        raise UsageError(f"--count is {count:,}.", f"It must be from {LEAST} to {MOST:,}.")
    if variant < 0:
        raise UsageError(f"--variant is {variant}.", "It must be 0 or more.")
    if colour not in COLOURS:
        raise UnknownNameError("colour", colour, COLOURS)
    names, n_test = tuple(CLASSES), max(LEAST, count // TESTED)
    t = np.concatenate([np.arange(n, dtype=np.int32) % len(names) for n in (count, n_test)])

    def make() -> Decoded:
        where = grid(size)
        images = np.empty((len(t), 3 if colour == "rgb" else 1, size, size), np.uint8)
        for part, rows in enumerate((slice(count), slice(count, None))):
            rng = np.random.default_rng((variant, part))
            for image, label in zip(images[rows], t[rows], strict=True):
                image[...] = draw(names[label], where, colour == "rgb", rng)
        return decoded.Decoded(images)

    found = decoded.of(decoded.key_of("garments", VERSION, size, count, variant, colour), make).images
    return Data(found[:count], t[:count], found[count:], t[count:], names)


DATASET = Dataset(
    name="garments",
    summary="ten kinds of clothes in colour, of any size; drawn by ganzoo, no download",
    source="ganzoo/datasets/garments",
    licence="that of ganzoo",
    shape=None,
    n_classes=10,
    load=load,
    options={"size": 32, "count": 10_000, "variant": 0, "colour": "rgb"},
    descriptions={
        "size": f"Height and width in pixels: a multiple of {STEP} from {SMALLEST} to {LARGEST}.",
        "count": "Number of training pictures. A sixth as many are for testing.",
        "variant": "Each number stands for other garments of the same kinds.",
        "colour": "rgb, on a pale ground, or grey, on black.",
    },
)
