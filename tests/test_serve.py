"""`ganzoo serve`: each header rule, each way out of the folder, over real sockets on loopback."""

from __future__ import annotations

import functools
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganzoo.errors import UsageError
from ganzoo.serving.link import Link, throttled
from ganzoo.serving.running import listening, running
from ganzoo.serving.static import accepts_brotli
from ganzoo.site import serve as server
from ganzoo.site.hosts import CSP, HEADERS, IMMUTABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    from conftest import Done

SCRIPT = b"export const answer = 42;\n" * 40
WEIGHTS = bytes(range(256)) * 40
PACKED = brotli.compress(SCRIPT)
SECRET = b"precious"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a secret beside it, and what leads to it."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_bytes(SECRET)
    folder = outside / "site"
    (folder / "models" / "net").mkdir(parents=True)
    (folder / "sub").mkdir()
    (folder / "index.html").write_bytes(b"<!doctype html>home")
    (folder / "404.html").write_bytes(b"<!doctype html>not here")
    (folder / "sub" / "index.html").write_bytes(b"<!doctype html>sub")
    (folder / "elements.js").write_bytes(SCRIPT)
    (folder / "elements.js.br").write_bytes(PACKED)
    (folder / "models" / "net" / "weights.bin").write_bytes(WEIGHTS)
    (folder / ".htaccess").write_bytes(SECRET)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(SECRET)
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "up").symlink_to(outside)
    (folder / "hidden.txt").symlink_to(folder / ".git" / "config")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "back\\slash.txt").write_bytes(SECRET)
    os.mkfifo(folder / "pipe")
    for ending in ("css", "json", "webmanifest", "wasm", "png", "svg", "txt", "bin", "odd"):
        (folder / f"file.{ending}").write_bytes(b"content")
    (folder / "_headers").write_bytes(b"content")
    return folder


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """The port that `app` answers on."""
    listener = listening("127.0.0.1")
    port = listener.getsockname()[1]
    with running(app, listener):
        yield port


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    with served(server.app(site)) as port:
        yield port


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to a request for `path` as it is written here."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


# What is there


def test_pages_and_folders(port: int) -> None:
    assert ask(port, "/")[1].endswith(b"home")
    assert ask(port, "/sub/")[1].endswith(b"sub")
    response, _ = ask(port, "/sub?x=1")
    assert (response.status, response.headers["location"]) == (307, f"http://127.0.0.1:{port}/sub/?x=1")
    for path in ("/absent", "/models/", "/models/net", "/sub/absent.js?12345678"):
        response, body = ask(port, path)
        assert (response.status, body) == (404, b"<!doctype html>not here")
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["cache-control"] == "no-cache"


def test_a_folder_without_a_404_page(tmp_path: Path) -> None:
    with served(server.app(tmp_path)) as port:
        for path in ("/", "/x", "/%00"):
            response, body = ask(port, path)
            assert (response.status, body) == (404, b"Not Found")
            assert response.headers["content-security-policy"] == CSP


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("file.css", "text/css; charset=utf-8"),
        ("elements.js", "text/javascript; charset=utf-8"),
        ("file.json", "application/json"),
        ("file.webmanifest", "application/manifest+json"),
        ("file.wasm", "application/wasm"),
        ("file.bin", "application/octet-stream"),
        ("file.png", "image/png"),
        ("file.svg", "image/svg+xml"),
        ("file.txt", "text/plain; charset=utf-8"),
        ("file.odd", "application/octet-stream"),
        ("_headers", "application/octet-stream"),
        ("elements.js.br", "application/octet-stream"),
    ],
)
def test_types(port: int, name: str, kind: str) -> None:
    response, _ = ask(port, f"/{name}", Accept_Encoding="gzip, br")
    assert (response.status, response.headers["content-type"]) == (200, kind)
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_get_and_head(port: int, method: str) -> None:
    response, _ = ask(port, "/index.html", method)
    assert response.status == 405 and set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_head_is_get_without_the_body(port: int) -> None:
    got, content = ask(port, "/elements.js", Accept_Encoding="br")
    head, nothing = ask(port, "/elements.js", "HEAD", Accept_Encoding="br")
    assert (content, nothing) == (PACKED, b"")
    own = [(name, value) for name, value in got.headers.items() if name != "date"]
    assert own == [(name, value) for name, value in head.headers.items() if name != "date"]


# Headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/sub", 307),
        ("GET", "/absent", 404),
        ("GET", "/.git/config", 404),
        ("POST", "/", 405),
        ("HEAD", "/elements.js", 200),
    ],
)
def test_every_answer_has_the_headers_once(port: int, method: str, path: str, status: int) -> None:
    response, _ = ask(port, path, method)
    assert response.status == status
    for name, value in HEADERS.items():
        assert response.headers.get_all(name) == [value]
    assert len(response.headers.get_all("cache-control")) == 1


def test_ranges_and_refusals_have_them_too(port: int) -> None:
    for header, status in (("bytes=0-1", 206), ("bytes=999999-", 416), ("lines=1", 400)):
        response, _ = ask(port, "/elements.js", Range=header)
        assert (response.status, response.headers.get_all("content-security-policy")) == (status, [CSP])


def test_a_url_with_its_files_hash_never_changes(port: int, site: Path) -> None:
    digest = hashlib.sha256(SCRIPT).hexdigest()
    packed = hashlib.sha256(PACKED).hexdigest()
    for query, control in (
        (f"?{digest[:8]}", IMMUTABLE),
        ("", "no-cache"),
        ("?", "no-cache"),
        (f"?{digest[:7]}", "no-cache"),
        (f"?{digest[:9]}", "no-cache"),
        (f"?{digest}", "no-cache"),
        (f"?{digest[:8].upper()}" if digest[:8].upper() != digest[:8] else "?AAAAAAAA", "no-cache"),
        (f"?{packed[:8]}", "no-cache"),  # the file's, not its encoding's
        (f"?{digest[:8]}&x", "no-cache"),
        (f"?v={digest[:8]}", "no-cache"),
        ("?00000000", "no-cache"),
        ("?%00%ff", "no-cache"),
    ):
        for accepted in ("br", "identity"):
            response, _ = ask(port, f"/elements.js{query}", Accept_Encoding=accepted)
            assert response.headers["cache-control"] == control, (query, accepted)
    response, _ = ask(port, f"/elements.js?{digest[:8]}", Range="bytes=0-9")
    assert (response.status, response.headers["cache-control"]) == (206, IMMUTABLE)
    home = hashlib.sha256((site / "sub" / "index.html").read_bytes()).hexdigest()
    assert ask(port, f"/sub/index.html?{home[:8]}")[0].headers["cache-control"] == IMMUTABLE
    assert ask(port, f"/sub/?{home[:8]}")[0].headers["cache-control"] == IMMUTABLE
    assert ask(port, "/sub/")[0].headers["cache-control"] == "no-cache"


