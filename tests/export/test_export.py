"""Exports: whole or absent, named where they fail, weighed as they are."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo import inputs, plugins
from ganzoo.backends._webdnn import save
from ganzoo.errors import BudgetError, RunError, UnsupportedOperatorError, UsageError, VerificationError
from ganzoo.export import exports, golden, size
from ganzoo.export.tracing import reference, trace
from ganzoo.specs import Network, Part, TensorSpec, WebdnnTarget
from tests.support.registries import ARCHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.runs.run import Run
    from tests.support.command import Done

WEBDNN = ("--layout", "webdnn")
WRITTEN = {
    "webgpu": {"graph_webgpu.json", "kernels_webgpu.metal", "weight_webgpu.bin"},
    "webgl": {
        f"{kind}_webgl_{n}.{end}" for n in (4096, 8192, 16384) for kind, end in (("graph", "json"), ("weight", "bin"))
    },
    "webassembly": {
        "graph_webassembly.json",
        "weight_webassembly.bin",
        "kernels_webassembly.js",
        "kernels_webassembly.wasm",
    },
}
BACKENDS = tuple(WRITTEN)


def backends(*names: str) -> list[Any]:
    return [plugins.BACKENDS.get(name) for name in names or BACKENDS]


def webdnn(run: Run, chosen: list[Any], out: Path, **options: Any) -> exports.ExportResult:
    """An export in WebDNN's layout: what this file is about; tests/export/test_bundle.py is about ganzoo's."""
    return exports.write(run, chosen, out, layout="webdnn", **options)


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def network(link: Any, forward: Any, *shape: int, outputs: int = 1) -> Network:
    specs = tuple(TensorSpec(f"y{i}", (), "logits") for i in range(outputs))
    return Network("net", link, forward, (TensorSpec("x", shape, "image"),), specs)


@pytest.mark.slow
@pytest.mark.parametrize("arch", ARCHS)
def test_every_architecture_for_every_backend(arch: str, runs: Mapping[str, Run], tmp_path: Path) -> None:
    done = webdnn(runs[arch], backends(), tmp_path / "export")
    made, parts = done.export, done.parts
    (name,) = made.networks
    assert {path.name for path in (made.path / name).iterdir()} == set().union(*WRITTEN.values())
    assert {path.name for path in made.path.iterdir()} == {name, "export.json", "report.json", "golden.npz"}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]  # no staging left
    for path, entry in made.description["files"].items():
        raw = (made.path / path).read_bytes()
        assert (len(raw), hashlib.sha256(raw).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert len(parts) == 13
    again = exports.load(tmp_path / "export")
    assert again.description == json.loads(json.dumps(made.description))
    assert again.runnable == ["webassembly", "webgl"]
    drawn, computed = again.golden(name)
    assert len(drawn[0]) == len(computed[0]) == golden.SAMPLES
    (net,) = runs[arch].arch.export(runs[arch].config, runs[arch].model())
    np.testing.assert_array_equal(reference(net, drawn)[0], computed[0])


def test_webgpu_descriptor_is_sound_metal(runs: Mapping[str, Run], tmp_path: Path) -> None:
    """Nothing runs it any more, so its structure is what can be checked."""
    webdnn(runs["dcgan-cond"], backends("webgpu"), tmp_path / "export")
    folder = tmp_path / "export" / "generator"
    graph = json.loads((folder / "graph_webgpu.json").read_text())
    source = (folder / "kernels_webgpu.metal").read_text()
    assert graph["exec_infos"]
    for step in graph["exec_infos"]:
        assert f"kernel void {step['entry_func_name']}(" in source
    assert source.count("{") == source.count("}")
    allocations = graph["memory_layout"]["static"]["allocations"]
    assert all(name in allocations for name in (*graph["inputs"], *graph["outputs"]))
    assert allocations[graph["inputs"][0]]["size"] == 110 and allocations[graph["outputs"][0]]["size"] == 784
    static = graph["memory_layout"]["static"]["size"] * 4
    assert 840_000 < (folder / "weight_webgpu.bin").stat().st_size <= static


def test_operators_are_named_after_their_layers(runs: Mapping[str, Run]) -> None:
    from webdnn.graph import traverse

    run = runs["dcgan-cond"]
    (net,) = run.arch.export(run.config, run.model())
    names = {operator.name for operator in traverse.listup_operators(trace(net))}
    assert {"l1", "dc1", "dc1_bn", "dc2", "dc2_bn", "dc3", "l1 > ReLU", "dc1_bn > ReLU", "dc3 > Sigmoid"} <= names


def test_what_the_converter_lacks_is_named_with_its_layer() -> None:
    chain = chainer.Sequential(L.Linear(4, 4), F.relu, L.Linear(4, 4), F.erf)
    with pytest.raises(UnsupportedOperatorError, match=r"erf \(layer 1 > erf\)"):
        trace(network(chain, chain, 4))


def test_what_a_backend_lacks_is_named_before_anything_is_written(
    runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs["cnn"]

    def normalised(config: Any, model: Any) -> list[Network]:
        def forward(x: Any) -> Any:
            return F.softmax(model(F.local_response_normalization(x)))

        return [
            Network(
                "net", model, forward, (TensorSpec("x", config.shape, "image"),), (TensorSpec("y", (10,), "logits"),)
            )
        ]

    run = _with_export(run, normalised, monkeypatch)
    words = r"webgl has no operator LocalResponseNormalization \(layer input > "
    with pytest.raises(UnsupportedOperatorError, match=words):
        webdnn(run, backends("webassembly", "webgl"), tmp_path / "out" / "export")
    assert not list(tmp_path.iterdir())


def _with_export(run: Run, export: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    changed = replace(run.arch, export=export)
    monkeypatch.setattr(type(run), "arch", property(lambda self: changed))
    return run


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
    for content in (b"", b"PK\x03\x04 no zip", b"text"):
        (exported / "golden.npz").write_bytes(content)
        with pytest.raises(RunError, match="damaged"):
            found.golden("generator")


def test_a_network_whose_folder_is_gone_is_refused(exported: Path) -> None:
    (exported / "generator").rename(exported / "elsewhere")
    with pytest.raises(RunError, match="it names the network generator, but there is no folder of that name"):
        exports.load(exported)


@pytest.mark.slow
def test_nothing_to_verify_is_no_success(ganzoo: Callable[..., Done], exported: Path, runs: Mapping[str, Run]) -> None:
    """`exported` holds webgpu only."""
    for command in (["verify", exported], ["bench", exported]):
        done = ganzoo(*command)
        assert done.code == 2 and "No browser of today can run" in done.err
    out = exported.parent / "other"
    done = ganzoo("export", runs["cnn"].path, "--backend", "webgpu", *WEBDNN, "--verify", "--out", out)
    assert done.code == 2 and not out.exists()
    done = ganzoo("export", runs["cnn"].path, "--backend", "webgpu", *WEBDNN, "--out", out)
    assert done.code == 0 and "was not verified" in done.err and "no browser of today runs" in done.out


@pytest.mark.slow
def test_options_of_export_reach_it(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs["cnn"].path
    out = tmp_path / "export"
    done = ganzoo("export", run, *WEBDNN, "--backend", "webgl", "--no-verify", "--budget", "2MB", "--out", out)
    assert done.code == 1 and "than the budget of 2,000,000" in done.err and not out.exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    done = ganzoo(
        "export", run, *WEBDNN, "--backend", "webassembly", "--toolchain", "emscripten", "--no-verify", "--out", out
    )
    assert done.code == 3 and "em++" in done.err
    done = ganzoo("export", run, *WEBDNN, "--backend", "webgpu", "--no-verify", "--out", out)
    table = next(line for line in done.out.splitlines() if line.strip().startswith("total"))
    assert done.code == 0 and f"{sum(e.stat().st_size for e in (out / 'classifier').iterdir()):,}" in table
    stored = json.loads(
        ganzoo("export", run, *WEBDNN, "--backend", "webgpu", "--no-verify", "--out", out, "--json").out
    )
    assert stored["networks"] == {"classifier": str(out / "classifier")} and stored["checks"] == []
    assert "no browser" in stored["notes"]["webgpu"]


def test_strangers_backend_that_lacks_an_operator(runs: Mapping[str, Run], tmp_path: Path) -> None:
    def generate(graph: Any) -> Any:
        raise NotImplementedError("Operator <Softmax> is not handled")

    lacking = replace(backends("webgl")[0], name="mine", webdnn=WebdnnTarget(generate, save))
    with pytest.raises(UnsupportedOperatorError, match=r"mine has no operator Softmax \(layer l4 > Softmax\)"):
        webdnn(runs["cnn"], [lacking], tmp_path / "export")


@pytest.fixture
def exported(runs: Mapping[str, Run], tmp_path: Path) -> Path:
    webdnn(runs["dcgan-cond"], backends("webgpu"), tmp_path / "export")
    return tmp_path / "export"


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


def test_parameters_are_written_as_they_are(runs: Mapping[str, Run], exported: Path) -> None:
    """The weights file holds the generator's own numbers, in some order."""
    stored = np.frombuffer((exported / "generator" / "weight_webgpu.bin").read_bytes(), np.float32)
    weights = runs["dcgan-cond"].model().l1.W.array
    assert np.isin(weights.ravel(), stored).all()


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


