"""Git hands on a site and the folder of a network as they are, also where it is set to write CRLF."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from ganzoo.files import GIT_ATTRIBUTES
from tests.support.sites import content

if TYPE_CHECKING:
    from pathlib import Path

GIT = ("-c", "core.autocrlf=true", "-c", "core.safecrlf=false", "-c", "user.name=t", "-c", "user.email=t@host.example")


def handed_on(folder: Path, into: Path) -> Path:
    """What the next checkout gets of `folder`."""
    store, copy = into / "store", into / "copy"
    copy.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", store], check=True)
    for tree, *command in (
        (folder, "add", "--all", "--force"),
        (folder, "commit", "--quiet", "--message", "all"),
        (copy, "checkout", "--quiet", "HEAD", "--", "."),
    ):
        git = ["git", *GIT, "--git-dir", store, "--work-tree", tree]
        subprocess.run([*git, *command], check=True, cwd=tree)
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("place", ["site", "dcgan-cond/generator"])
def test_git_changes_nothing(place: str, real: Path, tmp_path: Path) -> None:
    folder = real.parent / place
    assert content(handed_on(folder, tmp_path / "with")) == content(folder)


def test_without_the_file_that_tells_it_git_does(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.js").write_bytes(b"let a;\nlet b;\n")
    assert content(handed_on(folder, tmp_path / "with")) != content(folder)
    assert not (folder / GIT_ATTRIBUTES).exists()
