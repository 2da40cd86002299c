"""The layers for TensorFlow.js: NHWC weights in one file, and the list of operations that `pages/tfjs.js` calls.

The operations are those that the converter's optimised graph comes to, fused where TensorFlow.js has a fused kernel
(`fused.matMul`, `fused.conv2d`), called directly: that is faster than a `GraphModel`, and needs no converter's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.peers.networks import Layer
    from ganzoo.specs import FloatArray, Network


def convert(network: Network, layers: Sequence[Layer]) -> tuple[dict[str, Any], list[FloatArray]]:
    """(what goes to model.json, the arrays that follow one another in weights.bin).

    An operation is `{kind, activation, stride, w, b, output}`, the last three being shapes, `output` without the batch.
    Dense weights are (in, out), convolutions (KH, KW, in, out), deconvolutions (KH, KW, out, in).
    """
    import numpy as np

    shape = network.inputs[0].shape  # (C, H, W) or (size,)
    operations, arrays = [], []
    for layer in layers:
        if layer.kind == "dense":
            w, b = _flat_nhwc(layer.w, shape).T, layer.b
            shape = (len(b),)
            if layer.unflatten:
                shape = layer.unflatten
                order = np.arange(len(b)).reshape(shape).transpose(1, 2, 0).ravel()
                w, b = w[:, order], b[order]
        else:
            w, b = layer.w.transpose(2, 3, 1, 0), layer.b
            kernel, stride = layer.w.shape[2:], layer.stride
            sizes = (
                (s - k) // stride + 1 if layer.kind == "conv" else (s - 1) * stride + k
                for s, k in zip(shape[1:], kernel, strict=True)
            )
            shape = (len(b), *sizes)
        arrays += [np.ascontiguousarray(w), np.ascontiguousarray(b)]
        operations.append(
            {
                "kind": layer.kind,
                "activation": layer.activation,
                "stride": layer.stride,
                "w": w.shape,
                "b": b.shape,
                "output": _nhwc(shape),
            }
        )
    return {"input": _nhwc(network.inputs[0].shape), "operations": operations}, arrays


def _nhwc(shape: Sequence[int]) -> list[int]:
    return [*shape[1:], shape[0]]


def _flat_nhwc(w: FloatArray, shape: Sequence[int]) -> FloatArray:
    """`w` (out, C * H * W) with its columns in the order H, W, C; as it is where `shape` is a vector's."""
    if len(shape) == 1:
        return w
    return w.reshape(len(w), *shape).transpose(0, 2, 3, 1).reshape(len(w), -1)