# Sizes


@pytest.mark.slow
def test_report_is_what_lies_there(runs: Mapping[str, Run], tmp_path: Path) -> None:
    done = webdnn(runs["dcgan-cond"], backends(), tmp_path / "export")
    made, parts = done.export, done.parts
    report = json.loads((made.path / "report.json").read_text())
    assert report == json.loads(json.dumps(size.report(parts, made.notes, ())))
    files = {entry["path"]: entry for entry in report["files"]}
    assert set(files) == set(made.description["files"])
    for path, entry in files.items():
        raw = (made.path / path).read_bytes()
        assert entry["raw"] == len(raw)
        assert len(gzip.decompress(gzip.compress(raw, 9))) == len(raw) and entry["gzip"] == len(
            gzip.compress(raw, 9, mtime=0)
        )
        assert entry["brotli"] == len(brotli.compress(raw, quality=9 if path.endswith(".bin") else 11))
        assert entry["holds"] == ("weights" if path.endswith(".bin") else "code")
    webgl = report["backends"]["webgl"]
    contents = {(made.path / path).read_bytes() for path in files if "webgl" in path}
    assert webgl["distinct"] == sum(map(len, contents)) < webgl["raw"]
    assert webgl["weights"] + webgl["code"] == webgl["raw"]
    assert report["total"]["raw"] == sum(each["raw"] for each in report["backends"].values())
    everything = {(made.path / path).read_bytes() for path in files}
    assert sum(entry["distinct"] for entry in report["files"]) == sum(map(len, everything)) < report["total"]["raw"]
    assert "no browser" in report["notes"]["webgpu"]


