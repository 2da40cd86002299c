"""What ONNX Runtime computes: the outputs that an export of an ONNX file is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import PackageMissingError, UnsupportedOperatorError, UsageError
from ganzoo.memory import return_rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.frontends.onnx.network import Graph
    from ganzoo.specs import FloatArray


KINDS: Mapping[str, Any] = {
    "tensor(double)": np.dtype(np.float64),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int64)": np.dtype(np.int64),
}


@dataclass(frozen=True)
class Reference:
    """ONNX Runtime's outputs of `graph`, whose data the file `path` holds, for one array (N, *shape) per input.

    Each call reads the weights, and forgets them: they would be in memory beside those of the export.
    Raises `PackageMissingError` without the package `onnxruntime`, `UsageError` where it refuses the model.
    """

    path: Path
    graph: Graph

    def __call__(self, arrays: Sequence[FloatArray]) -> list[FloatArray]:
        outputs = _run(_session(self.path, self.graph), self.graph, arrays)
        return_rest()
        return outputs

    def first(self, arrays: Sequence[FloatArray]) -> list[FloatArray]:
        """The outputs too. Raises `UnsupportedOperatorError` where those of a sample depend on the others."""
        session = _session(self.path, self.graph)
        _check_alone(session, self.graph)
        outputs = _run(session, self.graph, arrays)
        del session
        return_rest()
        return outputs


def _session(path: Path, graph: Graph) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise PackageMissingError(
            "To compare an export with its ONNX model, the package onnxruntime is needed.",
            "Install it with: pip install onnxruntime",
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # its warnings are not for users of ganzoo
    options.add_session_config_entry("session.disable_prepacking", "1")  # a second copy of the weights, for speed
    options.enable_cpu_mem_arena = False  # which keeps what it once had
    options.intra_op_num_threads = 1  # each has buffers of its own
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # another copy, fused
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.resolve().parent))
    try:
        return onnxruntime.InferenceSession(graph.content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has no base class of its own
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"ONNX Runtime cannot load {path}: {reason}", "Export the model again.") from error


def _run(session: Any, graph: Graph, arrays: Sequence[FloatArray]) -> list[FloatArray]:
    samples = [_outputs(session, graph, [x[i : i + 1] for x in arrays]) for i in range(len(arrays[0]))]
    return [np.concatenate(parts) for parts in zip(*samples, strict=True)]


def _feeds(session: Any, graph: Graph, arrays: Sequence[FloatArray]) -> dict[str, Any]:
    """The `arrays` in the shapes and types of the model's inputs."""
    kinds = {each.name: KINDS.get(each.type, np.dtype(np.float32)) for each in session.get_inputs()}
    return {each.name: each.fed(x).astype(kinds[each.name]) for each, x in zip(graph.inputs, arrays, strict=True)}


def _outputs(session: Any, graph: Graph, arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """The outputs for one sample, each (1, *shape)."""
    feeds = _feeds(session, graph, arrays)
    try:
        made = [np.asarray(y, np.float32) for y in session.run(list(graph.outputs), feeds)]
    except Exception as error:  # it has no base class of its own
        raise UnsupportedOperatorError(
            f"ONNX Runtime cannot compute the model for one sample: {' '.join(str(error).split())[:300]}",
            "Export the model with a batch of 1, or with an open first axis.",
        ) from error
    return [y.reshape(graph.sampled(y.shape)) for y in made]


def _check_alone(session: Any, graph: Graph) -> None:
    """Raise `UnsupportedOperatorError` where two samples at once give something else than one after another."""
    if not all(each.open for each in graph.inputs):
        return
    random = np.random.RandomState(0)
    arrays = [random.uniform(-1, 1, (2, *each.sample)).astype(np.float32) for each in graph.inputs]
    feeds = _feeds(session, graph, arrays)
    apart = _run(session, graph, arrays)
    try:
        together = [np.asarray(y, np.float32) for y in session.run(list(graph.outputs), feeds)]
    except Exception:  # it says that its first axis is open, and it is not: one sample at a time is all there is
        return
    for name, one, both in zip(graph.outputs, apart, together, strict=True):
        scale = max(1.0, float(np.abs(one).max(initial=0.0)))
        if one.size != both.size or not np.allclose(one.ravel(), both.ravel(), rtol=0, atol=1e-3 * scale):
            raise UnsupportedOperatorError(
                f"The output {name} of a sample depends on the other samples of its batch.",
                "Export the model so that each sample is computed by itself, in inference mode.",
            )
