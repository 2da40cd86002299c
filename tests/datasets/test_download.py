"""Downloads, against a real HTTP server on loopback that misbehaves by script."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.datasets import idx, mnist
from ganzoo.datasets.download import Patience, download
from ganzoo.errors import DataError, DataMissingError
from ganzoo.paths import cache_path
from tests.support.idx_files import small_set

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = np.random.default_rng(0).bytes(300_000)
LIMIT = len(CONTENT) + 1000
QUICK = Patience(connect=2, read=0.3, slowest=100_000, retries=0)
SPAWN = multiprocessing.get_context("spawn")


def check(path: Path) -> None:
    if path.read_bytes() != CONTENT:
        raise DataError(f"{path} is not what was asked for.")


# What a mirror does with a request: each takes the handler and the content of the path


def sound(handler, content):
    start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
    if start >= len(content):
        return handler.send_error(416)
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])
    return None


def without_ranges(handler, content):
    del handler.headers["Range"]
    sound(handler, content)


def cut(n):
    """Promises everything, sends `n` bytes and hangs up."""

    def serve(handler, content):
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start : start + n])

    return serve


def then_hang(n):
    """Like `cut`, but the line stays open."""

    def serve(handler, content):
        cut(n)(handler, content)
        handler.server.closing.wait(30)

    return serve


def status(code):
    return lambda handler, content: handler.send_error(code)


def other(content):
    return lambda handler, _: sound(handler, content)


def drip(handler, content):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.wait(0.05):
        handler.wfile.write(b"x")


def endless(handler, content):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.is_set():
        handler.wfile.write(bytes(50_000))


def another_range(handler, content):
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes 7-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - 7))
    handler.end_headers()
    handler.wfile.write(content[7:])


@dataclass
class Mirror:
    """Answers the n-th request with the n-th act, later ones with the last; keeps each path and range."""

    acts: list
    contents: dict[str, bytes]
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def mirror():
    servers = []

    def start(*acts, contents=None):
        state = Mirror(list(acts), contents or {"/file": CONTENT})

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                state.requests.append((self.path, self.headers.get("Range")))
                act = state.acts[min(len(state.requests), len(state.acts)) - 1]
                act(self, state.contents.get(self.path, b""))

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:  # the reader had enough
                    self.close_connection = True

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.closing = threading.Event()
        threading.Thread(target=partial(server.serve_forever, 0.02), daemon=True).start()
        servers.append(server)
        state.url = f"http://127.0.0.1:{server.server_port}/"
        return state

    yield start
    for server in servers:
        server.closing.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """A cache of the test's own, and no proxy."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))


def small_cache() -> Path:
    return cache_path() / "datasets" / "small"


def get(tmp_path, *mirrors, limit=LIMIT, patience=QUICK):
    target = tmp_path / "file.gz"
    download(target, [f"{mirror.url}file" for mirror in mirrors], limit, check, patience)
    assert [path.name for path in tmp_path.iterdir()] == ["file.gz"]
    assert target.read_bytes() == CONTENT


def ranges(mirror):
    return [asked for _, asked in mirror.requests]


def test_a_broken_transfer_asks_only_for_the_rest(tmp_path, mirror):
    source = mirror(cut(100_000), cut(50_000), sound)
    get(tmp_path, source)
    assert ranges(source) == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_call_and_another_mirror_go_on_where_it_broke_off(tmp_path, mirror):
    hanging = mirror(then_hang(100_000), then_hang(0))
    with pytest.raises(DataMissingError, match="timed out"):
        get(tmp_path, hanging)
    assert [path.name for path in tmp_path.iterdir()] == ["file.gz.part"]
    second = mirror(sound)
    get(tmp_path, mirror(status(404)), second)
    assert ranges(second) == ["bytes=100000-"]


def test_a_mirror_without_ranges_starts_over(tmp_path, mirror):
    source = mirror(cut(100_000), without_ranges)
    get(tmp_path, source)
    assert ranges(source) == [None, "bytes=100000-"]


@pytest.mark.parametrize("left", [CONTENT[:-1] + b"?", b"garbage", CONTENT + b"more"])
def test_a_wrong_beginning_is_thrown_away(tmp_path, mirror, left):
    (tmp_path / "file.gz.part").write_bytes(left)
    source = mirror(sound)
    get(tmp_path, source)
    assert ranges(source) == [f"bytes={len(left)}-", None]


def test_a_complete_part_is_only_renamed(tmp_path, mirror):
    (tmp_path / "file.gz.part").write_bytes(CONTENT)
    source = mirror(sound)
    get(tmp_path, source)
    assert ranges(source) == [f"bytes={len(CONTENT)}-"]


