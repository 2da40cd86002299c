"""Files with their Brotli beside them, as a site's host keeps and sends them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from typing import TYPE_CHECKING, Any

from ganzoo.files import replacing
from ganzoo.paths import writable_cache

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response
    from starlette.types import ASGIApp

SUFFIX = ".br"
WORKERS = 2  # a hundred MB of memory each

# Python's own table follows the system's registry, which may call a script plain text.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
}


def precompress(folder: Path) -> None:
    """Write `x.br`, at Brotli's best (quality 11), beside every file `x` under `folder` that it makes smaller.

    That takes seconds a MB, so what was compressed once is kept in ganzoo's cache by the content's SHA-256. Raises
    `ToolMissingError` when the cache cannot be written.
    """
    from concurrent.futures import ThreadPoolExecutor

    cache = writable_cache("brotli")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != SUFFIX]
    with ThreadPoolExecutor(WORKERS) as pool:  # brotli leaves the interpreter's lock to others
        for _ in pool.map(lambda path: _write_beside(path, cache), files):
            pass


def _write_beside(path: Path, cache: Path) -> None:
    content = path.read_bytes()
    packed = _compressed(content, cache)
    beside = path.with_name(path.name + SUFFIX)
    if len(packed) >= len(content):
        beside.unlink(missing_ok=True)
        return
    with replacing(beside) as new:
        new.write_bytes(packed)


def _compressed(content: bytes, cache: Path) -> bytes:
    import brotli

    kept = cache / (hashlib.sha256(content).hexdigest() + SUFFIX)
    with contextlib.suppress(FileNotFoundError, brotli.error):  # brotli's: a file that somebody damaged
        packed = kept.read_bytes()
        if brotli.decompress(packed) == content:
            return packed
    packed = bytes(brotli.compress(content, quality=11))
    with replacing(kept) as new:
        new.write_bytes(packed)
    return packed


def files(folder: Path) -> ASGIApp:
    """The files of `folder`, in Brotli where that is at hand and accepted; and nothing that a link in it leads to."""
    from starlette.datastructures import Headers
    from starlette.staticfiles import StaticFiles

    class Files(StaticFiles):
        def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
            path = str(full_path)
            accepted = {coding.strip() for coding in Headers(scope=scope).get("accept-encoding", "").split(",")}
            packed = _packed(path, stat_result) if "br" in accepted else None
            sent = path + SUFFIX if packed else path
            response = super().file_response(sent, packed or stat_result, scope, status_code)
            response.headers["content-type"] = TYPES.get("." + path.rpartition(".")[2], "application/octet-stream")
            if packed:
                response.headers["content-encoding"] = "br"
            return response

    return Files(directory=folder)


def _packed(path: str, whole: os.stat_result) -> os.stat_result | None:
    """The status of the Brotli of `path`, if that is a file and no older than what it stands for."""
    try:
        packed = os.lstat(path + SUFFIX)
    except OSError:
        return None
    return packed if stat.S_ISREG(packed.st_mode) and packed.st_mtime_ns >= whole.st_mtime_ns else None
