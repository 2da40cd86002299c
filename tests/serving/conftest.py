"""A site and its server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ganzoo.site import serve as server
from tests.support.served import PACKED, SCRIPT, SECRET, WEIGHTS, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a secret beside it, and what leads to it."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_bytes(SECRET)
    folder = outside / "site"
    (folder / "models" / "net").mkdir(parents=True)
    (folder / "sub").mkdir()
    (folder / "index.html").write_bytes(b"<!doctype html>home")
    (folder / "404.html").write_bytes(b"<!doctype html>not here")
    (folder / "sub" / "index.html").write_bytes(b"<!doctype html>sub")
    (folder / "elements.js").write_bytes(SCRIPT)
    (folder / "elements.js.br").write_bytes(PACKED)
    (folder / "models" / "net" / "weights.bin").write_bytes(WEIGHTS)
    (folder / ".htaccess").write_bytes(SECRET)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(SECRET)
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "up").symlink_to(outside)
    (folder / "hidden.txt").symlink_to(folder / ".git" / "config")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "back\\slash.txt").write_bytes(SECRET)
    os.mkfifo(folder / "pipe")
    for ending in ("css", "json", "webmanifest", "wasm", "png", "svg", "txt", "bin", "odd"):
        (folder / f"file.{ending}").write_bytes(b"content")
    (folder / "_headers").write_bytes(b"content")
    return folder


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    with served(server.app(site)) as port:
        yield port