def test_another_range_than_asked_for_is_not_taken(tmp_path, mirror):
    (tmp_path / "file.gz.part").write_bytes(CONTENT[:100])
    source = mirror(another_range, sound)
    get(tmp_path, source)
    assert ranges(source) == ["bytes=100-", None]


BAD = {
    "absent": (status(404), "status 404"),
    "forbidden": (status(403), "status 403"),
    "failing": (status(503), "status 503"),
    "always 416": (status(416), "status 416"),
    "wrong content": (other(bytes(len(CONTENT))), "not what was asked for"),
    "a page": (other(b"<html>Sign in</html>"), "not what was asked for"),
    "short": (other(CONTENT[:-1]), "not what was asked for"),
    "nothing": (other(b""), "status 416|not what was asked for"),
    "hang": (then_hang(0), "timed out"),
    "hang up": (cut(0), "IncompleteRead|Connection"),
    "drip": (drip, "slower than"),
    "endless": (endless, f"more than the {LIMIT} bytes"),
    "no HTTP": (lambda handler, _: handler.wfile.write(b"\0\1\2\r\n" * 9), "Protocol|Header|HTTP"),
}


@pytest.mark.parametrize("fault", BAD)
def test_the_next_mirror_takes_over(tmp_path, mirror, fault):
    act, reason = BAD[fault]
    bad, good = mirror(act), mirror(sound)
    get(tmp_path, bad, good)
    # a drip may bring more bytes each time, which gives it another chance
    assert 1 <= len(bad.requests) <= (QUICK.resumes if fault == "drip" else 1)
    assert ranges(good)[-1] is None
    with pytest.raises(DataMissingError, match=reason) as caught:
        get(_fresh(tmp_path), bad)
    assert f"{bad.url}file" in caught.value.message


def _fresh(tmp_path: Path) -> Path:
    folder = tmp_path / "fresh"
    folder.mkdir()
    return folder


def test_a_busy_mirror_is_asked_again(tmp_path, mirror):
    source = mirror(status(503), sound)
    get(tmp_path, source, patience=replace(QUICK, retries=1))
    assert len(source.requests) == 2


def test_redirects_are_followed_but_not_in_circles(tmp_path, mirror):
    def to(url):
        def serve(handler, content):
            handler.send_response(302)
            handler.send_header("Location", url)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return serve

    good = mirror(sound)
    get(tmp_path, mirror(to("/file")), mirror(to(f"{good.url}file")))
    with pytest.raises(DataMissingError, match="redirect"):
        get(_fresh(tmp_path), mirror(to("/file")))


def test_a_folder_that_cannot_be_written_is_named(tmp_path, mirror):
    (tmp_path / "file.gz.part").mkdir()
    with pytest.raises(DataMissingError, match=r"file\.gz could not be written") as caught:
        get(tmp_path, mirror(sound))
    assert "GANZOO_CACHE" in caught.value.remedy


def test_the_proxy_of_the_environment_is_used(tmp_path, mirror, monkeypatch):
    proxy = mirror(sound, contents={"http://mirror.invalid/file": CONTENT})
    monkeypatch.setenv("http_proxy", proxy.url)
    get(tmp_path, Mirror([], {}, url="http://mirror.invalid/"))
    assert [path for path, _ in proxy.requests] == ["http://mirror.invalid/file"]


