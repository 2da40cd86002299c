"""`folder`: your own pictures, one subfolder per class.

`DIR/<class>/<picture>`, or `DIR/train/<class>/<picture>` beside `DIR/test/<class>/<picture>`. The names of
the subfolders, sorted as text, are the classes. Where there is no test folder, the first and then every
sixth picture of each class, sorted by name, is a test picture.

Pictures are converted to grey, 28x28 (Lanczos; a picture that is not square is squeezed, not cropped) and [0, 1].
Bright pixels are foreground, as in MNIST: invert dark ink on white paper first. What is transparent is background and
becomes black; where the pictures are dark on transparency they are inverted, since they would be black on black. How
many pictures were squeezed, inverted or lost their colour is told on stderr, and so are files that are no pictures.
Hidden files and others that operating systems leave in folders are passed over.
"""

from __future__ import annotations

import os
import sys
import unicodedata
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.datasets.room import Room
from ganzoo.errors import DataError, DataMissingError, UsageError, listed
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import LabelArray

    Pictures = dict[str, list[Path]]

SIZE = (28, 28)
# bitmaps that Pillow decodes itself: others (EPS) would start a program, and have no business here
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
GREY_MODES = ("1", "L", "LA", "La")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N")  # 16 bits a value
# what systems put into folders, in small letters; beside it all whose name starts with a dot
LITTER = ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin")
OTHER_PICTURES = (".svg", ".svgz", ".heic", ".heif", ".jxl")  # which Pillow does not know by name
LARGEST = 89_478_485  # as Pillow has it: of three bytes each, a quarter of a gigabyte
FAINT = 16  # of 255 between the darkest and the brightest pixel
NOT_SQUARE, COLOURED = "not square and were squeezed", "in colour and were converted to grey"
MOST_PIXELS = 40_000_000  # decoded at once, by all threads: some 20 bytes each where a picture is transparent
INVERTED = "dark on a transparent ground, and are inverted: the ink becomes bright, the ground black"
PALE = "of nearly one brightness: look whether they are what you expect"
HINT = "Expected: DIR/<class>/<picture>, or DIR/train/<class>/<picture> and DIR/test/<class>/<picture>."
SHOWN = 20  # faults that are told in full


