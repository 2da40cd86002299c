"""Files of npm packages, as a lock file pins them: fetched once, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from ganzoo.errors import ToolMissingError
from ganzoo.files import readable, replacing_folder, write_json
from ganzoo.paths import cache_path, writable_cache
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

FOLDER = "npm"  # of the cache
DIGESTS = "sha256.json"  # of what is kept: SHA-256 by name
TIMEOUT = 900  # seconds for some 100 MB, npm's own retries included


def fetch(pins: Path, files: Collection[str], progress: Callable[[str], None] | None = None) -> dict[str, Path]:
    """The paths in the cache of `files`, which are named as they lie below `node_modules`.

    The folder `pins` has the package.json and the package-lock.json that name the packages, with their versions and
    digests; npm refuses what differs, and no script of theirs is run. What is damaged in the cache is fetched again.
    `progress` is given a line before npm starts.

    Raises `ToolMissingError` where npm is missing, fails, or delivers packages without one of `files`, and where the
    cache cannot be written.
    """
    place = cache_path() / FOLDER / _key(pins, files)
    if not _is_sound(place, files):
        from filelock import FileLock

        with FileLock(writable_cache(FOLDER) / f"{place.name}.lock"):
            if not _is_sound(place, files):  # another process may have fetched them meanwhile
                if progress:
                    progress(f"downloading {', '.join(packages(pins))} with npm, once")
                _fetch(pins, files, place)
    return {name: place / name for name in files}


def packages(pins: Path) -> list[str]:
    """The packages that the package.json in `pins` asks for by name."""
    return list(json.loads((pins / "package.json").read_text(encoding="utf-8"))["dependencies"])


def _key(pins: Path, files: Collection[str]) -> str:
    """A folder's name: another lock or other files have another."""
    lock = (pins / "package-lock.json").read_bytes()
    digest = hashlib.sha256(b"\0".join([lock, *(name.encode() for name in sorted(files))])).hexdigest()
    return f"{json.loads(lock)['name']}-{digest[:16]}"


def _is_sound(place: Path, files: Collection[str]) -> bool:
    try:
        digests = json.loads(readable(place / DIGESTS).read_text(encoding="utf-8"))
        return all(_digest(place / name) == digests[name] for name in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(readable(path).read_bytes()).hexdigest()


def _fetch(pins: Path, files: Collection[str], place: Path) -> None:
    """Have npm install into a folder beside `place`, and keep `files` of that at `place`."""
    with scratch(place.parent) as installed:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(pins / name, installed / name)
        what = ", ".join(packages(pins))
        _install(installed, what)
        with replacing_folder(place) as staged:
            for name in files:
                source, target = installed / "node_modules" / name, staged / name
                if not source.is_file():
                    raise _failed(what, f"the download has no {name}")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            write_json(staged / DIGESTS, {name: _digest(staged / name) for name in files})


def _install(folder: Path, what: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissingError(
            f"npm was not found. It is needed to download {what}.",
            "Install Node.js with npm (Debian: apt-get install npm).",
        )
    try:
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(what, str(error)) from error
    if done.returncode:
        raise _failed(what, _reason(done.stderr) or f"it exited with code {done.returncode}")


def _reason(printed: str) -> str:
    """The errors among what npm printed, in one short line."""
    lines = [line.removeprefix("npm error") for line in printed.splitlines() if not line.startswith("npm warn")]
    return " ".join(" ".join(lines).split())[:300]


def _failed(what: str, why: str) -> ToolMissingError:
    return ToolMissingError(
        f"npm could not download {what}: {why}.",
        "Check the network and npm's registry setting, then try again.",
    )