@pytest.mark.slow
def test_budget_names_the_largest_parts(runs: Mapping[str, Run], tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match=r"Largest: generator/weight_webgl\S+ \(841,988\)"):
        webdnn(runs["dcgan-cond"], backends("webgl"), tmp_path / "export", budget=size.parse_bytes("1MB"))
    parts = webdnn(runs["dcgan-cond"], backends("webgl"), tmp_path / "export", budget=size.parse_bytes("4.2MB")).parts
    assert size.total(parts).raw <= 4_200_000


@given(st.integers(0, 10**12), st.sampled_from([*size.UNITS]), st.sampled_from(["", " "]))
def test_sizes_are_read_as_written(n: int, unit: str, gap: str) -> None:
    assert size.parse_bytes(f"{n}{gap}{unit}") == n * size.UNITS[unit]


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "1.5.2MB", "1 mib", "five", "1MB extra", "1e6"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        size.parse_bytes(text)


# Inputs


def test_seeded_inputs_follow_their_specs() -> None:
    vector = TensorSpec("x", (14,), "latent", parts=(Part("z", 10, "latent"), Part("label", 4, "onehot")))
    image = TensorSpec("image", (1, 5, 5), "image", range=(0.0, 1.0))
    x, picture = inputs.seeded((vector, image), 6, seed=3)
    assert x.shape == (6, 14) and x.dtype == picture.dtype == np.float32
    np.testing.assert_array_equal(x[:, 10:], np.eye(4)[[0, 1, 2, 3, 0, 1]])
    assert 0.5 < x[:, :10].std() < 1.5
    assert picture.min() >= 0 and picture.max() <= 1 and picture.std() > 0.2
    np.testing.assert_array_equal(inputs.seeded((vector, image), 6, seed=3)[0], x)
    assert (inputs.seeded((vector, image), 6, seed=4)[0] != x).any()
    np.testing.assert_array_equal(inputs.seeded((vector,), 2, 0, labels=[2])[0][:, 10:], np.eye(4)[[2, 2]])


