"""Start a browser on a URL with a profile of its own, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.browser.find import REMEDY
from ganzoo.errors import BrowserMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ganzoo.browser.find import Browser

FLAGS = (
    "--headless=new",
    # WebGL2 with float targets and WebGPU also where there is no GPU: then, and only then, SwiftShader computes
    "--enable-unsafe-swiftshader",
    "--enable-unsafe-webgpu",
    "--ignore-gpu-blocklist",
    # a fresh profile asks nothing and calls nobody
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--password-store=basic",
    "--use-mock-keychain",
    # full speed, though nobody looks at the page
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # containers give /dev/shm 64 MB, and a browser that fills it crashes
    "--disable-dev-shm-usage",
    # the page's console goes to stderr
    "--enable-logging=stderr",
)

GRACE = 3.0  # seconds between asking a browser to end and making it


@dataclass(frozen=True)
class Launched:
    """A running browser. `log` is the file that takes what it prints, the page's console included."""

    process: subprocess.Popen[bytes]
    log: Path

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def last_lines(self, count: int = 30) -> str:
        """The end of what the browser printed."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - (64 << 10)))  # a page may print without end
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-count:])


@contextmanager
def launch(browser: Browser, url: str) -> Iterator[Launched]:
    """Run `browser` headless on `url`. On leaving, its processes are ended and its profile is removed.

    Raises `BrowserMissingError` when the program cannot be started.
    """
    folder = Path(tempfile.mkdtemp(prefix="ganzoo-browser-"))
    try:
        with (folder / "log").open("wb") as log:
            process = _start([str(browser.path), *_flags(folder / "profile"), url], log.fileno(), folder)
        try:
            yield Launched(process, folder / "log")
        finally:
            _stop(process)
    finally:
        _remove(folder)


def _flags(profile: Path) -> list[str]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    # Chromium's sandbox refuses to run as root; for everybody else it stays on
    return [*FLAGS, *(["--no-sandbox"] if root else []), f"--user-data-dir={profile}"]


def _start(command: list[str], log: int, folder: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # sockets and shared memory go where they are removed with the profile
            env={**os.environ, "TMPDIR": str(folder)},
            # a group of its own: Ctrl-C reaches ganzoo alone, and the group can be ended as a whole
            start_new_session=True,
        )
    except OSError as error:
        raise BrowserMissingError(f"'{command[0]}' does not start: {error.strerror}.", REMEDY) from error


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the browser and its children, also when it ended by itself and left some."""
    try:
        _end_group(process, force=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    finally:  # also when a second Ctrl-C cuts the wait short
        _end_group(process, force=True)
        with contextlib.suppress(subprocess.TimeoutExpired):  # not even a kill ends what hangs in a system call
            process.wait(GRACE)


def _end_group(process: subprocess.Popen[bytes], *, force: bool) -> None:
    if sys.platform == "win32":  # no groups and no gentle way there: the tree below the process, by its id
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        # PermissionError: macOS's word for a group of zombies
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)


def _remove(folder: Path) -> None:
    for _ in range(40):  # a process that was just killed may still hold files for an instant
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)
