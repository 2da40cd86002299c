"""Finding, starting and ending a browser; its page's server; WebDNN's loader; verification for real."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo import plugins
from ganzoo.browsers import find, launch, processes
from ganzoo.browsers.families import CHROMIUM
from ganzoo.browsers.find import Browser, find_browser
from ganzoo.browsers.session import BrowserLog, run_page
from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.export import exports
from ganzoo.serving import server
from ganzoo.serving.arrays import decode, encode
from ganzoo.verify import exports as verification
from ganzoo.verify.check import Check, Model, compare, verify
from tiny_export import tiny_export


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# Finding


def test_the_environment_names_the_browser(tmp_path, monkeypatch):
    fake = script(tmp_path / "mine", "echo 'Some Browser 12.3.4 beta'")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    assert find_browser() == Browser("Some Browser", fake, "12.3.4")


def test_a_browser_that_tells_no_version_is_still_one(tmp_path, monkeypatch):
    fake = script(tmp_path / "mute", "exit 1")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    assert find_browser() == Browser("mute", fake, "unknown")


@pytest.mark.parametrize("mode", [None, 0o644])
def test_an_environment_that_names_no_program_is_refused_by_name(tmp_path, monkeypatch, mode):
    path = tmp_path / "absent"
    if mode:
        path.write_text("text")
        path.chmod(mode)
    monkeypatch.setenv("GANZOO_BROWSER", str(path))
    with pytest.raises(BrowserMissingError, match=str(path)):
        find_browser()


def test_the_environment_names_a_browser_as_a_shell_would(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    script(tmp_path / "bin" / "chromium", "echo On Path 1.0")
    script(tmp_path / "chromium", "echo Here 1.0")
    for named, name in (("chromium", "On Path"), ("./chromium", "Here"), ("~/chromium", "Here")):
        monkeypatch.setenv("GANZOO_BROWSER", named)
        assert find_browser().name == name


def test_path_comes_before_the_usual_places_and_both_are_searched(tmp_path, monkeypatch):
    monkeypatch.delenv("GANZOO_BROWSER", raising=False)
    monkeypatch.setenv("HERE", str(tmp_path))
    monkeypatch.setattr(find, "CHROMIUM", replace(find.CHROMIUM, places=("/no/such/browser", "${HERE}/usual")))
    script(tmp_path / "usual", "echo Usual 1.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_browser().name == "Usual"
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin" / "google-chrome", "echo Google Chrome 150.0.1.2")
    assert find_browser().name == "Google Chrome"


def test_no_browser_at_all_comes_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("GANZOO_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find, "CHROMIUM", replace(find.CHROMIUM, places=()))
    with pytest.raises(BrowserMissingError) as caught:
        find_browser()
    assert "GANZOO_BROWSER" in caught.value.remedy
    assert caught.value.exit_code == 3


# Starting and ending


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # where there is one, a zombie does not count
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def descendants(pid: int) -> list[int]:
    """Linux: the processes below `pid`."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    for _ in parents:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            break
        found |= more
    return sorted(found - {pid})


def assert_all_gone(pids: list[int], folder: Path) -> None:
    deadline = time.monotonic() + 2  # a killed process takes an instant to vanish
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if alive(pid)] == []
    assert list(folder.iterdir()) == []


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
    # a stand-in for one that hangs in the kernel: no signal is sent
    monkeypatch.setattr(processes, "GRACE", 0.1)
    monkeypatch.setattr(processes, "_signal", lambda process, folder, force: None)
    started = time.monotonic()
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


# The server


