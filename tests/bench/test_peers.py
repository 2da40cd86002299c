"""Every peer of the registry is pinned, fetched, staged and run in a real browser; a stranger's peer too."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ganzoo import npm, plugins
from ganzoo.bench import run
from ganzoo.bench.contestants import contestants, subjects
from ganzoo.bench.options import BenchOptions
from ganzoo.bench.peers import OWN_MODULES, Installed, Source, install
from ganzoo.cli.bench import timed
from ganzoo.errors import ToolMissingError, UsageError
from ganzoo.export import exports
from ganzoo.plugins import PEERS
from tests.support.peer_cases import built_in
from tests.support.places import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.tab import Tab

# what is in the folder of a network's files, of the peers that are ganzoo's own
WRITTEN = {
    "onnxruntime-web": {"model.onnx"},
    "tensorflow.js": {"model.json", "weights.bin"},
    "webdnn webgl": {"graph_webgl_4096.json", "weight_webgl_4096.bin"},
    "webdnn webassembly": {"graph_webassembly.json", "kernels_webassembly.js", "weight_webassembly.bin"},
}

every_peer = pytest.mark.parametrize("name", PEERS.names())


def test_there_are_peers() -> None:
    assert {"onnxruntime-web", "tensorflow.js", "webdnn"} <= set(PEERS.names())


@every_peer
def test_packages_are_pinned_with_digests_and_without_a_registry(name: str) -> None:
    peer = PEERS.get(name)
    asked = json.loads((peer.folder / "package.json").read_text())["dependencies"]
    lock = json.loads((peer.folder / "package-lock.json").read_text())["packages"]
    assert peer.package in asked
    for package, version in asked.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock[f"node_modules/{package}"]["version"] == version
    for path, entry in lock.items():
        assert not path or entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
    assert install(peer).versions == asked


@every_peer
def test_a_peer_is_staged_on_each_of_its_backends(name: str, tmp_path: Path) -> None:
    source = Source(built_in()["cnn/classifier"])
    installed = install(PEERS.get(name))
    for backend, code in installed.peer.code.items():
        assert backend in plugins.BACKENDS.names()
        folders = installed.stage(backend, source, tmp_path)
        assert {path.name for path in folders["runner"].iterdir()} == {"runner.js"}
        assert {path.name for path in folders["lib"].iterdir()} == set(code)
        assert {path.suffix for path in folders["lib"].iterdir()} <= {".js", ".wasm"}
        assert all(path.stat().st_size > 10_000 for path in folders["lib"].iterdir())
        wanted = WRITTEN.get(name) or WRITTEN.get(f"{name} {backend}", set())
        written = {path.name for path in folders["model"].iterdir()}
        assert written and wanted <= written


# --- a folder of the user's own ---------------------------------------------------------------------------------------


@every_peer
def test_versions_are_asked_of_what_is_installed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = PEERS.get(name)
    monkeypatch.setenv(OWN_MODULES, str(tmp_path))
    for file in peer.files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text('{ "version": "99.1.0" }')
    found = install(peer)
    assert set(found.versions) == set(npm.packages(peer.folder)) and set(found.versions.values()) == {"99.1.0"}
    assert set(found.files.values()) == {tmp_path / file for file in peer.files}

    (tmp_path / min(set(peer.code["webassembly"].values()))).unlink()
    with pytest.raises(ToolMissingError, match="a file of a peer, does not exist") as missing:
        install(peer)
    assert OWN_MODULES in missing.value.remedy


@every_peer
def test_what_the_folder_lacks_is_fetched(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN_MODULES, str(tmp_path))
    peer = PEERS.get(name)
    pinned = json.loads((peer.folder / "package.json").read_text())["dependencies"]
    assert install(peer).versions == pinned


@every_peer
def test_a_folder_that_is_not_there_and_no_npm(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN_MODULES, str(tmp_path / "none"))
    with pytest.raises(ToolMissingError, match=r"GANZOO_PEERS names .*none, which does not exist"):
        install(PEERS.get(name))
    monkeypatch.delenv(OWN_MODULES)
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"npm was not found. It is needed to download ") as missing:
        install(PEERS.get(name))
    assert missing.value.remedy.startswith("Install Node.js with npm")


# --- in a browser -----------------------------------------------------------------------------------------------------

QUICK = BenchOptions(backends=("webassembly",), batches=(1, 4), peers=True, least=1, most=1, seconds=0.05, link=None)


@pytest.fixture(scope="module")
def exported(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> exports.Export:
    out = tmp_path_factory.mktemp("exported") / "export"
    return exports.write(runs["cnn"], [plugins.BACKENDS.get("webassembly")], out).export


STRANGER = """
from pathlib import Path
from ganzoo.bench.peers import Peer