def test_a_changed_file_is_another(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_bytes(b"one")
    with served(server.app(tmp_path)) as port:
        for content in (b"one", b"two", b"three"):
            file.write_bytes(content)
            os.utime(file, ns=(0, 10**18 + len(content)))
            old, new = (hashlib.sha256(each).hexdigest()[:8] for each in (b"zero", content))
            assert ask(port, f"/a.js?{new}")[0].headers["cache-control"] == IMMUTABLE
            assert ask(port, f"/a.js?{old}")[0].headers["cache-control"] == "no-cache"


def test_a_file_is_hashed_once_for_each_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []

    def counted(path: str, *state: int) -> str:
        hashed.append(path)
        return "0" * 64

    monkeypatch.setattr(server, "_sha256", functools.lru_cache(counted))
    (tmp_path / "a.js").write_bytes(b"one")
    with served(server.app(tmp_path)) as port:
        ask(port, "/a.js")
        assert hashed == []  # nobody asked
        for _ in range(3):
            ask(port, "/a.js?00000000")
        assert len(hashed) == 1


def test_conditional_requests(port: int) -> None:
    digest = hashlib.sha256(SCRIPT).hexdigest()[:8]
    tags = set()
    for accepted in ("br", "identity"):
        first, _ = ask(port, f"/elements.js?{digest}", Accept_Encoding=accepted)
        tag = first.headers["etag"]
        tags.add(tag)
        again, body = ask(port, f"/elements.js?{digest}", Accept_Encoding=accepted, If_None_Match=tag)
        assert (again.status, body, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["vary"] == "Accept-Encoding" and again.headers["cache-control"] == IMMUTABLE
        assert "content-encoding" not in again.headers and "content-type" not in again.headers
        assert again.headers["content-security-policy"] == CSP
        other, body = ask(port, "/elements.js", Accept_Encoding=accepted, If_None_Match='"other"')
        assert other.status == 200 and body
    assert len(tags) == 2  # one entity, two representations


# Brotli


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("br", True),
        ("gzip, deflate, br, zstd", True),
        ("BR", True),
        ("gzip;q=1.0, br;q=0.5", True),
        ("br ; q=0.001", True),
        ("*", True),
        ("*;q=0.1, gzip", True),
        ("br;q=1.000", True),
        ("", False),
        ("gzip", False),
        ("br;q=0", False),
        ("br;q=0.000", False),
        ("br; q=0, gzip", False),
        ("*, br;q=0", False),
        ("br;q=0, *", False),
        ("*;q=0", False),
        ("brotli", False),
        ("xbr, br-x", False),
        ("br;q=2", False),
        ("br;q=", False),
        ("br;q=0.0001", False),
        ("br;level=4", False),
        ("identity", False),
    ],
)
def test_accept_encoding(port: int, header: str, takes: bool) -> None:
    assert accepts_brotli(header) is takes
    response, body = ask(port, "/elements.js", Accept_Encoding=header)
    assert (response.headers.get("content-encoding"), body) == (("br", PACKED) if takes else (None, SCRIPT))
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


@given(st.text(max_size=40) | st.lists(st.sampled_from(["br", "*", ";", "q=", "0", "1", ".", ",", " "])).map("".join))
def test_any_accept_encoding_is_read(header: str) -> None:
    if accepts_brotli(header):
        assert "br" in header.lower() or "*" in header


def test_the_packed_file_itself_is_bytes(port: int) -> None:
    response, body = ask(port, "/elements.js.br", Accept_Encoding="br")
    assert (body, response.headers.get("content-encoding")) == (PACKED, None)


# Ranges


def test_ranges(port: int) -> None:
    for header, expected in (
        ("bytes=10-19", WEIGHTS[10:20]),
        ("bytes=10230-", WEIGHTS[10230:]),
        ("bytes=-5", WEIGHTS[-5:]),
    ):
        response, body = ask(port, "/models/net/weights.bin", Range=header)
        assert (response.status, body) == (206, expected)
        assert response.headers["content-length"] == str(len(expected))
    tag = ask(port, "/models/net/weights.bin")[0].headers["etag"]
    assert ask(port, "/models/net/weights.bin", Range="bytes=0-0", If_Range=tag)[1] == WEIGHTS[:1]
    assert ask(port, "/models/net/weights.bin", Range="bytes=0-0", If_Range='"old"')[1] == WEIGHTS


