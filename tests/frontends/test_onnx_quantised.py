"""Quantised ONNX files: their integers and scales are stored as they are, and rounding on the way is computed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from ganzoo.card import Card
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export import weights
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.export.tracing.agreement import check_agreement
from ganzoo.frontends.onnx import FRONTEND
from ganzoo.inputs import seeded
from ganzoo.specs import Source
from tests.support.onnx_models import drawn, model, saved
from tests.support.places import DATA
from tests.support.plans import execute
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.export.plan import Plan
    from tests.support.command import Done

FILE = DATA / "onnx" / "quantised-classifier.onnx"


def stored(plan: Plan, encoding: weights.Encoding = "f32") -> dict[str, tuple[np.ndarray, np.ndarray] | None]:
    """By layer, the (K, M) integers and (M,) scales of each matrix in the weights file, None where it is not int8."""
    table, contents = zip(*weights.encode(plan.weights, encoding), strict=True)
    data = b"".join(contents)
    found: dict[str, tuple[np.ndarray, np.ndarray] | None] = {}
    for entry, weight in zip(table, plan.weights, strict=True):
        if len(entry.shape) != 3:
            continue
        found[weight.layer] = None
        if entry.encoding == "int8":
            panels, rows, _ = entry.shape
            scales = np.frombuffer(data, "<f4", 4 * panels, entry.at)
            whole = np.frombuffer(data, np.int8, entry.values, entry.at + scales.nbytes).reshape(entry.shape)
            n = weight.columns
            found[weight.layer] = whole.transpose(1, 0, 2).reshape(rows, -1)[:, :n], scales[:n]
    return found


def planned(path: Path) -> Plan:
    (network,) = FRONTEND.read(Source(str(path)), Card())
    plan = lower(trace(network), network)
    given = seeded(network.inputs, 3, seed=5)
    for made, expected in zip(execute(plan, given), reference(network, given), strict=True):
        np.testing.assert_allclose(made, expected, rtol=0, atol=1e-4)
    return plan


@pytest.mark.parametrize("encoding", weights.ENCODINGS)
def test_the_integers_and_scales_of_the_file_are_stored(encoding: weights.Encoding) -> None:
    tensors = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(FILE)).graph.initializer}
    found = list(stored(planned(FILE), encoding).values())
    for name, made in zip(("0", "4.body.0", "4.body.3", "8"), found, strict=True):
        assert made is not None, name
        wanted = tensors[f"{name}.weight_quantized"]
        wanted = wanted.transpose(2, 3, 1, 0).reshape(-1, len(wanted)) if wanted.ndim == 4 else wanted.T
        np.testing.assert_array_equal(made[0], wanted)
        np.testing.assert_array_equal(made[1], tensors[f"{name}.weight_scale"])


def dense(kind: type, whole: np.ndarray, zero: int, *after: Any, **constants: np.ndarray) -> Any:
    """x (batch, 4) times dequantised weights (4, 3), with a scale for each column, and what comes `after`."""
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["weights"], axis=1),
        helper.make_node("MatMul", ["x", "weights"], ["y" if not after else "h"], name="layer"),
        *after,
    ]
    given = {
        "w": whole.astype(kind),
        "scale": np.array([0.1, 0.013, 0.7], np.float32),
        "zero": np.full(3, zero, kind),
        **constants,
    }
    return model(nodes, {"x": ("batch", 4)}, {"y": ("batch", 3)}, given)


WHOLE = np.array([[-128, 2, 4], [0, 6, -8], [127, 2, 2], [5, -4, 6]])  # the third column is even: 2 would divide it


@pytest.mark.parametrize(("kind", "shift", "kept"), [(np.int8, 0, True), (np.uint8, 128, True), (np.uint8, 100, False)])
def test_a_zero_point_is_kept_where_it_leaves_eight_bits(kind: type, shift: int, kept: bool, tmp_path: Path) -> None:
    whole = WHOLE + 128 if kind is np.uint8 else WHOLE
    made = stored(planned(saved(dense(kind, whole, shift), tmp_path)))["layer"]
    assert (made is not None) == kept
    if made is not None:
        np.testing.assert_array_equal(made[0], WHOLE)
        np.testing.assert_array_equal(made[1], np.array([0.1, 0.013, 0.7], np.float32))


def test_a_scale_behind_the_layer_leaves_its_integers_alone(tmp_path: Path) -> None:
    after = [helper.make_node("Mul", ["h", "factor"], ["m"]), helper.make_node("Add", ["m", "bias"], ["y"])]
    made = dense(np.int8, WHOLE, 0, *after, factor=drawn(3), bias=drawn(3))
    found = stored(planned(saved(made, tmp_path)))["layer"]
    assert found is not None
    np.testing.assert_array_equal(found[0], WHOLE)


def test_only_what_was_quantised_may_be_rounded_to_the_other_side() -> None:
    """A network that uses `floor` for something else is held to what all are held to."""
    (network,) = FRONTEND.read(Source(str(FILE)), Card())
    graph = trace(network)
    (right,) = reference(network, seeded(network.inputs, 1, 0))
    apart = right + np.float32(5e-3) * max(1, abs(right).max())
    check_agreement(network, [apart], graph, [right])
    with pytest.raises(UnsupportedOperatorError, match="differs by"):
        check_agreement(replace(network, grids={}), [apart], graph, [right])


@pytest.mark.browser
def test_a_file_of_quantize_static_computes_the_same_in_a_browser(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    done = ganzoo("export", FILE, "--all-backends", "--verify", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    asked = [check for check in told["checks"] if check["asked"]]
    assert {check["backend"] for check in asked} == set(BACKENDS)
    assert all(check["ok"] and check["max_abs_error"] < 1e-4 for check in asked), asked
    assert all(1e-3 < check["tolerance"] <= 1e-2 for check in asked), "a sum may be rounded to the other side"
    report = json.loads((in_tmp / "quantised-classifier-export" / "report.json").read_text())
    (own,) = (row for row in report["encodings"] if row["encoding"] == "f32")
    assert own["reason"] == "4 of 4 matrices keep their int8."
    manifest = json.loads((in_tmp / "quantised-classifier-export" / FILE.stem / "manifest.json").read_text())
    kinds = [tensor["encoding"] for tensor in manifest["weights"]["tensors"] if len(tensor["shape"]) == 3]
    assert kinds == ["int8"] * 4 and manifest["weights"]["encoding"] == "f32"
