"""What ONNX Runtime computes: the outputs that an export of an ONNX file is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import PackageMissingError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ganzoo.frontends.onnx.network import Graph
    from ganzoo.specs import FloatArray


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
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has no base class of its own
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"ONNX Runtime cannot load {path}: {reason}", "Export the model again.") from error
    kinds = {each.name: each.type for each in session.get_inputs()}

    def run(arrays: Sequence[FloatArray]) -> list[FloatArray]:
        samples = [_outputs(session, graph, kinds, [x[i : i + 1] for x in arrays]) for i in range(len(arrays[0]))]
        return [np.concatenate(parts) for parts in zip(*samples, strict=True)]

    return run


def _outputs(session: Any, graph: Graph, kinds: Any, arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """The outputs for one sample, each (1, *shape)."""
    feeds = {}
    for (name, shape, _), x in zip(graph.inputs, arrays, strict=True):
        kind = {"tensor(double)": np.float64, "tensor(float16)": np.float16}.get(kinds[name], np.float32)
        feeds[name] = x.reshape(shape).astype(kind)
    batched = any(batch for _, _, batch in graph.inputs)
    made = []
    for y in session.run(list(graph.outputs), feeds):
        y = np.asarray(y, np.float32)
        made.append(y if batched and y.shape[:1] == (1,) and y.ndim > 1 else y.reshape(1, *(y.shape or (1,))))
    return made