def test_many_ranges_at_once(port: int) -> None:
    """Pieces of one file, asked for side by side, put together again."""
    size = -(-len(WEIGHTS) // 16)
    pieces: dict[int, bytes] = {}

    def fetch(i: int) -> None:
        pieces[i] = ask(port, "/models/net/weights.bin", Range=f"bytes={i * size}-{(i + 1) * size - 1}")[1]

    threads = [threading.Thread(target=fetch, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert b"".join(pieces[i] for i in range(16)) == WEIGHTS


# No way out


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/sub/..%5c..%5csecret.txt",
        "/back%5cslash.txt",
        "//../secret.txt",
        "/./../secret.txt",
        "/%2e%2e%00/secret.txt",
        "/index.html%00.txt",
        "/index.html%0a",
        "/.htaccess",
        "/%2ehtaccess",
        "/.git/config",
        "/sub/../.git/config",
        "/out.txt",
        "/up/secret.txt",
        "/up/site/.htaccess",
        "/hidden.txt",
        "/loop",
        "/loop/x",
        "/pipe",
        "/%ff%fe",
        "/" + "a" * 3000,
        "/" + "a/" * 2000,
        "/..;/secret.txt",
        "/%252e%252e/secret.txt",
        "/index.html/",
        "/index.html/x",
    ],
)
def test_attacks(port: int, site: Path, path: str) -> None:
    for accepted in ("br", "identity"):
        response, body = ask(port, path, Accept_Encoding=accepted)
        assert response.status == 404, (path, response.status)
        assert SECRET not in body and str(site.parent).encode() not in body + str(response.headers).encode()


def test_an_absolute_path_and_a_url_are_below_the_root(port: int, site: Path) -> None:
    for path in (
        f"/{site.parent}/secret.txt",
        f"http://elsewhere.invalid{site.parent}/secret.txt",
    ):
        response, body = ask(port, path)
        assert response.status in (400, 404) and SECRET not in body


STEPS = st.sampled_from(
    ["..", ".", "", "sub", "up", "models", "secret.txt", ".git", "config", "index.html", "~", "\\", "\0"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(STEPS | st.text(max_size=5), min_size=1, max_size=7), st.sampled_from(["", "/", "%2f", "\\"]), st.data()
)
def test_no_path_leads_out(port: int, site: Path, steps: list[str], end: str, data: Any) -> None:
    """Whatever is asked, in whatever spelling: an answer, and never what lies outside."""
    joints = data.draw(st.lists(st.sampled_from(["/", "%2f", "%5c", "//"]), min_size=len(steps), max_size=len(steps)))
    spelled = [quote(step.encode("utf-8", "surrogatepass"), safe="") for step in steps]
    if data.draw(st.booleans()):
        spelled = [step.replace(".", "%2e") for step in spelled]
    path = "/" + "".join(joint + step for joint, step in zip(joints, spelled, strict=True)) + end
    response, body = ask(port, path)
    assert response.status in (200, 307, 400, 404), (path, response.status)
    assert SECRET not in body and str(site.parent).encode() not in body


def test_what_cannot_be_read_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, who can read everything."""
    (tmp_path / "a.txt").write_bytes(SECRET)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/a.txt")[0].status == 404


# Where it lies


def told(**values: Any) -> str:
    """A `site.json`."""
    return json.dumps({"format": 1, "ganzoo": "0", "base_path": "/", "pages": [], "files": {}, **values})


def test_below_a_base_path(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(told(base_path="/my/demo/"))
    (tmp_path / "index.html").write_bytes(b"home")
    (tmp_path / "404.html").write_bytes(b"not here")
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/my/demo/")[1] == b"home"
        for path in ("/", "/my/demo"):
            response, _ = ask(port, path)
            assert response.status == 307 and response.headers["location"].endswith("/my/demo/")
        assert [ask(port, path)[0].status for path in ("/index.html", "/my/", "/my/demo/../../index.html")] == [404] * 3
        assert ask(port, "/my/demo/absent")[1] == b"not here"


def test_a_page_has_its_link_header(tmp_path: Path) -> None:
    pages = [{"file": file, "link": f"<{file}.js>; rel=modulepreload"} for file in ("index.html", "cnn.html")]
    (tmp_path / "site.json").write_text(told(pages=[*pages, {"file": "other.html"}]))
    for name in ("index.html", "cnn.html", "other.html"):
        (tmp_path / name).write_bytes(b"<!doctype html>")
    with served(server.app(tmp_path)) as port:
        links = [ask(port, path)[0].headers["link"] for path in ("/", "/index.html", "/cnn.html", "/other.html")]
    assert links == [pages[0]["link"], pages[0]["link"], pages[1]["link"], None]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        '{"format": 1, "ganzoo": "0"}',
        *(told(base_path=path) for path in ("demo", "/../", 7, "/{x}/", None)),
        *(told(pages=pages) for pages in (7, [7], [{"link": "a"}], [{"file": [], "link": "a"}])),
        *(told(pages=[{"file": "index.html", "link": link}]) for link in ("a\r\nSet-Cookie: b", "é", 7, None)),
    ],
)
def test_a_damaged_site_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "site.json").write_text(text)
    with pytest.raises(UsageError, match=r"site\.json is damaged\.$") as refused:
        server.app(tmp_path)
    assert refused.value.remedy == "Make the site again."


@pytest.mark.parametrize("text", ["[]", "{}", "7", '{"base_path": "/x/", "pages": 3, "ganzoo": "mine"}'])
def test_another_s_site_json_is_a_file_like_any(tmp_path: Path, text: str) -> None:
    (tmp_path / "site.json").write_text(text)
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/site.json")[1] == text.encode()


def test_no_folder_is_refused(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("serve", "absent")
    assert done.code == 2 and "absent is no folder" in done.err and "Traceback" not in done.err
    assert "site is no folder" in ganzoo("serve").err  # the one that `ganzoo site` writes


def test_it_can_stand_behind_a_slow_link(site: Path) -> None:
    with served(throttled(server.app(site), Link(1e9, 0.0))) as port:
        assert ask(port, "/elements.js", Accept_Encoding="br")[1] == PACKED


# Who is answered


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`ganzoo serve` in a process of its own, and the URL that it prints."""
    command = [sys.executable, "-m", "ganzoo", "serve", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_the_command_and_its_end(site: Path) -> None:
    port = free()
    with serving(site, "--port", str(port)) as (process, url):
        assert url == f"http://127.0.0.1:{port}/"
        assert ask(port, "/")[0].status == 200
        for name in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST"):
            assert ask(port, "/", Host=f"{name}:{port}")[0].status == 200
        for name in (
            "rebound.example",
            f"rebound.example:{port}",
            "localhost",
            f"localhost:{port + 1}",
            "",
            f"a@localhost:{port}",
        ):
            response, body = ask(port, "/", Host=name)
            assert (response.status, body) == (421, b"not a name of this machine"), name
        with socket.create_connection(("127.0.0.1", port)) as idle:  # one that stays open delays no end
            idle.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            assert idle.recv(12) == b"HTTP/1.1 200"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_that_is_taken(ganzoo: Callable[..., Done], site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = ganzoo("serve", site, "--port", port)
    assert done.code == 2 and f"Port {port} of 127.0.0.1 is taken" in done.err and "--port" in done.err


def test_the_next_port_where_none_was_asked_for(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(server, "PORT", taken)
        urls = []

        def ready(url: str, exposed: str) -> None:
            urls.append(url)
            raise KeyboardInterrupt

        server.serve(site, "127.0.0.1", None, ready)
        assert taken < int(urls[0].rpartition(":")[2].rstrip("/")) < taken + server.PORTS


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("192.0.2.1", "of 192.0.2.1: Cannot assign requested address."),
        ("é" * 70, "it is no address"),
        ("", "--host is empty"),
        ("[]", "--host is empty"),
    ],
)
def test_an_address_that_is_not_ours(host: str, words: str, ganzoo: Callable[..., Done], site: Path) -> None:
    done = ganzoo("serve", site, "--host", host)
    assert done.code == 2 and words in done.err and "--host is an address of this machine" in done.err
    assert "while attempting" not in done.err and "Traceback" not in done.err


def shown(site: Path, host: str, name: str) -> tuple[str, str, int]:
    """For `--host`: the URL, the word on others, the status of an answer to `name`, of whatever web."""
    seen: list[Any] = []

    def ready(url: str, exposed: str) -> None:
        port = int(url.rpartition(":")[2].rstrip("/"))
        seen.extend((url.replace(str(port), "PORT"), exposed, ask(port, "/", Host=f"{name}:{port}")[0].status))
        raise KeyboardInterrupt

    server.serve(site, host, free(), ready)
    return tuple(seen)


@pytest.mark.parametrize("host", ["127.1", "LOCALHOST", "localhost", "127.0.0.1"])
def test_loopback_in_any_spelling(host: str, site: Path) -> None:
    assert shown(site, host, "rebound.example") == ("http://127.0.0.1:PORT/", "", 421)
    assert shown(site, host, host) == ("http://127.0.0.1:PORT/", "", 200)


def test_a_name_of_this_machine_is_where_it_leads(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's `/etc/hosts` has the machine's own name so."""
    real = server.listening
    monkeypatch.setattr(server, "listening", lambda host, port: real({"my-machine": "127.0.1.1"}.get(host, host), port))
    urls: list[str] = []

    def ready(url: str, exposed: str) -> None:
        port = int(url.rpartition(":")[2].rstrip("/"))
        for name, status in (("my-machine", 200), ("127.0.1.1", 200), ("rebound.example", 421)):
            connection = http.client.HTTPConnection("127.0.1.1", port, timeout=10)
            connection.request("GET", "/", headers={"Host": f"{name}:{port}"})
            assert connection.getresponse().status == status
            connection.close()
        urls.extend((url, exposed))
        raise KeyboardInterrupt

    server.serve(site, "My-Machine", free(), ready)
    assert urls[0].startswith("http://127.0.1.1:") and urls[1] == ""


@pytest.mark.parametrize("host", ["0", "0.0.0.0", "::", "0::0"])
def test_every_address_in_any_spelling(host: str, site: Path) -> None:
    """IPv4 reaches `::` too."""
    url, exposed, status = shown(site, host, "name.example")
    assert url == f"http://{'[::1]' if ':' in host else '127.0.0.1'}:PORT/" and status == 200
    assert f"http://{server.lan_address()}:" in exposed


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_loopback_of_ipv6(host: str, site: Path) -> None:
    said: list[tuple[str, str]] = []

    def ready(url: str, exposed: str) -> None:
        said.append((url, exposed))
        raise KeyboardInterrupt

    server.serve(site, host, port := free(), ready)
    assert said == [(f"http://[::1]:{port}/", "")]


def test_beyond_loopback_only_when_told_and_with_a_word(site: Path) -> None:
    port = free()
    with serving(site, "--port", str(port), "--host", "0.0.0.0") as (process, url):
        assert url == f"http://127.0.0.1:{port}/"
        assert ask(port, "/", Host=f"name.example:{port}")[0].status == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=5)
    assert "Nothing is encrypted" in err and f":{port}/" in err
    assert server.exposed("127.0.0.1", url) == server.exposed("::1", url) == ""
    assert "http://192.0.2.7:8000/demo/" in server.exposed("192.0.2.7", "http://192.0.2.7:8000/demo/")


def test_open_opens_it(site: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def stop(url: str) -> None:
        opened.append(url)
        raise KeyboardInterrupt

    monkeypatch.setattr("webbrowser.open", stop)
    done = ganzoo("serve", site, "--open", "--port", free())
    assert done.code == 0 and opened == [done.out.strip()]


def test_small_files_come_without_delay() -> None:
    """Nagle's algorithm and a delayed acknowledgement would cost each 40 ms."""
    with listening("127.0.0.1") as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_log_is_silent(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(server.app(site)) as port:
        for path in ("/", "/absent", "/%00", "/.git"):
            ask(port, path)
    assert capfd.readouterr() == ("", "")


def test_site_json_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(told())
    (tmp_path / "index.html").write_bytes(b"home")
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/")[1] == b"home"
