"""Where ganzoo keeps what it can fetch or build again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_path() -> Path:
    """`GANZOO_CACHE`, or ganzoo's folder under the platform's cache; not created here."""
    from platformdirs import user_cache_path

    override = os.environ.get("GANZOO_CACHE")
    return Path(override) if override else user_cache_path("ganzoo", appauthor=False)
