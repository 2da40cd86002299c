"""A network's folder without its export, as a host or a site has it: `verify`, `site` and `bench` take it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.bench.contestants import subjects
from ganzoo.errors import DocumentError, RunError
from ganzoo.export import exports
from ganzoo.lookup import find_export
from tests.support.places import DATA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

KEPT = DATA / "bundle-format-1"


@pytest.fixture
def alone(in_tmp: Path) -> Path:
    return shutil.copytree(KEPT / "generator", in_tmp / "uploaded")


def test_it_is_an_export_of_one_network_with_one_sample(alone: Path) -> None:
    found = find_export(str(alone))
    assert (list(found.networks), found.layout, found.folder("generator")) == (["generator"], "ganzoo", alone)
    assert found.choose([]) == list(json.loads((alone / "manifest.json").read_text())["backends"])
    assert found.test_images("generator") is None
    for own, whole in zip(found.golden("generator"), exports.load(KEPT).golden("generator"), strict=True):
        for one, many in zip(own, whole, strict=True):
            np.testing.assert_array_equal(one, many[:1])
    (subject,) = subjects([(found, None)])
    weights = [path.stat().st_size for path in alone.glob("weights-*.bin")]
    assert (subject.name, subject.encoding, subject.weights_bytes) == ("generator", "f32", sum(weights))


def test_within_its_export_it_is_still_that(in_tmp: Path) -> None:
    shutil.copytree(KEPT, in_tmp / "export")
    assert find_export("export/generator").path == in_tmp / "export"


@pytest.mark.slow
def test_a_site_is_made_of_it(alone: Path, ganzoo: Callable[..., Done]) -> None:
    assert ganzoo("site", alone).code == 0
    assert (alone.parent / "site" / "index.html").exists()


@pytest.mark.browser
def test_it_is_verified_by_its_own_sample(alone: Path, ganzoo: Callable[..., Done]) -> None:
    done = ganzoo("verify", alone, "--backend", "webassembly", "--json")
    assert done.code == 0, done.err
    assert [check["ok"] for check in json.loads(done.out) if check["asked"]] == [True]
    assert "one sample" in " ".join(done.err.split())


def test_what_is_damaged_is_named(alone: Path) -> None:
    file = alone / "golden.bin"
    for content in (file.read_bytes()[:-4], file.read_bytes()[:-1], file.read_bytes() + bytes(4)):
        file.write_bytes(content)
        with pytest.raises(RunError, match=r"golden\.bin is damaged"):
            find_export(str(alone)).golden("generator")
    manifest = alone / "manifest.json"
    told = json.loads(manifest.read_text())
    for change in ({"name": "../up"}, {"inputs": []}, {"format": 9}):
        manifest.write_text(json.dumps({**told, **change}))
        with pytest.raises(DocumentError, match=next(iter(change)) if "name" not in change else "networks"):
            find_export(str(alone))
