"""One page in one browser: its job, its answer, and every way it can fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from ganzoo import plugins
from ganzoo.browsers.session import BrowserLog, run_page
from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.export import exports
from tests.support.browsers import assert_all_gone, descendants, page, script

pytestmark = pytest.mark.posix


def test_a_browser_that_exits_at_once_is_missing_and_its_words_are_kept(tmp_path, monkeypatch):
    fake = script(tmp_path / "browser", "echo no display; exit 3")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    with pytest.raises(BrowserMissingError, match="code 3") as caught:
        run_page(page(tmp_path, ""), {}, {})
    assert isinstance(caught.value.__cause__, BrowserLog)
    assert "no display" in str(caught.value.__cause__)


def test_a_browser_that_never_asks_for_the_page_is_missing(tmp_path, monkeypatch, short_tmp):
    monkeypatch.setenv("GANZOO_BROWSER", str(script(tmp_path / "browser", "[ $1 = --version ] || exec sleep 600")))
    with pytest.raises(BrowserMissingError, match=r"sent nothing for 0\.3 s"):
        run_page(page(tmp_path, ""), {}, {}, silence=0.3)
    assert list(short_tmp.iterdir()) == []


def test_a_page_that_falls_silent_is_a_check_that_does_not_hold(tmp_path, monkeypatch, short_tmp):
    # a stand-in, so that the time a browser takes to start does not count
    fake = tmp_path / "browser"
    fake.write_text(
        f"#!{sys.executable}\n"
        "import sys, time, urllib.request\n"
        "if '--version' not in sys.argv:\n"
        "    url = sys.argv[-1].replace('page.html', 'message')\n"
        '    urllib.request.urlopen(url, b\'{"kind": "hello"}\')\n'
        "    time.sleep(600)\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    with pytest.raises(VerificationError, match="sent nothing for 2 s"):
        run_page(page(tmp_path, ""), {}, {}, silence=2)
    assert list(short_tmp.iterdir()) == []


@pytest.fixture
def started():
    """The processes that this test has started by now; the browser of other tests, if there is one, goes on."""
    before = descendants(os.getpid())

    def own():
        others = {*before, *(each for pid in before for each in descendants(pid))}
        return [pid for pid in descendants(os.getpid()) if pid not in others]

    return own


@pytest.mark.browser
def test_a_page_gets_its_job_and_folders_and_its_answer_comes_back(tmp_path, short_tmp, started):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a.bin").write_bytes(b"weights")
    code = (
        "const job = await (await fetch('job.json')).json();"
        "const file = await (await fetch('model/a.bin')).text();"
        "await say('progress', {message: 'half\\u001b[31m\\n way'});"
        "await say('result', {job, file, isolated: crossOriginIsolated});"
    )
    family, lines = [], []

    def progress(text):
        lines.append(text)
        family.extend(started())

    result = run_page(page(tmp_path, code), {"a": [1]}, {"model": tmp_path / "model"}, progress=progress)
    assert result == {"job": {"a": [1]}, "file": "weights", "isolated": True}
    assert lines == ["half [31m way"]  # no control characters for the terminal
    assert len(family) > 2
    assert_all_gone(family, short_tmp)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("await post('{');", "posted text that is not JSON"),
        ("await post('[1]');", "an unknown kind"),
        # the console's way to the log is another one than the message's, and sometimes slower
        (
            "console.log('last words'); setTimeout(() => say('error', {message: 'it hurts'}), 500);",
            "it hurts",
        ),
    ],
)
def test_a_page_that_fails_is_a_check_that_does_not_hold(tmp_path, short_tmp, code, problem):
    with pytest.raises(VerificationError, match=problem) as caught:
        run_page(page(tmp_path, code), {}, {})
    if "hurts" in problem:
        assert "last words" in str(caught.value.__cause__)
    assert list(short_tmp.iterdir()) == []


@pytest.mark.browser
def test_a_browser_that_dies_under_the_page_is_told_from_a_missing_one(tmp_path, short_tmp, started):
    def kill(_):
        for pid in started():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(VerificationError, match="exited with code"):
        run_page(page(tmp_path, "await say('progress');"), {}, {}, progress=kill)
    assert list(short_tmp.iterdir()) == []


@pytest.mark.browser
def test_ctrl_c_leaves_nothing_running(tmp_path, short_tmp, started):
    family = []

    def interrupt(_):
        family.extend(started())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_page(page(tmp_path, "await say('progress');"), {}, {}, progress=interrupt)
    assert len(family) > 2
    assert_all_gone(family, short_tmp)


@pytest.mark.browser
def test_sigterm_ends_the_browser_with_ganzoo(runs, tmp_path, short_tmp):
    exports.write(runs["cnn"], [plugins.BACKENDS.get("webgl")], tmp_path / "export", layout="webdnn")
    command = [sys.executable, "-m", "ganzoo", "verify", str(tmp_path / "export")]
    environment = {**os.environ, "TMPDIR": str(short_tmp)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        while len(family := descendants(process.pid)) < 4:  # the browser has children of its own
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=20)
        assert process.returncode == 128 + signal.SIGTERM
        assert_all_gone(family, short_tmp)
    finally:
        process.kill()
