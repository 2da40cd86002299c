"""A bundle that ganzoo 0.1.0 made, as it has been put on the web: every reader of today still takes it.

docs/bundle.md promises that. What must not happen is that one of these tests is mended by changing the bundle.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import runtime
from ganzoo.browsers.find import find_browser
from ganzoo.export import exports, manifest
from ganzoo.export.layouts.ganzoo import read, recut
from ganzoo.site import build, bundles, serve
from ganzoo.verify.exports import verify
from tests.support.hosted import hosted
from tests.support.places import DATA
from tests.support.visitor import chromium, first, pixels, visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

KEPT = DATA / "bundle-format-1"
BACKENDS = ["webassembly", "webgl", "webgpu"]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A copy of the export: its name at the top is that of its time."""
    return shutil.copytree(KEPT, tmp_path / "kept")


def test_it_is_as_it_was_made() -> None:
    """Neither a formatter nor an editor nor git's line endings changed a byte."""
    files = json.loads((KEPT / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert set(files) == {path.relative_to(KEPT).as_posix() for path in (KEPT / "generator").iterdir()}
    for name, told in files.items():
        content = (KEPT / name).read_bytes()
        assert told == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}, name


def test_python_reads_it(kept: Path, tmp_path: Path) -> None:
    found = exports.load(kept)
    assert found.layout == "ganzoo" and found.backends == found.runnable == BACKENDS
    (network,) = found.networks
    told = manifest.read(kept / network)
    assert told == bundles.read(kept / network).manifest
    assert told["provenance"]["ganzoo"] == "0.1.0"
    (x,), (y,) = found.golden(network)
    assert (x.shape, y.shape) == ((64, 10), (64, 1, 8, 8))
    sample = np.fromfile(kept / network / told["golden"]["file"], "<f4")
    np.testing.assert_array_equal(sample, np.concatenate([x[0].ravel(), y[0].ravel()]))
    recut(kept / network, tmp_path / "again", 1 << 20)
    (told, contents), (again, same) = read(kept / network), read(tmp_path / "again")
    assert again == told and list(same) == list(contents)


@pytest.mark.browser
@pytest.mark.parametrize("own", [True, False], ids=["its own runtime", "today's runtime"])
def test_browsers_compute_what_chainer_did(own: bool, kept: Path) -> None:
    """Its backends' modules and programs are its own in both cases; Python of today makes f16 and int8 of it."""
    if not own:
        (kept / "generator" / "ganzoo.js").write_text(runtime.shipped()["ganzoo.js"], encoding="utf-8")
    checks = verify(exports.load(kept))
    assert {(check.backend, check.encoding) for _, check in checks} == {
        (backend, encoding) for backend in BACKENDS for encoding in ("f32", "f16", "int8")
    }
    for _, check in checks:
        assert check.ok, check


@pytest.mark.browser
def test_the_command_verifies_it(kept: Path, ganzoo: Callable[..., Done]) -> None:
    done = ganzoo("verify", kept, "--backend", "webassembly", "--json")
    assert done.code == 0, done.err
    assert {check["encoding"]: check["ok"] for check in json.loads(done.out)} == {
        "f32": True,
        "f16": True,
        "int8": True,
    }


@pytest.mark.browser
def test_it_is_timed(kept: Path, ganzoo: Callable[..., Done]) -> None:
    only = ("--rounds", "1", "--seconds", "0.05", "--batch", "1", "--no-throttle", "--browser", find_browser().path)
    done = ganzoo("bench", kept, "--backend", "webassembly", *only)
    assert done.code == 0, done.err


@pytest.mark.browser
def test_a_page_of_today_draws_with_it(kept: Path, tmp_path: Path) -> None:
    """`ganzoo site` brings today's elements and runtime; a picture is shown only after the bundle's self-test."""
    site = build.build([(exports.load(kept), None)], tmp_path / "site").path

    def visited() -> np.ndarray:
        with chromium() as browser, hosted(serve.app(site)) as host, visitor(browser, host.url) as someone:
            page = someone.open(fragment="label=2&seed=1")
            first(page)
            return pixels(page.locator("ganzoo-generator .stage canvas"))

    with ThreadPoolExecutor(1) as thread:  # this one may still have the Playwright of other tests
        picture = thread.submit(visited).result()
    assert picture.shape[:2] == (8, 8) and picture.std() > 0
