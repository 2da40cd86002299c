"""`folder`: one's own pictures, one subfolder per class.

`DIR/<class>/<picture>`, or `DIR/train/<class>/<picture>` beside `DIR/test/<class>/<picture>`. The names of
the subfolders, sorted as text, are the classes. Where there is no test folder, the first and then every
sixth picture of each class, sorted by name, is for testing.

Pictures become grey, 28x28 (Lanczos; one that is not square is squeezed, not cropped) and [0, 1]. Bright is
foreground, as in MNIST: invert dark ink on white paper before. What is transparent counts as black. How many
were squeezed or lost their colour is told on stderr. Files and folders whose names start with a dot are the
system's and are passed over.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.datasets.room import Room
from ganzoo.errors import DataError, DataMissingError, UsageError
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import FloatArray, LabelArray

    Pictures = dict[str, list[Path]]

SIZE = (28, 28)
# bitmaps that Pillow decodes itself: others (EPS) would start a program, and have no business here
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
GREY_MODES = ("1", "L", "LA", "La")
NOT_SQUARE, COLOURED = "not square, and are squeezed", "stored in colour, and become grey"
MOST_PIXELS = 40_000_000  # decoded at once, by all threads: some 20 bytes each where a picture is transparent
HINT = "Expected: DIR/<class>/<picture>, or that below DIR/train and DIR/test."


def load(data_dir: Path | None) -> Data:
    """Every picture below `data_dir`. Raises `DataError` naming the first file that does not fit."""
    from ganzoo.datasets.split import is_test

    if data_dir is None:
        raise UsageError("The data set 'folder' reads your own pictures, and was not told where.", "Add --data-dir.")
    changes: Counter[str] = Counter()
    top = {entry.name for entry in _entries(data_dir, data_dir)}
    divided = top in ({"train"}, {"train", "test"})
    train = _pictures(data_dir / "train" if divided else data_dir, data_dir)
    classes = tuple(train)
    if "test" in top and divided:
        test = _pictures(data_dir / "test", data_dir)
        if tuple(test) != classes:
            odd = sorted(set(test).symmetric_difference(classes))
            raise DataError(f"{data_dir}: of train and test, only one has the classes {', '.join(odd)}.", HINT)
        data = Data(*_read(train, changes), *_read(test, changes), classes)
        _tell(changes, len(data.train_t) + len(data.test_t))
        return data
    for name, paths in train.items():
        if len(paths) < 2:
            raise DataError(
                f"The class '{name}' has one picture, {paths[0]}, but both training and testing need one.",
                "Add pictures, or a test folder.",
            )
    x, t = _read(train, changes)
    _tell(changes, len(t))
    held_out = is_test(t)
    return Data(x[~held_out], t[~held_out], x[held_out], t[held_out], classes)


def _pictures(folder: Path, root: Path) -> Pictures:
    """The files of each class: classes and files in the order of their names."""
    pictures: Pictures = {}
    for entry in _entries(folder, root):
        if not entry.is_dir():
            raise DataError(f"{entry.path} stands where only class folders belong.", HINT)
        files = _entries(Path(entry.path), root)
        for file in files:
            if not file.is_file():  # a folder, or a pipe that would never end
                raise DataError(f"{file.path} stands where only pictures belong.", HINT)
        if not files:
            raise DataError(f"The class folder {entry.path} is empty.", "Fill or remove it.")
        pictures[entry.name] = [Path(file.path) for file in files]
    if len(pictures) < 2:
        found = f"one class, '{next(iter(pictures))}'" if pictures else "no class folders"
        raise DataError(
            f"{folder} has {found}, where two or more belong: to tell apart, or to ask a generator for.", HINT
        )
    return pictures


def _entries(folder: Path, root: Path) -> list[os.DirEntry[str]]:
    """What `folder` holds, by name. A link must lead to something below `root`."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if entry.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        raise DataMissingError(f"{folder} cannot be read: {error.strerror}.", HINT) from error
    for entry in entries:
        if not entry.name.isprintable():
            raise DataError(f"{entry.path!r} has a name that cannot be shown.", "Rename it.")
        if entry.is_symlink() and not _leads_into(root, Path(entry.path)):
            raise DataError(f"{entry.path} is a link that leads out of {root}, or nowhere.", "Put a copy in its place.")
    return entries


def _leads_into(root: Path, link: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # to nothing, or (before Python 3.13 a RuntimeError) in a circle
        return False


def _tell(changes: Counter[str], n_pictures: int) -> None:
    """Say on stderr what of a picture was lost, since no error will."""
    for change, count in sorted(changes.items()):
        print(f"Note: {count} of {n_pictures} pictures are {change}.", file=sys.stderr, flush=True)


def _read(pictures: Pictures, changes: Counter[str]) -> tuple[FloatArray, LabelArray]:
    """Images (N, 1, 28, 28) in [0, 1] and labels (N,), class by class; counts in `changes` what was lost of them."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from PIL import Image

    paths = [path for files in pictures.values() for path in files]
    room = Room(MOST_PIXELS)
    with (
        warnings.catch_warnings(),
        ThreadPoolExecutor() as pool,
    ):  # Pillow decodes without the interpreter's lock
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        read = list(pool.map(lambda path: _grey(path, room), paths))
    for _, lost in read:
        changes.update(lost)
    grey = np.stack([pixels for pixels, _ in read])
    t = np.repeat(np.arange(len(pictures), dtype=np.int32), [len(files) for files in pictures.values()])
    return np.divide(grey[:, None], np.float32(255), dtype=np.float32), t


def _grey(path: Path, room: Room) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """One picture as uint8 (28, 28), and what of it was lost, in words."""
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=FORMATS) as picture:
            if picture.mode.startswith(("I", "F")):
                raise ValueError(f"mode {picture.mode} has more than 8 bits a value")
            lost = []
            if picture.width != picture.height:
                lost.append(NOT_SQUARE)
            if picture.mode not in GREY_MODES:
                lost.append(COLOURED)
            picture.draft("L", (4 * SIZE[0], 4 * SIZE[1]))  # a JPEG need not be decoded in full to be made small
            with room.taken(picture.width * picture.height):
                upright = ImageOps.exif_transpose(picture)
                if upright.has_transparency_data:
                    colours = upright.convert("RGBA")
                    upright = Image.alpha_composite(Image.new("RGBA", colours.size, "black"), colours)
                grey = upright.convert("L").resize(SIZE, Image.Resampling.LANCZOS, reducing_gap=3.0)
            return np.asarray(grey), lost
    except Exception as error:  # on hostile files Pillow's readers raise anything
        raise DataError(
            f"{path} cannot be read as a picture: {error}.",
            f"Mend or remove it. Formats: {', '.join(FORMATS)}.",
        ) from error


DATASET = Dataset(
    name="folder",
    summary="your own pictures, one subfolder per class; needs --data-dir",
    source="--data-dir",
    licence="that of your pictures",
    shape=(1, *SIZE),
    n_classes=None,
    load=load,
)
