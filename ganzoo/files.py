"""Files and folders that are whole or absent: written beside their place, then renamed into it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


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

    A folder cannot replace another in one step: `recover` mends what a crash between the two leaves.
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
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def recover(place: Path) -> None:
    """Undo or finish a replacing of the folder `place`, an absolute path, that was cut off between its two renames."""
    former = _former(place)
    if former.exists():
        if place.exists():
            shutil.rmtree(former)
        else:
            former.rename(place)


def refuse_foreign(place: Path, mark: str, what: str) -> None:
    """Raise `UsageError` unless `place` is free or empty, or a folder with the file `mark`, as every `what` has."""
    recover(place)
    if place.exists() and not (place / mark).is_file() and not (place.is_dir() and not any(place.iterdir())):
        raise UsageError(f"{place} is there and is no {what}.", "Name another --out, or remove it.")


def _former(place: Path) -> Path:
    return place.with_name(f".{place.name}.former")
