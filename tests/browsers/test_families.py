"""Browsers of every family: which are found, and that each runs a page and leaves nothing behind."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ganzoo.browsers import families, find, processes
from ganzoo.browsers.families import CHROMIUM, FAMILIES, FIREFOX, OTHER, WEBKITGTK, family_of
from ganzoo.browsers.find import Browser, find_browsers
from ganzoo.browsers.launch import launch
from ganzoo.browsers.session import run_page
from ganzoo.errors import BrowserMissingError
from tests.support.browsers import assert_all_gone, page, script
from tests.support.families import HERE

pytestmark = pytest.mark.posix


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without any browser; programs are put into the folder, which is on PATH."""
    monkeypatch.delenv("GANZOO_BROWSER", raising=False)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    own = tuple(replace(family, names=(f"own-{family.name}",), places=()) for family in FAMILIES)
    for module in (families, find):
        monkeypatch.setattr(module, "FAMILIES", own)
    monkeypatch.setattr(find, "CHROMIUM", own[0])
    return tmp_path / "bin"


# Finding


def test_one_of_each_family_is_found(bare):
    for name in ("own-firefox", "own-chromium"):
        script(bare / name, f"echo {name} 1.2")
    assert [browser.name for browser in find_browsers()] == ["own-chromium", "own-firefox"]
    assert [browser.family.name for browser in find_browsers()] == ["chromium", "firefox"]