@pytest.fixture
def served(tmp_path):
    (tmp_path / "secret").write_text("secret")
    for name in ("page", "model"):
        (tmp_path / name).mkdir()
    (tmp_path / "page" / "index.html").write_text("<!doctype html>")
    for name in ("a.wasm", "a.js", "a.bin"):
        (tmp_path / "model" / name).write_bytes(b"content")
    (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    with server.serve({"": tmp_path / "page", "model": tmp_path / "model"}, {"n": 1}) as running:
        yield running


def request(served, path, method="GET", token=None, **kwargs):
    """`path` below the token, sent as it stands."""
    url = urlsplit(served.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
    connection.request(method, (url.path if token is None else token) + path, **kwargs)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_files_have_their_types_and_pages_are_isolated(served, monkeypatch):
    # a system whose registry knows no better, as some Windows machines have it
    monkeypatch.setattr("starlette.responses.guess_type", lambda name: ("text/plain", None))
    for path, kind in {
        "index.html": "text/html; charset=utf-8",
        "model/a.wasm": "application/wasm",
        "model/a.js": "text/javascript; charset=utf-8",
        "model/a.bin": "application/octet-stream",
        "job.json": "application/json",
    }.items():
        response, _ = request(served, path)
        assert (response.status, response.headers["content-type"]) == (200, kind)
        assert response.headers["cross-origin-opener-policy"] == "same-origin"
        assert response.headers["cross-origin-embedder-policy"] == "require-corp"
        assert response.headers["cache-control"] == "no-store"
    assert json.loads(request(served, "job.json")[1]) == {"n": 1}


@pytest.mark.parametrize(
    "path",
    [
        "model/../../secret",
        "model/%2e%2e/%2e%2e/secret",
        "model/..%2f..%2fsecret",
        "model/..\\..\\secret",
        "../secret",
        "model//etc/passwd",
        "model/%2fetc%2fpasswd",
        "model/link",
        "model/a.bin%00",
    ],
)
def test_no_path_leads_out_of_the_folders(served, path):
    response, body = request(served, path)
    assert response.status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_without_the_token_nothing_is_read_or_posted(served):
    for token in ("/", "/wrong/", urlsplit(served.url).path[:-2] + "/"):
        assert request(served, "index.html", token=token)[0].status == 404
        assert request(served, "message", "POST", token, body=b'{"kind": "result"}')[0].status in (404, 405)
    assert served.messages.empty()


def test_messages_arrive_in_order_and_none_after_the_last(served):
    for kind in ("hello", "progress", "result"):
        assert request(served, "message", "POST", body=json.dumps({"kind": kind, "a": kind}))[0].status == 204
    assert request(served, "message", "POST", body=b'{"kind": "result"}')[0].status == 409
    assert [served.messages.get_nowait() for _ in range(3)] == [
        server.PageMessage(kind, {"a": kind}) for kind in ("hello", "progress", "result")
    ]
    assert served.messages.empty()


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversize_message_is_refused_and_told(served, monkeypatch, chunked):
    monkeypatch.setattr(server, "MAX_BYTES", 1000)
    body = itertools.repeat(b"x" * 100, 11) if chunked else b"x" * 1001
    assert request(served, "message", "POST", body=body, encode_chunked=chunked)[0].status == 413
    message = served.messages.get_nowait()
    assert message.kind == "error"
    assert "1000 bytes" in message.data["message"]


GARBAGE = [b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"kind": []}', b'{"kind": "x"}', b"[" * 100_000]


@pytest.mark.parametrize("body", [*GARBAGE, b'{"kind": "result", "a": NaN}'], ids=range(len(GARBAGE) + 1))
def test_garbage_becomes_an_error(body):
    assert server.parse(body).kind == "error"


@given(st.binary() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_no_message_breaks_the_server(body):
    assert server.parse(body).kind in server.KINDS


# Arrays on the way


@given(st.integers(1, 4), st.lists(st.lists(st.integers(0, 3), max_size=3).map(tuple), min_size=1, max_size=3))
def test_arrays_survive_the_way(n, shapes):
    random = np.random.default_rng(0)
    arrays = [random.normal(size=(n, *shape)).astype(np.float32) for shape in shapes]
    back = decode(json.loads(json.dumps(encode(arrays))), [array.shape for array in arrays])
    assert all(a.shape == b.shape and (a == b).all() for a, b in zip(arrays, back, strict=True))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(JSON)
def test_hostile_outputs_are_refused_in_words(outputs):
    with pytest.raises(ValueError, match=r"output"):
        decode(outputs, [(2, 3)])


ONE = np.ones((1, 2), np.float32)


@pytest.mark.parametrize(
    ("outputs", "error", "reason"),
    [
        (encode([ONE]), 0, ""),
        (encode([ONE + np.float32(5e-5)]), 5e-5, ""),
        (encode([ONE + np.float32([[0, 0.5]])]), 0.5, "differs from Chainer's by 0.5"),
        (encode([ONE * np.float32([[1, np.nan]])]), None, "1 of 2 output values are NaN"),
        (encode([ONE * np.float32([[np.inf, 1]])]), None, "1 of 2 output values are NaN or inf"),
        (encode([ONE[:, :1]]), None, "an output of 1 values instead of 2"),
        ([], None, "outputs for 0 of 1"),
        (None, None, "outputs for 0 of 1"),
        ([[]], None, "0 of 1 outputs"),
        ([["AAAA"]], None, "no float32"),
        ([["?"]], None, "no base64"),
        ([[None]], None, "no base64"),
    ],
)
def test_a_difference_is_named(outputs, error, reason):
    found, why = compare(outputs, [ONE], 1e-4)
    assert found == (pytest.approx(error, rel=1e-2) if error is not None else None)
    assert (reason in why) if reason else not why


def test_an_expectation_that_is_not_finite_proves_nothing():
    nan = ONE * np.float32(np.nan)
    assert compare(encode([nan]), [nan], 1e-4) == (None, "Chainer's own output is not finite.")


# One page, one browser


def page(folder: Path, code: str) -> Path:
    path = folder / "page.html"
    path.write_text(
        "<!doctype html><script type=module>"
        "const post = (body) => fetch('message', {method: 'POST', body});"
        f"const say = (kind, data) => post(JSON.stringify({{kind, ...data}}));{code}</script>"
    )
    return path


def test_a_browser_that_exits_at_once_is_missing_and_its_words_are_kept(tmp_path, monkeypatch):
    fake = script(tmp_path / "browser", "echo no display; exit 3")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    with pytest.raises(BrowserMissingError, match="code 3") as caught:
        run_page(page(tmp_path, ""), {}, {})
    assert isinstance(caught.value.__cause__, BrowserLog)
    assert "no display" in str(caught.value.__cause__)


def test_a_browser_that_never_asks_for_the_page_is_missing(tmp_path, monkeypatch, short_tmp):
    monkeypatch.setenv("GANZOO_BROWSER", str(script(tmp_path / "browser", "[ $1 = --version ] || exec sleep 600")))
    with pytest.raises(BrowserMissingError, match=r"silent for 0\.3 s"):
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
    with pytest.raises(VerificationError, match="silent for 2 s"):
        run_page(page(tmp_path, ""), {}, {}, silence=2)
    assert list(short_tmp.iterdir()) == []


@pytest.mark.browser
def test_a_page_gets_its_job_and_folders_and_its_answer_comes_back(tmp_path, short_tmp):
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
        family.extend(descendants(os.getpid()))

    result = run_page(page(tmp_path, code), {"a": [1]}, {"model": tmp_path / "model"}, progress=progress)
    assert result == {"job": {"a": [1]}, "file": "weights", "isolated": True}
    assert lines == ["half [31m way"]  # no control characters for the terminal
    assert len(family) > 2
    assert_all_gone(family, short_tmp)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("await post('{');", "posted no JSON"),
        ("await post('[1]');", "no known kind"),
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
def test_a_browser_that_dies_under_the_page_is_told_from_a_missing_one(tmp_path, short_tmp):
    def kill(_):
        for pid in descendants(os.getpid()):
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(VerificationError, match="ended with code"):
        run_page(page(tmp_path, "await say('progress');"), {}, {}, progress=kill)
    assert list(short_tmp.iterdir()) == []


@pytest.mark.browser
def test_ctrl_c_leaves_nothing_running(tmp_path, short_tmp):
    family = []

    def interrupt(_):
        family.extend(descendants(os.getpid()))
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


# Verification


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return tiny_export(tmp_path_factory.mktemp("export"))


@pytest.mark.browser
def test_a_true_export_agrees_and_a_backend_without_files_does_not(export):
    (webgl,) = verify([Model(export.folder)], "webgl", export.inputs, export.outputs)
    assert (webgl.backend, webgl.ok, webgl.reason) == ("webgl", True, "")
    assert webgl.max_abs_error is not None
    assert webgl.max_abs_error < 1e-5
    assert webgl.renderer not in ("", "unknown", "CPU")
    (absent,) = verify([Model(export.folder)], "webassembly", export.inputs, export.outputs)
    assert (absent.ok, absent.max_abs_error) == (False, None)
    assert "graph_webassembly.json: status 404" in absent.reason


def flip_a_sign(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[3] ^= 0x80
    weights.write_bytes(content)


def put_a_nan(weights: Path) -> None:
    values = np.fromfile(weights, "<f4")
    values[:] = np.nan
    values.tofile(weights)


def cut(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-40])


@pytest.mark.browser
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (flip_a_sign, "differs from Chainer's by"),
        (put_a_nan, "NaN"),
        (cut, "failed"),
        (Path.unlink, r"weight_webgl_4096.bin: status 404"),
    ],
)
def test_a_damaged_export_is_not_ok(export, tmp_path, damage, reason):
    folder = shutil.copytree(export.folder, tmp_path / "export")
    damage(folder / "weight_webgl_4096.bin")
    (check,) = verify([Model(folder)], "webgl", export.inputs, export.outputs)
    assert not check.ok
    assert reason in check.reason


def test_what_failed_is_named_in_full_and_nothing_else():
    good = Check("webgl", True, 1e-7, "", "adapter", 1)
    verification.require([("net", good)])
    bad = [Check(backend, False, None, f"It broke {backend}.", "", 1) for backend in ("webassembly", "webgl")]
    with pytest.raises(VerificationError) as caught:
        verification.require([("net", good), ("net", bad[0]), ("other", bad[1])])
    assert caught.value.message == "net on webassembly, f32: It broke webassembly. other on webgl, f32: It broke webgl."


def test_all_networks_and_backends_are_tried_whatever_the_first_gives(monkeypatch):
    class Stub:
        path, networks, layout = Path("export"), ("a", "b"), "webdnn"

        def choose(self, backends):
            return list(backends) or ["webassembly", "webgl"]

        def golden(self, network):
            return [network], []

        def test_images(self, network):
            return None

    asked = []

    def check(models, backend, inputs, outputs, test, browser):
        asked.append((models, backend, inputs))
        return [Check(backend, False, None, "It broke.", "", 1)]

    monkeypatch.setattr("ganzoo.verify.check.verify", check)
    monkeypatch.setattr("ganzoo.browsers.find.find_browser", lambda: Browser("", Path(), ""))
    checks = verification.verify(Stub())
    assert [(network, check.backend) for network, check in checks] == [
        (network, backend) for network in "ab" for backend in ("webassembly", "webgl")
    ]
    assert asked[0] == ([Model(Path("export/a"))], "webassembly", ["a"])
    assert [(network, check.backend) for network, check in verification.verify(Stub(), ["webgl"])] == [
        ("a", "webgl"),
        ("b", "webgl"),
    ]
