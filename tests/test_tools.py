"""The scripts behind `make`: what they print where, what Ctrl-C leaves, when a browser is installed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix


SHELLS = [shell for shell in ("sh", "bash", "dash") if any(map(os.path.exists, (f"/bin/{shell}", f"/usr/bin/{shell}")))]


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\nset -eu\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_ctrl_c_ends_the_program_that_runs_quietly(shell: str, tmp_path: Path) -> None:
    child = script(tmp_path / "child", f"echo $$ > {tmp_path}/pid\nexec sleep 600")
    outer = script(tmp_path / "outer", f". {ROOT}/tools/lib.sh\nquietly {child}\ntouch {tmp_path}/went-on")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([shell, str(outer)], stderr=subprocess.PIPE, start_new_session=True, env=environment)
    deadline = time.monotonic() + 10
    while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    process.communicate(timeout=10)
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert {path.name for path in tmp_path.iterdir()} == {"child", "outer", "pid"}


def test_what_runs_quietly_is_shown_when_it_fails(tmp_path: Path) -> None:
    loud = script(tmp_path / "loud", "echo out; echo err >&2; exit ${1:-0}")
    run = script(tmp_path / "run", f". {ROOT}/tools/lib.sh\nquietly {loud} 5")
    done = subprocess.run(["sh", str(run)], capture_output=True, text=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "out\nerr\n")
    assert {path.name for path in tmp_path.iterdir()} == {"loud", "run"}


@pytest.mark.parametrize(
    ("terminal", "no_color", "shown"),
    [
        (True, "", "\x1b[1m== a heading\x1b[0m\r\n.\r\n"),
        (True, "1", "== a heading\r\n.\r\n"),
        (False, "", "== a heading\n"),
    ],
)
def test_colour_and_dots_are_for_a_terminal(tmp_path: Path, terminal: bool, no_color: str, shown: str) -> None:
    run = script(tmp_path / "run", f". {ROOT}/tools/lib.sh\nsay a heading\nquietly sleep 0.2")
    reader, writer = os.openpty() if terminal else os.pipe()
    subprocess.run(["sh", str(run)], stderr=writer, check=True, env={**os.environ, "NO_COLOR": no_color})
    os.close(writer)
    assert os.read(reader, 1000).decode() == shown
    os.close(reader)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without .venv, on a machine without a browser; its need.sh is a stand-in that does nothing."""
    for name in ("Makefile", "ganzoo"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools").mkdir()
    script(tmp_path / "tools" / "need.sh", f"touch {tmp_path}/asked")
    monkeypatch.setenv("GANZOO_BROWSER", str(tmp_path / "browser"))
    return tmp_path


def make_browser(clone: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "browser"], cwd=clone, capture_output=True, text=True)


def test_a_bare_clone_installs_no_browser_that_is_there(clone: Path) -> None:
    script(clone / "browser", "echo Mine 1.0")
    done = make_browser(clone)
    assert done.returncode == 0, done.stderr
    assert not (clone / "asked").exists() and not (clone / ".venv").exists()


def test_an_installed_browser_is_looked_for_again(clone: Path) -> None:
    done = make_browser(clone)
    assert done.returncode and "No browser was found" in done.stderr and (clone / "asked").exists()
    script(clone / "tools" / "need.sh", "printf '#!/bin/sh\\n' > browser; chmod +x browser")
    assert make_browser(clone).returncode == 0
