"""ONNX files become plans that compute what ONNX Runtime computes, whatever exported them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import helper

import ganzoo
from ganzoo import inputs
from ganzoo.card import Card, Told
from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.frontends.onnx import FRONTEND
from ganzoo.specs import Source
from tests.support.onnx_models import MODELS, classifier, drawn, model, saved
from tests.support.plans import execute

if TYPE_CHECKING:
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Network

FILES = sorted((Path(__file__).parents[1] / "data" / "onnx").glob("*.onnx"))


def read(path: Path, card: Card = Card(), **options: str) -> Network:  # noqa: B008 - frozen
    (network,) = FRONTEND.read(Source(str(path), options=options), card)
    return network


def agreed(network: Network) -> Plan:
    """The plan of `network`, which computes what its reference does for three samples."""
    plan = lower(trace(network), network)
    given = inputs.seeded(network.inputs, 3, seed=5)
    for made, expected in zip(execute(plan, given), reference(network, given), strict=True):
        assert made.shape == expected.shape
        np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4 * max(1.0, float(np.abs(expected).max())))
    return plan


@pytest.mark.parametrize("name", MODELS)
def test_a_model_computes_what_onnxruntime_computes(name: str, tmp_path: Path) -> None:
    agreed(read(saved(MODELS[name](), tmp_path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exported_file_computes_what_onnxruntime_computes(path: Path) -> None:
    agreed(read(path))


def test_there_are_files_of_every_exporter() -> None:
    assert {path.stem.partition("-")[0] for path in FILES} == {"torch", "torchscript", "keras", "sklearn", "quantised"}


def test_names_and_shapes_say_what_a_network_is_for(tmp_path: Path) -> None:
    network = read(saved(classifier(), tmp_path, "what is it?.onnx"))
    (x,), (y,) = network.inputs, network.outputs
    assert (network.name, x.name, x.shape, x.meaning) == ("what_is_it_", "x", (3, 8, 8), "image")
    assert (y.name, y.shape, y.meaning) == ("scores", (5,), "logits")
    told = Card(name="pets", inputs=(Told("x", meaning="latent"),))
    network = read(saved(classifier(), tmp_path), told)
    assert (network.name, network.inputs[0].meaning) == ("pets", "latent")


def test_steps_are_named_after_layers(tmp_path: Path) -> None:
    plan = agreed(read(saved(classifier(), tmp_path)))
    assert [step.layer for step in plan.steps] == ["features.0", "c", "fc"]
    assert [step.kind for step in plan.steps] == ["conv", "pool", "dense"]


def test_batch_norm_is_folded_and_training_is_left_out(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("BatchNormalization", ["a", "gamma", "beta", "mean", "var"], ["b"]),
        helper.make_node("Dropout", ["b"], ["c"]),
        helper.make_node("Relu", ["c"], ["y"]),
        helper.make_node("Shape", ["c"], ["unused"]),
    ]
    names = ("gamma", "beta", "mean")
    constants = {"w": drawn(4, 3, 3, 3), **{name: drawn(4) for name in names}, "var": abs(drawn(4)) + 0.5}
    plan = agreed(read(saved(model(nodes, {"x": (1, 3, 6, 6)}, {"y": (1, 4, 4, 4)}, constants), tmp_path)))
    assert [step.kind for step in plan.steps] == ["conv"]


def test_an_output_that_does_not_depend_on_the_input_is_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["y"]),
        helper.make_node("Identity", ["c"], ["z"]),
    ]
    made = model(nodes, {"x": (1, 4)}, {"y": (1, 4), "z": (3,)}, {"c": drawn(3)})
    with pytest.raises(UnsupportedOperatorError, match=r"output z .* does not depend"):
        trace(read(saved(made, tmp_path)))


def test_samples_that_depend_on_each_other_are_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["x", "m"], ["y"]),
    ]
    with pytest.raises(UnsupportedOperatorError, match="output y of a sample depends on the other samples"):
        read(saved(model(nodes, {"x": ("batch", 4)}, {"y": ("batch", 4)}), tmp_path))


def test_options_of_a_callable_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="options are for files"):
        ganzoo.export(lambda x: x, inputs=(4,), out=tmp_path / "out", options={"width": 3})


def test_python_exports_a_file(tmp_path: Path) -> None:
    nodes = [helper.make_node("GlobalAveragePool", ["x"], ["m"]), helper.make_node("Flatten", ["m"], ["y"])]
    path = saved(model(nodes, {"x": ("batch", 3, "height", 8)}, {"y": ("batch", 3)}), tmp_path)
    export = ganzoo.export(
        path, out=tmp_path / "out", options={"height": 6}, classes="rgb", verify=False, backends=["webgl"]
    )
    assert list(export.networks) == ["model"] and export.backends == ["webgl"]
    told = json.loads((tmp_path / "out" / "model" / "manifest.json").read_text())
    assert told["inputs"][0]["shape"] == [3, 6, 8] and told["provenance"]["classes"] == ["r", "g", "b"]
