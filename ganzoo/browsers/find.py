"""Find the browsers of this machine, wherever its system keeps them."""

from __future__ import annotations

import glob
import itertools
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.browsers.families import CHROMIUM, FAMILIES, OTHER, Family, family_of
from ganzoo.browsers.processes import end, start
from ganzoo.errors import BrowserMissingError
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REMEDY = "Install Chromium (Debian: apt-get install chromium), or set GANZOO_BROWSER to the name or path of a browser."

TIMEOUT = 10.0  # seconds that a program may take to tell its version


@dataclass(frozen=True)
class Browser:
    """A browser on this machine. `version` is "unknown" if the program does not tell it."""

    name: str
    path: Path
    version: str
    family: Family = OTHER


def find_browser() -> Browser:
    """Return the browser of `GANZOO_BROWSER`, else the first Chromium, Chrome or Edge on PATH or in the usual places.

    `GANZOO_BROWSER` is a path, a name on PATH, or the name of a family. Variables and ~ are expanded in it, as in the
    usual places. Raises `BrowserMissingError` if there is no browser, or if `GANZOO_BROWSER` names no program.
    """
    path = _from_environment() or installed(CHROMIUM)
    if path is None:
        raise BrowserMissingError("No Chromium, Chrome or Edge was found.", REMEDY)
    return _identify(path)


def find_browsers(chosen: Sequence[str] = ()) -> list[Browser]:
    """Return the browsers `chosen`, in that order.

    If none is chosen, return the one of `GANZOO_BROWSER`, else all that are installed, each name once.

    Each of `chosen` is a path, a name on PATH, or the name of a family, which stands for its first browser. Raises
    `BrowserMissingError` if there is no browser, or if a name is not that of a program.
    """
    named = _from_environment()
    if chosen:
        paths = [_choose(name, f"'{name}'", "Give") for name in chosen]
    elif named:
        paths = [named]
    else:
        paths = list(dict.fromkeys(path for family in FAMILIES for path in _programs(family)))
    if not paths:
        raise BrowserMissingError("No browser was found.", REMEDY)
    with ThreadPoolExecutor(len(paths)) as threads:
        found = list(threads.map(_identify, paths))
    # Debian's chromium is a script beside the program itself
    return found if chosen else list({browser.name: browser for browser in reversed(found)}.values())[::-1]


def _from_environment() -> Path | None:
    name = os.environ.get("GANZOO_BROWSER")
    return _choose(name, f"GANZOO_BROWSER names '{name}', which", "Set GANZOO_BROWSER to") if name else None


def _choose(name: str, subject: str, do: str) -> Path:
    family = next((family for family in FAMILIES if family.name == name), None)
    path = _program(name) or (installed(family) if family else None)
    if path is None:
        here = [each.name for each in FAMILIES if installed(each)]
        others = f", or choose what is here: {', '.join(here)}" if here else ""
        if family:
            raise BrowserMissingError(f"{subject} is not installed here.", f"Install it{others}.")
        raise BrowserMissingError(f"{subject} is not a program here.", f"{do} a browser's name or path{others}.")
    return path


def installed(family: Family) -> Path | None:
    """Return the first installed program of `family`, None if there is none. Nothing is started."""
    return next(_programs(family), None)


def _programs(family: Family) -> Iterator[Path]:
    """Yield the programs on PATH, then those in the usual places."""
    places = (path for place in family.places for path in sorted(glob.glob(_expand(place))))  # noqa: PTH207 - absolute
    return filter(None, map(_program, itertools.chain(family.names, places)))


def _program(name: str) -> Path | None:
    found = shutil.which(_expand(name))
    return Path(found).absolute() if found else None


def _expand(name: str) -> str:
    # not Path.expanduser, which drops the "./" that keeps a name from being searched on PATH
    return os.path.expanduser(os.path.expandvars(name))  # noqa: PTH111


def _identify(path: Path) -> Browser:
    line = _version_line(path)
    told = re.search(r"^\s*(\D*?)\s*(\d+(?:\.\d+)+)", line, re.MULTILINE)
    name, version = told.groups() if told else ("", "unknown")
    return Browser(name or path.stem, path, version, family_of(line, path.name))


def _version_line(path: Path) -> str:
    if sys.platform == "win32":  # there `chrome.exe --version` opens a window and prints nothing
        return ""
    family = family_of(path.name)
    with scratch() as folder, (folder / "line").open("wb") as line:
        try:
            command = [*family.on_display(), str(path), "--version"]
            environment = family.environment(folder)
            process = start(command, folder, line, environment=environment, stderr=subprocess.DEVNULL)
        except (OSError, BrowserMissingError):  # the launch will say why
            return ""
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            return ""
        finally:
            end(process, folder)
        return (folder / "line").read_text("utf-8", "replace")
