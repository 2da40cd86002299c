"""WebDNN's loader: fetched once from npm, checked, kept."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from base64 import b64encode

import pytest

from ganzoo.browser import webdnn_js
from ganzoo.errors import ToolMissingError
from tests.support.browsers import script


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """An npm of our own, which delivers the tarball it is given; an empty cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def deliver(content: bytes | None, published: bytes | None = None) -> None:
        tarball = tmp_path / "delivered.tgz"
        with tarfile.open(tarball, "w:gz") as tar:
            for name, data in {"package/evil": b"x", webdnn_js.MEMBER: content or b""}.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        script(
            tmp_path / "bin" / "npm",
            f"cp {tarball} webdnn-1.2.11.tgz" if content else "echo offline >&2; exit 1",
        )
        if published:
            monkeypatch.setattr(webdnn_js, "SHA512", b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode())
            monkeypatch.setattr(webdnn_js, "SHA256", hashlib.sha256(published).hexdigest())

    return deliver


def test_the_loader_is_fetched_once_and_a_damaged_copy_is_replaced(npm, tmp_path):
    npm(b"loader", published=b"loader")
    path = webdnn_js.webdnn_js()
    assert path.read_bytes() == b"loader"
    assert path == tmp_path / "cache" / "webdnn-1.2.11" / "webdnn.js"
    (tmp_path / "bin" / "npm").unlink()
    script(tmp_path / "bin" / "npm", "exit 1")
    assert webdnn_js.webdnn_js() == path  # from the cache
    path.write_bytes(b"loadeR")
    npm(b"loader", published=b"loader")
    assert webdnn_js.webdnn_js().read_bytes() == b"loader"
    assert list(path.parent.iterdir()) == [path]


def test_a_package_that_is_not_the_published_one_is_refused(npm, tmp_path):
    npm(b"evil")
    with pytest.raises(ToolMissingError, match="SHA-512"):
        webdnn_js.webdnn_js()
    assert not list((tmp_path / "cache").rglob("*.*s"))


def test_a_loader_that_cannot_be_kept_is_not_fetched(npm, tmp_path, monkeypatch):
    npm(b"loader", published=b"loader")
    script(tmp_path / "bin" / "npm", f"touch {tmp_path / 'called'}")
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "taken"))
    with pytest.raises(ToolMissingError, match="taken") as caught:
        webdnn_js.webdnn_js()
    assert "GANZOO_CACHE" in caught.value.remedy
    assert not (tmp_path / "called").exists()


def test_npm_that_fails_is_quoted(npm):
    npm(None)
    with pytest.raises(ToolMissingError, match="offline"):
        webdnn_js.webdnn_js()


def test_without_npm_there_is_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="npm") as caught:
        webdnn_js.webdnn_js()
    assert "npm" in caught.value.remedy
