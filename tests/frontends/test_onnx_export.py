"""`ganzoo export model.onnx` as its users meet it: what is verified, and what is said where nothing can be exported."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from onnx import TensorProto, helper

from tests.support.onnx_models import changed, model, saved
from tests.support.places import DATA
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.support.command import Done

    Command = Callable[..., Done]

CLASSIFIER = DATA / "onnx" / "keras-classifier.onnx"


def relu(*shape: int | str) -> Any:
    return model([helper.make_node("Relu", ["x"], ["y"])], {"x": shape}, {"y": shape})


@pytest.fixture
def refused(ganzoo: Command, in_tmp: Path) -> Callable[..., str]:
    """Export, which is refused as wrong usage before anything is written; what is said."""

    def export(*arguments: object, code: int = 2) -> str:
        before = sorted(path.name for path in in_tmp.iterdir())
        done = ganzoo("export", *arguments, "--all-backends")
        assert done.code == code and done.out == "" and "Traceback" not in done.err
        assert sorted(path.name for path in in_tmp.iterdir()) == before
        return " ".join(done.err.split())

    return export


@pytest.mark.browser
def test_the_browser_computes_what_onnxruntime_does(ganzoo: Command, in_tmp: Path) -> None:
    done = ganzoo("export", CLASSIFIER, "--all-backends", "--verify", "--json")
    assert done.code == 0, done.err
    checks = json.loads(done.out)["checks"]
    asked = [check for check in checks if check["asked"]]
    assert {check["backend"] for check in asked} == set(BACKENDS)
    assert all(check["ok"] and check["max_abs_error"] <= check["tolerance"] <= 1e-3 for check in asked), checks
    manifest = json.loads((in_tmp / "keras-classifier-export" / "keras-classifier" / "manifest.json").read_text())
    assert manifest["provenance"]["frontend"] == "onnx" and manifest["provenance"]["source"] == CLASSIFIER.name


def test_a_missing_file_and_a_cut_one_are_named(refused: Callable[..., str], in_tmp: Path) -> None:
    assert "There is no file gone.onnx." in refused("gone.onnx")
    whole = CLASSIFIER.read_bytes()
    (in_tmp / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    assert "cut.onnx is not an ONNX file, or it is cut." in refused("cut.onnx")


def test_an_open_axis_is_named_and_fixed_by_set(refused: Callable[..., str], ganzoo: Command, in_tmp: Path) -> None:
    saved(relu("batch", 3, "height", 8), in_tmp)
    said = refused("model.onnx")
    assert "the size of the axis height of the input x is open" in said and "--set height=64" in said
    assert "The size of the axis height is 'tall'." in refused("model.onnx", "--set", "height=tall")
    done = ganzoo("export", "model.onnx", "-b", "webgl", "--no-verify", "--set", "height=6")
    assert done.code == 0, done.err
    manifest = json.loads((in_tmp / "model-export" / "model" / "manifest.json").read_text())
    assert manifest["inputs"][0]["shape"] == [3, 6, 8]


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_a_missing_package_is_named(package: str, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = refused(CLASSIFIER, code=3)
    assert "pip install" in said and package in said


def test_an_input_of_integers_is_named(refused: Callable[..., str], in_tmp: Path) -> None:
    def integers(made: Any) -> None:
        made.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64

    nodes = [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)]
    saved(changed(model(nodes, {"x": (1, 4)}, {"y": (1, 4)}), integers), in_tmp)
    said = refused("model.onnx")
    assert "the input x is INT64, but inputs must be numbers in floating point" in said
    assert "one-hot" in said
