"""An export's folder: it replaces nothing but an export, is whole or absent, and is refused when it is damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo.errors import BudgetError, RunError, UsageError, VerificationError
from ganzoo.export import exports
from tests.support.exporting import WRITTEN, backends, webdnn
from tests.support.sites import content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.runs.run import Run


@pytest.mark.parametrize("foreign", ["folder", "file"])
def test_an_export_replaces_nothing_but_an_export(foreign: str, runs: Mapping[str, Run], tmp_path: Path) -> None:
    out = tmp_path / "site"
    if foreign == "folder":
        out.mkdir()
        (out / "index.html").write_text("mine")
    else:
        out.write_text("mine")
    with pytest.raises(UsageError, match="site exists and is not a ganzoo export"):
        webdnn(runs["cnn"], backends("webgpu"), out)
    assert (out / "index.html" if foreign == "folder" else out).read_text() == "mine"
    (tmp_path / "empty").mkdir()
    webdnn(runs["cnn"], backends("webgpu"), tmp_path / "empty")
    assert (tmp_path / "empty" / "export.json").exists()


@pytest.mark.parametrize(
    "foreign", ["{", '{"manifest_version": 3, "name": "mine", "files": {}}', '{"ganzoo": "0", "networks": {}}']
)
def test_another_s_manifest_is_no_export(foreign: str, runs: Mapping[str, Run], tmp_path: Path) -> None:
    """A browser's extension has one."""
    (tmp_path / "manifest.json").write_text(foreign)
    (tmp_path / "background.js").write_text("mine")
    before = content(tmp_path)
    with pytest.raises(UsageError, match="exists and is not a ganzoo export"):
        webdnn(runs["cnn"], backends("webgpu"), tmp_path)
    assert content(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["ganzoo", "webdnn"])
def test_what_was_added_to_an_export_is_not_deleted(layout: str, runs: Mapping[str, Run], tmp_path: Path) -> None:
    out = tmp_path / "export"
    exports.write(runs["cnn"], backends("webgl"), out, layout=layout)
    exports.write(runs["cnn"], backends("webgl"), out, layout=layout)  # with nothing added
    (out / "classifier" / "index.html").write_text("mine")
    before = content(out)
    with pytest.raises(UsageError, match=r"classifier/index\.html is not of the export"):
        exports.write(runs["cnn"], backends("webgl"), out, layout=layout)
    assert content(out) == before


def test_an_export_into_the_working_directory(runs: Mapping[str, Run], in_tmp: Path) -> None:
    made = webdnn(runs["cnn"], backends("webgpu"), Path("here")).export
    assert made.path == Path("here")  # as the user wrote it
    assert (in_tmp / "here" / "export.json").exists()
    with pytest.raises(UsageError, match="exists and is not a ganzoo export"):
        webdnn(runs["cnn"], backends("webgpu"), Path())
    with pytest.raises(RunError, match="is not an export"):
        exports.load(Path())


def test_a_second_export_leaves_nothing_of_the_first(runs: Mapping[str, Run], tmp_path: Path) -> None:
    webdnn(runs["dcgan-cond"], backends("webgl"), tmp_path / "export")
    made = webdnn(runs["cnn"], backends("webgpu"), tmp_path / "export").export
    assert {path.name for path in made.path.iterdir() if path.is_dir()} == {"classifier"}
    assert {path.name for path in (made.path / "classifier").iterdir()} == WRITTEN["webgpu"]


@pytest.mark.parametrize("arch", ["cnn"])
@pytest.mark.parametrize("fault", ["write", "judge", "budget", "interrupt"])
def test_a_failed_export_leaves_the_former_one(
    fault: str, arch: str, runs: Mapping[str, Run], exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(exported)
    chosen, options = backends("webgpu"), {}
    error: type[BaseException] = OSError

    def fail(*arguments: Any) -> None:
        raise error("at this point")

    if fault == "write":
        chosen = [replace(chosen[0], webdnn=replace(chosen[0].webdnn, write=fail))]
    elif fault == "interrupt":
        error = KeyboardInterrupt
        chosen = [replace(chosen[0], webdnn=replace(chosen[0].webdnn, write=fail))]
    elif fault == "judge":
        error = VerificationError
        options = {"judge": fail}
    else:
        error = BudgetError
        options = {"budget": 1000}
    with pytest.raises(error):
        webdnn(runs[arch], chosen, exported, **options)  # type: ignore[arg-type]
    assert content(exported) == before
    assert [path.name for path in exported.parent.iterdir()] == ["export"]


KILLED_IN_SWAP = """
import os, signal, sys
from pathlib import Path
from ganzoo import plugins
from ganzoo.export import exports
from ganzoo.runs import run

real = Path.rename
def rename(self, target):
    if self.name.startswith(".export.staging"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.rename = rename
exports.write(run.load(Path(sys.argv[1])), [plugins.BACKENDS.get("webgpu")], Path(sys.argv[2]), layout="webdnn")
"""


@pytest.mark.slow
def test_a_kill_between_the_two_renames_is_mended(runs: Mapping[str, Run], exported: Path) -> None:
    before = content(exported)
    done = subprocess.run([sys.executable, "-c", KILLED_IN_SWAP, runs["cnn"].path, exported])
    assert done.returncode == -9 and not exported.exists()
    assert exports.load(exported).networks.keys() == {"generator"}  # the former one, back in its place
    assert content(exported) == before


def test_golden_samples_of_another_kind_are_refused(exported: Path) -> None:
    file = exported / "golden.npz"
    with np.load(file, allow_pickle=False) as stored:
        arrays = dict(stored.items())
    name = next(name for name in arrays if "/outputs/" in name)
    sound = arrays.pop(name)
    strange = [sound.view("V4"), sound.astype("U8"), sound.astype(np.float64)]
    for array in (*strange, sound[:0], sound[:, :, :1], sound[0], np.asarray(1, np.float32)):
        np.savez(file, **{**arrays, name: array})  # type: ignore[arg-type]
        with pytest.raises(RunError, match=r"golden\.npz is damaged: 'generator/outputs/"):
            exports.load(exported).golden("generator")
    np.savez(file, **arrays)  # type: ignore[arg-type]
    with pytest.raises(RunError, match=r"golden\.npz is damaged"):
        exports.load(exported).golden("generator")


def test_damaged_golden_is_refused(exported: Path) -> None:
    found = exports.load(exported)
    for damage in (b"", b"PK\x03\x04 no zip", b"text"):
        (exported / "golden.npz").write_bytes(damage)
        with pytest.raises(RunError, match="damaged"):
            found.golden("generator")


def test_a_network_whose_folder_is_gone_is_refused(exported: Path) -> None:
    (exported / "generator").rename(exported / "elsewhere")
    with pytest.raises(RunError, match="it names the network generator, but there is no folder of that name"):
        exports.load(exported)


def test_manifest_that_leads_out_of_the_export(exported: Path) -> None:
    manifest = exported / "export.json"
    stored = json.loads(manifest.read_text())
    for damage in (
        {"networks": {"../..": {"inputs": [], "outputs": []}}},
        {"networks": 3},
        {"backends": [1]},
        {"backends": {"webgpu": {"runs": "yes", "note": ""}}},
        {"networks": {}},
        {"run": 7},
        {"layout": "other"},
        {"format": "x"},
    ):
        manifest.write_text(json.dumps({**stored, **damage}))
        with pytest.raises(RunError):
            exports.load(exported)
    manifest.write_text("{")
    with pytest.raises(RunError, match="damaged"):
        exports.load(exported)
    manifest.unlink()
    with pytest.raises(RunError, match="is not an export"):
        exports.load(exported)
