"""Temporary files and folders. What a killed process left is recognised, and removed when the next one is made there.

A process holds what it works on by a lock that the system frees when the process ends, in whatever way. Windows locks
no folders: nothing is recognised there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.errors import DiskFullError, ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRATCH = "ganzoo-scratch-"
LEAST = 1 << 20  # bytes: a disk with less is full


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """A new private folder in `parent`, by default the system's folder for temporary files; removed on leaving.

    Raises `ToolMissingError` where the system has no such folder, `DiskFullError` where that is full.
    """
    around = parent or system_folder()
    remove_abandoned(around, f"{SCRATCH}*")
    with held(lambda: Path(tempfile.mkdtemp(prefix=SCRATCH, dir=around))) as folder:
        try:
            yield folder
        except OSError as error:
            if error.errno == errno.ENOSPC and shutil.disk_usage(folder).free < LEAST:
                problem = f"{around} has no space for temporary files: {error.strerror}."
                raise DiskFullError(problem, "Free space there, or set TMPDIR to a folder on another disk.") from error
            raise
        finally:
            for _ in range(40):  # a process that was just killed may still hold files for an instant
                shutil.rmtree(folder, ignore_errors=True)
                if not folder.exists():
                    break
                time.sleep(0.05)


def system_folder() -> Path:
    """The system's folder for temporary files. Raises `ToolMissingError` where there is none that can be written."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:  # it names no file
        problem = f"There is no folder for temporary files: {error.strerror}."
        raise ToolMissingError(problem, "Set TMPDIR to a folder that can be written.") from error


@contextmanager
def held(make: Callable[[], Path]) -> Iterator[Path]:
    """The file or folder that `make` creates, which other processes do not take for abandoned inside the block."""
    while True:
        path = make()
        try:
            handle = _lock(path, wait=True)
        except FileNotFoundError:
            continue  # another process removed it, and may have made it anew: that one is to be locked
        if path.exists() if handle is None else _is_of(handle, path):
            break
        if handle is not None:  # another process removed it before it was locked
            os.close(handle)
    try:
        yield path
    finally:
        if handle is not None:
            os.close(handle)


def name_beside(path: Path, mark: str, ending: str = "") -> Path:
    """A new hidden name in the folder of `path`: its own name, then `mark`, eight random digits and `ending`."""
    return path.with_name(f".{path.name}.{mark}{secrets.token_hex(4)}{ending}")


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove the files and folders in `folder` that the glob `pattern` matches and that no process holds."""
    for path in folder.glob(pattern):
        handle = _lock(path, wait=False)
        if handle is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            os.close(handle)


def _lock(path: Path, *, wait: bool) -> int | None:
    """A descriptor that keeps the file or folder `path` locked until it is closed.

    None where another process has the lock and this one does not `wait`, and where there are no such locks.
    Raises `FileNotFoundError` when it is gone and this process would `wait` for it.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        if wait:
            raise
        return None
    except OSError:  # another user's
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _is_of(handle: int, path: Path) -> bool:
    """Whether the open `handle` is of what now lies at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False
