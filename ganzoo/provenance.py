"""Where a result comes from: machine, versions, the state of the sources."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("ganzoo", "chainer", "webdnn", "numpy")


def now() -> str:
    """UTC, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def git(folder: Path = Path()) -> str | None:
    """Commit of `folder`, by default the one that the program was started in, with "-dirty" where it differs.

    None without git, or where git does not track it.
    """
    try:
        for command in (["ls-files", "--error-unmatch", "."], ["describe", "--always", "--dirty"]):
            done = subprocess.run(["git", "-C", str(folder), *command], capture_output=True, text=True)
            if done.returncode:
                return None
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _cpu() -> str:
    """The processor's model: Linux tells it in /proc only, macOS and Windows through `platform`."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8", "replace").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"
