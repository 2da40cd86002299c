"""ONNX's own backend suite through lowering and every backend in a real browser: passed, refused, wrong.

    .venv/bin/python -m benchmarks.onnx_suite benchmarks/results/DATE-onnx.json

The cases come with the package `onnx`: one for each use of an operator ("node"), networks that PyTorch exported
("pytorch-converted", "pytorch-operator"), small ones ("simple"), and nine image networks ("light"). Of a node with
several inputs, all that are float32 are activations where ganzoo can do that, else only the first one; the others are
constants, as in the files that exporters write. `--browser none` uses the NumPy executor of the tests instead.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from ganzoo.errors import GanzooError
from ganzoo.files import write_json
from ganzoo.provenance import machine
from ganzoo.specs import Network, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ganzoo.export.plan import Plan
    from ganzoo.specs import FloatArray

# Out of scope, by reason (issue 15, part 2): what networks for pictures do not use, or no browser can do reproducibly
OUTSIDE: Mapping[str, str] = {
    "training": "Adagrad Adam Gradient Momentum NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss",
    "random numbers": "Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike",
    "sequences, strings, loops": (
        "ConcatFromSequence ImageDecoder LabelEncoder Loop OptionalGetElement OptionalHasElement RegexFullMatch Scan "
        "SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap "
        "SplitToSequence StringConcat StringNormalizer StringSplit TfIdfVectorizer"
    ),
    "recurrent layers": "CausalConvWithState FlexAttention GRU LSTM LinearAttention RNN",
    "signal processing": "BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT",
    "detection, trees, data-dependent shapes": (
        "ArrayFeatureExtractor Binarizer Compress DeformConv Det MaxRoiPool MaxUnpool NonMaxSuppression NonZero "
        "RoiAlign TensorScatter TreeEnsemble Unique"
    ),
    "integer arithmetic": (
        "BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor ConvInteger DynamicQuantizeLinear MatMulInteger "
        "QLinearConv QLinearMatMul"
    ),
}
TOGETHER = 24  # cases of one plan
PATIENCE = 600.0  # seconds for a plan; a GPU in software takes minutes to draw the largest networks
BOUND = 1e-3  # of the largest value: what the suite's own runner allows
KINDS = ("node", "pytorch-converted", "pytorch-operator", "simple", "light")


@dataclass
class Case:
    """One case on its way. `result` is "", "passed", "refused", "wrong" or "outside", with the `reason`."""

    name: str
    kind: str
    result: str = ""
    reason: str = ""
    constants: bool = False
    plan: Plan | None = None
    inputs: list[FloatArray] = field(default_factory=list)
    outputs: list[FloatArray] = field(default_factory=list)
    errors: dict[str, float] = field(default_factory=dict)

    def end(self, result: str, reason: str) -> None:
        self.result, self.reason = result, " ".join(reason.split())[:300]


def main(
    out: Annotated[Path | None, typer.Argument(help="JSON file to write.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds of cases.")] = None,
    only: Annotated[str, typer.Option(help="Only cases whose name matches this regular expression.")] = "",
    backend: Annotated[list[str] | None, typer.Option(help="Only these backends.")] = None,
    browser: Annotated[str, typer.Option(help="'none' computes with NumPy instead.")] = "",
) -> None:
    """Run the suite and print a table of what passed, what was refused and why, and what was wrong."""
    from ganzoo import plugins

    warnings.filterwarnings("ignore")
    names = ["numpy"] if browser == "none" else backend or plugins.BACKENDS.names()
    cases = []
    for case in collected(kind or KINDS, only):
        cases.append(case)
        if not case.result and case.plan and browser == "none":
            on_numpy([case])
    ready = [case for case in cases if not case.result]
    if browser != "none":
        for name in names:
            in_browser(name, [case for case in ready if case.kind != "light"], TOGETHER)
            in_browser(name, [case for case in ready if case.kind == "light"], 1)
    for case in ready:
        if not case.result:
            case.end("passed", "")
    report(cases, names, out)


def collected(kinds: Sequence[str], only: str) -> Iterator[Case]:
    """The cases, each with its plan, or with the reason why it has none."""
    wanted = re.compile(only)
    for kind in kinds:
        found = _nodes() if kind == "node" else _models(kind)
        for name, load in found:
            if wanted.search(name):
                case = Case(name, kind)
                prepare(case, *load())
                yield case


def _nodes() -> Iterator[tuple[str, Any]]:
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        yield case.name, lambda case=case: (case.model, *case.data_sets[0])


def _models(kind: str) -> Iterator[tuple[str, Any]]:
    import onnx.backend.test

    root = Path(onnx.backend.test.__file__).parent / "data" / kind
    for folder in sorted(root.iterdir()):
        if folder.is_dir():
            yield folder.name, lambda folder=folder: _stored(folder / "model.onnx", folder / "test_data_set_0")
    for file in sorted(root.glob("*.onnx")):
        yield file.stem, lambda file=file: _light(file)


def _read(file: Path) -> Any:
    import onnx
    from onnx import numpy_helper

    return numpy_helper.to_array(onnx.TensorProto.FromString(file.read_bytes()))


def _stored(model: Path, data: Path) -> tuple[Any, list[Any], list[Any]]:
    import onnx

    def read(side: str) -> list[Any]:
        files = sorted(data.glob(f"{side}_*.pb"), key=lambda file: int(file.stem.rpartition("_")[2]))
        return [_read(file) for file in files]

    return onnx.load(str(model)), read("input"), read("output")


def _light(file: Path) -> tuple[Any, list[Any], list[Any]]:
    """A large network whose weights its graph computes. Its input is a ramp, as in the suite's own runner."""
    import onnx

    model = onnx.load(str(file))
    given = {value.name for value in model.graph.initializer}
    inputs = []
    for value in model.graph.input:
        if value.name not in given:
            shape = tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)
            n = int(np.prod(shape))
            inputs.append((np.arange(n).reshape(shape) / n).astype(np.float32))
    return model, inputs, [_read(file.with_name(f"{file.stem}_output_0.pb"))]


