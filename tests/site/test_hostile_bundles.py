"""Bundles that break a rule are refused, and nothing else of their folder is taken."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo import plugins
from ganzoo.errors import RunError, UsageError
from ganzoo.export import exports
from ganzoo.site import build, bundles
from tests.support.sites import LATENT, PICTURE, listed, made_by_hand, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


def spoilt_manifests() -> dict[str, Callable[[dict[str, Any]], Any]]:
    long = "0" * 64
    return {
        "no manifest": lambda m: 7,
        "format": lambda m: m | {"format": 2},
        "inputs": lambda m: m | {"inputs": []},
        "input name": lambda m: m | {"inputs": [{**LATENT, "name": "../z"}]},
        "shape": lambda m: m | {"outputs": [{**PICTURE, "shape": [1, -2, 2]}]},
        "true shape": lambda m: m | {"outputs": [{**PICTURE, "shape": [True, 2, 2]}]},
        "meaning": lambda m: m | {"inputs": [{**LATENT, "meaning": "noise"}]},
        "parts": lambda m: m | {"inputs": [{**LATENT, "parts": {}}]},
        "leading out": lambda m: m | {"files": {**m["files"], "../outside": {"bytes": 0, "sha256": long}}},
        "absolute": lambda m: m | {"files": {**m["files"], "/etc/passwd": {"bytes": 0, "sha256": long}}},
        "hidden": lambda m: m | {"files": {**m["files"], ".htaccess": {"bytes": 0, "sha256": long}}},
        "itself": lambda m: m | {"files": {**m["files"], "manifest.json": {"bytes": 0, "sha256": long}}},
        "Brotli": lambda m: m | {"files": {**m["files"], "golden.bin.br": {"bytes": 0, "sha256": long}}},
        "missing": lambda m: m | {"files": {**m["files"], "more.bin": {"bytes": 0, "sha256": long}}},
        "length": lambda m: m | {"files": {**m["files"], "golden.bin": {**m["files"]["golden.bin"], "bytes": 31}}},
        "too long": lambda m: m | {"files": {**m["files"], "golden.bin": {**m["files"]["golden.bin"], "bytes": 33}}},
        "hash": lambda m: m | {"files": {**m["files"], "golden.bin": {"bytes": 32, "sha256": long}}},
        "no hash": lambda m: m | {"files": {**m["files"], "golden.bin": {"bytes": 32, "sha256": '"><script>'}}},
        "shard": lambda m: m | {"weights": {**m["weights"], "shards": ["other.bin"]}},
        "decoder": lambda m: (
            m
            | {
                "weights": {**m["weights"], "tensors": [{"encoding": "f16"}]},
                "files": _without(m["files"], "weights.js"),
            }
        ),
        "module": lambda m: m | {"backends": {"webgl": {"module": "other.js", "prefetch": []}}},
        "prefetch": lambda m: m | {"backends": {"webgl": {"module": "webgl.js", "prefetch": ["other.json"]}}},
        "backends": lambda m: m | {"backends": {}},
        "backend's name": lambda m: m | {"backends": {"<b>": {"module": "webgl.js", "prefetch": []}}},
        "golden": lambda m: m | {"golden": {"file": "other.bin"}},
        "arch": lambda m: m | {"provenance": {"arch": "../x", "dataset": "digits"}},
        "dataset": lambda m: m | {"provenance": {"arch": "x", "dataset": 3}},
        "provenance": lambda m: _without(m, "provenance"),
    }


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


@pytest.mark.parametrize("damage", spoilt_manifests())
def test_a_manifest_that_breaks_a_rule(damage: str, tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    file = export.path / "generator" / "manifest.json"
    bundles.read(file.parent)
    file.write_text(json.dumps(spoilt_manifests()[damage](json.loads(file.read_text()))))
    with pytest.raises(RunError, match="damaged"):
        build.build([(export, None)], tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\ufeff{}"])
def test_a_manifest_that_is_no_json(text: str, tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    (export.path / "generator" / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json is damaged"):
        bundles.read(export.path / "generator")


@pytest.mark.posix
@pytest.mark.parametrize("linked", ["golden.bin", "manifest.json", ""])
def test_links_are_refused(linked: str, tmp_path: Path) -> None:
    folder = made_by_hand(tmp_path / "export").path / "generator"
    place = folder / linked if linked else folder
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="damaged bundle"):
        bundles.read(folder)


@pytest.mark.slow
def test_nothing_else_of_a_folder_is_taken(tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    for name in ("notes.txt", "secret.js", "golden.bin.br", ".env"):
        (export.path / "generator" / name).write_text("mine")
    site = build.build([(export, None)], tmp_path / "site", build.SiteOptions(max_file_size=1 << 20)).path
    assert not [path for path in site.rglob("*") if path.is_file() and path.read_bytes() == b"mine"]


def test_weights_are_cut_for_a_host(runs: Mapping[str, Run], tmp_path: Path) -> None:
    made = exports.write(runs["cnn"], [plugins.BACKENDS.get("webgl")], tmp_path / "export").export
    site = build.build([(made, None)], tmp_path / "site", build.SiteOptions(max_file_size=300_000)).path
    shards = [path for path in listed(site)["files"] if path.startswith("models/cnn/weights-")]
    assert len(shards) == 4 and all((site / shard).stat().st_size <= 300_000 for shard in shards)
    preloaded = {each.get("href", "").partition("?")[0] for each in tags(site, "index.html").all("link")}
    assert set(shards) <= preloaded
    file = made.path / "classifier" / "manifest.json"
    manifest = json.loads(file.read_text())
    large = bytes(20_000)
    (file.parent / "large.bin").write_bytes(large)
    manifest["files"]["large.bin"] = {"bytes": len(large), "sha256": hashlib.sha256(large).hexdigest()}
    file.write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match=r"large\.bin has 20,000 bytes, but --max-file-size allows 17,000"):
        build.build([(made, None)], tmp_path / "site", build.SiteOptions(max_file_size=17_000))
    assert len([path for path in listed(site)["files"] if path.startswith("models/cnn/weights-")]) == 4
