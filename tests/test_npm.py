"""Files of npm packages: fetched once, whole or absent, and only those that the lock file pins."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from ganzoo import npm
from ganzoo.errors import ToolMissingError
from ganzoo.pages import RUNNERS
from ganzoo.verify.webdnn_js import FILE, webdnn_js

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Deliver = Callable[[bytes | None], None]

pytestmark = pytest.mark.posix


@pytest.fixture
def deliver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deliver:
    """Sets what an npm of our own installs as webdnn.js, None for an npm that fails; the cache is empty."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    def deliver(content: bytes | None) -> None:
        (tmp_path / "content").write_bytes(content or b"")
        install = f'mkdir -p "$(dirname node_modules/{FILE})"; cp {tmp_path / "content"} node_modules/{FILE}'
        lines = [
            "#!/bin/sh",
            f"echo called >> {tmp_path / 'calls'}",
            '[ "$1 $2" = "ci --ignore-scripts" ] && [ -f package-lock.json ] || exit 9',
            install if content is not None else "echo offline >&2; exit 1",
        ]
        program.write_text("\n".join(lines))
        program.chmod(0o755)

    return deliver


def calls(tmp_path: Path) -> int:
    file = tmp_path / "calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_files_are_fetched_once_and_a_damaged_copy_is_replaced(deliver: Deliver, tmp_path: Path) -> None:
    deliver(b"loader")
    path = webdnn_js()
    assert path.read_bytes() == b"loader"
    assert path.is_relative_to(tmp_path / "cache" / "npm") and list(path.parent.iterdir()) == [path]
    deliver(None)
    assert webdnn_js() == path and calls(tmp_path) == 1  # from the cache
    path.write_bytes(b"loadeR")
    deliver(b"loader")
    assert webdnn_js().read_bytes() == b"loader" and calls(tmp_path) == 2
    path.unlink()
    assert webdnn_js().read_bytes() == b"loader" and calls(tmp_path) == 3
    assert list(path.parent.iterdir()) == [path]


def test_another_lock_and_other_files_are_fetched_anew(deliver: Deliver, tmp_path: Path) -> None:
    deliver(b"loader")
    first = webdnn_js()
    pins = tmp_path / "pins"
    pins.mkdir()
    for name in ("package.json", "package-lock.json"):
        (pins / name).write_bytes((RUNNERS / "webdnn" / name).read_bytes())
    assert npm.fetch(pins, [FILE])[FILE] == first and calls(tmp_path) == 1
    (pins / "package-lock.json").write_text((pins / "package-lock.json").read_text() + "\n")
    assert npm.fetch(pins, [FILE])[FILE] != first and calls(tmp_path) == 2


def test_the_user_is_told_before_npm_starts_and_only_then(deliver: Deliver) -> None:
    deliver(b"loader")
    told: list[str] = []
    npm.fetch(RUNNERS / "webdnn", [FILE], told.append)
    npm.fetch(RUNNERS / "webdnn", [FILE], told.append)
    assert told == ["downloading webdnn with npm, once"]


def test_packages_without_a_file_leave_nothing(deliver: Deliver, tmp_path: Path) -> None:
    deliver(b"loader")
    with pytest.raises(ToolMissingError, match=r"the download has no webdnn/dist/other\.js"):
        npm.fetch(RUNNERS / "webdnn", [FILE, "webdnn/dist/other.js"])
    assert {path.suffix for path in (tmp_path / "cache" / "npm").iterdir()} <= {".lock"}


def test_what_cannot_be_kept_is_not_fetched(deliver: Deliver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(b"loader")
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "taken"))
    with pytest.raises(ToolMissingError, match="taken") as caught:
        webdnn_js()
    assert "GANZOO_CACHE" in caught.value.remedy
    assert calls(tmp_path) == 0


def test_npm_that_fails_is_quoted(deliver: Deliver) -> None:
    deliver(None)
    with pytest.raises(ToolMissingError, match="npm could not download webdnn: offline"):
        webdnn_js()


def test_without_npm_there_is_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"npm was not found\. It is needed to download webdnn") as caught:
        webdnn_js()
    assert caught.value.remedy == "Install Node.js with npm (Debian: apt-get install npm)."


def made_up(folder: Path, content: bytes, integrity: str | None = None) -> Path:
    """A folder that pins the package made-up, which is a tarball beside it with one file and a script of its own."""
    folder.mkdir()
    described = {"name": "made-up", "version": "1.0.0", "scripts": {"install": f"touch {folder / 'ran'}"}}
    tarball = folder / "made-up-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as tar:
        for name, data in {"package.json": json.dumps(described).encode(), "code.js": content}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    where = f"file:{tarball}"
    digest = b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    entry = {
        "version": "1.0.0",
        "resolved": where,
        "integrity": integrity or f"sha512-{digest}",
        "hasInstallScript": True,
    }
    root = {"name": "pins", "dependencies": {"made-up": where}}
    lock = {"name": "pins", "lockfileVersion": 3, "packages": {"": root, "node_modules/made-up": entry}}
    (folder / "package.json").write_text(json.dumps({**root, "private": True}))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    return folder


def test_npm_itself_delivers_and_refuses_what_is_not_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    sound = made_up(tmp_path / "sound", b"1")
    found = npm.fetch(sound, ["made-up/code.js"])["made-up/code.js"]
    assert found.read_bytes() == b"1" and not (sound / "ran").exists()

    pinned = json.loads((sound / "package-lock.json").read_text())["packages"]["node_modules/made-up"]["integrity"]
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "another"))  # else npm takes what it knows by its digest
    with pytest.raises(ToolMissingError, match="npm could not download made-up: code EINTEGRITY"):
        npm.fetch(made_up(tmp_path / "evil", b"2", pinned), ["made-up/code.js"])
    assert list((tmp_path / "cache" / "npm").glob("*/made-up/code.js")) == [found]
