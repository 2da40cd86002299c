"""Check what this machine has for ganzoo, what it lacks, and how to get it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from ganzoo import devices, paths
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Finding:
    """`needed` says what needs it.

    `remedy` is empty if all is well. `required` means that training or export needs it.
    """

    what: str
    found: str
    ok: bool
    required: bool
    needed: str
    remedy: str


def examine() -> list[Finding]:
    return [finding for look in LOOKS for finding in look()]


def _python() -> Iterable[Finding]:
    ok = (3, 10) <= sys.version_info[:2] < (3, 14)
    yield Finding("Python", platform.python_version(), ok, True, "everything", "" if ok else "Use Python 3.10 to 3.13.")


def _packages() -> Iterable[Finding]:
    for name, wanted, needed in (
        ("chainer", "7.8.1", "training"),
        ("webdnn", "1.2.11", "export"),
        ("numpy", "", "everything"),
        ("ziglang", "", "the webassembly backend"),
    ):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = ""
        ok = found == wanted if wanted else bool(found)
        # what is published as source only comes from ganzoo's own wheels
        package = f"--find-links wheels {name}=={wanted}, where 'wheels' has ganzoo's wheels" if wanted else name
        remedy = "" if ok else f"python -m pip install {package}"
        yield Finding(name, found or "missing", ok, True, needed, remedy)


def _layers() -> Iterable[Finding]:
    needed = "training at full speed"
    try:
        from ganzoo.layers import native

        native.load("float32")
    except GanzooError as error:
        yield Finding("fast layers", error.message.partition("\n")[0], False, False, needed, error.remedy)
    except ImportError as error:
        yield Finding("fast layers", str(error), False, False, needed, "Install what is missing above.")
    else:
        yield Finding("fast layers", f"on {native.threads()} threads", True, False, needed, "")


def _cache() -> Iterable[Finding]:
    needed = "kernels, downloads, evaluators"
    try:
        yield Finding("cache", str(paths.writable_cache("")), True, True, needed, "")
    except GanzooError as error:
        yield Finding("cache", error.message, False, True, needed, error.remedy)


def _browser() -> Iterable[Finding]:
    from ganzoo.browsers.find import find_browser

    try:
        browser = find_browser()
    except GanzooError as error:
        yield Finding("browser", "missing", False, False, "verify, bench", error.remedy)
    else:
        yield Finding("browser", f"{browser.name} {browser.version}", True, False, "verify, bench", "")


def _npm() -> Iterable[Finding]:
    found = shutil.which("npm")
    remedy = "" if found else "Install Node.js with npm (Debian: apt-get install npm)."
    yield Finding(
        "npm",
        _version(found) if found else "missing",
        bool(found),
        False,
        "WebDNN's layout, bench --peers",
        remedy,
    )


def _gpu() -> Iterable[Finding]:
    device = devices.resolve("auto")
    ok = device != "cpu"
    remedy = "" if ok else "With an NVIDIA GPU: python -m pip install cupy-cuda12x"
    yield Finding("GPU", device if ok else "none", ok, False, "faster training", remedy)


def _emscripten() -> Iterable[Finding]:
    found = shutil.which("em++")
    remedy = "" if found else "Not needed: zig is the default."
    yield Finding("em++", found or "none", bool(found), False, "--toolchain emscripten", remedy)


def _extras() -> Iterable[Finding]:
    for name, packages, needed in (("mpi4py", "mpi4py mpich", "train --distributed"), ("optuna", "optuna", "sweep")):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = ""
        remedy = "" if found else f"python -m pip install {packages}"
        yield Finding(name, found or "none", bool(found), False, needed, remedy)


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", errors="replace")
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


LOOKS: tuple[Callable[[], Iterable[Finding]], ...] = (
    _python,
    _packages,
    _cache,
    _layers,
    _extras,
    _browser,
    _npm,
    _gpu,
    _emscripten,
)
