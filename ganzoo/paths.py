"""Where ganzoo keeps what it can fetch or build again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ganzoo.errors import ToolMissingError


def cache_path() -> Path:
    """`GANZOO_CACHE`, or ganzoo's folder under the platform's cache; not created here."""
    from platformdirs import user_cache_path

    override = os.environ.get("GANZOO_CACHE")
    return Path(override).expanduser() if override else user_cache_path("ganzoo", appauthor=False)


def writable_cache(name: str) -> Path:
    """The folder `name` of the cache, made where it is absent. Raises `ToolMissingError` where no file can be put."""
    folder = cache_path() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # only trying tells: root passes every check of modes
            return folder
    except OSError as error:
        raise ToolMissingError(
            f"{folder}, where ganzoo keeps what it fetches and builds, cannot be written: {error.strerror}.",
            "Set GANZOO_CACHE to a folder that can be.",
        ) from error