# In the browser


@pytest.mark.browser
@pytest.mark.parametrize("arch", ARCHS)
def test_exports_agree_with_chainer_in_the_browser(
    arch: str, ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    place = tmp_path / "export"
    done = ganzoo("export", runs[arch].path, "--all-backends", *WEBDNN, "--verify", "--json", "--out", place)
    assert done.code == 0, done.err
    checks = json.loads(done.out)["checks"]
    assert {check["backend"] for check in checks} == {"webgl", "webassembly"}
    assert all(check["ok"] and check["max_abs_error"] <= 1e-4 for check in checks)
    made = exports.load(place)
    (drawn, computed) = made.golden(next(iter(made.networks)))
    assert len(drawn[0]) == len(computed[0]) == golden.SAMPLES


@pytest.mark.browser
def test_verifying_again(ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path) -> None:
    made = webdnn(runs["dcgan-cond"], backends("webgl", "webassembly"), tmp_path / "export").export
    checks = json.loads(ganzoo("verify", made.path, "--json").out)
    assert {check["backend"] for check in checks} == {"webgl", "webassembly"}
    assert all(check["ok"] and check["max_abs_error"] <= 1e-4 for check in checks)
    done = ganzoo("verify", made.path, "--backend", "webgl")
    assert done.code == 0 and "agrees" in done.out and "webassembly" not in done.out


@pytest.mark.browser
@pytest.mark.parametrize(
    ("backend", "file"), [("webassembly", "weight_webassembly.bin"), ("webgl", "weight_webgl_4096.bin")]
)
def test_a_tampered_export_is_exit_code_1(
    backend: str, file: str, ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    made = webdnn(runs["dcgan-cond"], backends(backend), tmp_path / "export").export
    weights = made.path / "generator" / file
    raw = np.frombuffer(weights.read_bytes(), np.float32).copy()
    raw[:2000] += 0.01
    weights.write_bytes(raw.tobytes())
    done = ganzoo("verify", made.path)
    assert done.code == 1 and f"{backend}, f32: The output differs from Chainer's" in done.err
    assert "FAILED" in done.out
    raw[:] = np.nan
    weights.write_bytes(raw.tobytes())
    done = ganzoo("verify", made.path)
    # GLSL may turn NaN into a number on the way, and does here; that differs all the more
    assert done.code == 1 and ("NaN" in done.err or (backend == "webgl" and "differs" in done.err))


@pytest.mark.browser
def test_an_export_that_differs_is_not_swapped_in(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    webdnn(runs["dcgan-cond"], backends("webassembly"), tmp_path / "export")
    before = content(tmp_path / "export")
    monkeypatch.setattr(golden, "reference", lambda net, drawn: [array + 0.01 for array in reference(net, drawn)])
    done = ganzoo(
        "export",
        runs["dcgan-cond"].path,
        "--backend",
        "webassembly",
        "--layout",
        "webdnn",
        "--out",
        tmp_path / "export",
    )
    assert done.code == 1 and "differs" in done.err
    assert content(tmp_path / "export") == before


@pytest.mark.slow
def test_without_a_browser_the_export_is_written_and_says_so(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_BROWSER", str(tmp_path / "none"))
    out = tmp_path / "export"
    done = ganzoo("export", runs["cnn"].path, "--backend", "webgl", "--out", out)
    assert done.code == 0 and "was not verified" in done.err and out.exists()
    done = ganzoo("export", runs["cnn"].path, "--backend", "webgl", "--out", tmp_path / "other", "--verify")
    assert done.code == 3 and not (tmp_path / "other").exists()
