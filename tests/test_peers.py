"""The peers' benchmark: the peers get the same networks, a wrong answer is no time, ratios are taken within a round."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # `benchmarks` is no part of the package

from benchmarks.peers import measure, networks, onnx_model, stage, summary, tfjs_model  # noqa: E402
from ganzoo import inputs  # noqa: E402
from ganzoo.browser.find import find_browser  # noqa: E402
from ganzoo.export.trace import reference  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = tuple(networks.MULTIPLY_ADDS)


@pytest.fixture(scope="module")
def built() -> Mapping[str, Any]:
    return networks.networks()


@pytest.mark.parametrize("name", NAMES)
def test_onnx_is_the_same_network(name: str, built: Mapping[str, Any]) -> None:
    import onnx
    from onnx.reference import ReferenceEvaluator

    _, link, network = built[name]
    x = inputs.seeded(network.inputs, 2, 1)[0]
    for batch, given in (("batch", x), (1, x[:1])):
        model = onnx.load_from_string(onnx_model.serialize(network, networks.layers(name, link), batch))
        (y,) = ReferenceEvaluator(model).run(None, {"x": given})
        np.testing.assert_allclose(y, reference(network, [given])[0], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_tensorflow_gets_the_same_network(name: str, built: Mapping[str, Any]) -> None:
    _, link, network = built[name]
    x = inputs.seeded(network.inputs, 3, 1)[0]
    description, arrays = tfjs_model.convert(network, networks.layers(name, link))
    expected = reference(network, [x])[0]
    np.testing.assert_allclose(in_numpy(description, arrays, x).reshape(expected.shape), expected, atol=1e-5)


def in_numpy(description: dict[str, Any], arrays: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """What pages/tfjs.js computes: NHWC, one operation after another."""
    values = iter(arrays)
    x = x.reshape(len(x), *description["input"])
    for operation in json.loads(json.dumps(description))["operations"]:
        w, b = (next(values).reshape(operation[key]) for key in ("w", "b"))
        stride, output = operation["stride"], operation["output"]
        if operation["kind"] == "dense":
            x = x.reshape(len(x), -1) @ w
        elif operation["kind"] == "conv":
            windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], (1, 2))[:, ::stride, ::stride]
            x = np.einsum("nhwcij,ijco->nhwo", windows, w)
        else:
            y = np.zeros((len(x), *output), np.float32)
            for i, j in np.ndindex(*x.shape[1:3]):
                patch = np.einsum("nc,ijoc->nijo", x[:, i, j], w)
                y[:, i * stride : i * stride + w.shape[0], j * stride : j * stride + w.shape[1]] += patch
            x = y
        x = (x + b).reshape(len(x), *output)
        x = ACTIVATIONS[operation["activation"]](x)
    return x


ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
}


def test_no_statistic_of_batch_norm_is_trivial(built: Mapping[str, Any]) -> None:
    _, link, _ = built["generator"]
    for norm in (link.bn1, link.bn2):
        for array, initial in ((norm.gamma.array, 1), (norm.beta.array, 0), (norm.avg_mean, 0), (norm.avg_var, 1)):
            assert np.abs(array - initial).min() > 0


def test_peers_are_pinned() -> None:
    package = json.loads((ROOT / "benchmarks" / "package.json").read_text())
    lock = json.loads((ROOT / "benchmarks" / "package-lock.json").read_text())["packages"]
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(entry.get("integrity") for name, entry in lock.items() if name)


# A peer that doubles its input.
DOUBLES = """
export const script = async () => {};
export const load = async () => async (values, n) => values.map((value) => FACTOR * value);
"""


@pytest.mark.browser
@pytest.mark.parametrize("factor", [2, 2.1])
def test_a_wrong_answer_is_no_time(factor: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(measure.PAGES, tmp_path / "pages")
    (tmp_path / "pages" / "twice.js").write_text(DOUBLES.replace("FACTOR", str(factor)))
    monkeypatch.setattr(measure, "PAGES", tmp_path / "pages")
    x = np.random.RandomState(0).uniform(0.5, 1, (measure.BATCH, 5)).astype(np.float32)
    sample = measure.measure(
        *("twice", "webassembly", tmp_path, tmp_path, x, 2 * x), runs=20, batch=True, browser=find_browser()
    )
    if factor == 2:
        assert not sample.reason and len(sample.early) == 20 and sample.steady and sample.batches
        assert 0 < sample.first_ms < sample.cold_ms and sample.error == 0
    else:
        assert "differs from Chainer's" in sample.reason and not sample.early and not sample.batches


@pytest.mark.browser
def test_the_peak_is_measured_in_the_browser(tmp_path: Path) -> None:
    modules = stage.peak_modules(tmp_path / "peak")
    peaks = measure.peak(tmp_path / "peak", modules, {"some": 480}, find_browser())
    assert set(peaks) == {"simd128", "relaxed"}
    assert all(0.1 < peak["some"] < 1000 for peak in peaks.values())


def sample(ms: float, **values: Any) -> measure.Sample:
    return measure.Sample(script_ms=1, load_ms=10 * ms, first_ms=1, early=(ms, ms, 9), steady=(ms / 2,), **values)


def test_ratios_are_taken_within_a_round() -> None:
    def case(peer: str) -> summary.Case:
        return summary.Case("generator", "webassembly", peer)

    results = {
        case("ganzoo"): [sample(1, batches=(64.0,)), sample(2, batches=(64.0,)), sample(1)],
        case("ort"): [sample(3, batches=(128.0,)), sample(10, batches=(320.0,)), measure.Sample(reason="it fell")],
        case("tfjs"): [measure.Sample(reason="it fell")] * 3,
    }
    (row,) = summary.ratios(results)
    assert row["peer"] == "ort"
    assert row["early"] == row["steady"] == {"median": 4, "min": 3, "max": 5, "rounds": [3, 5]}
    assert row["batch"]["rounds"] == [2, 5]
    assert summary.figures(results[case("ort")]) == {"reason": "it fell"}
    assert summary.figures(results[case("ganzoo")])["early_ms"]["n"] == 9

    peaks = [{"relaxed": {"weights": gflops}} for gflops in (30.0, 40.0, 20.0)]
    share = summary.shares({case("ganzoo"): results[case("ganzoo")]}, peaks)[case("ganzoo")]
    # 1,216,768 multiply-adds in 0.5 ms are 4.87 GFLOP/s
    assert share == pytest.approx(2 * 1_216_768 / 0.5e-3 / 40e9, rel=1e-3)
