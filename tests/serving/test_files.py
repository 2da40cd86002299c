"""`ganzoo serve`: which files are there, under which headers, packed, in ranges."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.serving import static
from ganzoo.serving.static import accepts_brotli
from ganzoo.site import serve as server
from ganzoo.site.hosts import CSP, HEADERS, IMMUTABLE
from tests.support.served import PACKED, SCRIPT, WEIGHTS, ask, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix


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
    for header, status in (("bytes=0-1", 206), ("bytes=999999-", 416), ("bytes=-0", 416)):
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
    sha256 = hashlib.sha256

    def counted(*given: bytes) -> Any:
        hashed.append(given)
        return sha256(*given)

    monkeypatch.setattr(hashlib, "sha256", counted)
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
    # what is no range of bytes, and several ranges, which could overlap, are answered with the whole file
    several = ",".join(["0-"] * 100)
    for header in (
        f"bytes={several}",
        "bytes=0-0,9-9",
        "lines=1",
        "bytes=9-5",
        "bytes=-",
        "bytes=x",
        "bytes=" + "9" * 5000,
    ):
        response, body = ask(port, "/models/net/weights.bin", Range=header)
        assert (response.status, body) == (200, WEIGHTS), header[:20]
    assert ask(port, "/models/net/weights.bin", "HEAD", Range="bytes=1-2")[0].headers["content-length"] == "2"
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


# A folder that is written again while it is served


def swapped(monkeypatch: pytest.MonkeyPatch, file: Path, content: bytes | None) -> None:
    """Whenever a file was looked up, `file` is replaced before it is opened; None removes it."""
    lookup = static.Files.lookup_path

    def looked_up(self: static.Files, path: str) -> tuple[str, os.stat_result | None]:
        found = lookup(self, path)
        if not found[0].endswith(file.name):
            return found
        if content is None:
            file.unlink(missing_ok=True)
        else:
            beside = file.with_name("beside")
            beside.write_bytes(content)
            beside.replace(file)
        return found

    monkeypatch.setattr(static.Files, "lookup_path", looked_up)


@pytest.mark.parametrize("name", ["a.js", "404.html"])
@pytest.mark.parametrize("content", [b"much longer than it was", b"short"])
def test_an_answer_is_of_one_file(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"as it was first")
    with served(server.app(tmp_path)) as port:
        swapped(monkeypatch, tmp_path / name, content)
        response, body = ask(port, "/a.js")
    assert (response.status, body) == (404 if name == "404.html" else 200, content)
    assert response.headers["content-length"] == str(len(content))
    assert capfd.readouterr() == ("", "")


def test_a_file_that_has_gone_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.js").write_bytes(b"as it was first")
    with served(server.app(tmp_path)) as port:
        swapped(monkeypatch, tmp_path / "a.js", None)
        assert ask(port, "/a.js")[0].status == 404
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_cut_while_it_is_sent_ends_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.js"
    file.write_bytes(bytes(100))
    stat = os.fstat

    def cut(handle: int) -> os.stat_result:
        state = stat(handle)
        if state.st_size == 100:
            file.write_bytes(b"")
        return state

    with served(server.app(tmp_path)) as port:
        monkeypatch.setattr(os, "fstat", cut)
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            ask(port, "/a.js")
    assert "Traceback" not in capfd.readouterr().err


def test_a_page_has_the_links_of_the_site_of_the_moment(tmp_path: Path) -> None:
    def write(link: str) -> None:
        page = {"file": "index.html", "link": link}
        (tmp_path / "site.json").write_text(json.dumps({"format": 1, "ganzoo": "", "base_path": "/", "pages": [page]}))

    (tmp_path / "index.html").write_bytes(b"home")
    write("<a.js>")
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/")[0].headers["link"] == "<a.js>"
        write("<b.js>")
        assert ask(port, "/")[0].headers["link"] == "<b.js>"
        (tmp_path / "site.json").unlink()
        assert ask(port, "/")[0].headers["link"] is None
