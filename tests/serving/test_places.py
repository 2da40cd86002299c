"""`ganzoo serve` where site.json says that a site lies, and with what it says of its pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.errors import UsageError
from ganzoo.site import serve as server
from tests.support.served import ask, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

pytestmark = pytest.mark.posix


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
    with pytest.raises(UsageError, match=r"site\.json is damaged\.") as refused:
        server.app(tmp_path)
    assert refused.value.remedy == "Make the site again with: ganzoo site"


@pytest.mark.parametrize("text", ["[]", "{}", "7", '{"base_path": "/x/", "pages": 3, "ganzoo": "mine"}'])
def test_another_s_site_json_is_a_file_like_any(tmp_path: Path, text: str) -> None:
    (tmp_path / "site.json").write_text(text)
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/site.json")[1] == text.encode()


def test_no_folder_is_refused(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("serve", "absent")
    assert done.code == 2 and "absent is not a folder" in done.err and "Traceback" not in done.err
    assert "site is not a folder" in ganzoo("serve").err  # the one that `ganzoo site` writes


def test_site_json_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(told())
    (tmp_path / "index.html").write_bytes(b"home")
    with served(server.app(tmp_path)) as port:
        assert ask(port, "/")[1] == b"home"
