"""`ganzoo serve`: no path leads out of the folder, over real sockets on loopback."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganzoo.site import serve as server
from tests.support.served import SECRET, ask, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix


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
