"""Folders as a web server answers with them: one way for the pages of tests and benchmarks and for sites."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles

from ganzoo.serving.compressed import SUFFIX

if TYPE_CHECKING:
    from starlette.responses import Response

# Python's own table follows the system's registry, which may call a script plain text.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
UNKNOWN = "application/octet-stream"

CODING = re.compile(r"\s*(\*|[\w!#$%&'+.^`|~-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE)


class Files(StaticFiles):
    """The files of a folder, in Brotli where that is at hand and accepted; and nothing that a link leads out to.

    What cannot be read, or is no plain file, is not there.
    """

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        try:
            found, state = super().lookup_path(path)
        except (OSError, ValueError):  # a loop of links, a name too long, a NUL
            return "", None
        return (found, state) if state and os.access(found, os.R_OK) else ("", None)

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
        path = str(full_path)
        takes = accepts_brotli(Headers(scope=scope).get("accept-encoding", ""))
        packed = _packed(path, stat_result) if takes else None
        response = super().file_response(path + SUFFIX if packed else path, packed or stat_result, scope, status_code)
        response.headers["vary"] = "Accept-Encoding"
        if response.status_code == status_code:  # else it was not modified: no body
            response.headers["content-type"] = TYPES.get(os.path.splitext(path)[1], UNKNOWN)  # noqa: PTH122
            if packed:
                response.headers["content-encoding"] = "br"
        return response


def accepts_brotli(header: str) -> bool:
    """Whether an `Accept-Encoding` allows `br`: named, or by `*`, with a weight above 0 (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for coding in header.split(","):
        if match := CODING.fullmatch(coding):
            weights[match[1].lower()] = float(match[2] or 1)
    return weights.get("br", weights.get("*", 0)) > 0


def _packed(path: str, whole: os.stat_result) -> os.stat_result | None:
    """The status of the Brotli of `path`, if that is a file and no older than what it stands for."""
    try:
        packed = os.lstat(path + SUFFIX)
    except OSError:
        return None
    return packed if stat.S_ISREG(packed.st_mode) and packed.st_mtime_ns >= whole.st_mtime_ns else None