@dataclass
class Reading:
    """What is found while a folder is read, so that all of it can be told at once.

    `faults` are sentences with their remedies, `changes` counts what was lost of pictures, `no_pictures` are files that
    do not claim to be any.
    """

    root: Path
    faults: list[tuple[str, str]] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    no_pictures: list[Path] = field(default_factory=list)

    def refuse(self, problem: str, remedy: str) -> None:
        self.faults.append((problem, remedy))

    def conclude(self) -> None:
        """Raise `DataError` where there are faults, with all of them."""
        if len(self.faults) == 1:
            raise DataError(*self.faults[0])
        if self.faults:
            shown = [f"  {problem}" for problem, _ in self.faults[:SHOWN]]
            more = [f"  and {len(self.faults) - SHOWN} more"] if len(self.faults) > SHOWN else []
            told = "\n".join([f"{self.root} has {len(self.faults)} faults:", *shown, *more])
            raise DataError(told, " ".join(dict.fromkeys(remedy for _, remedy in self.faults)))

    def tell(self, n_pictures: int) -> None:
        """Say on stderr what of the pictures was lost, since no error will."""
        notes = [f"{count} of {n_pictures} pictures are {change}." for change, count in sorted(self.changes.items())]
        if self.no_pictures:
            some = ", ".join(map(str, self.no_pictures[:3]))
            more = len(self.no_pictures) - 3
            told = f"{some} and {more} more" if more > 0 else some
            notes.append(f"{told} {'is not a picture' if len(self.no_pictures) == 1 else 'are not pictures'}: ignored.")
        for note in notes:
            print(f"Note: {note}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Picture:
    """One picture as uint8 (28, 28), made grey over black and, where it is transparent in part, over white as well.

    `lost` says in words what of it was lost.
    """

    grey: npt.NDArray[np.uint8]
    over_white: npt.NDArray[np.uint8] | None
    lost: list[str]


def load(data_dir: Path | None) -> Data:
    """Every picture below `data_dir`. Raises `DataError` naming every file that does not fit."""
    import numpy as np

    from ganzoo.datasets.split import is_test

    if data_dir is None:
        raise UsageError("The data set 'folder' needs the folder of your pictures.", "Add --data-dir DIR.")
    reading = Reading(data_dir)
    top = _entries(data_dir, reading)
    folders = {entry.name for entry in top if entry.is_dir()}
    if folders in ({"train"}, {"train", "test"}):
        _loose(top, reading)
        train = _pictures(data_dir / "train", None, reading)
        test = _pictures(data_dir / "test", None, reading) if "test" in folders else {}
    else:
        train, test = _pictures(data_dir, top, reading), {}
    if test and tuple(test) != tuple(train):
        odd = sorted(set(test).symmetric_difference(train))
        reading.refuse(f"{data_dir}: of train and test, only one has the classes {listed(odd)}.", HINT)
    for name, paths in {} if test else train.items():
        if len(paths) < 2:
            reading.refuse(
                f"The class '{name}' has only one picture, {paths[0]}, but training and testing need one each.",
                "Add pictures, or a test folder.",
            )
    x = _read([path for each in (train, test) for files in each.values() for path in files], reading)
    reading.conclude()
    reading.tell(len(x))
    t, test_t = _labels(train), _labels(test)
    held_out = is_test(t) if not test else np.zeros(len(t), bool)
    ours = x[: len(t)]
    return Data(
        ours[~held_out],
        t[~held_out],
        x[len(t) :] if test else ours[held_out],
        test_t if test else t[held_out],
        tuple(train),
    )


def _pictures(folder: Path, entries: list[os.DirEntry[str]] | None, reading: Reading) -> Pictures:
    """The files of each class below `folder`, which holds `entries`: classes and files in the order of their names.

    Names are compared as Unicode composes them (NFC): a Mac stores "café" in other code points than other systems do.
    """
    pictures: Pictures = {}
    entries = _entries(folder, reading) if entries is None else entries
    _loose(entries, reading)
    for entry in entries:
        if not entry.is_dir():
            continue
        files: list[Path] = []
        passed_over = len(reading.no_pictures)
        for file in _entries(Path(entry.path), reading):
            if not file.is_file():  # a folder, or a pipe that would never end
                reading.refuse(f"{file.path} is not a file, but only pictures may be there.", HINT)
            elif _is_picture(Path(file.path)):
                files.append(Path(file.path))
            else:
                reading.no_pictures.append(Path(file.path))
        if not files:
            found = "is empty" if len(reading.no_pictures) == passed_over else "has no pictures"
            reading.refuse(f"The class folder {entry.path} {found}.", "Fill or remove it.")
        pictures.setdefault(unicodedata.normalize("NFC", entry.name), []).extend(files)
    if len(pictures) < 2:
        found = f"one class, '{next(iter(pictures))}'" if pictures else "no class folders"
        reading.refuse(f"{folder} has {found}, but at least two classes are needed.", HINT)
        reading.conclude()
    return {name: pictures[name] for name in sorted(pictures) if pictures[name]}


def _loose(entries: list[os.DirEntry[str]], reading: Reading) -> None:
    """Note the files beside the class folders; a picture among them would be lost."""
    for entry in entries:
        if entry.is_file() and not _is_picture(Path(entry.path)):
            reading.no_pictures.append(Path(entry.path))
        elif not entry.is_dir():
            reading.refuse(f"{entry.path} is not a folder, but only class folders may be there.", HINT)


def _is_picture(path: Path) -> bool:
    """Whether the file `path` is a picture by its name, or else by its content."""
    from PIL import Image, UnidentifiedImageError

    if path.suffix.lower() in (*OTHER_PICTURES, *Image.registered_extensions()):
        return True
    try:
        with Image.open(path, formats=FORMATS):
            return True
    except UnidentifiedImageError:
        return False
    except Exception:  # a picture that is damaged, or a file that cannot be read
        return True


def _entries(folder: Path, reading: Reading) -> list[os.DirEntry[str]]:
    """What `folder` holds, by name. A link must lead to something below the root."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if not _is_litter(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        raise DataMissingError(f"{folder} cannot be read: {error.strerror}.", HINT) from error
    sound = []
    for entry in entries:
        if not entry.name.isprintable():
            reading.refuse(f"{entry.path!r} has a name with unprintable characters.", "Rename it.")
        elif entry.is_symlink() and not _leads_into(reading.root, Path(entry.path)):
            problem = f"{entry.path} is a link that leads out of {reading.root}, or nowhere."
            reading.refuse(problem, "Put a copy in its place.")
        else:
            sound.append(entry)
    return sound


def _is_litter(name: str) -> bool:
    """Whether a file or folder of this name is the system's."""
    return name.startswith(".") or name.lower() in LITTER


def _leads_into(root: Path, link: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # to nothing, or (before Python 3.13 a RuntimeError) in a circle
        return False


def _labels(pictures: Pictures) -> LabelArray:
    """Labels (N,), class by class."""
    import numpy as np

    return np.repeat(np.arange(len(pictures), dtype=np.int32), [len(files) for files in pictures.values()])


def _read(paths: list[Path], reading: Reading) -> npt.NDArray[np.uint8]:
    """Images (N, 1, 28, 28); what was lost of them and what could not be read is noted in `reading`."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from PIL import Image

    room = Room(MOST_PIXELS)
    with (
        warnings.catch_warnings(),
        ThreadPoolExecutor() as pool,
    ):  # Pillow decodes without the interpreter's lock
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # sizes are checked here
        results = list(pool.map(lambda path: _picture(path, room), paths))
    found = []
    for result in results:
        if isinstance(result, Picture):
            found.append(result)
            reading.changes.update(result.lost)
        else:
            reading.refuse(result, f"Replace or remove the files that cannot be read. Formats: {', '.join(FORMATS)}.")
    inverted = _better_inverted(found)
    read = [255 - each.over_white if inverted and each.over_white is not None else each.grey for each in found]
    if inverted:
        reading.changes[INVERTED] = sum(each.over_white is not None for each in found)
    reading.changes.update(PALE for each in read if int(each.max()) - int(each.min()) < FAINT)
    grey = np.stack(read) if read else np.zeros((0, *SIZE), np.uint8)
    return grey[:, None]


def _better_inverted(found: list[Picture]) -> bool:
    """Whether the pictures that are transparent in part are dark, all together: on black they would be hard to see."""
    over_black, over_white = 0.0, 0.0
    for each in found:
        if each.over_white is not None:
            over_black += float(each.grey.std())
            over_white += float(each.over_white.std())
    return over_black < 0.5 * over_white


def _picture(path: Path, room: Room) -> Picture | str:
    """The picture in the file `path`, or a sentence on why it cannot be read."""
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as picture:
            n_pixels = picture.width * picture.height
            if n_pixels > LARGEST and picture.format != "JPEG":
                raise ValueError(_too_large(f"{n_pixels / 1e6:.0f}"))
            lost = []
            if picture.width != picture.height:
                lost.append(NOT_SQUARE)
            if picture.mode not in (*GREY_MODES, *DEEP_MODES, "I"):
                lost.append(COLOURED)
            picture.draft("L", (4 * SIZE[0], 4 * SIZE[1]))  # a JPEG need not be decoded in full to be made small
            with room.taken(picture.width * picture.height):
                return _made_small(picture, lost)
    except Image.DecompressionBombError:
        told = _too_large(f"more than {2 * LARGEST / 1e6:.0f}")
        return f"{path} cannot be read as a picture: {told}."
    except Exception as error:  # on hostile files Pillow's readers raise anything
        return f"{path} cannot be read as a picture: {error}."


def _made_small(picture: Any, lost: list[str]) -> Picture:
    """The opened `picture`, decoded. This is what takes memory."""
    import numpy as np
    from PIL import Image, ImageOps

    upright = _shallow(ImageOps.exif_transpose(picture), picture.format)
    if not upright.has_transparency_data:
        return Picture(_small(upright), None, lost)
    colours = upright.convert("RGBA")
    black = _small(Image.alpha_composite(Image.new("RGBA", colours.size, "black"), colours))
    white = black.astype(np.int16) + 255 - _small(colours.getchannel("A")).astype(np.int16)  # blending adds up
    return Picture(black, white.clip(0, 255).astype(np.uint8) if (white > black).any() else None, lost)


def _too_large(megapixels: str) -> str:
    return f"it has {megapixels} megapixels, where {LARGEST / 1e6:.0f} are the most that is read; make it smaller"


def _shallow(picture: Any, file_format: str | None) -> Any:
    """`picture`, from a file of this format, with 8 bits a value."""
    import numpy as np
    from PIL import Image

    if picture.mode in DEEP_MODES or (picture.mode == "I" and file_format in ("PNG", "PPM")):
        values = np.asarray(picture).astype(np.float32) / 257
        return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))
    if picture.mode.startswith(("I", "F")):
        raise ValueError(f"mode {picture.mode} has more than 16 bits a value")
    return picture


def _small(picture: Any) -> npt.NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    return np.asarray(picture.convert("L").resize(SIZE, Image.Resampling.LANCZOS, reducing_gap=3.0))


DATASET = Dataset(
    name="folder",
    summary="your own pictures, one subfolder per class; needs --data-dir",
    source="--data-dir",
    licence="that of your pictures",
    shape=(1, *SIZE),
    n_classes=None,
    load=load,
)
