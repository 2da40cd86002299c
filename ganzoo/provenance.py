"""Where a result comes from: machine, versions, the state of the sources."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ganzoo import __version__

PACKAGES = ("chainer", "webdnn", "numpy")


def now() -> str:
    """UTC, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    packages = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "ganzoo": __version__, **packages}


def git(file: Path | None = None) -> str | None:
    """The commit that `file` is tracked in, with "-dirty" where the sources differ; None without git, or untracked.

    Without `file` that of the folder that the program was started in.
    """
    folder = file.parent if file else Path()
    if file and _git(folder, "ls-files", "--error-unmatch", file.name) is None:
        return None
    return _git(folder, "describe", "--always", "--dirty")


def _git(folder: Path, *command: str) -> str | None:
    """What git says, None where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *command], capture_output=True, encoding="utf-8", errors="replace"
        )
    except FileNotFoundError:
        return None
    return None if done.returncode else done.stdout.strip()


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
