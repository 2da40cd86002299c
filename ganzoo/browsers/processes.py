"""Run a program with a folder of its own, and leave nothing of it: no process and no file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRACE = 3.0  # seconds between asking a program to end and making it


def start(
    command: Sequence[str],
    folder: Path,
    out: IO[bytes],
    *,
    environment: Mapping[str, str],
    stderr: int = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Run `command`. Its temporary files go to `folder`, whose unique name marks the processes that it starts."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=stderr,
        # sockets and shared memory go where they are removed with the folder
        env={**os.environ, **environment, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))},
        # a session of its own: Ctrl-C reaches ganzoo alone, and the session can be ended as a whole
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes], folder: Path) -> None:
    """End what `start` started and all its descendants, even if the program ended by itself and left some."""
    try:
        _signal(process, folder, force=False)
        _await_end(process, folder)
    finally:  # also when a second Ctrl-C cuts the wait short
        _signal(process, folder, force=True)
        _await_end(process, folder)


def _await_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for all processes, not only for the first one, because a virtual X server removes its lock as it ends."""
    deadline = time.monotonic() + GRACE  # not even a kill ends what hangs in a system call
    while (process.poll() is None or _family(process, folder)) and time.monotonic() < deadline:
        time.sleep(0.02)


def _signal(process: subprocess.Popen[bytes], folder: Path, *, force: bool) -> None:
    if sys.platform == "win32":  # no groups and no gentle way there: the tree below the process, by its id
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        number = signal.SIGKILL if force else signal.SIGTERM
        # PermissionError: macOS's word for a group of zombies
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        for pid in _family(process, folder):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def _family(process: subprocess.Popen[bytes], folder: Path) -> list[int]:
    """Return the processes that are in the session of the program or have `folder` in their environment. Linux only.

    Both are needed: crash reporters leave the session, and Chromium's helpers overwrite their environment.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if state != "Z" and (
                int(session) == process.pid or os.fsencode(folder) in (entry / "environ").read_bytes()
            ):
                found.append(int(entry.name))
    return found
