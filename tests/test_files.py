"""Files and folders that are whole or absent, whatever is killed, moved or written at the same time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from ganzoo import files, temporary
from ganzoo.errors import DiskFullError, ToolMissingError, UnreadableError, UsageError
from ganzoo.files import Mark

MARK = Mark("mine.json", "thing", ("ganzoo",))


def fill(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / MARK.file).write_text(json.dumps({"ganzoo": 1, "files": {name: {} for name in texts}}))


def made(place: Path, **texts: str) -> Path:
    with files.replacing_folder(place, MARK) as staged:
        fill(staged, **texts)
    return place


def test_what_is_put_into_a_folder_while_it_is_made_again_is_kept(tmp_path: Path) -> None:
    place = made(tmp_path / "site", a="old")
    problem = pytest.raises(UsageError, match=r"site/notes\.txt is not of the thing")
    with problem as refused, files.replacing_folder(place, MARK) as staged:
        fill(staged, a="new")
        (place / "notes.txt").write_text("mine")
    assert "Move it away" in refused.value.remedy
    assert (place / "notes.txt").read_text() == "mine" and (place / "a").read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_reader_between_the_two_renames_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would put the former folder back, and the writer would find its place taken."""
    place = made(tmp_path / "site", a="old")
    rename, between = Path.rename, threading.Event()
    reader = threading.Thread(target=lambda: (between.wait(10), files.recover(place)))

    def slowly(self: Path, target: Path) -> Path:
        if self == place:
            done = rename(self, target)
            between.set()
            reader.join(0.3)  # it cannot end before this writer has
            return done
        return rename(self, target)

    reader.start()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", slowly)
        made(place, a="new")
    reader.join(10)
    assert (place / "a").read_text() == "new" and list(tmp_path.iterdir()) == [place]


def test_writers_of_one_folder_come_one_after_the_other(tmp_path: Path) -> None:
    problems: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for _ in range(10):
                made(tmp_path / "site", a=name)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == [] and list(tmp_path.iterdir()) == [tmp_path / "site"]
    assert (tmp_path / "site" / "a").read_text() in "wxyz"


@pytest.mark.posix
def test_what_another_process_made_anew_is_locked_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is removed just before it is opened, and there again just after."""
    import fcntl

    path, opened, gone = tmp_path / "lock", os.open, [True]

    def make() -> Path:
        path.touch()
        return path

    def once_gone(file: Path, flags: int, mode: int = 0o777) -> int:
        if gone and not flags & os.O_CREAT:
            gone.clear()
            raise FileNotFoundError(file)
        return opened(file, flags, mode)

    monkeypatch.setattr(os, "open", once_gone)
    with temporary.held(make), path.open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.fixture
def umask_of_077():
    former = os.umask(0o077)
    yield
    os.umask(former)


@pytest.mark.posix
@pytest.mark.usefixtures("umask_of_077")
def test_a_folder_for_a_web_server_is_read_by_all_and_a_file_as_the_umask_says(tmp_path: Path) -> None:
    with files.replacing_folder(tmp_path / "site") as staged:
        (staged / "models").mkdir()
        (staged / "models" / "a.bin").write_bytes(b"")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "site").rglob("*")}
    assert modes == {"models": 0o755, "a.bin": 0o644}
    assert stat.S_IMODE((tmp_path / "site").stat().st_mode) == 0o755
    files.write_text(tmp_path / "private", "")
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600


KILLED = """
import os, signal, sys
from pathlib import Path
from ganzoo import files, temporary
here = Path(sys.argv[1])
with temporary.scratch(), files.replacing(here / "a.png"), files.replacing_folder(here / "site") as staged:
    (staged / "file").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.posix
def test_what_a_killed_process_left_is_removed_and_nothing_else(short_tmp: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(short_tmp)}
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], env=environment)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2 and len(list(short_tmp.iterdir())) == 1
    mine = [tmp_path / ".notes.document.png", tmp_path / ".site.former.txt", short_tmp / "ganzoo-results"]
    for path in mine:
        path.touch()
    with temporary.scratch() as held, files.replacing(tmp_path / "b.png") as beside:
        with temporary.scratch(), files.replacing(tmp_path / "c.png"):
            pass
        with files.replacing_folder(tmp_path / "site"):
            pass
        assert held.is_dir() and beside.is_file()  # their process lives
    left = {*tmp_path.iterdir(), *short_tmp.iterdir()}
    assert left == {*mine, *(tmp_path / name for name in ("b.png", "c.png", "site"))}


def test_no_folder_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(ToolMissingError, match="No usable temporary") as caught, temporary.scratch():
        pass
    assert "TMPDIR" in caught.value.remedy


def test_a_full_folder_for_temporary_files_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for free, expected in ((0, DiskFullError), (1 << 30, OSError)):  # else it was another disk
        monkeypatch.setattr(shutil, "disk_usage", lambda path, free=free: SimpleNamespace(free=free))
        with pytest.raises(expected, match="No space left") as caught, temporary.scratch():
            raise OSError(28, "No space left on device")
        assert isinstance(caught.value, DiskFullError) is (free == 0)


@pytest.mark.posix
def test_a_named_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ValueError, match="is not a file"):
            files.readable(path)


def test_what_may_not_be_read_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root, who may run the tests, may read everything."""

    def refused(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    path = tmp_path / "config.json"
    path.touch()
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UnreadableError, match=r"config\.json cannot be read: Permission denied\."):
        files.readable(path)


def test_names_that_are_no_text_are_written_as_json_has_them(tmp_path: Path) -> None:
    name = os.fsdecode(b"r\xfcn")
    files.write_json(tmp_path / "a.json", {"run": name, "more": "ü"})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"run": name, "more": "ü"}
