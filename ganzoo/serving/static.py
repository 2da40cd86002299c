"""Answer requests from folders, as a web server does. The pages of tests and benchmarks and the sites all use it.

Each answer opens its file once. Its length, its tag and its content therefore belong together, even if the folder is
written again meanwhile.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, StreamingResponse
from starlette.responses import Response as Reply
from starlette.staticfiles import StaticFiles

from ganzoo.serving.compressed import SUFFIX

if TYPE_CHECKING:
    from typing import BinaryIO

    from starlette.responses import Response
    from starlette.types import Scope, Send

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

CHUNK = 1 << 16  # bytes
RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)

CODING = re.compile(r"\s*(\*|[\w!#$%&'+.^`|~-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE)


class Files(StaticFiles):
    """The files of a folder, compressed with Brotli if that is at hand and accepted.

    Links that lead out of it are not followed.

    A file that cannot be read, or is no plain file, counts as missing. A request for several ranges is answered with
    the whole file, as RFC 9110 (14.2) allows: ranges that overlap would multiply its bytes, and no browser asks for
    several.
    """

    async def check_config(self) -> None:
        """Do nothing: the folder was checked already, and while it is being replaced it is missing for a moment."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if not isinstance(response, FileResponse):
            return response
        try:
            return await run_in_threadpool(_opened, response, Headers(scope=scope), scope["method"])
        except OSError as error:  # gone since it was looked up
            raise HTTPException(404) from error

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
    """Return whether an `Accept-Encoding` allows `br`, by name or by `*`, with a weight above 0 (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for coding in header.split(","):
        if match := CODING.fullmatch(coding):
            weights[match[1].lower()] = float(match[2] or 1)
    return weights.get("br", weights.get("*", 0)) > 0


def _packed(path: str, whole: os.stat_result) -> os.stat_result | None:
    """Return the status of the compressed file beside `path`, None if there is none or it is older than `path`."""
    try:
        packed = os.lstat(path + SUFFIX)
    except OSError:
        return None
    return packed if stat.S_ISREG(packed.st_mode) and packed.st_mtime_ns >= whole.st_mtime_ns else None


class Opened(StreamingResponse):
    """The bytes of `file` from `start` to `end`, which are read while they are sent."""

    def __init__(self, file: BinaryIO, start: int, end: int, status_code: int, headers: dict[str, str]) -> None:
        super().__init__((), status_code, headers)
        self.file, self.start, self.end = file, start, end

    async def stream_response(self, send: Send) -> None:
        with self.file as file:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            file.seek(self.start)
            left = self.end - self.start
            while left and (chunk := await run_in_threadpool(file.read, min(CHUNK, left))):
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not left:  # else the file was cut meanwhile: without an end of the answer the connection is closed
            await send({"type": "http.response.body"})


def _opened(found: FileResponse, request: Headers, method: str) -> Response:
    """Return the answer to a request for the file of `found`, with its headers.

    Raises `OSError` if it cannot be opened.
    """
    file = open(found.path, "rb", buffering=0)  # noqa: PTH123, SIM115 - closed when all is sent
    state = os.fstat(file.fileno())
    for name in ("content-length", "last-modified", "etag"):  # of the file that was looked up
        del found.headers[name]
    found.set_stat_headers(state)
    headers, size = dict(found.headers), state.st_size
    asked = request.get("range", "") if found.status_code == 200 else ""
    if request.get("if-range", headers["etag"]) not in (headers["etag"], headers["last-modified"]):
        asked = ""
    part = _part(asked, size)
    if part is None:
        return Opened(file, 0, 0 if method == "HEAD" else size, found.status_code, headers)
    start, end = part
    if start >= end:
        file.close()
        return Reply(None, 416, {"content-range": f"bytes */{size}"})
    headers |= {"content-length": str(end - start), "content-range": f"bytes {start}-{end - 1}/{size}"}
    return Opened(file, start, start if method == "HEAD" else end, 206, headers)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first byte that a `Range` asks for and the one after the last, None for all of the `size` bytes.

    If the file has none of these bytes, the second number is not larger than the first.
    """
    match = RANGE.fullmatch(asked)
    if not match or match[1] + match[2] == "":
        return None
    if not match[1]:
        return max(size - int(match[2]), 0), size
    start, last = int(match[1]), int(match[2] or size)
    return (start, min(last + 1, size)) if start <= last or not match[2] else None
