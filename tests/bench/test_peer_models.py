"""The peers get the same network: random plans, every operator and the built-in networks, in the peers' own code.

ONNX models are run by onnx' reference evaluator and by onnxruntime-web, layers models by TensorFlow.js on its CPU
backend, both in Node.js from the files that a page is served.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo import npm
from ganzoo.bench.peers import Source, install
from ganzoo.bench.peers.onnxruntime_web import onnx_model
from ganzoo.bench.peers.tensorflow_js import layers_model
from ganzoo.errors import ToolMissingError, UnsupportedOperatorError
from ganzoo.export.expressions import Arg, call
from ganzoo.export.plan import Plan, Pool, Softmax, Step
from ganzoo.plugins import PEERS
from ganzoo.specs import TensorSpec
from tests.support import plans
from tests.support.peer_cases import BATCH, built_in, cases, of_network, of_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.specs import FloatArray


def right(name: str, actual: Sequence[Any], expected: Sequence[FloatArray], tolerance: float = 1e-5) -> None:
    assert len(actual) == len(expected), name
    for made, wanted in zip(actual, expected, strict=True):
        assert made.shape == wanted.shape, name
        bound = tolerance * max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(made, wanted, rtol=0, atol=bound, err_msg=name)


# --- ONNX, by its reference -------------------------------------------------------------------------------------------


def evaluated(plan: Plan, arrays: Sequence[FloatArray], batch: int | str = "batch") -> list[Any]:
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_from_string(onnx_model.serialize(plan, batch))
    named = {spec.name: array for spec, array in zip(plan.specs[0], arrays, strict=True)}
    return ReferenceEvaluator(model).run(None, named)


def is_wrong_in_the_reference(step: Any) -> bool:
    """onnx 1.23 pads height like width in a maximum of stride 1; onnxruntime-web, below, does not."""
    return isinstance(step, Pool) and step.op == "max" and step.stride == (1, 1) and any(step.padding)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_onnx_of_random_plans(seed: int) -> None:
    for name, plan in plans.random_plans(10, seed).items():
        if not any(map(is_wrong_in_the_reference, plan.steps)):
            case = of_plan(plan)
            right(name, evaluated(plan, case.inputs), case.outputs)


def test_onnx_of_one_picture() -> None:
    for name, made in built_in().items():
        case = of_network(made)
        first = [array[:1] for array in case.inputs]
        right(name, evaluated(case.plan, first, 1), [array[:1] for array in case.outputs])


# --- in the peers' own code -------------------------------------------------------------------------------------------

# Reads jobs, runs each model on its inputs, and writes what it made of them, or why not, beside the model.
RUNNER = """
import { readFileSync, writeFileSync } from "node:fs";
const [, , lib, list] = process.argv;
const floats = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);
%s
for (const { folder, inputs, n } of JSON.parse(readFileSync(list))) {
  const values = inputs.map((shape, i) => [floats(`${folder}/input${i}`), [n, ...shape]]);
  let answer;
  try {
    answer = (await run(folder, values)).map(({ data, shape }) => ({ data: [...data], shape }));
  } catch (error) {
    answer = String(error.message ?? error);
  }
  writeFileSync(`${folder}/answer.json`, JSON.stringify(answer));
}
"""

ONNXRUNTIME = """
const ort = await import(`${lib}/ort.wasm.js`);
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = readFileSync(`${lib}/ort-wasm-simd-threaded.wasm`);
const run = async (folder, values) => {
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(`${folder}/model.onnx`)));
  const feeds = values.map(([data, shape], i) => [session.inputNames[i], new ort.Tensor("float32", data, shape)]);
  const results = await session.run(Object.fromEntries(feeds));
  const made = session.outputNames.map((name) => ({ data: results[name].data, shape: results[name].dims }));
  await session.release();
  return made;
};
"""

TENSORFLOW = """
import { createRequire } from "node:module";
import vm from "node:vm";
globalThis.require = createRequire(import.meta.url);
for (const part of ["core", "layers", "backend-cpu"]) vm.runInThisContext(readFileSync(`${lib}/tf-${part}.js`, "utf8"));
const fetchFunc = async (url) => new Response(readFileSync(new URL(url)));
await tf.setBackend("cpu");
const run = async (folder, values) => {
  const model = await tf.loadLayersModel(tf.io.http(`file://${folder}/model.json`, { fetchFunc }));
  const tensors = [model.predict(values.map(([data, shape]) => tf.tensor(data, shape)))].flat();
  return tensors.map((tensor) => ({ data: tensor.dataSync(), shape: tensor.shape }));
};
"""


def in_node(runner: str, lib: Path, folders: Mapping[str, Path], root: Path) -> None:
    """Check what a peer makes of the models in `folders`, by the names of their cases."""
    jobs = []
    for name, folder in folders.items():
        for i, array in enumerate(cases()[name].inputs):
            (folder / f"input{i}").write_bytes(array.astype("<f4").tobytes())
        shapes = [spec.shape for spec in cases()[name].plan.specs[0]]
        jobs.append({"folder": str(folder), "inputs": shapes, "n": BATCH})
    (root / "jobs.json").write_text(json.dumps(jobs))
    (root / "package.json").write_text('{ "type": "module" }')
    (root / "run.js").write_text(RUNNER % runner)
    command = ["node", str(root / "run.js"), str(lib), str(root / "jobs.json")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    for name, folder in folders.items():
        answer = json.loads((folder / "answer.json").read_text())
        assert isinstance(answer, list), f"{name}: {answer}"
        made = [np.array(each["data"], np.float32).reshape(each["shape"]) for each in answer]
        right(name, made, cases()[name].outputs)


def library(name: str, root: Path) -> Path:
    """The `lib/` of a page."""
    source = Source(built_in()["cnn/classifier"])
    return install(PEERS.get(name)).stage("webassembly", source, root / "staged")["lib"]


@pytest.mark.node
def test_onnxruntime_computes_what_chainer_does(tmp_path: Path) -> None:
    folders = {}
    for i, (name, case) in enumerate(cases().items()):
        folders[name] = tmp_path / str(i)
        folders[name].mkdir()
        (folders[name] / "model.onnx").write_bytes(onnx_model.serialize(case.plan))
    lib = library("onnxruntime-web", tmp_path)
    in_node(ONNXRUNTIME, lib, folders, tmp_path)


# What TensorFlow.js must be able to say: the usual parts of a network for images.
SAID = """
    linear linear-of-image linear-rows linear-residual conv conv-stride-padding conv-uneven conv-dilated depthwise
    depthwise-separable inception deconv deconv-padding deconv-uneven deconv-stride-beyond-kernel bn-of-conv
    bn-after-activation bn-on-input bn-alone relu leaky-relu elu sigmoid tanh softplus relu6 swish mish softmax
    softmax-of-image max-pool max-pool-cover average-pool average-pool-padding global-average-pool mean-23 max-23-kept
    squeeze-and-excite resize-same unpooling upsampling-by-repeat reshape-to-vector reshape-of-dense transpose concat
    concat-rows concat-vectors label-planes pad depth-to-space space-to-depth channel-shuffle power-3 residual u-net
    dense-block used-thrice two-inputs-two-outputs output-twice output-is-input input-unused generator classifier
    all-convolutional constant-right multiply subtract per-channel
