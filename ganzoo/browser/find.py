"""Which browser this machine has: Chromium, Chrome or Edge, wherever systems keep them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ganzoo.errors import BrowserMissingError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)

# Where installers put it without touching PATH.
PLACES = (
    "/usr/lib/chromium/chromium",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge",
    "/var/lib/flatpak/exports/bin/org.chromium.Chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "~/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "${PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Chromium/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Microsoft/Edge/Application/msedge.exe",
    "${PROGRAMFILES}/Microsoft/Edge/Application/msedge.exe",
)

REMEDY = "Install Chromium (Debian: apt-get install chromium) or set GANZOO_BROWSER to a browser's name or path."


@dataclass(frozen=True)
class Browser:
    """A browser on this machine. `version` is "unknown" where the program does not tell."""

    name: str
    path: Path
    version: str


def find_browser() -> Browser:
    """The browser named by `GANZOO_BROWSER`, else the first on PATH, else the first in the usual places.

    `GANZOO_BROWSER` is a path or a name on PATH; in it as in the places, variables and ~ are expanded.
    Raises `BrowserMissingError` when there is none, or when `GANZOO_BROWSER` names no program.
    """
    chosen = os.environ.get("GANZOO_BROWSER")
    for candidate in [chosen] if chosen else [*NAMES, *PLACES]:
        # not Path.expanduser, which drops the "./" that keeps a name from being searched on PATH
        found = shutil.which(os.path.expanduser(os.path.expandvars(candidate)))  # noqa: PTH111
        if found:
            return _identify(Path(found).absolute())
    if chosen:
        raise BrowserMissingError(f"GANZOO_BROWSER names '{chosen}', which is no program.", REMEDY)
    raise BrowserMissingError("No Chromium, Chrome or Edge was found.", REMEDY)


def _identify(path: Path) -> Browser:
    told = re.match(r"\s*(\D*?)\s*(\d+(?:\.\d+)+)", _version_line(path))
    name, version = told.groups() if told else ("", "unknown")
    return Browser(name or path.stem, path, version)


def _version_line(path: Path) -> str:
    if sys.platform == "win32":  # there `chrome.exe --version` opens a window and prints nothing
        return ""
    try:
        command = [str(path), "--version"]
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
