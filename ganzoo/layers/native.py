"""The C library of the layers: built by zig for this very CPU when it is first wanted, then kept in the cache.

One library for float32 and one for float64. A file's name holds a hash of all that decides what it is; beside it lies
the checksum of its content, so that a damaged one is built anew.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import re
import sys
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.compilers import zig
from ganzoo.errors import GanzooError, ToolMissingError, UsageError
from ganzoo.files import readable, replacing, write_text
from ganzoo.paths import cache_path, writable_cache
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    import numpy as np

KERNELS = Path(__file__).parent / "kernels"
FLAGS = ("-O3", "-march=native", "-std=gnu11", "-shared", "-fPIC", "-s")
REALS = {"float32": (("-DREAL=float", "-DSINGLE"), ctypes.c_float), "float64": (("-DREAL=double",), ctypes.c_double)}
LARGEST_POOL = 16  # threads; a step of these networks has no work for more


class _Pointer:
    """An argument that is the address of an array's first value, NULL for None. The call keeps the array alive."""

    @classmethod
    def from_param(cls, array: Any) -> Any:
        if isinstance(array, ctypes.Array):
            return array
        return ctypes.c_void_p(None if array is None else array.__array_interface__["data"][0])


P, N, R = _Pointer, ctypes.c_long, None  # None: what REAL is in this library
FUNCTIONS = {
    "correlate": (P, P, P, P, P, N, R, P),
    "scatter": (P, P, P, P, P, R, P),
    "weigh": (P, P, P, P, P),
    "pull_back": (P, P, N, N, N, R, P, P),
    "moments": (P, N, N, P, P),
    "normalize": (P, N, N, P, P, R, P),
    "normalize_sums": (P, P, N, N, P, P, P, P, R, P, P),
    "normalize_back": (P, P, N, N, P, P, P, P, R, P, P, P),
    "normalize_each": (P, N, N, N, P, P, R, P),
    "normalize_each_sums": (P, P, N, N, N, P, P, P, P, R, P, P),
    "normalize_each_back": (P, P, N, N, N, P, P, P, P, R, P, P, P),
    "doubled": (P, N, N, N, N, R, P),
    "halved": (P, N, N, N, N, R, P),
    "scale": (P, N, N, N, P, P, R, P),
    "scale_back": (P, P, N, N, N, P, P, R, P, P, P),
    "adam": (P, P, P, P, N, R, R, R, R, R, R),
    "average": (P, P, N, R),
}


@cache
def library(dtype: np.dtype[Any]) -> Any:
    """The kernels for `dtype`, a ctypes library; None where there is none, which is said once.

    Without them Chainer's own functions do the work, several times as slow.
    """
    if dtype.name not in REALS:
        return None
    threads()  # which refuses a number that is none
    try:
        return load(dtype.name)
    except GanzooError as error:
        reason = error.message.partition("\n")[0]
        warnings.warn(
            f"The fast layers cannot be used, so training takes several times as long. {reason} {error.remedy}",
            stacklevel=2,
        )
        return None


def load(dtype: str) -> Any:
    """The kernels for "float32" or "float64", built if need be. Raises `ToolMissingError` where they cannot be."""
    real = REALS[dtype][1]
    try:
        path = built(dtype)
    except OSError as error:
        raise ToolMissingError(
            f"The compiled layers cannot be saved: {error}.", "Free some space, or set GANZOO_CACHE to another folder."
        ) from error
    try:
        found = ctypes.CDLL(str(path))
    except OSError as error:
        raise ToolMissingError(f"{path} cannot be loaded: {error}.", "Delete it and try again.") from error
    for name, arguments in FUNCTIONS.items():
        function = getattr(found, name)
        function.argtypes, function.restype = [each or real for each in arguments], None
    found.set_threads(threads())
    return found


def threads() -> int:
    """`GANZOO_THREADS`, or as many as this process has cores. Raises `UsageError` for what is no number of threads."""
    asked = os.environ.get("GANZOO_THREADS", "")
    if re.fullmatch(r"[1-9][0-9]{0,3}", asked):
        return int(asked)
    if asked:
        shown = asked if len(asked) <= 20 else f"{asked[:20]}..."
        raise UsageError(f"GANZOO_THREADS is {shown!r}.", "Set it to a whole number from 1 to 9999, or unset it.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, LARGEST_POOL)


def built(dtype: str) -> Path:
    """The path of the library for `dtype`, which is there and whole. Raises `ToolMissingError` where it cannot be."""
    from filelock import FileLock

    name = f"{dtype}-{_fingerprint()}{'.dll' if sys.platform == 'win32' else '.so'}"
    path = cache_path() / "layers" / name
    if not _whole(path):
        path = writable_cache("layers") / name
        with FileLock(path.with_suffix(".lock")):
            if not _whole(path):  # another process may have built it meanwhile
                _build(dtype, path)
    return path


def _build(dtype: str, path: Path) -> None:
    sources = [str(source) for source in sorted(KERNELS.glob("*.c"))]
    with replacing(path) as beside, scratch() as folder:
        made = folder / path.name
        flags = (*REALS[dtype][0], *FLAGS, "-o", str(made))
        zig("the kernels of the layers", "cc", *sources, *flags, cache=folder)
        beside.write_bytes(made.read_bytes())
    write_text(_checksum(path), hashlib.sha256(path.read_bytes()).hexdigest())


def _whole(path: Path) -> bool:
    try:
        digest = hashlib.sha256(readable(path).read_bytes()).hexdigest()
        return digest == readable(_checksum(path)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _checksum(path: Path) -> Path:
    return path.with_suffix(".sha256")


@cache
def _fingerprint() -> str:
    """Of sources, flags, compiler and CPU."""
    digest = hashlib.sha256(repr((FLAGS, version("ziglang"), platform.machine(), _cpu())).encode())
    for source in sorted(KERNELS.glob("*.[ch]")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _cpu() -> str:
    """What tells CPUs apart for which a compiler makes different code."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model", "flags", "Features", "CPU part"))}))
