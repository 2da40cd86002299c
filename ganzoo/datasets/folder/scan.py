"""The classes and files of a folder of pictures: what is passed over, and what is refused."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.datasets.folder.decode import FORMATS
from ganzoo.datasets.folder.findings import HINT
from ganzoo.errors import DataMissingError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.datasets.folder.findings import Findings

    Pictures = dict[str, list[Path]]

# what systems put into folders, in small letters; beside it all whose name starts with a dot
LITTER = ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin")
OTHER_PICTURES = (".svg", ".svgz", ".heic", ".heif", ".jxl")  # which Pillow does not know by name
MOST_CLASSES = 1000
CHUNK = 1 << 20  # bytes
UNNAMED = "pictures"  # the one class of a folder whose name cannot be shown


def scan(root: Path, findings: Findings) -> tuple[Pictures, Pictures]:
    """The files of each class below `root`, for training and for testing: the latter has none without a test folder.

    Raises `DataMissingError` where a folder cannot be read, and `DataError` where there are no pictures at all.
    """
    top = _entries(root, findings)
    folders = {entry.name for entry in top if entry.is_dir()}
    if folders in ({"train"}, {"train", "test"}):
        _loose(top, findings)
        train = _pictures(root / "train", None, findings)
        test = _pictures(root / "test", None, findings) if "test" in folders else {}
    else:
        train, test = _pictures(root, top, findings), {}
    if test and tuple(test) != tuple(train):
        odd = sorted(set(test).symmetric_difference(train))
        findings.refuse(f"{root}: of train and test, only one has the classes {listed(odd)}.", HINT)
    for name, paths in {} if test else train.items():
        if len(paths) < 2:
            findings.refuse(
                f"The class '{name}' has only one picture, {paths[0]}, but training and testing need one each.",
                "Add pictures, or a test folder.",
            )
    return train, test


def digests(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each file in hex; a file that cannot be read has the reason in its place."""
    from concurrent.futures import ThreadPoolExecutor

    def digest(path: Path) -> str:
        found = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    found.update(chunk)
        except OSError as error:
            return str(error)
        return found.hexdigest()

    with ThreadPoolExecutor() as pool:  # hashing and reading release the interpreter's lock
        return list(pool.map(digest, paths))


def _pictures(folder: Path, entries: list[os.DirEntry[str]] | None, findings: Findings) -> Pictures:
    """The files of each class below `folder`, which holds `entries`: classes and files in the order of their names.

    Names are compared as Unicode composes them (NFC): a Mac stores "café" in other code points than other systems do.
    """
    pictures: Pictures = {}
    entries = _entries(folder, findings) if entries is None else entries
    n_folders = sum(entry.is_dir() for entry in entries)
    if n_folders > MOST_CLASSES:
        findings.refuse(
            f"{folder} has {n_folders:,} subfolders, but at most {MOST_CLASSES:,} classes can be told apart.", HINT
        )
        findings.conclude()
    if n_folders == 0 and entries:
        return _one_class(entries, findings)
    _loose(entries, findings)
    for entry in entries:
        if not entry.is_dir():
            continue
        passed_over = len(findings.no_pictures)
        files = _files(_entries(Path(entry.path), findings), findings)
        if not files:
            found = "is empty" if len(findings.no_pictures) == passed_over else "has no pictures"
            findings.refuse(f"The class folder {entry.path} {found}.", "Fill or remove it.")
        pictures.setdefault(unicodedata.normalize("NFC", entry.name), []).extend(files)
    if not any(pictures.values()):
        findings.refuse(f"{folder} has no class folders and no pictures.", HINT)
        findings.conclude()
    return {name: pictures[name] for name in sorted(pictures) if pictures[name]}


def _files(entries: list[os.DirEntry[str]], findings: Findings) -> list[Path]:
    """The pictures among `entries`."""
    files: list[Path] = []
    for file in entries:
        if not file.is_file():  # a folder, or a pipe that would never end
            findings.refuse(f"{file.path} is not a file, but only pictures may be there.", HINT)
        elif _is_picture(Path(file.path)):
            files.append(Path(file.path))
        else:
            findings.no_pictures.append(Path(file.path))
    return files


def _one_class(entries: list[os.DirEntry[str]], findings: Findings) -> Pictures:
    """The pictures of a folder without subfolders, as the class that has the name of the data set's folder."""
    name = unicodedata.normalize("NFC", findings.root.resolve().name)
    files = _files(entries, findings)
    if not files:
        findings.refuse(f"{findings.root} has no class folders and no pictures.", HINT)
        findings.conclude()
    return {name if name and name.isprintable() else UNNAMED: files}


def _loose(entries: list[os.DirEntry[str]], findings: Findings) -> None:
    """Note the files beside the class folders; a picture among them would be lost."""
    for entry in entries:
        if entry.is_file() and not _is_picture(Path(entry.path)):
            findings.no_pictures.append(Path(entry.path))
        elif not entry.is_dir():
            findings.refuse(f"{entry.path} is not a folder, but only class folders may be there.", HINT)


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


def _entries(folder: Path, findings: Findings) -> list[os.DirEntry[str]]:
    """What `folder` holds, by name. A link must lead to something below the root."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if not _is_litter(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        raise DataMissingError(f"{folder} cannot be read: {error.strerror}.", HINT) from error
    sound = []
    for entry in entries:
        if not entry.name.isprintable():
            findings.refuse(f"{entry.path!r} has a name with unprintable characters.", "Rename it.")
        elif entry.is_symlink() and not _leads_into(findings.root, Path(entry.path)):
            problem = f"{entry.path} is a link that leads out of {findings.root}, or nowhere."
            findings.refuse(problem, "Put a copy in its place.")
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
