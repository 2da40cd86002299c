"""The server of a page that runs in a browser: its files, its token, its messages."""

from __future__ import annotations

import http.client
import itertools
import json
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.serving import server
from ganzoo.serving.arrays import encode, encoded_bytes

pytestmark = pytest.mark.posix


@pytest.fixture
def served(tmp_path):
    (tmp_path / "secret").write_text("secret")
    for name in ("page", "model"):
        (tmp_path / name).mkdir()
    (tmp_path / "page" / "index.html").write_text("<!doctype html>")
    for name in ("a.wasm", "a.js", "a.bin"):
        (tmp_path / "model" / name).write_bytes(b"content")
    (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    with server.serve({"": tmp_path / "page", "model": tmp_path / "model"}, {"n": 1}, most=1000) as running:
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
def test_an_oversize_message_is_refused_and_told(served, chunked):
    body = itertools.repeat(b"x" * 100, 11) if chunked else b"x" * 1001
    assert request(served, "message", "POST", body=body, encode_chunked=chunked)[0].status == 413
    message = served.messages.get_nowait()
    assert message.kind == "error"
    assert "1000 bytes" in message.data["message"]


GARBAGE = [b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"kind": []}', b'{"kind": "x"}', b"[" * 100_000]


@pytest.mark.parametrize("body", [*GARBAGE, b'{"kind": "result", "a": NaN}'], ids=range(len(GARBAGE) + 1))
def test_garbage_becomes_an_error(body):
    assert server.parse(body).kind == "error"


@pytest.mark.slow
@given(st.binary() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_no_message_breaks_the_server(body):
    assert server.parse(body).kind in server.KINDS


def test_how_much_a_page_may_post_is_for_whoever_knows_what_it_has_to_say(tmp_path):
    arrays = [np.zeros((3, 700), np.float32), np.zeros((3, 1), np.float32)]
    outputs = {"kind": "result", "outputs": encode(arrays)}
    body = json.dumps(outputs)
    assert encoded_bytes(arrays) <= len(body) <= encoded_bytes(arrays) + 100
    for most, status, kind in ((len(body), 204, "result"), (len(body) - 1, 413, "error")):
        with server.serve({"": tmp_path}, {}, most=most) as running:
            response, _ = request(running, "message", "POST", body=body)
            message = running.messages.get(timeout=5)
            assert (response.status, message.kind) == (status, kind)
    assert message.data["message"] == f"the page posted more than {len(body) - 1} bytes"
