"""Files and folders that are whole or absent: written beside their place, then renamed into it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # of a disk: a failed write does not tell its file
# What git, a host or its tools keep at the top of a folder that is shown: it stays when the rest is replaced
KEPT = (
    *(".git", ".gitattributes", ".github", ".gitignore"),
    *(".netlify", ".vercel", ".well-known", ".wrangler"),
    *("CNAME", "_redirects", "favicon.ico", "netlify.toml", "robots.txt", "sitemap.xml", "vercel.json"),
)
CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")  # what file managers leave in any folder
GIT_ATTRIBUTES = ".gitattributes"
UNALTERED = "# Every file here is checked by its SHA-256, so git must not change line ends.\n* -text\n"


@dataclass(frozen=True)
class Mark:
    """What tells a folder of ours: `file`, a JSON object with all of `keys`; its `files` names what else we wrote.

    `what` is the folder's name in words; `others` are files that the list lacks. `former_file` is what `file` was
    called in older folders, which are ours as well.
    """

    file: str
    what: str
    keys: Collection[str]
    others: Collection[str] = ()
    former_file: str = ""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` if the block ends without an error.

    The content reaches the disk before the name does, so that a crash leaves the old file or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.chmod(0o644)  # mkstemp makes it private
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any, indent: int | None = 2) -> None:
    """`value` as JSON; without `indent` as short as it can be."""
    separators = None if indent else (",", ":")
    write_text(path, json.dumps(value, indent=indent, separators=separators, ensure_ascii=False) + "\n")


@contextmanager
def replacing_folder(place: Path) -> Iterator[Path]:
    """A new folder beside `place`, an absolute path, to fill; it takes its place if the block ends without an error.

    What is `KEPT` moves into it. A folder cannot replace another in one step: `recover` mends what a crash leaves.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=f".{place.name}.staging-", dir=place.parent)
    try:
        staged = Path(staging)
        yield staged
        former = _former(place)
        if place.exists():
            place.rename(former)
        staged.chmod(0o755)  # mkdtemp makes it private
        staged.rename(place)
        _discard(former, place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def recover(place: Path) -> None:
    """Undo or finish a replacing of the folder `place`, an absolute path, that was cut off between its two renames."""
    former = _former(place)
    if former.exists():
        if place.exists():
            _discard(former, place)
        else:
            former.rename(place)


def refuse_foreign(place: Path, mark: Mark) -> None:
    """Raise `UsageError` unless `place`, an absolute path, may become a folder of ours.

    It may where nothing is, or nothing but what is `KEPT` or `CLUTTER`, in a folder that can be written to; or where a
    former one is, with nothing besides that is not its own.
    """
    recover(place)
    around = next(each for each in place.parents if each.exists())
    if not (around.is_dir() and os.access(around, os.W_OK)):
        raise UsageError(f"{place} cannot be written: {around} takes no files.", "Name another --out.")
    if not place.exists() or (place.is_dir() and {each.name for each in place.iterdir()} <= {*KEPT, *CLUTTER}):
        return
    file = mark.former_file if mark.former_file and not (place / mark.file).exists() else mark.file
    listed = _listed(place / file, mark.keys)
    if listed is None:
        raise UsageError(f"{place} is there and is no {mark.what}.", "Name another --out, or remove it.")
    own = {PurePosixPath(name + ending) for name in (file, *mark.others, *listed) for ending in ("", ".br")}
    folders = {folder for file in own for folder in file.parents}
    own |= {*folders, *(folder / GIT_ATTRIBUTES for folder in folders)}
    for path in sorted(place.rglob("*")):
        inside = PurePosixPath(*path.relative_to(place).parts)
        if inside.parts[0] not in KEPT and inside.name not in CLUTTER and inside not in own:
            message = f"{path} is not of the {mark.what} that would be replaced."
            raise UsageError(message, "Move it away, or name another --out.")


def _listed(file: Path, keys: Collection[str]) -> Collection[str] | None:
    """The files that `file`, which marks a folder of ours, lists; None where it is another's."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(told, dict) and told.keys() >= {*keys, "files"} and isinstance(told["files"], dict)
    return told["files"] if ours else None


def _discard(former: Path, place: Path) -> None:
    """Remove the folder `former`; what is `KEPT` moves to `place`, which has replaced it."""
    for name in KEPT:
        if os.path.lexists(former / name) and not os.path.lexists(place / name):
            (former / name).rename(place / name)
    shutil.rmtree(former, ignore_errors=True)


def _former(place: Path) -> Path:
    return place.with_name(f".{place.name}.former")