"""


@pytest.mark.node
def test_tensorflow_computes_what_chainer_does(tmp_path: Path) -> None:
    folders, refused = {}, {}
    for i, (name, case) in enumerate(cases().items()):
        folder = tmp_path / str(i)
        folder.mkdir()
        try:
            layers_model.write(case.plan, folder)
        except UnsupportedOperatorError as error:
            assert re.match(r"\w+ \(layer .+\) cannot be converted for TensorFlow.js: .+\.$", error.message)
            assert not list(folder.iterdir())
            refused[name] = error.message
        else:
            folders[name] = folder
    assert not refused.keys() & {*SAID.split()}
    lib = library("tensorflow.js", tmp_path)
    cpu = "@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js"  # which comes with the others
    (lib / "tf-backend-cpu.js").write_bytes(npm.fetch(PEERS.get("tensorflow.js").folder, [cpu])[cpu].read_bytes())
    in_node(TENSORFLOW, lib, folders, tmp_path)


# --- what the models look like ----------------------------------------------------------------------------------------


def operators(plan: Plan) -> list[str]:
    import onnx

    return [node.op_type for node in onnx.load_from_string(onnx_model.serialize(plan)).graph.node]


def layer_classes(plan: Plan, folder: Path) -> list[str]:
    layers_model.write(plan, folder)
    topology = json.loads((folder / "model.json").read_text())["modelTopology"]["config"]
    return [layer["class_name"] for layer in topology["layers"]]


def test_nothing_needless_is_in_the_built_in_networks(tmp_path: Path) -> None:
    for name in ("cnn/classifier", "dcgan-cond/generator", "wgan-gp/generator"):
        plan = Source(built_in()[name]).plan
        if name == "cnn/classifier":
            assert operators(plan) == ["Conv", "Relu", "Conv", "Relu", "Flatten", "Gemm", "Relu", "Gemm", "Softmax"]
            assert layer_classes(plan, tmp_path) == [
                *("InputLayer", "Reshape", "Conv2D", "Conv2D", "Flatten", "Dense", "Dense", "Softmax")
            ]
        else:
            upsampling = ["ConvTranspose", "Relu", "ConvTranspose", "Relu", "ConvTranspose", "Sigmoid"]
            assert operators(plan) == ["Gemm", "Relu", "Reshape", *upsampling]
            layers = ["InputLayer", "Dense", "Reshape", *["Conv2DTranspose"] * 3, "Reshape"]
            assert layer_classes(plan, tmp_path) == layers


@pytest.mark.parametrize(
    ("expr", "nodes"),
    [
        (plans.RELU, ["Relu"]),
        (plans.LEAKY, ["LeakyRelu"]),
        (plans.ELU, ["Elu"]),
        (plans.SIGMOID, ["Sigmoid"]),
        (call("min", call("max", Arg(0), -1), 1), ["Clip"]),
        (call("mul", Arg(0), plans.SIGMOID), ["Sigmoid", "Mul"]),
        (
            call("where_gt", Arg(0), 0, Arg(0), call("mul", call("neg", Arg(0)), 0.2)),
            ["Neg", "Mul", "Greater", "Where"],
        ),
    ],
)
def test_known_activations_are_one_operator(expr: Any, nodes: list[str]) -> None:
    assert operators(plans.unary(expr)) == nodes


def test_names_are_the_specs_own_unless_both_sides_want_one() -> None:
    import onnx

    plan = plans.unary(plans.RELU)
    image = TensorSpec("relu", (6, 3, 5), "image")  # ours for the node's output, and both sides' here
    plan = Plan("test", ((image,), (image,)), plan.inputs, plan.outputs, plan.steps, plan.slots, plan.weights)
    graph = onnx.load_from_string(onnx_model.serialize(plan)).graph
    (taken,), (given,) = graph.input, graph.output
    assert taken.name == "relu" and re.fullmatch(r"relu_\d", given.name)
    x = plans.inputs_for(plan, BATCH)
    right("relu", evaluated(plan, x), [np.maximum(x[0], 0)])


@pytest.mark.parametrize("write", [onnx_model.serialize, lambda plan: layers_model.write(plan, Path("nowhere"))])
def test_what_cannot_be_said_names_layer_and_operator(write: Any) -> None:
    b = plans.Builder((3, 4, 5))
    constant: Step = Softmax(layer="last", inputs=(b.constant(3, 4, 5),), output=b.tensor(3, 4, 5))
    b.steps.append(constant)
    b.at = constant.output
    with pytest.raises(UnsupportedOperatorError, match=r"Softmax \(layer last\) .* its input is a constant"):
        write(b.plan())
    b = plans.Builder((3, 4, 5))
    with pytest.raises(UnsupportedOperatorError, match=r"Elementwise \(layer layer0\)"):
        write(b.elementwise(call("exp", Arg(1)), b.constant(3, 4, 5)).plan())


def test_without_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ToolMissingError) as missing:
        onnx_model.serialize(plans.unary(plans.RELU))
    assert "pip install onnx" in missing.value.remedy