def write(source, backend, folder):
    (folder / "model.json").write_text(str(len(source.plan.steps)))


CODE = {"webassembly": {"all-zeros.js": "all-zeros/all-zeros.js"}}
PEER = Peer("all-zeros", Path(__file__).parent, "all-zeros", CODE, write)
"""
RUNNER = """
export const script = (backend, folder, classic) => classic("lib/all-zeros.js");
export const load = async (folder, backend, { outputs }) => async (values, n) =>
  outputs.map(({ shape }) => new Float32Array(window.allZeros * n * shape.reduce((a, b) => a * b, 1)));
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with a peer whose answers are all 0, and a node_modules that has the peer's package."""
    site, modules = tmp_path / "site", tmp_path / "node_modules"
    folder, info = site / "all_zeros", site / "all_zeros-1.0.dist-info"
    for each in (folder, info, modules / "all-zeros"):
        each.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: all-zeros\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ganzoo.peers]\nall-zeros = all_zeros:PEER\n")
    (folder / "__init__.py").write_text(STRANGER)
    (folder / "runner.js").write_text(RUNNER)
    (folder / "package.json").write_text('{ "dependencies": { "all-zeros": "3.2.1" } }')
    (modules / "all-zeros" / "all-zeros.js").write_text("window.allZeros = 1;")
    (modules / "all-zeros" / "package.json").write_text('{ "version": "3.2.1" }')
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv(OWN_MODULES, str(modules))


@pytest.mark.browser
@pytest.mark.usefixtures("stranger")
def test_every_peer_computes_what_chainer_does_and_a_stranger_s_is_judged_like_them(
    exported: exports.Export, runs: Mapping[str, Run], tab: Tab
) -> None:
    told: list[str] = []
    report = run.bench([(exported, runs["cnn"])], [tab], QUICK, told.append)
    rows = {row["library"]: row for row in report["rows"]}
    wanted = [name for name in PEERS.names() if "webassembly" in PEERS.get(name).code]
    assert list(rows) == ["ganzoo", *wanted] and "all-zeros" in rows
    wrong = rows.pop("all-zeros")
    assert "differs from the original" in wrong["reason"] and wrong["library_version"] == "3.2.1"
    for row in rows.values():
        assert row["reason"] == "" and row["largest_error"] < 1e-4
    assert {row["library"] for row in report["ratios"]} == set(rows) - {"ganzoo"}


@pytest.mark.browser
@pytest.mark.usefixtures("stranger")
def test_peers_run_only_when_they_are_asked_for(exported: exports.Export, runs: Mapping[str, Run], tab: Tab) -> None:
    alone = replace(QUICK, peers=False)
    report = run.bench([(exported, runs["cnn"])], [tab], alone, lambda line: None)
    assert [row["library"] for row in report["rows"]] == ["ganzoo"]
    assert "all-zeros" not in report["versions"]


@pytest.mark.slow
def test_the_peers_get_the_network_of_a_file(tmp_path: Path) -> None:
    export, made_from = timed(str(DATA / "onnx" / "torch-classifier.onnx"), ("webassembly",), tmp_path / "made")
    (subject,) = subjects([(export, made_from)])
    (of_file,) = subjects([(exports.load(export.path), None)])
    peer = Installed(replace(PEERS.get("onnxruntime-web"), code={"webassembly": {}}), {})
    own, other = contestants([subject], [peer], QUICK, tmp_path / "staged", lambda line: None)
    assert (own.library, other.library, other.reason) == ("ganzoo", "onnxruntime-web", "")
    assert own.expected is other.expected and any(other.folders["model"].iterdir())
    with pytest.raises(UsageError, match=r"ganzoo bench torch-classifier\.onnx --peers"):
        contestants([of_file], [peer], QUICK, tmp_path / "again", lambda line: None)
