"""Exports in ganzoo's own layout: one bundle a network, whole or absent, small, quick, proved in the browser."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest

from ganzoo import plugins, roles
from ganzoo.browsers.find import find_browser
from ganzoo.browsers.session import visit_page
from ganzoo.errors import RunError, UnsupportedOperatorError, UsageError, VerificationError
from ganzoo.export import exports
from ganzoo.export.layouts import ExportOptions
from ganzoo.export.layouts.ganzoo import read, recut
from ganzoo.export.tracing import reference
from ganzoo.pages import PAGES
from ganzoo.verify import exports as verification
from ganzoo.verify.check import Check
from tests.support.exporting import backends
from tests.support.places import TEST_PAGES
from tests.support.registries import ARCHS, BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done
    from tests.support.tab import Tab


def manifest_of(made: exports.ExportResult) -> dict[str, Any]:
    (network,) = made.export.networks
    manifest: dict[str, Any] = json.loads((made.export.path / network / "manifest.json").read_text())
    return manifest


@pytest.fixture(scope="module")
def made(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> exports.ExportResult:
    return exports.write(runs["dcgan-cond"], backends(), tmp_path_factory.mktemp("bundle") / "export")


@pytest.mark.slow
def test_the_manifest_tells_of_every_file_and_no_other(made: exports.ExportResult) -> None:
    manifest = manifest_of(made)
    folder = made.export.path / "generator"
    assert set(manifest["files"]) | {"manifest.json", ".gitattributes"} == {path.name for path in folder.iterdir()}
    for name, told in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name)
        assert told == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert list(manifest["backends"]) == sorted(BACKENDS, key=lambda name: plugins.BACKENDS.get(name).order)
    for entry in manifest["backends"].values():
        assert {entry["module"], *entry["prefetch"]} <= set(manifest["files"])
    assert manifest["provenance"]["arch"] == "dcgan-cond"


def test_the_golden_sample_is_chainers(made: exports.ExportResult, runs: Mapping[str, Run]) -> None:
    golden = manifest_of(made)["golden"]
    run = runs["dcgan-cond"]
    (network,) = run.arch.export(run.config, run.model())
    x, y = np.split(np.fromfile(made.export.path / "generator" / golden["file"], "<f4"), [110])
    (want,) = reference(network, [x.reshape(1, -1)])
    np.testing.assert_allclose(y, want.ravel(), atol=1e-6)
    assert golden["tolerance"] == {backend.name: backend.tolerance for backend in backends()}
    assert {"webassembly": 1e-5, "webgl": 1e-4, "webgpu": 1e-4}.items() <= golden["tolerance"].items()


def test_weights_are_there_once_and_all_files_are_hardly_more(made: exports.ExportResult) -> None:
    """The bound of all files of an all-backend export: 1.2 times the weights."""
    weights = sum(part.raw for part in made.parts if part.holds == "weights")
    assert weights == 4 * manifest_of(made)["weights"]["values"]
    assert sum(part.raw for part in made.parts) <= 1.2 * weights


def test_code_of_a_page_on_one_backend(made: exports.ExportResult) -> None:
    """The bound of a working page: 12 kB, Brotli."""
    from ganzoo.export import size

    for name, total in size.by_backend(made.parts).items():
        assert total.code_brotli <= 12_000, (name, total.code_brotli)


def test_shards_and_encodings(runs: Mapping[str, Run], tmp_path: Path) -> None:
    options = ExportOptions(weights="f16", max_file_size=100_000)
    made = exports.write(runs["cnn"], backends("webassembly"), tmp_path / "export", options=options)
    weights = manifest_of(made)["weights"]
    assert weights["encoding"] == "f16" and len(weights["shards"]) > 4
    for name in weights["shards"]:
        assert (made.export.path / "classifier" / name).stat().st_size <= 100_000
    assert {trade.encoding for trade in made.encoding_costs} == {"f16"}


def test_a_bundle_is_recut(made: exports.ExportResult, tmp_path: Path) -> None:
    folder, into = made.export.path / "generator", tmp_path / "again"
    before = manifest_of(made)
    recut(folder, into, 100_000)
    manifest = json.loads((into / "manifest.json").read_text())
    shards = manifest["weights"]["shards"]
    assert len(shards) == 9
    assert set(manifest["files"]) | {"manifest.json", ".gitattributes"} == {path.name for path in into.iterdir()}
    (into / ".gitattributes").unlink()
    for path in into.iterdir():
        content = path.read_bytes()
        assert len(content) <= 100_000
        told = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        assert path.name == "manifest.json" or manifest["files"][path.name] == told
    assert list(read(into)[1]) == list(read(folder)[1])
    # nothing else has changed, and the bundle that it was made of not at all
    for each in (manifest, before):
        each["files"] = {name: told for name, told in each["files"].items() if not name.startswith("weights-")}
        del each["weights"]["shards"]
    assert manifest == before
    recut(into, tmp_path / "whole", 1 << 30)
    assert manifest_of(made) == json.loads((tmp_path / "whole" / "manifest.json").read_text())


def test_what_cannot_be_cut_is_named(made: exports.ExportResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ganzoo\.js has 20,000 bytes, but --max-file-size allows 16,384"):
        copy = shutil.copytree(made.export.path / "generator", tmp_path / "copy")
        (copy / "ganzoo.js").write_bytes(bytes(20_000))
        recut(copy, tmp_path / "into", 16_384)
    assert not (tmp_path / "into").exists()
    with pytest.raises(UsageError, match="too small"):
        recut(copy, tmp_path / "into", 1000)
    assert not (tmp_path / "into").exists()


def test_the_trade_is_reported(made: exports.ExportResult) -> None:
    report = json.loads((made.export.path / "report.json").read_text())
    by_encoding = {trade["encoding"]: trade for trade in report["encodings"]}
    assert list(by_encoding) == ["f32", "f16", "int8"]
    assert by_encoding["f32"]["raw"] > 1.9 * by_encoding["f16"]["raw"] > 3.6 * by_encoding["int8"]["raw"]


def _with(run: Run, link: Any, forward: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run` with another network in the place of its own."""
    (network,) = run.arch.export(run.config, run.model())
    other = replace(network, link=link, forward=forward)
    arch = replace(run.arch, export=lambda config, model: [other])
    monkeypatch.setattr(type(run), "arch", property(lambda self: arch))
    return run


