"""A new site in place of a former one: nothing else is replaced, and a kill in the middle is mended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.errors import UsageError
from ganzoo.site import build
from tests.support.sites import CLASSES, change, content, listed, made_by_hand

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"name": "mine", "pages": [], "files": {}}',
        '{"ganzoo": "0", "base_path": "/", "pages": []}',
        '{"ganzoo": "0", "base_path": "/", "pages": [], "files": ["index.html"]}',
    ],
)
def test_a_site_replaces_nothing_but_a_site(foreign: str, pair: Any, tmp_path: Path) -> None:
    out = tmp_path / "www"
    out.mkdir()
    (out / "index.html").write_text("mine")
    if foreign:
        (out / "site.json").write_text(foreign)
    before = content(out)
    with pytest.raises(UsageError, match="is not a ganzoo site"):
        build.build(pair, out)
    assert content(out) == before


@pytest.mark.parametrize("place", ["file", "file/site", "file/a/b"])
def test_a_file_is_no_place(place: str, pair: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    seen: list[str] = []
    with pytest.raises(UsageError):
        build.build(pair, tmp_path / place, progress=seen.append)
    assert (tmp_path / "file").read_text() == "mine" and seen == []  # told at once


@pytest.mark.slow
@pytest.mark.parametrize("added", ["notes.txt", "notes/robots.txt", "models/my-generator/mine.bin", "a/.git", "b"])
def test_what_was_added_to_a_site_is_not_deleted(added: str, pair: Any, tmp_path: Path) -> None:
    site = build.build(pair, tmp_path / "site").path
    (site / added).parent.mkdir(parents=True, exist_ok=True)
    (site / added).mkdir() if added == "b" else (site / added).write_text("mine")
    before = content(site)
    with pytest.raises(UsageError, match=re.escape(f"site/{added.split('/')[0]}")) as refused:
        build.build(pair, site)
    assert content(site) == before and (site / added).exists() and "Move it away" in refused.value.remedy


@pytest.mark.slow
def test_what_file_managers_leave_hinders_nobody(pair: Any, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for _ in range(2):  # in an empty folder, and in a former site
        (site / ".DS_Store").write_bytes(b"\0")
        build.build(pair, site)
        (site / "models" / "Thumbs.db").write_bytes(b"\0")
    build.build(pair, site)
    assert not (site / "models" / "Thumbs.db").exists()


def hosted(folder: Path) -> None:
    (folder / ".git" / "objects").mkdir(parents=True)
    (folder / ".git" / "objects" / "a.html").write_text("mine")
    (folder / "CNAME").write_text("demo.example")
    (folder / "robots.txt").write_text("User-agent: *")
    (folder / ".vercel").mkdir()
    (folder / ".vercel" / "project.json").write_text("{}")
    (folder / ".gitattributes").write_text("mine")


@pytest.mark.slow
@pytest.mark.parametrize("former", ["site", "clone"])
def test_what_is_the_host_s_stays(former: str, pair: Any, tmp_path: Path) -> None:
    site = tmp_path / "site"
    if former == "site":
        build.build(pair[:1], site)
    hosted(site)
    build.build(pair[1:], site)
    assert (site / ".git" / "objects" / "a.html").read_text() == "mine" and listed(site)["pages"][0][
        "kind"
    ] == "classifier"
    assert (site / "CNAME").read_text() == "demo.example" and not (site / "models" / "my-generator").exists()
    assert (site / "robots.txt").exists() and (site / ".vercel" / "project.json").read_text() == "{}"
    assert (site / ".gitattributes").read_text() == "mine"  # and not ours
    assert not list(tmp_path.glob(".site*"))


@pytest.mark.slow
def test_what_is_the_host_s_survives_a_kill(pair: Any, tmp_path: Path) -> None:
    """Between the swap and the moving."""
    site = build.build(pair[:1], tmp_path / "site").path
    hosted(site)
    site.rename(tmp_path / ".site.former")
    build.build(pair[1:], tmp_path / "new").path.rename(site)
    build.build(pair, site)
    assert (site / ".git" / "objects" / "a.html").read_text() == "mine" and (site / "CNAME").exists()


@pytest.mark.slow
def test_a_failed_build_leaves_the_former_site(pair: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = build.build(pair[:1], tmp_path / "site").path
    before, beside = content(site), set(tmp_path.iterdir())

    def fail(folder: Path) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(build, "precompress", fail)
    with pytest.raises(OSError, match="No space left"):
        build.build(pair, site)
    monkeypatch.undo()
    assert content(site) == before and set(tmp_path.iterdir()) == beside
    build.build(pair[1:], site)
    assert not (site / "models" / "my-generator").exists()  # nothing of the former one


KILLED_IN_SWAP = """
import os, signal, sys
from pathlib import Path
from ganzoo.export import exports
from ganzoo.site import build

real = Path.rename
def rename(self, target):
    if self.name.startswith(".site.staging"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.rename = rename
build.build([(exports.load(Path(sys.argv[1])), None)], Path(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.posix
def test_a_kill_between_the_two_renames_is_mended(pair: Any, tmp_path: Path) -> None:
    site = build.build(pair[:1], tmp_path / "site").path
    before = content(site)
    done = subprocess.run([sys.executable, "-c", KILLED_IN_SWAP, pair[1][0].path, site])
    assert done.returncode == -signal.SIGKILL and not site.exists()
    with pytest.raises(UsageError):
        build.build([(change(made_by_hand(tmp_path / "other"), outputs=[CLASSES]), None)], site)
    assert content(site) == before  # the former one, back in its place
