"""`idx`: IDX files of your own, or of others, such as EMNIST's: any names of the usual form, any size, any classes.

`DIR/*train-images-idx3-ubyte` and `DIR/*train-labels-idx1-ubyte`, with `test` or `t10k` in place of `train` for the
test images, each with `.gz` or without. Without test files, the first and then every sixth image of each class is a
test image.

EMNIST (G. Cohen et al., arXiv:1702.05373) stores its images with rows and columns exchanged, and its letters begin at
the label 1: `--transposed true` puts the former right, and labels are numbered anew from 0 in any case.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.errors import DataError, DataMissingError, UsageError
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    ByteArray = npt.NDArray[np.uint8]

NAME = re.compile(r"(?:.*?[-_.])?(?P<part>train|test|t10k)?[-_.]?(?P<what>images|labels)[-.]idx[13]-ubyte(?:\.gz)?")
LARGEST_FILE = 4 << 30  # bytes, unpacked
SMALLEST, LARGEST = 4, 256  # pixels
LONGEST = 1 << 20  # bytes of a file of names
HINT = "Expected in DIR: *train-images-idx3-ubyte and *train-labels-idx1-ubyte, and the same with test or t10k."


def load(data_dir: Path | None, transposed: bool = False, classes: str = "") -> Data:
    """The images of the IDX files in `data_dir`, uint8. The descriptions of `DATASET` say what the options mean.

    Raises `DataMissingError` where files are absent, `DataError` where one is no IDX file or does not fit the others,
    and `UsageError` for an option that is not valid.
    """
    import numpy as np

    from ganzoo.datasets import look
    from ganzoo.datasets.split import is_test

    if data_dir is None:
        raise UsageError("The data set 'idx' needs the folder of your IDX files.", "Add --data-dir DIR.")
    found = _files(data_dir)
    x, raw = _pair(found, "train", data_dir)
    if any(part == "test" for part, _ in found):
        test_x, raw_test = _pair(found, "test", data_dir)
    else:
        test = is_test(raw.astype(np.int32))
        x, raw, test_x, raw_test = x[~test], raw[~test], x[test], raw[test]
    if test_x.shape[1:] != x.shape[1:]:
        raise DataError(f"The test images in {data_dir} are {_size(test_x)}, the others {_size(x)}.", HINT)
    if not SMALLEST <= min(x.shape[1:]) <= max(x.shape[1:]) <= LARGEST:
        raise DataError(f"The images in {data_dir} are {_size(x)}.", f"Sides of {SMALLEST} to {LARGEST} can be used.")
    numbers = np.unique(raw)
    unknown = sorted(set(raw_test.tolist()) - set(numbers.tolist()))
    if unknown:
        raise DataError(f"No training image in {data_dir} has the label {unknown[0]}, but test images have.", HINT)
    names = _names(classes, numbers.tolist())
    t, test_t = (np.searchsorted(numbers, labels).astype(np.int32) for labels in (raw, raw_test))
    if transposed:
        x, test_x = (np.ascontiguousarray(images.transpose(0, 2, 1)) for images in (x, test_x))
    problems = look.blank_classes(look.blank(x[:, None]), t, names)
    if problems:
        raise DataError(" ".join(problems), "Look at these images: they cannot be learned from.")
    return Data(x[:, None], t, test_x[:, None], test_t, names)


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """The files by ("train" or "test", "images" or "labels"). Raises `DataError` if there are two of a kind."""
    found: dict[tuple[str, str], Path] = {}
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise DataMissingError(f"{folder} cannot be read: {error.strerror}.", HINT) from error
    for path in paths:
        match = NAME.fullmatch(path.name)
        if match is None:
            continue
        key = ("train" if match["part"] in ("train", None) else "test", match["what"])
        if key in found:
            raise DataError(
                f"{folder} has two files of {key[0]} {key[1]}: {found[key].name} and {path.name}.",
                "Put the files of one data set into a folder of their own.",
            )
        found[key] = path
    return found


def _pair(found: dict[tuple[str, str], Path], part: str, folder: Path) -> tuple[ByteArray, ByteArray]:
    """Images (N, H, W) and labels (N,) for training or for testing."""
    absent = [what for what in ("images", "labels") if (part, what) not in found]
    if absent:
        raise DataMissingError(f"{folder} has no file of the {part} {' or '.join(absent)}.", HINT)
    images, labels = (_read(found[part, what], n_dims) for what, n_dims in (("images", 3), ("labels", 1)))
    if len(images) != len(labels):
        problem = f"{found[part, 'images']} has {len(images)} images, and {found[part, 'labels'].name} {len(labels)}"
        raise DataError(f"{problem} labels.", "Put files there that belong together.")
    return images, labels


def _read(path: Path, n_dims: int) -> ByteArray:
    from ganzoo.datasets import idx

    too_large = DataError(f"{path} has more than {LARGEST_FILE >> 30} GiB.", "Use fewer images.")
    array = idx.parse(idx.unpack(path, LARGEST_FILE, too_large)[1], path)
    if array.ndim != n_dims:
        raise DataError(f"{path} holds {'labels' if array.ndim == 1 else 'images'}.", "Its name says otherwise.")
    return array


def _names(classes: str, numbers: list[int]) -> tuple[str, ...]:
    """The names of the classes whose labels are `numbers`, as the option `classes` gives them."""
    if not classes:
        return tuple(map(str, numbers))
    path = Path(classes)
    try:
        if path.is_file():
            if path.stat().st_size > LONGEST:
                raise UsageError(f"{path} is too large for a list of names.", "Give a text file with one name a line.")
            given = path.read_text("utf-8").splitlines()
        else:
            given = classes.split(",")
    except (OSError, ValueError) as error:
        raise UsageError(f"--classes {classes} cannot be read: {error}.", "Give names, separated by commas.") from error
    names = [name.strip() for name in given if name.strip()]
    if len(names) > len(numbers) and len(names) > numbers[-1]:
        names = [names[number] for number in numbers]  # one for each label from 0 on
    if len(names) != len(numbers) or len(set(names)) != len(names) or not all(name.isprintable() for name in names):
        raise UsageError(
            f"--classes gives {len(names)} names, but there are {len(numbers)} classes: {_shown(numbers)}.",
            "Give a different name for each class, in the order of the labels.",
        )
    return tuple(names)


def _shown(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" ..." if len(numbers) > 10 else "")


def _size(images: ByteArray) -> str:
    return "x".join(map(str, images.shape[1:]))


DATASET = Dataset(
    name="idx",
    summary="IDX files of your own, as MNIST's and EMNIST's; needs --data-dir",
    source="--data-dir",
    licence="that of your files",
    shape=None,
    n_classes=None,
    load=load,
    options={"transposed": False, "classes": ""},
    descriptions={
        "transposed": "true exchanges rows and columns, as EMNIST's files need it.",
        "classes": "Names of the classes in the order of their labels, separated by commas, or a text file with one "
        "name a line. Without it, classes are called by their labels.",
    },
)