def test_what_cannot_be_compiled_is_refused_before_writing(
    runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Flat(chainer.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.first = L.Linear(110, 8)

        def forward(self, x: Any) -> Any:
            return F.flatten(self.first(x))

    link = Flat()
    run = _with(runs["dcgan-cond"], link, link.forward, monkeypatch)
    with pytest.raises(UnsupportedOperatorError, match="first"):
        exports.write(run, backends(), tmp_path / "export")
    assert not any(tmp_path.iterdir())


def test_parameters_that_are_no_numbers_are_refused_before_writing(
    runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs["dcgan-cond"]
    model = run.model()
    next(iter(model.params())).array[...] = np.nan
    monkeypatch.setattr(type(run), "model", lambda self: model)
    with pytest.raises(RunError, match="NaN"):
        exports.write(run, backends(), tmp_path / "export")
    assert not any(tmp_path.iterdir())


@pytest.mark.alone
@pytest.mark.slow
def test_an_export_is_quicker_than_webdnns(runs: Mapping[str, Run], tmp_path: Path) -> None:
    """benchmarks/export.py has the seconds; a ratio holds on a busy machine too."""
    seconds = {"ganzoo": 0.0, "webdnn": 0.0}
    for _ in range(2):  # the first is not warm
        for layout in seconds:
            started = time.perf_counter()
            exports.write(runs["dcgan-cond"], backends(), tmp_path / layout, layout=layout)
            seconds[layout] = time.perf_counter() - started
    assert seconds["ganzoo"] < seconds["webdnn"]


def test_explain_shows_the_steps(ganzoo: Callable[..., Done], runs: Mapping[str, Run]) -> None:
    done = ganzoo("export", runs["dcgan-cond"].path, "--explain")
    assert done.code == 0 and max(map(len, done.out.splitlines())) <= 80
    assert [line.split()[0] for line in done.out.splitlines() if re.match(r" (dense|deconv)", line)] == [
        "dense",
        "deconv",
        "deconv",
        "deconv",
    ]
    assert "1,292,032" in done.out
    rows = json.loads(ganzoo("export", runs["cnn"].path, "--explain", "--json").out)["classifier"]
    assert [row["step"] for row in rows] == ["conv", "conv", "dense", "dense", "softmax"]
    assert sum(row["multiply_adds"] for row in rows) == 1_007_456
    assert rows[0]["layer"] == "conv1" and rows[0]["output"] == [26, 26, 8]


@pytest.mark.browser
@pytest.mark.parametrize("arch", ARCHS)
def test_every_backend_and_encoding_agrees_with_chainer(
    arch: str, ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    run = runs[arch]
    classifies = roles.classifier(run.arch.export(run.config, run.model())) is not None
    done = ganzoo("export", run.path, "--all-backends", "--verify", "--json", "--out", tmp_path / "export")
    assert done.code == 0, done.err
    checks = json.loads(done.out)["checks"]
    assert {(check["backend"], check["encoding"]) for check in checks} == {
        (backend, encoding) for backend in BACKENDS for encoding in ("f32", "f16", "int8")
    }
    for check in checks:
        bound = {"f32": plugins.BACKENDS.get(check["backend"]).tolerance, "f16": 2e-3, "int8": 0.1}
        assert check["ok"] and check["max_abs_error"] <= bound[check["encoding"]], check
        assert (check["accuracy"] is not None) is classifies
    (drawn,), _ = exports.load(tmp_path / "export").golden(next(iter(json.loads(done.out)["networks"])))
    assert len(drawn) == 64
    report = json.loads((tmp_path / "export" / "report.json").read_text())
    for trade in report["encodings"]:
        judged = [check for check in checks if check["encoding"] == trade["encoding"]]
        assert trade["max_abs_error"] == max(check["max_abs_error"] for check in judged) > 0
        assert (trade["accuracy"] is None) is not classifies
        if classifies:
            known = run.best()
            assert known and trade["accuracy"] == min(check["accuracy"] for check in judged)
            assert trade["accuracy"] == pytest.approx(known.score, abs=0.05) and known.score > 0.1


def test_what_was_not_asked_for_fails_nothing() -> None:
    def check(ok: bool, encoding: str, asked: bool) -> tuple[str, Check]:
        return "net", Check("webgl", ok, 1.0, "" if ok else "It differs.", "", 1, encoding, asked=asked)

    verification.require([check(True, "f32", True), check(False, "int8", False)])
    with pytest.raises(VerificationError, match="net on webgl, int8: It differs"):
        verification.require([check(False, "int8", True)])


def test_an_encoding_that_cannot_hold_the_weights_is_a_row_and_no_error(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs["dcgan-cond"]
    model = run.model()
    model.l1.W.array[0, 0] = 1e5
    monkeypatch.setattr(type(run), "model", lambda self: model)
    done = exports.write(run, backends("webassembly"), tmp_path / "export")
    by_encoding = {trade.encoding: trade for trade in done.encoding_costs}
    assert "half precision" in by_encoding["f16"].reason and by_encoding["int8"].raw > 0
    with pytest.raises(UsageError, match="half precision"):
        exports.write(run, backends("webassembly"), tmp_path / "other", options=ExportOptions(weights="f16"))


@pytest.mark.browser
def test_a_quantised_export_is_timed(ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path) -> None:
    exports.write(runs["cnn"], backends("webassembly"), tmp_path / "export", options=ExportOptions(weights="int8"))
    only = ("--rounds", "1", "--seconds", "0.05", "--batch", "1", "--no-throttle", "--browser", find_browser().path)
    done = ganzoo("bench", tmp_path / "export", *only)
    assert done.code == 0, done.out


@pytest.mark.browser
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_tampered_bundle_is_found_out(
    backend: str, ganzoo: Callable[..., Done], made: exports.ExportResult, tmp_path: Path
) -> None:
    copy = shutil.copytree(made.export.path, tmp_path / "export")
    (shard,) = (copy / "generator").glob("weights-*.bin")
    content = bytearray(shard.read_bytes())
    content[1000] ^= 1
    shard.write_bytes(content)
    done = ganzoo("verify", copy, "--backend", backend)
    assert done.code == 1 and shard.name in done.err
    # a liar who mends the hashes is found out by the numbers
    values = np.frombuffer(bytes(content), np.float32).copy()
    values[:2000] += 0.01
    shard.write_bytes(values.tobytes())
    manifest = json.loads((copy / "generator" / "manifest.json").read_text())
    manifest["files"][shard.name]["sha256"] = hashlib.sha256(values.tobytes()).hexdigest()
    manifest["golden"]["tolerance"] = dict.fromkeys(BACKENDS, 1e9)
    (copy / "generator" / "manifest.json").write_text(json.dumps(manifest))
    done = ganzoo("verify", copy, "--backend", backend)
    assert done.code == 1 and "differs from the original" in done.err


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["webassembly", "webgl"])  # headless Chromium shows no WebGPU on a canvas
def test_a_picture_is_painted_as_it_was_computed(backend: str, made: exports.ExportResult, tab: Tab) -> None:
    import base64

    folders = {"model": made.export.path / "generator", "browser": PAGES}
    result = visit_page(TEST_PAGES / "draw.html", {"backend": backend}, folders, visitor=tab).data
    values, pixels = (np.frombuffer(base64.b64decode(result[key]), "<f4") for key in ("values", "pixels"))
    assert result["size"] == [28, 56]
    rgba = pixels.reshape(56, 28, 4)
    assert (rgba[..., 3] == 255).all()
    for channel in range(3):
        np.testing.assert_allclose(rgba[..., channel].ravel(), 255 * values, atol=0.51)
    assert values.std() > 0


@pytest.mark.parametrize(
    "damage",
    [
        {"weights": {"shards": ["../../outside.bin"], "encoding": "f32", "tensors": []}},
        {"weights": {"shards": ["/outside.bin"], "encoding": "f32", "tensors": []}},
        {"weights": {"shards": [], "encoding": "../f32", "tensors": []}},
        {"weights": {"shards": 7}},
        {"weights": {"shards": [], "encoding": "f32", "tensors": [{"name": 1}]}},
        {"weights": None},
    ],
)
def test_a_hostile_bundle_is_refused_and_touches_nothing(
    damage: dict[str, Any], ganzoo: Callable[..., Done], made: exports.ExportResult, tmp_path: Path
) -> None:
    copy = shutil.copytree(made.export.path, tmp_path / "export")
    (tmp_path / "outside.bin").write_bytes(b"precious")
    manifest = json.loads((copy / "generator" / "manifest.json").read_text())
    (copy / "generator" / "manifest.json").write_text(json.dumps(manifest | damage))
    done = ganzoo("verify", copy, "--backend", "webassembly")
    assert done.code == 2 and "damaged" in done.err, done.err
    assert (tmp_path / "outside.bin").read_bytes() == b"precious"
