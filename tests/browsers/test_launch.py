"""Starting and ending a browser: nothing of it is left, however it behaves."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ganzoo.browsers import launch, processes
from ganzoo.browsers.families import CHROMIUM
from ganzoo.browsers.find import Browser
from ganzoo.errors import BrowserMissingError
from tests.support.browsers import assert_all_gone, script

pytestmark = pytest.mark.posix


def test_a_stubborn_browser_and_its_child_are_killed(tmp_path, short_tmp, monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.2)
    child = tmp_path / "child"
    fake = script(tmp_path / "stubborn", f"trap '' TERM\nsleep 600 &\necho $! > {child}\nwhile :; do sleep 1; done")
    with launch.launch(Browser("stubborn", fake, ""), "about:blank") as launched:
        while not (child.exists() and child.read_text().strip()):
            time.sleep(0.01)
    assert_all_gone([launched.process.pid, int(child.read_text())], short_tmp)


def test_the_child_of_a_browser_that_died_by_itself_is_killed(tmp_path, short_tmp):
    child = tmp_path / "child"
    fake = script(tmp_path / "dying", f"sleep 600 &\necho $! > {child}\necho last words; exit 7")
    with launch.launch(Browser("dying", fake, ""), "about:blank") as launched:
        while launched.exit_code() is None:
            time.sleep(0.01)
        assert launched.exit_code() == 7
        assert launched.last_lines() == "last words"
    assert_all_gone([int(child.read_text())], short_tmp)


def test_a_program_that_is_none_is_missing(tmp_path, short_tmp):
    path = tmp_path / "noise"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o755)
    with (
        pytest.raises(BrowserMissingError, match="noise"),
        launch.launch(Browser("noise", path, ""), "about:blank"),
    ):
        pass
    assert list(short_tmp.iterdir()) == []


def test_a_browser_that_cannot_be_killed_is_not_waited_for(tmp_path, short_tmp, monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.1)
    started = time.monotonic()
    with monkeypatch.context() as kernel:  # no signal reaches what hangs in a system call
        kernel.setattr(os, "kill", lambda pid, number: None)
        kernel.setattr(os, "killpg", lambda group, number: None)
        with launch.launch(Browser("", script(tmp_path / "hanging", "exec sleep 600"), ""), "about:blank") as launched:
            pass
    assert launched.exit_code() is None
    assert time.monotonic() - started < 10
    launched.process.kill()
    launched.process.wait()


def test_the_sandbox_is_off_for_root_only(monkeypatch):
    for user, off in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user, raising=False)
        assert ("--no-sandbox" in CHROMIUM.arguments(Path("profile"))) == off
