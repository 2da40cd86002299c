"""Downloads of a file, against a real HTTP server on loopback that misbehaves by script."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ganzoo.datasets.download import Patience, download
from ganzoo.errors import DataError, DataMissingError
from tests.support.mirrors import (
    CONTENT,
    Mirror,
    another_range,
    cut,
    drip,
    endless,
    other,
    sound,
    status,
    then_hang,
    without_ranges,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_cache")

LIMIT = len(CONTENT) + 1000
QUICK = Patience(connect=2, read=0.3, slowest=100_000, retries=0)


def check(path: Path) -> None:
    if path.read_bytes() != CONTENT:
        raise DataError(f"{path} is not what was asked for.")


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
