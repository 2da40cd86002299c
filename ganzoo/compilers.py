"""Compilers as programs; zig comes as a wheel and brings clang, lld and C libraries."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from ganzoo.errors import ToolMissingError, UnsupportedOperatorError
from ganzoo.paths import writable_cache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT = 300  # seconds; a compiler's first run builds its C library, for zig in up to 60


def zig(what: str, *command: str, cache: Path) -> None:
    """Run zig. `cache` is the folder for what it makes on the way. `what` and errors as in `run`."""
    run(
        what,
        [sys.executable, "-m", "ziglang", *command],
        # zig builds a C library once and keeps it; in a place that it cannot write it tries for minutes
        env={"ZIG_GLOBAL_CACHE_DIR": str(writable_cache("zig")), "ZIG_LOCAL_CACHE_DIR": str(cache)},
    )


def run(what: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
    """Run a compiler; `what` names, in the plural, what it compiles.

    Raises `ToolMissingError` when it comes to no end or has no cache to write to, `UnsupportedOperatorError` when it
    refuses the source.
    """
    environment = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise ToolMissingError(
            f"The compiler of {what} came to no end in {TIMEOUT} s.",
            "Try again when this machine is less busy; '--debug' shows the command.",
        ) from error
    if done.returncode:
        raise UnsupportedOperatorError(
            f"The compiler refuses {what}:\n{done.stderr.strip()[-2000:]}",
            "This is a fault of their source or of the toolchain; '--debug' shows the command.",
        ) from subprocess.CalledProcessError(done.returncode, command)