def test_a_plain_line_off_a_terminal_and_a_bar_on_one(tmp_path, mirror, capfd):
    get(tmp_path, mirror(sound))
    shown = capfd.readouterr()
    assert shown.err == "Downloading file.gz\n" and shown.out == ""

    terminal, line = os.openpty()
    code = (
        "import sys; from pathlib import Path; from ganzoo.datasets.download import download; "
        "download(Path(sys.argv[1]), [sys.argv[2]], 10**6, lambda path: None)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "again.gz"), f"{mirror(sound).url}file"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    ran = subprocess.run(arguments, stderr=line, stdout=subprocess.PIPE, check=True, env=environment)
    os.close(line)
    bar = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "again.gz" in bar and "\x1b[" in bar and "300.0" in bar and ran.stdout == b""


# Whole data sets


def served(chosen, contents, **changes):
    return {f"/{name}.gz": gzip.compress(content) for name, content in contents.items()} | changes


def test_load_downloads_once_into_the_cache(tmp_path, mirror):
    chosen, contents = small_set()
    source = mirror(sound, contents=served(chosen, contents))
    chosen = replace(chosen, mirrors=(source.url,))
    data = idx.load(chosen, (chosen,), None)
    assert data.train_x.shape == (12, 1, 6, 5)
    assert len(source.requests) == 4
    folder = tmp_path / "cache" / "datasets" / "small"
    paths = idx.fetch(chosen, (chosen,))
    assert paths == [folder / f"{file.name}.gz" for file in chosen.files]
    assert len(source.requests) == 4
    assert {path.name for path in folder.iterdir()} - {".lock"} == {path.name for path in paths}

    paths[1].write_bytes(b"damaged")
    for again in (idx.fetch, partial(idx.load, data_dir=None)):
        with pytest.raises(DataError) as caught:
            again(chosen, (chosen,))
        assert str(paths[1]) in caught.value.message and "delete" in caught.value.remedy
    paths[1].unlink()
    idx.fetch(chosen, (chosen,))
    assert source.requests[4:] == [(f"/{mnist.TRAIN_LABELS}.gz", None)]


def test_unpacked_files_put_into_the_cache_need_no_network(tmp_path):
    chosen, contents = small_set(mirrors=["http://127.0.0.1:9/"])
    folder = small_cache()
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    assert idx.load(chosen, (chosen,), None).test_x.shape == (5, 1, 6, 5)


@pytest.mark.parametrize("wrong", ["another set", "bomb", "swapped", "damaged gzip"])
def test_what_is_not_the_data_set_never_gets_its_name(mirror, wrong):
    chosen, contents = small_set()
    name = mnist.TRAIN_IMAGES
    bad = {
        "another set": gzip.compress(small_set(seed=1)[1][name]),
        "bomb": gzip.compress(contents[name] + bytes(3_000_000)),
        "swapped": gzip.compress(contents[mnist.TEST_IMAGES]),
        "damaged gzip": gzip.compress(contents[name])[:-3],
    }[wrong]
    first = mirror(sound, contents=served(chosen, contents, **{f"/{name}.gz": bad}))
    alone = replace(chosen, mirrors=(first.url,))
    with pytest.raises(DataMissingError) as caught:
        idx.load(alone, (alone,), None)
    assert f"{name}.gz could not be downloaded" in caught.value.message
    assert str(small_cache()) in caught.value.remedy and "--data-dir" in caught.value.remedy
    assert [path.name for path in small_cache().iterdir() if path.name != ".lock"] == []

    second = mirror(sound, contents=served(chosen, contents))
    both = replace(chosen, mirrors=(first.url, second.url))
    assert idx.load(both, (both,), None).train_x.shape == (12, 1, 6, 5)
    assert [path for path, _ in second.requests] == [f"/{name}.gz"]


def test_no_network_names_file_mirrors_and_remedy():
    chosen, _ = small_set(mirrors=["http://127.0.0.1:9/a/", "http://no-such-host.invalid/b/"])
    with pytest.raises(DataMissingError) as caught:
        idx.load(chosen, (chosen,), None)
    for mirror_ in chosen.mirrors:
        assert f"{mirror_}{mnist.TRAIN_IMAGES}.gz: " in caught.value.message
    assert "refused" in caught.value.message
    assert str(small_cache()) in caught.value.remedy and "--data-dir" in caught.value.remedy


def test_the_cache_may_be_named_from_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GANZOO_CACHE", "~/mine")
    assert cache_path() == tmp_path / "mine"


@pytest.mark.parametrize("cache", ["{}/taken", "/proc/nope"])
def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch, cache):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", cache.format(tmp_path))
    chosen, _ = small_set()
    with pytest.raises(DataMissingError, match=cache[2:]) as caught:
        idx.load(chosen, (chosen,), None)
    assert "GANZOO_CACHE" in caught.value.remedy


def test_killed_in_mid_download_it_goes_on_where_it_was(mirror):
    chosen, contents = small_set(n_train=9000)
    packed = served(chosen, contents)
    source = mirror(then_hang(100_000), sound, contents=packed)
    chosen = replace(chosen, mirrors=(source.url,))
    process = SPAWN.Process(target=idx.fetch, args=(chosen, (chosen,)))
    process.start()
    part = small_cache() / f"{mnist.TRAIN_IMAGES}.gz.part"
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size == 100_000):
        assert time.monotonic() < deadline and process.is_alive()
        time.sleep(0.02)
    process.kill()
    process.join()
    assert not part.with_suffix("").exists()
    assert idx.load(chosen, (chosen,), None).train_x.shape == (9000, 1, 6, 5)
    assert source.requests[1] == (f"/{mnist.TRAIN_IMAGES}.gz", "bytes=100000-")
    assert not part.exists()


def test_processes_at_once_download_each_file_once(mirror):
    def slowly(handler, content):
        time.sleep(0.2)
        sound(handler, content)

    chosen, contents = small_set()
    source = mirror(slowly, contents=served(chosen, contents))
    chosen = replace(chosen, mirrors=(source.url,))
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        both = [pool.submit(idx.fetch, chosen, (chosen,)) for _ in range(2)]
        assert both[0].result(60) == both[1].result(60)
    assert len(source.requests) == 4
    assert idx.load(chosen, (chosen,), None).train_x.shape == (12, 1, 6, 5)
