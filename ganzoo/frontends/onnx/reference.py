"""What ONNX Runtime computes: the outputs that an export of an ONNX file is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import PackageMissingError, UnsupportedOperatorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ganzoo.frontends.onnx.network import Graph
    from ganzoo.specs import FloatArray


KINDS = {
    "tensor(double)": np.dtype(np.float64),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(int32)": np.dtype(np.int32),
    "tensor(int64)": np.dtype(np.int64),
}


def reference(path: Path, graph: Graph) -> Callable[[Sequence[FloatArray]], list[FloatArray]]:
    """A function of one array (N, *shape) per input of `graph`, which the file `path` holds; outputs likewise.

    Raises `PackageMissingError` without the package `onnxruntime`, `UsageError` where it refuses the model.
    """
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
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        session = onnxruntime.InferenceSession(graph.content or str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has no base class of its own
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"ONNX Runtime cannot load {path}: {reason}", "Export the model again.") from error
    kinds = {each.name: KINDS.get(each.type, np.dtype(np.float32)) for each in session.get_inputs()}

    def run(arrays: Sequence[FloatArray]) -> list[FloatArray]:
        samples = [_outputs(session, graph, kinds, [x[i : i + 1] for x in arrays]) for i in range(len(arrays[0]))]
        return [np.concatenate(parts) for parts in zip(*samples, strict=True)]

    _check_alone(session, graph, kinds, run)
    return run


def _outputs(session: Any, graph: Graph, kinds: Mapping[str, Any], arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """The outputs for one sample, each (1, *shape)."""
    feeds = {each.name: each.fed(x).astype(kinds[each.name]) for each, x in zip(graph.inputs, arrays, strict=True)}
    try:
        made = [np.asarray(y, np.float32) for y in session.run(list(graph.outputs), feeds)]
    except Exception as error:  # it has no base class of its own
        raise UnsupportedOperatorError(
            f"ONNX Runtime cannot compute the model for one sample: {' '.join(str(error).split())[:300]}",
            "Export the model with a batch of 1, or with an open first axis.",
        ) from error
    return [y.reshape(graph.sampled(y.shape)) for y in made]


def _check_alone(session: Any, graph: Graph, kinds: Mapping[str, Any], run: Any) -> None:
    """Raise `UnsupportedOperatorError` where two samples at once give something else than one after another."""
    if not all(each.open for each in graph.inputs):
        return
    random = np.random.RandomState(0)
    arrays = [random.uniform(-1, 1, (2, *each.sample)).astype(np.float32) for each in graph.inputs]
    feeds = {each.name: each.fed(x).astype(kinds[each.name]) for each, x in zip(graph.inputs, arrays, strict=True)}
    apart = run(arrays)
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
