"""Write compressed files beside the originals, as the host of a site keeps and sends them."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from ganzoo.files import readable, replacing
from ganzoo.paths import cache_path, is_frozen, writable_cache

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".br"
WORKERS = 2  # a hundred MB of memory each
BEST, QUICK = 11, 5  # of Brotli's quality
LARGE = 2 << 20  # bytes; of what is larger the best takes 4 s a MB, and 9 takes 0.2 s for 0.01% less than 5


def precompress(folder: Path) -> None:
    """Write `x.br` beside every file `x` under `folder` that Brotli makes smaller, with its highest quality up to a
    certain size.

    This takes seconds per MB, so compressed files are kept in ganzoo's cache by the SHA-256 of their content. Raises
    `ToolMissingError` if the cache cannot be written.
    """
    from concurrent.futures import ThreadPoolExecutor

    frozen = is_frozen("brotli")
    cache = cache_path() / "brotli" if frozen else writable_cache("brotli")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != SUFFIX]
    with ThreadPoolExecutor(WORKERS) as pool:  # brotli leaves the interpreter's lock to others
        for _ in pool.map(lambda path: _write_beside(path, cache, frozen), files):
            pass


def _write_beside(path: Path, cache: Path, frozen: bool) -> None:
    content = path.read_bytes()
    packed = _compressed(content, cache, frozen)
    beside = path.with_name(path.name + SUFFIX)
    if len(packed) >= len(content):
        beside.unlink(missing_ok=True)
        return
    with replacing(beside) as new:
        new.write_bytes(packed)


def _compressed(content: bytes, cache: Path, frozen: bool) -> bytes:
    import brotli

    kept = cache / (hashlib.sha256(content).hexdigest() + SUFFIX)
    with contextlib.suppress(FileNotFoundError, ValueError, brotli.error):  # what somebody damaged
        packed = readable(kept).read_bytes()
        if brotli.decompress(packed) == content:
            return packed
    packed = bytes(brotli.compress(content, quality=QUICK if len(content) > LARGE else BEST))
    if not frozen:
        with replacing(kept) as new:
            new.write_bytes(packed)
    return packed
