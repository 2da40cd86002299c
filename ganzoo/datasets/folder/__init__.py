"""`folder`: your own pictures, one subfolder per class; a folder without subfolders is one class.

`DIR/<class>/<picture>`, or `DIR/train/<class>/<picture>` beside `DIR/test/<class>/<picture>`. The names of
the subfolders, sorted as text, are the classes. Where there is no test folder, the first and then every
sixth picture of each class, sorted by name, is a test picture.

Pictures are made square (Lanczos), of one size, and grey or in colour. In grey ones, bright pixels are foreground, as
in MNIST: invert dark ink on white paper first. What is transparent is background and becomes black; where grey pictures
are dark on transparency they are inverted, since they would be black on black. How many pictures lost something, are
blank, or are there more than once, is told on stderr, and so are files that are no pictures. Hidden files and others
that operating systems leave in folders are passed over. Decoded pictures are kept in the cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.specs import Data, Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from ganzoo.datasets.decoded import Decoded
    from ganzoo.datasets.folder.findings import Findings
    from ganzoo.datasets.folder.scan import Pictures
    from ganzoo.specs import LabelArray

VERSION = 1  # to be raised with every change of what a file becomes
SMALLEST, LARGEST, STEP = 16, 256, 4
COLOURS, FITS = ("auto", "rgb", "grey"), ("stretch", "crop", "pad")
USUAL = {"L": 28, "RGB": 32}  # sizes
BLANK = "of nearly one brightness: look whether they are what you expect"
SAME, CLOSE = "the same as another one", "nearly the same as another one of their class"


def load(
    data_dir: Path | None, size: int = 0, colour: str = "auto", fit: str = "stretch", background: str = "auto"
) -> Data:
    """Every picture below `data_dir`, as uint8. The descriptions of `DATASET` say what the options mean.

    Raises `DataError` naming every file that does not fit, `DataMissingError` where the folder cannot be read,
    `UsageError` and `UnknownNameError` for an option that is not valid.
    """
    import numpy as np
    import PIL

    from ganzoo.datasets import decoded
    from ganzoo.datasets.folder import ground, scan
    from ganzoo.datasets.folder.findings import Findings, tell
    from ganzoo.datasets.split import is_test

    if size and (size % STEP or not SMALLEST <= size <= LARGEST):
        raise UsageError(f"--size is {size}.", f"It must be a multiple of {STEP} from {SMALLEST} to {LARGEST}.")
    for what, given, known in (("colour", colour, COLOURS), ("fit", fit, FITS)):
        if given not in known:
            raise UnknownNameError(what, given, known)
    wanted = ground.colour(background)
    if data_dir is None:
        raise UsageError("The data set 'folder' needs the folder of your pictures.", "Add --data-dir DIR.")
    findings = Findings(data_dir)
    train, test = scan.scan(data_dir, findings)
    paths, t = _listed(train)
    test_paths, test_t = _listed(test)
    if not test:
        held_out = is_test(t)
        test_paths, test_t = [path for path, out in zip(paths, held_out, strict=True) if out], t[held_out]
        paths, t = [path for path, out in zip(paths, held_out, strict=True) if not out], t[~held_out]
    every, labels, classes = [*paths, *test_paths], np.concatenate([t, test_t]), tuple(train)
    key = decoded.key_of(
        VERSION, PIL.__version__, size, colour, fit, background, scan.digests(every), labels.tolist(), classes
    )

    def make() -> Decoded:
        images = _decoded(every, size, colour, fit, wanted, findings)
        _look(images, labels, classes, findings)
        findings.conclude()
        return decoded.Decoded(images, findings.counted(len(images)))

    found = decoded.of(key, make) if not findings.faults else make()
    tell((*found.notes, *findings.ignored()))
    return Data(found.images[: len(t)], t, found.images[len(t) :], test_t, classes)


def _listed(pictures: Pictures) -> tuple[list[Path], LabelArray]:
    """The files, class by class, and their labels (N,)."""
    import numpy as np

    labels = np.repeat(np.arange(len(pictures), dtype=np.int32), [len(files) for files in pictures.values()])
    return [path for files in pictures.values() for path in files], labels


def _decoded(
    paths: Sequence[Path],
    size: int,
    colour: str,
    fit: str,
    wanted: tuple[int, int, int] | None,
    findings: Findings,
) -> npt.NDArray[np.uint8]:
    """The images (N, C, H, W); what was lost and what cannot be read is noted in `findings`."""
    import numpy as np

    from ganzoo.datasets.folder import decode, ground

    coloured = decode.in_colour(paths) if colour == "auto" else colour == "rgb"
    mode = "RGB" if coloured else "L"
    form = decode.Form(size or USUAL[mode], mode, fit)
    found: list[decode.Picture] = []
    for result in decode.read(paths, form):
        if isinstance(result, str):
            formats = ", ".join(decode.FORMATS)
            findings.refuse(result, f"Replace or remove the files that cannot be read. Formats: {formats}.")
        else:
            found.append(result)
            findings.changes.update(result.lost)
    final, told = ground.chosen(found, mode, wanted)
    if told:
        findings.changes[told] = sum(each.clear for each in found)
    images = np.empty((len(found), 3 if coloured else 1, form.size, form.size), np.uint8)
    for image, each in zip(images, found, strict=True):
        image[...] = final(each)
    return images


def _look(images: npt.NDArray[np.uint8], t: LabelArray, classes: Sequence[str], findings: Findings) -> None:
    """Note blank pictures, and those that are there more than once."""
    from ganzoo.datasets import look

    if findings.faults:  # which are told first
        return
    blank = look.blank(images)
    findings.changes[BLANK] = int(blank.sum())
    findings.changes[SAME], findings.changes[CLOSE] = look.repeated(images, blank, t)
    for problem in look.blank_classes(blank, t, classes):
        findings.refuse(problem, "Look at these pictures, and remove the blank ones or try another --background.")


DATASET = Dataset(
    name="folder",
    summary="your own pictures, in colour or grey, one subfolder per class; needs --data-dir",
    source="--data-dir",
    licence="that of your pictures",
    shape=None,
    n_classes=None,
    load=load,
    options={"size": 0, "colour": "auto", "fit": "stretch", "background": "auto"},
    descriptions={
        "size": f"Height and width in pixels: a multiple of {STEP} from {SMALLEST} to {LARGEST}. "
        f"0 stands for {USUAL['L']} if the pictures are grey and {USUAL['RGB']} if they are in colour.",
        "colour": "rgb or grey. auto is rgb if more than a tenth of the pictures has colour.",
        "fit": "How a picture becomes square: stretch changes its proportions, crop keeps its middle, "
        "pad keeps all of it and adds background.",
        "background": "Colour behind transparent pixels and around padded pictures: a name or #rrggbb. auto is black, "
        "and inverts grey pictures that are dark; in colour it is white or black, whichever gives more contrast.",
    },
    former={"size": 28, "colour": "grey"},
)
