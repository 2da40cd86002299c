"""Stand-ins for browsers and pages, and what is left of a browser's processes."""

from __future__ import annotations

import os
import time
from pathlib import Path


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# Starting and ending


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # where there is one, a zombie does not count
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def descendants(pid: int) -> list[int]:
    """Linux: the processes below `pid`."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    for _ in parents:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            break
        found |= more
    return sorted(found - {pid})


def assert_all_gone(pids: list[int], folder: Path) -> None:
    deadline = time.monotonic() + 2  # a killed process takes an instant to vanish
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if alive(pid)] == []
    assert list(folder.iterdir()) == []


# One page, one browser


def page(folder: Path, code: str) -> Path:
    path = folder / "page.html"
    path.write_text(
        "<!doctype html><script type=module>"
        "const post = (body) => fetch('message', {method: 'POST', body});"
        f"const say = (kind, data) => post(JSON.stringify({{kind, ...data}}));{code}</script>"
    )
    return path
