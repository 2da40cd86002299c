"""Exports in WebDNN's layout: every file is there, and what cannot be exported is named before anything is written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest

from ganzoo.backends._webdnn import save
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export import exports, golden
from ganzoo.export.tracing import reference, trace
from ganzoo.specs import Network, TensorSpec, WebdnnTarget
from tests.support.exporting import WEBDNN, WRITTEN, backends, webdnn
from tests.support.registries import ARCHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done


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
    chain = chainer.Sequential(L.Linear(4, 4), F.relu, L.Linear(4, 4), F.erfc)
    with pytest.raises(UnsupportedOperatorError, match=r"erfc \(layer 1 > erfc\)"):
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


def test_parameters_are_written_as_they_are(runs: Mapping[str, Run], exported: Path) -> None:
    """The weights file holds the generator's own numbers, in some order."""
    stored = np.frombuffer((exported / "generator" / "weight_webgpu.bin").read_bytes(), np.float32)
    weights = runs["dcgan-cond"].model().l1.W.array
    assert np.isin(weights.ravel(), stored).all()


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