def prepare(case: Case, model: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Give `case` its plan, inputs and expected outputs, or the reason why it has none."""
    ops = {node.op_type for node in model.graph.node}
    for reason, listed in OUTSIDE.items():
        if ops & set(listed.split()):
            return case.end("outside", reason)
    if reason := _outside(case.name, ops, inputs, outputs):
        return case.end("outside", reason)
    given = {value.name for value in model.graph.initializer}
    declared = [value for value in model.graph.input if value.name not in given]
    floats = [
        value.name
        for value, array in zip(declared, inputs, strict=False)
        if value.type.tensor_type.elem_type == 1 and isinstance(array, np.ndarray) and array.size
    ]
    kinds = {np.asarray(array).dtype.name for array in outputs if isinstance(array, np.ndarray)}
    if not floats or not kinds <= {"float32", "bool", "int64", "int32"}:
        return case.end("outside", "not float32")
    for variables in dict.fromkeys((tuple(floats), (floats[0],))):
        case.constants = variables != tuple(floats)
        try:
            _compile(case, model, declared, inputs, outputs, variables)
        except GanzooError as error:
            case.end("refused", error.message)
        else:
            return None
    return None


LOSSES = re.compile(r"test_(nllloss|sce)_|training")  # written with other operators


def _outside(name: str, ops: set[str], inputs: Sequence[Any], outputs: Sequence[Any]) -> str:
    """Why a case is out of scope for what it works on; "" where it is not."""
    arrays = [np.asarray(each) for each in (*inputs, *outputs) if isinstance(each, np.ndarray | np.generic)]
    if LOSSES.search(name):
        return "training"
    if len(arrays) < len(inputs) + len(outputs):
        return "other kinds of numbers"
    if not all(array.size for array in arrays):
        return "empty tensors"
    if not all(np.isfinite(array).all() for array in arrays if array.dtype.kind == "f"):
        return "infinite values or NaN, which a GPU need not keep"
    windows = ("AveragePool", "Conv", "ConvTranspose", "GridSample", "LpPool", "MaxPool")
    if ops & set(windows) and any(array.ndim > 4 for array in arrays):
        return "pictures of three dimensions"
    return ""


def _compile(
    case: Case, model: Any, declared: Any, inputs: Sequence[Any], outputs: Sequence[Any], variables: Sequence[str]
) -> None:
    import chainer
    import onnx
    from onnx import numpy_helper

    from ganzoo.export.lowering import lower
    from ganzoo.export.tracing.converter import NamingConverter
    from ganzoo.export.tracing.tape import record
    from ganzoo.frontends.onnx.load import graph_of
    from ganzoo.frontends.onnx.network import forward

    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    values = {value.name: np.asarray(array) for value, array in zip(declared, inputs, strict=False)}
    kept = [value for value in fixed.graph.input if value.name in variables]
    for name, array in values.items():
        if name not in variables:
            fixed.graph.initializer.append(numpy_helper.from_array(array, name))
    del fixed.graph.input[:]
    fixed.graph.input.extend(kept)
    graph = graph_of(fixed, Path(f"{case.name}.onnx"), {})
    specs: list[TensorSpec] = []
    arrays: list[FloatArray] = []
    for each in graph.inputs:
        specs.append(TensorSpec(f"x{len(specs)}", each.sample, "latent"))
        arrays.append(values[each.name].astype(np.float32).reshape(1, *each.sample))
    network = Network(
        "case", chainer.Link(), lambda *xs: forward(graph, *xs), tuple(specs), (TensorSpec("y", (1,), "latent"),)
    )
    tape = record(network, arrays)
    made = tuple(TensorSpec(f"y{i}", tuple(y.shape[1:]), "latent") for i, y in enumerate(tape.outputs))
    plan = lower(NamingConverter(tape).graph(), Network("case", network.link, network.forward, tuple(specs), made))
    expected = [np.asarray(array, np.float32) for array in outputs][: len(made)]
    case.result = case.reason = ""
    case.plan, case.inputs = plan, arrays
    case.outputs = [array.reshape(1, *spec.shape) for array, spec in zip(expected, made, strict=True)]


def judge(case: Case, backend: str, outputs: Sequence[FloatArray]) -> None:
    """Compare what a backend computed with what the suite says."""
    worst = 0.0
    for made, wanted in zip(outputs, case.outputs, strict=True):
        finite = np.isfinite(wanted)
        scale = max(1.0, float(np.abs(wanted[finite]).max(initial=0.0)))
        apart = np.abs(made[finite].astype(np.float64) - wanted[finite])
        worst = max(worst, float(apart.max(initial=0.0)) / scale)
        if np.isnan(made[finite]).any():
            worst = float("inf")
    case.errors[backend] = worst
    if not worst <= BOUND:
        case.end("wrong", f"{backend} differs by {worst:.2g} of the largest value")


def on_numpy(cases: Sequence[Case]) -> None:
    from tests.support.plans import execute

    for case in cases:
        assert case.plan is not None
        judge(case, "numpy", execute(case.plan, case.inputs))


def in_browser(backend: str, cases: Sequence[Case], together: int) -> None:
    """Compute the plans of `cases` on `backend`, `together` of them joined in one plan."""
    from ganzoo import plugins
    from tests.support.in_node import joined
    from tests.support.on_device import run_cases
    from tests.support.tab import tab

    spec = plugins.BACKENDS.get(backend)
    with tab() as visitor:
        for start in range(0, len(cases), together):
            group = list(cases[start : start + together])
            print(f"\r{backend}: {start} of {len(cases)}", end="", file=sys.stderr, flush=True)
            _group(spec, visitor, group, run_cases, joined)
    print(file=sys.stderr)


def _group(spec: Any, visitor: Any, group: list[Case], run_cases: Any, joined: Any) -> None:
    """Run a group; where it fails as a whole, its halves, down to the case that is to blame."""
    plan = group[0].plan if len(group) == 1 else joined([case.plan for case in group])
    arrays = [array for case in group for array in case.inputs]
    try:
        (answer,) = run_cases(visitor, spec, [(plan, arrays)], silence=PATIENCE)
        problem = answer.error
    except GanzooError as error:
        problem = error.message
    if problem and len(group) > 1:
        half = len(group) // 2
        _group(spec, visitor, group[:half], run_cases, joined)
        _group(spec, visitor, group[half:], run_cases, joined)
    elif problem:
        group[0].end("refused", f"{spec.name}: {problem}")
    else:
        left = iter(answer.outputs)
        for case in group:
            judge(case, spec.name, [next(left) for _ in case.outputs])


KEPT = ("name", "kind", "result", "reason", "constants", "errors")


def row(told: Mapping[str, Any]) -> dict[str, Any]:
    """A case as the document has it: without what is empty, errors to two digits."""
    errors = {name: float(f"{value:.2g}") for name, value in told["errors"].items()}
    return {key: value for key, value in {**told, "errors": errors}.items() if value}


def report(cases: Sequence[Case], backends: Sequence[str], out: Path | None) -> None:
    """Print the table and write the document."""
    for kind in dict.fromkeys(case.kind for case in cases):
        mine = [case for case in cases if case.kind == kind]
        counts = Counter(case.result for case in mine)
        scope = len(mine) - counts["outside"]
        share = f"{counts['passed'] / scope:.1%}" if scope else "-"
        print(
            f"{kind}: {len(mine)} cases, {counts['outside']} out of scope; of {scope}: {counts['passed']} passed "
            f"({share}), {counts['refused']} refused, {counts['wrong']} wrong"
        )
        for result in ("refused", "wrong"):
            for case in mine:
                if case.result == result:
                    print(f"  {result}: {case.name}: {case.reason}")
        for reason, count in Counter(case.reason for case in mine if case.result == "outside").most_common():
            print(f"  out of scope, {reason}: {count}")
    if out:
        import onnx

        rows = [row({key: getattr(case, key) for key in KEPT}) for case in cases]
        told = {"date": date.today().isoformat(), "onnx": onnx.__version__, "machine": machine()}
        write_json(out, {**told, "backends": list(backends), "bound": BOUND, "cases": rows}, indent=None)


if __name__ == "__main__":
    typer.run(main)