def test_a_place_may_have_wildcards(bare, tmp_path, monkeypatch):
    (tmp_path / "x86_64-linux-gnu").mkdir()
    mini = script(tmp_path / "x86_64-linux-gnu" / "MiniBrowser", "echo WebKitGTK 2.50.6")
    monkeypatch.setenv("HERE", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(find, "FAMILIES", (replace(WEBKITGTK, names=(), places=("${HERE}/*-linux-gnu*/MiniBrowser",)),))
    (browser,) = find_browsers()
    assert (browser.name, browser.path, browser.version, browser.family.name) == (
        "WebKitGTK",
        mini,
        "2.50.6",
        "webkitgtk",
    )


def test_the_environment_stands_for_all_and_a_choice_before_it(bare, tmp_path, monkeypatch):
    script(bare / "own-firefox", "echo Mozilla Firefox 153.7.0esr")
    script(bare / "own-chromium", "echo Chromium 156.0.1.2")
    mine = script(tmp_path / "mine", "echo Mine 1.0")
    monkeypatch.setenv("GANZOO_BROWSER", "own-chromium")
    assert [browser.name for browser in find_browsers()] == ["Chromium"]
    # a path, a name on PATH, a family
    chosen = find_browsers([str(mine), "own-chromium", "firefox"])
    assert [browser.name for browser in chosen] == ["Mine", "Chromium", "Mozilla Firefox"]
    assert [browser.family.name for browser in chosen] == ["other", "chromium", "firefox"]


def test_what_is_no_program_is_refused_by_name(bare, monkeypatch):
    for name in ("no-such-browser", "firefox"):
        if name == "firefox":
            monkeypatch.setenv("PATH", str(bare))
        with pytest.raises(BrowserMissingError, match=f"'{name}' is not (a program|installed) here") as caught:
            find_browsers([name])
        assert caught.value.remedy
    with pytest.raises(BrowserMissingError, match="No browser"):
        find_browsers()


@pytest.mark.parametrize(
    ("texts", "family"),
    [
        (("Chromium 156.0.8078.79 built on Debian", "mine"), CHROMIUM),
        (("Google Chrome 150.0.1.2", "mine"), CHROMIUM),
        (("Microsoft Edge 150.0.1.2", "mine"), CHROMIUM),
        (("Mozilla Firefox 153.7.0esr", "mine"), FIREFOX),
        (("WebKitGTK 2.50.6", "mine"), WEBKITGTK),
        (("", "msedge.exe"), CHROMIUM),
        (("", "Google Chrome"), CHROMIUM),
        (("", "firefox.exe"), FIREFOX),
        (("", "MiniBrowser"), WEBKITGTK),
        (("Mozilla Firefox 153.7.0", "chrome"), FIREFOX),  # what it says of itself comes before its file's name
        (("ELinks 0.16.1", "elinks"), OTHER),
    ],
)
def test_a_family_is_told_by_the_version_or_the_name(texts, family):
    assert family_of(*texts) is family


def test_versions_are_asked_for_at_once(tmp_path):
    # each tells its own only when all three have been asked
    names = ["a", "b", "c"]
    wait = "; ".join(f"while [ ! -e {tmp_path}/{name}.asked ]; do sleep 0.01; done" for name in names)
    fakes = [str(script(tmp_path / name, f"touch $0.asked; {wait}; echo {name} 1.0")) for name in names]
    assert [(browser.name, browser.version) for browser in find_browsers(fakes)] == [(name, "1.0") for name in names]


def test_a_program_that_hangs_when_asked_is_ended_with_its_children(tmp_path, short_tmp, monkeypatch):
    monkeypatch.setattr(find, "TIMEOUT", 0.5)
    fake = script(tmp_path / "hanging", f"setsid sleep 600 &\necho $! $$ > {tmp_path}/pids; wait")
    (browser,) = find_browsers([str(fake)])
    assert (browser.name, browser.version, browser.family) == ("hanging", "unknown", OTHER)
    assert_all_gone([int(pid) for pid in (tmp_path / "pids").read_text().split()], short_tmp)


# Starting and ending


def until_written(path: Path) -> list[int]:
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return [int(pid) for pid in path.read_text().split()]


# into a session of its own; into a group of its own, with nothing of the environment
SESSION = "setsid"

GROUP = f"env -i {sys.executable} -c 'import os, sys; os.setpgid(0, 0); os.execv(sys.argv[1], sys.argv[1:])'"


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize("leave", [SESSION, GROUP], ids=["session", "group"])
@pytest.mark.parametrize("then", ["wait", "exit 3"])
def test_what_leaves_the_group_is_ended_as_well(tmp_path, short_tmp, monkeypatch, stubborn, leave, then):
    monkeypatch.setattr(processes, "GRACE", 0.3)
    trap = "trap '' TERM" if stubborn else ":"
    tell = f"echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pids"
    away = script(tmp_path / "away", f"{trap}\n{tell}\nwhile :; do sleep 0.1; done")
    fake = script(tmp_path / "browser", f"{leave} {away} &\n{then}")
    with launch(Browser("", fake, ""), "about:blank") as launched:
        pids = until_written(tmp_path / "pids")
        assert os.getpgid(pids[0]) == pids[0] != launched.process.pid
    assert_all_gone([*pids, launched.process.pid], short_tmp)


def test_what_tidies_up_is_given_the_time(tmp_path, short_tmp):
    # as a virtual X server does, whose script ends before it
    lock = tmp_path / "lock"
    server = script(tmp_path / "server", f"trap 'sleep 0.5; rm {lock}; exit' TERM\necho $$ > {lock}\nsleep 600 & wait")
    fake = script(tmp_path / "browser", f"{server} &\nwait")
    with launch(Browser("", fake, ""), "about:blank"):
        pids = until_written(lock)
    assert not lock.exists()
    assert_all_gone(pids, short_tmp)


def test_what_others_run_is_left_alone(tmp_path, short_tmp):
    with launch(Browser("", script(tmp_path / "one", "exec sleep 600"), ""), "about:blank") as one:
        with launch(Browser("", script(tmp_path / "two", "exec sleep 600"), ""), "about:blank"):
            pass
        assert one.exit_code() is None
    assert list(short_tmp.iterdir()) == []


def test_a_program_of_no_family_gets_the_url_alone_and_a_fresh_home(tmp_path, short_tmp, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    fake = script(tmp_path / "browser", 'echo "$#" "$1"; echo "$HOME"; echo "$XDG_CONFIG_HOME"; ls -A "$HOME"')
    with launch(Browser("", fake, ""), "http://127.0.0.1/") as launched:
        launched.process.wait(10)
        arguments, home, config = launched.last_lines().splitlines()
    assert arguments == "1 http://127.0.0.1/"
    assert home.startswith(str(short_tmp))
    assert config.startswith(home)


def test_a_missing_display_is_made_up_for_or_named(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert CHROMIUM.on_display() == FIREFOX.on_display() == []
    with pytest.raises(BrowserMissingError, match="display") as caught:
        WEBKITGTK.on_display()
    assert "xvfb" in caught.value.remedy
    xvfb = script(tmp_path / "xvfb-run", "")
    assert CHROMIUM.on_display() == []
    assert FIREFOX.on_display() == WEBKITGTK.on_display() == [str(xvfb), "-a"]
    monkeypatch.setenv("DISPLAY", ":0")
    assert FIREFOX.on_display() == WEBKITGTK.on_display() == []


def test_a_fresh_home_keeps_the_way_to_the_display(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.delenv("XAUTHORITY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = WEBKITGTK.environment(Path("profile"))
    assert (found["XAUTHORITY"], found["XDG_RUNTIME_DIR"]) == (str(tmp_path / ".Xauthority"), "profile")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert WEBKITGTK.environment(Path("profile"))["XDG_RUNTIME_DIR"] == str(tmp_path / "runtime")


@pytest.fixture(scope="module", params=HERE, ids=str)
def browser(request):
    if request.param is CHROMIUM:
        return find.find_browser()
    return find_browsers([request.param.name])[0]


def marked(folder: Path) -> list[int]:
    """Linux: the processes that have `folder` in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if os.fsencode(folder) in environ.read_bytes():
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


CODE = """
  await say("hello");
  const gl = document.createElement("canvas").getContext("webgl2");
  const memory = performance.measureUserAgentSpecificMemory;
  const asked = performance.now();
  const bytes = memory ? (await memory.call(performance)).bytes : null;
  const waited = performance.now() - asked;
  await say("progress", {message: "ready"});
  await new Promise((resolve) => setTimeout(resolve, 300));
  let tick = Infinity;
  for (let i = 0, last = performance.now(); i < 1e5; i++) {
    const now = performance.now();
    if (now > last) tick = Math.min(tick, now - last);
    last = now;
  }
  await say("result", {
    isolated: crossOriginIsolated,
    shared: typeof SharedArrayBuffer === "function",
    webgl2: gl !== null && gl.getExtension("EXT_color_buffer_float") !== null,
    webgpu: "gpu" in navigator,
    visible: document.visibilityState,
    bytes,
    waited,
    tick,
  });
"""


@pytest.mark.browser
def test_a_page_runs_in_every_family_and_nothing_is_left(browser, tmp_path, short_tmp, monkeypatch):
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    pids = set()
    locks = {}

    def look(_):
        pids.update(marked(short_tmp))
        for pid in pids:
            name, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if name.endswith("Xvfb"):
                locks[Path(f"/tmp/.X{arguments[0][1:]}-lock")] = pid

    result = run_page(page(tmp_path, CODE), {}, {}, browser=browser, progress=look)
    assert len(pids) > 2
    assert_all_gone(sorted(pids), short_tmp)
    for lock, pid in locks.items():
        assert not lock.exists() or int(lock.read_text()) != pid
    assert list((tmp_path / "home").rglob("*")) == []
    # what the family's flags and files are for
    assert result["isolated"]
    assert result["shared"]
    assert result["webgl2"]
    assert result["visible"] == "visible"
    assert result["tick"] < 0.1
    if browser.family in (CHROMIUM, FIREFOX):
        assert result["webgpu"]
    if browser.family is CHROMIUM:
        assert result["bytes"] > 1e5
        assert result["waited"] < 5000  # without the flag it was 14 s


@pytest.mark.browser
def test_the_console_of_every_family_is_kept(browser, tmp_path, short_tmp):
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><script>console.log('words for the log')</script>")
    with launch(browser, path.as_uri()) as launched:
        deadline = time.monotonic() + 30
        while "words for the log" not in launched.last_lines():
            assert launched.exit_code() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.browser
def test_every_family_tells_its_version(browser):
    assert browser.version[0].isdigit()
    assert browser.family in HERE
