"""The cache: files that ganzoo can download or build again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ganzoo.errors import ToolMissingError

REMEDY = "Set GANZOO_CACHE to a folder that can be written."


def cache_path() -> Path:
    """`GANZOO_CACHE`, or ganzoo's folder in the user's cache folder. It is not created here.

    Raises `ToolMissingError` where the user that it names, or that runs this process, has no home folder.
    """
    from platformdirs import user_cache_path

    override = os.environ.get("GANZOO_CACHE")
    try:
        found = Path(override).expanduser() if override else user_cache_path("ganzoo", appauthor=False)
        if override or found.is_absolute():  # some versions of platformdirs leave a ~ as it is
            return found
    except RuntimeError as error:
        raise ToolMissingError(_homeless(override), REMEDY) from error
    raise ToolMissingError(_homeless(override), REMEDY)


def _homeless(override: str | None) -> str:
    if override:
        return f"GANZOO_CACHE is {override}, and no user of that name has a home folder."
    return "This user has no home folder, in which ganzoo could keep its cache."


def writable_cache(name: str) -> Path:
    """The folder `name` of the cache, created if necessary. Raises `ToolMissingError` if it cannot be written."""
    folder = cache_path() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _try(folder)
    except OSError as error:
        raise ToolMissingError(f"The cache folder {folder} cannot be written: {error.strerror}.", REMEDY) from error
    return folder


def is_frozen(name: str) -> bool:
    """Whether the folder `name` of the cache is there and takes no files, as in the image of a container.

    What it holds serves all the same.
    """
    folder = cache_path() / name
    if not folder.is_dir():
        return False
    try:
        _try(folder)
    except OSError:
        return True
    return False


def _try(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder):  # only writing proves it: for root, every check of permissions succeeds
        pass
