"""WebDNN's own loader, `webdnn.js`, from its npm package: verification and `bench` run exports with it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from ganzoo.errors import ToolMissingError
from ganzoo.files import replacing
from ganzoo.paths import cache_path, writable_cache

PACKAGE = "webdnn@1.2.11"
FOLDER = "webdnn-1.2.11"  # of the cache
MEMBER = "package/dist/webdnn.js"
# of the package, as its registry states it; of the one file, computed from that package
SHA512 = "A4fbrgQIMm+/VmiGdWRgOeUZEu9NOawtdEdz2NhbI32zB0CvXkiJdr/BHwv4aYMDULdLaZKFtCfe38kY9ME0dA=="
SHA256 = "3c9decad8fdf48b8be3362f776badb7b64873b4c71027423aab0ddb7cb02f3c5"

TIMEOUT = 180  # seconds for 140 kB, npm's own retries included


def webdnn_js() -> Path:
    """The path of `webdnn.js` 1.2.11 in the cache, alone in its folder; fetched by npm where it is not there.

    Raises `ToolMissingError` where npm is missing, fails, or delivers something else, and where the cache
    cannot be written.
    """
    path = cache_path() / FOLDER / "webdnn.js"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        with replacing(writable_cache(FOLDER) / path.name) as beside:
            beside.write_bytes(_fetch())
    return path


def _fetch() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissingError(
            f"npm, which fetches {PACKAGE}, was not found.",
            "Install Node.js with npm (Debian: apt-get install npm).",
        )
    with tempfile.TemporaryDirectory(prefix="ganzoo-npm-") as folder:
        try:
            npm_run = subprocess.run(
                [npm, "pack", PACKAGE, "--ignore-scripts"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(str(error)) from error
        tarballs = list(Path(folder).glob("*.tgz"))
        if npm_run.returncode or len(tarballs) != 1:
            raise _failed(" ".join(npm_run.stderr.split())[-300:] or "it delivered no package")
        return _extract(tarballs[0])


def _extract(tarball: Path) -> bytes:
    """The one file we need, read and not unpacked, from a tarball proven to be the published one."""
    if base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode() != SHA512:
        raise _failed("its SHA-512 is not that of the published package")
    with tarfile.open(tarball) as tar:
        member = tar.extractfile(MEMBER)
        return member.read() if member else b""


def _failed(why: str) -> ToolMissingError:
    return ToolMissingError(
        f"npm did not deliver {PACKAGE}: {why}.",
        "Check the network and npm's registry setting, then try again.",
    )
