"""Write files and folders completely or not at all: write next to their place, then rename."""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import shutil
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnreadableError, UsageError
from ganzoo.temporary import held, name_beside, remove_abandoned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

CHUNK = 1 << 18  # bytes
UNFINISHED, STAGING = "ganzoo-", "staging-"  # in the hidden name of a file, of a folder, that is being written
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # a full or failing disk: no file is named
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
    """How to recognize a folder that ganzoo wrote: it has `file`, a JSON object with all of `keys` and a list `files`.

    `what` is the word for such a folder. `others` are files that are not in the list. `former_file` is the name of
    `file` in older folders.
    """

    file: str
    what: str
    keys: Collection[str]
    others: Collection[str] = ()
    former_file: str = ""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path next to `path` to write to. It replaces `path` if the block ends without an error.

    The content is on the disk before the file is renamed, so that a crash leaves either the old file or the new one.
    What a killed process had half written in the same folder is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(path.parent)
    with held(_touching(lambda: name_beside(path, UNFINISHED, path.suffix))) as beside:
        try:
            yield beside
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes had half written in `folder`."""
    remove_abandoned(folder, f".*.{UNFINISHED}????????*")


def _touching(name: Callable[[], Path]) -> Callable[[], Path]:
    """Return a function that makes an empty file with a new name and returns its path."""

    def touch() -> Path:
        path = name()
        path.touch()
        return path

    return touch


def readable(path: Path) -> Path:
    """Return `path`, if it is a file that this process may read.

    Raises `FileNotFoundError` if there is no file, `UnreadableError` if the system refuses to open it, and `ValueError`
    if it is something else than a file: opening a named pipe would wait for ever.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError("it is not a file")
        with path.open("rb"):
            return path
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise UnreadableError(path, error) from error


def sha256(path: Path) -> str:
    """The digest of a file's content, in hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file, of which no more than `CHUNK` bytes are in memory at once."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def write_text(path: Path, text: str) -> None:
    """Write `text` in UTF-8. Bytes of a file name that are no text are written as JSON escapes, such as \\udcff."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_json(path: Path, value: Any, indent: int | None = 2) -> None:
    """Write `value` as JSON; without `indent`, as short as possible."""
    separators = None if indent else (",", ":")
    write_text(path, json.dumps(value, indent=indent, separators=separators, ensure_ascii=False) + "\n")


@contextmanager
def replacing_folder(place: Path, mark: Mark | None = None) -> Iterator[Path]:
    """Yield a new folder beside `place`, an absolute path. It takes that place if the block ends without an error.

    Everybody may read it, whatever the umask, because it is to be served. Files that are `KEPT` move into it. With a
    `mark`, `place` is checked once more at the moment when it is replaced: if somebody put something into it meanwhile,
    `UsageError` is raised and nothing changes. A folder cannot replace another one in a single step, so `recover` mends
    what a crash leaves.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(place.parent, f".{glob.escape(place.name)}.{STAGING}*")

    def make() -> Path:
        staged = name_beside(place, STAGING)
        staged.mkdir()
        return staged

    with held(make) as staged:
        try:
            yield staged
            _let_all_read(staged)
            with _alone(place):
                _swap(staged, place, mark)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _swap(staged: Path, place: Path, mark: Mark | None) -> None:
    """Put the folder `staged` in the place of `place`."""
    _recover(place)
    former = _former(place)
    if place.exists():
        place.rename(former)  # from now on nothing is put into it by its name
        try:
            if mark:
                _refuse_others(former, place, mark)
        except UsageError:
            former.rename(place)
            raise
    staged.rename(place)
    _discard(former, place)


def _let_all_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep other processes from replacing or recovering the folder `place` inside the block."""
    path = place.with_name(f".{place.name}.lock")
    if sys.platform == "win32":
        from filelock import FileLock

        with FileLock(path):  # which removes the file there
            yield
        return
    with held(_touching(lambda: path)):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def recover(place: Path) -> None:
    """Undo or finish the replacement of the folder `place`, an absolute path, if it was cut between its renames."""
    if _former(place).exists():
        with _alone(place):  # a process that is between them goes on to its end
            _recover(place)


def _recover(place: Path) -> None:
    former = _former(place)
    if former.exists():
        if place.exists():
            _discard(former, place)
        else:
            former.rename(place)


def refuse_foreign(place: Path, mark: Mark) -> None:
    """Raise `UsageError` unless `place`, an absolute path, may become a folder of ours.

    It may if nothing is there, or only files that are `KEPT` or `CLUTTER`, in a folder that can be written to. It also
    may if a former folder of ours is there, with no files besides its own.
    """
    recover(place)
    around = next(each for each in place.parents if each.exists())
    if not (around.is_dir() and os.access(around, os.W_OK)):
        raise UsageError(f"{place} cannot be written: {around} is not a writable folder.", "Choose another --out.")
    if place.exists():
        _refuse_others(place, place, mark)


def _refuse_others(lies: Path, place: Path, mark: Mark) -> None:
    """Raise the errors of `refuse_foreign` for the content of the folder `place`, which is at `lies` now."""
    if lies.is_dir() and {each.name for each in lies.iterdir()} <= {*KEPT, *CLUTTER}:
        return
    file = mark.former_file if mark.former_file and not (lies / mark.file).exists() else mark.file
    listed = _listed(lies / file, mark.keys)
    if listed is None:
        raise UsageError(f"{place} exists and is not a ganzoo {mark.what}.", "Choose another --out, or remove it.")
    own = {PurePosixPath(name + ending) for name in (file, *mark.others, *listed) for ending in ("", ".br")}
    folders = {folder for file in own for folder in file.parents}
    own |= {*folders, *(folder / GIT_ATTRIBUTES for folder in folders)}
    for path in sorted(lies.rglob("*")):
        inside = PurePosixPath(*path.relative_to(lies).parts)
        if inside.parts[0] not in KEPT and inside.name not in CLUTTER and inside not in own:
            message = f"{place / inside} is not of the {mark.what} that would be replaced."
            raise UsageError(message, "Move it away, or choose another --out.")


def _listed(file: Path, keys: Collection[str]) -> Collection[str] | None:
    """The files that `file` lists; None if ganzoo did not write it."""
    try:
        told = json.loads(readable(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(told, dict) and told.keys() >= {*keys, "files"} and isinstance(told["files"], dict)
    return told["files"] if ours else None


def _discard(former: Path, place: Path) -> None:
    """Remove the folder `former` after moving the names in `KEPT` to `place`, which has replaced it."""
    for name in KEPT:
        if os.path.lexists(former / name) and not os.path.lexists(place / name):
            (former / name).rename(place / name)
    shutil.rmtree(former, ignore_errors=True)


def _former(place: Path) -> Path:
    return place.with_name(f".{place.name}.former")
