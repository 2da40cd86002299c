"""What the server adds to a page's files: a slow link, Brotli, the bytes on the wire; several pages on one port."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from urllib.parse import urlsplit

import brotli
import pytest

from ganzoo.browsers.find import find_browser
from ganzoo.browsers.session import Local, visit_page
from ganzoo.errors import ToolMissingError
from ganzoo.serving import compressed
from ganzoo.serving.compressed import precompress
from ganzoo.serving.link import Link
from ganzoo.serving.server import host, serve

TEXT = b"const answer = 42;\n" * 500


def get(url: str, *, connection: http.client.HTTPConnection | None = None, method: str = "GET", **headers: str):
    """(answer, body as it came, seconds to the first byte, seconds in all)."""
    parts = urlsplit(url)
    own = connection or http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    started = time.perf_counter()
    own.request(method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = own.getresponse()
    first = time.perf_counter() - started
    body = response.read()
    seconds = time.perf_counter() - started
    if connection is None:
        own.close()
    return response, body, first, seconds


# The link


@pytest.fixture
def files(tmp_path):
    """A folder with files of random bytes, named by their size."""
    for size in (0, 1, 2_000, 100_000, 300_000):
        (tmp_path / f"{size}.bin").write_bytes(os.urandom(size))
    return tmp_path


def test_a_link_is_in_front_of_every_file_and_document(files):
    """By real clocks; how exactly is what tests/serving/test_link_timing.py is about."""
    link = Link(1e6, 0.1)
    with serve({"": files}, {"n": 1}, link=link) as served:
        parts = urlsplit(served.url)
        kept = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
        for path in ("1.bin", "job.json", "absent", "0.bin"):
            for connection in (kept, None):
                assert get(served.url + path, connection=connection)[2] > link.delay - 1e-3
        kept.close()
        response, body, _, seconds = get(served.url + "300000.bin")
        assert response.headers["content-length"] == "300000"
        assert body == (files / "300000.bin").read_bytes()
        assert seconds > link.delay + 300_000 / link.rate - 1e-3


def test_what_a_page_says_is_heard_at_once(files):
    with serve({"": files}, {}, link=Link(1e3, 5.0)) as served:
        parts = urlsplit(served.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
        connection.request("POST", parts.path + "message", body=b'{"kind": "hello"}')
        assert served.messages.get(timeout=1).kind == "hello"
        connection.close()


# The bytes on the wire


def test_bytes_are_counted_by_file_for_what_exists(files):
    (files / "model").mkdir()
    (files / "model" / "w.bin").write_bytes(b"weights")
    with serve({"": files, "model": files / "model"}, {"n": 1}, documents={"samples.json": [1, 2]}) as served:
        for path in ("2000.bin", "2000.bin", "model/w.bin", "absent", "../x", "0.bin"):
            get(served.url + path)
        get(served.url + "100000.bin", method="HEAD")
        get(served.url + "300000.bin", range="bytes=10-19")
        get(served.url.replace(urlsplit(served.url).path, "/wrong/") + "1.bin")
        job, samples = (get(served.url + name)[1] for name in ("job.json", "samples.json"))
    assert json.loads(samples) == [1, 2]
    assert served.sent == {
        "2000.bin": 4000,
        "model/w.bin": 7,
        "0.bin": 0,
        "300000.bin": 10,
        "job.json": len(job),
        "samples.json": len(samples),
    }


# Brotli


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "brotli"


def lib(tmp_path):
    folder = tmp_path / "lib"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.js").write_bytes(TEXT)
    (folder / "deep" / "b.json").write_bytes(b"[" + b"0," * 999 + b"0]")
    (folder / "noise.bin").write_bytes(os.urandom(5_000))
    (folder / "empty.js").write_bytes(b"")
    return folder


def test_brotli_stands_beside_what_it_makes_smaller(tmp_path, cache):
    folder = lib(tmp_path)
    precompress(folder)
    packed = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.br"))
    assert packed == ["a.js.br", "deep/b.json.br"]
    assert brotli.decompress((folder / "a.js.br").read_bytes()) == TEXT
    assert (folder / "a.js.br").read_bytes() == brotli.compress(TEXT, quality=11)
    precompress(folder)  # its own work is no file to pack
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.br")) == packed


def test_what_was_compressed_once_is_not_again(tmp_path, cache, monkeypatch):
    precompress(lib(tmp_path))
    monkeypatch.setattr(brotli, "compress", None)
    folder = lib(tmp_path / "again")
    (folder / "noise.bin").unlink()  # it is other noise
    (folder / "copy.js").write_bytes(TEXT)
    precompress(folder)
    assert (folder / "copy.js.br").read_bytes() == (tmp_path / "lib" / "a.js.br").read_bytes()


def test_what_is_large_is_compressed_less_hard(tmp_path, cache, monkeypatch):
    """The best takes seconds a megabyte, which weights hardly repay."""
    (tmp_path / "small.bin").write_bytes(bytes(compressed.LARGE))
    (tmp_path / "large.bin").write_bytes(bytes(compressed.LARGE + 1))
    qualities, compress = {}, brotli.compress

    def noted(content, quality):
        qualities[len(content)] = quality
        return compress(content, quality=1)

    monkeypatch.setattr(brotli, "compress", noted)
    precompress(tmp_path)
    assert qualities == {compressed.LARGE: 11, compressed.LARGE + 1: 5}


@pytest.mark.parametrize("damage", [b"no brotli", b"", brotli.compress(b"something else"), brotli.compress(TEXT)[:-3]])
def test_a_damaged_cache_is_mended(tmp_path, cache, damage):
    folder = lib(tmp_path)
    precompress(folder)
    kept = cache / f"{hashlib.sha256(TEXT).hexdigest()}.br"
    sound = kept.read_bytes()
    kept.write_bytes(damage)
    precompress(folder)
    assert (folder / "a.js.br").read_bytes() == kept.read_bytes() == sound


def test_a_changed_file_loses_its_old_brotli(tmp_path, cache):
    folder = lib(tmp_path)
    precompress(folder)
    (folder / "a.js").write_bytes(os.urandom(100))
    precompress(folder)
    assert not (folder / "a.js.br").exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "taken"))
    with pytest.raises(ToolMissingError, match="taken"):
        precompress(lib(tmp_path))


def test_brotli_is_sent_to_those_who_take_it(tmp_path, cache):
    folder = lib(tmp_path)
    precompress(folder)
    packed = (folder / "a.js.br").read_bytes()
    with serve({"lib": folder}, {}) as served:
        response, body, *_ = get(served.url + "lib/a.js", accept_encoding="gzip, deflate, br")
        assert (response.status, response.headers["content-encoding"]) == (200, "br")
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert (response.headers["content-length"], body) == (str(len(packed)), packed)
        assert served.sent == {"lib/a.js": len(packed)}
        for accepted in ("gzip, deflate", "br;q=0, gzip", "", "brotli"):
            response, body, *_ = get(served.url + "lib/a.js", accept_encoding=accepted)
            assert ("content-encoding" not in response.headers, body) == (True, TEXT)
        response, body, *_ = get(served.url + "lib/noise.bin", accept_encoding="br")
        assert ("content-encoding" not in response.headers, len(body)) == (True, 5_000)


@pytest.mark.posix
def test_brotli_of_something_else_is_not_sent(tmp_path, cache):
    folder = lib(tmp_path)
    precompress(folder)
    changed = b"changed"
    (folder / "a.js").write_bytes(changed)  # since then
    later = time.time_ns() + 10**9
    os.utime(folder / "a.js", ns=(later, later))
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "deep" / "b.json.br").unlink()
    (folder / "deep" / "b.json.br").symlink_to(tmp_path / "secret")
    (folder / "noise.bin.br").mkdir()
    (folder / "orphan.js.br").write_bytes(b"orphan")
    with serve({"": folder}, {}) as served:
        assert get(served.url + "a.js", accept_encoding="br")[1] == changed
        assert get(served.url + "deep/b.json", accept_encoding="br")[1].startswith(b"[0,")
        assert len(get(served.url + "noise.bin", accept_encoding="br")[1]) == 5_000
        assert get(served.url + "orphan.js", accept_encoding="br")[0].status == 404


# Several pages on one port


def test_pages_follow_one_another_on_one_port(files):
    with host() as running:
        with running.serve({"": files}, {"page": 1}) as one, running.serve({"": files}, {"page": 2}) as two:
            assert urlsplit(one.url).netloc == urlsplit(two.url).netloc
            assert [json.loads(get(page.url + "job.json")[1]) for page in (one, two)] == [{"page": 1}, {"page": 2}]
            assert one.sent == two.sent == {"job.json": 10}
        assert get(one.url + "job.json")[0].status == 404
        with running.serve({"": files}, {"page": 3}, link=Link(1e6, 0.1)) as slow, running.serve({}, {}) as fast:
            assert get(slow.url + "job.json")[3] >= 0.1
            # a link is one page's: of several tries one is quick, however busy the machine
            assert min(get(fast.url + "job.json")[3] for _ in range(5)) < 0.1
    with pytest.raises(ConnectionRefusedError):
        get(one.url)


# In a browser


@pytest.mark.browser
def test_a_visit_brings_the_answer_and_the_bytes_its_worker_s_too(tmp_path, cache):
    folder = lib(tmp_path)
    (folder / "worker.js").write_bytes(
        b"fetch('deep/b.json').then((r) => r.text()).then((t) => postMessage(t.length));"
    )
    precompress(folder)
    (tmp_path / "page.html").write_text(
        "<!doctype html><link rel=icon href=data:,><script type=module>"
        "const json = async (name) => (await fetch(name)).json();"
        "const text = await (await fetch('lib/a.js')).text();"
        "const worker = new Worker('lib/worker.js');"
        "const inWorker = await new Promise((done) => (worker.onmessage = (event) => done(event.data)));"
        "const result = {job: await json('job.json'), samples: await json('samples.json'),"
        "  length: text.length, inWorker, now: performance.now()};"
        "await fetch('message', {method: 'POST', body: JSON.stringify({kind: 'result', ...result})});</script>"
    )
    visitor = Local(find_browser())
    assert (visitor.name, visitor.family) == (visitor.browser.name, visitor.browser.family.name)
    answered = visit_page(
        tmp_path / "page.html",
        {"n": 1},
        {"lib": folder},
        visitor=visitor,
        documents={"samples.json": [[1]]},
        link=Link(1e6, 0.2),
    )
    now = answered.data.pop("now")
    assert answered.data == {
        "job": {"n": 1},
        "samples": [[1]],
        "length": len(TEXT),
        "inWorker": 2001,
    }
    assert now > 1200  # the page, a.js, the worker, its file, and two documents, one after another
    assert answered.sent["lib/a.js"] == (folder / "a.js.br").stat().st_size
    assert answered.sent["lib/deep/b.json"] == (folder / "deep" / "b.json.br").stat().st_size
    assert set(answered.sent) == {
        "page.html",
        "lib/a.js",
        "lib/worker.js",
        "lib/deep/b.json",
        "job.json",
        "samples.json",
    }
