"""Compilers as programs; zig comes as a wheel and brings clang, lld and C libraries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from ganzoo.errors import DiskFullError, ToolMissingError, UnsupportedOperatorError
from ganzoo.paths import cache_path, is_frozen, writable_cache
from ganzoo.temporary import system_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# what compilers print of a disk that takes no more
FULL = re.compile(r"no ?space ?left|disk ?quota|file too (large|big)|FileTooBig|InputOutput|input/output error", re.I)
TIMEOUT = 300  # seconds; a compiler's first run builds its C library, for zig in up to 60


def zig(what: str, *command: str, cache: Path) -> None:
    """Run zig. `cache` is the folder for what it makes on the way. `what` and errors as in `run`."""
    # zig builds a C library once and keeps it; in a place that it cannot write it tries for minutes
    shared = cache if is_frozen("zig") else writable_cache("zig")
    run(
        what,
        [sys.executable, "-m", "ziglang", *command],
        env={"ZIG_GLOBAL_CACHE_DIR": str(shared), "ZIG_LOCAL_CACHE_DIR": str(cache)},
    )


def run(what: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
    """Run a compiler; `what` names, in the plural, what it compiles.

    Raises `ToolMissingError` when it comes to no end or has no cache to write to, `DiskFullError` when it has no room,
    `UnsupportedOperatorError` when it refuses the source.
    """
    environment = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise ToolMissingError(
            f"The compiler of {what} did not finish within {TIMEOUT} s.",
            "Try again when this machine is less busy. '--debug' shows the command.",
        ) from error
    if done.returncode and (full := FULL.search(done.stderr)):
        raise DiskFullError(
            f"The compiler of {what} has no room to work: {full[0]}.",
            f"Make room in {system_folder()} and in {cache_path()}, or name other folders by TMPDIR and GANZOO_CACHE.",
        ) from subprocess.CalledProcessError(done.returncode, command)
    if done.returncode:
        raise UnsupportedOperatorError(
            f"The compiler failed on {what}:\n{done.stderr.strip()[-2000:]}",
            "Either their source or the compiler is faulty. '--debug' shows the command.",
        ) from subprocess.CalledProcessError(done.returncode, command)
