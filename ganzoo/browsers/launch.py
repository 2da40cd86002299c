"""Start a browser on a URL with a profile of its own, and leave nothing of it behind."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.browsers.find import REMEDY
from ganzoo.browsers.processes import end, start
from ganzoo.errors import BrowserMissingError
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from ganzoo.browsers.find import Browser


@dataclass(frozen=True)
class Launched:
    """A running browser. `log` is the file that receives what it prints, including the console of the page."""

    process: subprocess.Popen[bytes]
    log: Path

    def exit_code(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self.process.poll()

    def last_lines(self, count: int = 30) -> str:
        """Return the last lines that the browser printed."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - (64 << 10)))  # a page may print without end
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-count:])


@contextmanager
def launch(browser: Browser, url: str) -> Iterator[Launched]:
    """Run `browser` on `url` in the way of its family. At the end, its processes are ended and its profile is removed.

    Raises `BrowserMissingError` if the program cannot be started, or lacks a display.
    """
    family = browser.family
    with scratch() as folder, (folder / "log").open("wb") as log:
        profile = folder / "profile"
        profile.mkdir(mode=0o700)
        for name, content in family.files:
            (profile / name).write_text(content)
        command = [*family.on_display(), str(browser.path), *family.arguments(profile), url]
        try:
            process = start(command, folder, log, environment=family.environment(profile))
        except OSError as error:
            raise BrowserMissingError(f"'{command[0]}' could not be started: {error.strerror}.", REMEDY) from error
        try:
            yield Launched(process, folder / "log")
        finally:
            end(process, folder)
