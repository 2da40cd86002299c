"""Express a move of values as ONNX nodes: by the simplest nodes that can do it, else by a `Gather` of single values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.bench.peers.onnxruntime_web.onnx_graph import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ganzoo.bench.peers._moves import Moved
    from ganzoo.bench.peers._reading import Shape
    from ganzoo.bench.peers.onnxruntime_web.onnx_graph import Graph


def rearranged(graph: Graph, slots: Mapping[int, Value], move: Moved, fill: float) -> Value:
    """Return the result of `move` on the values in `slots`, with `fill` wherever nothing is moved to."""
    c, h, w = move.index.shape
    sources = [slots[slot] for slot in move.slots]
    flat = h == w == 1 and all(value.hwc[:2] == (1, 1) for value in sources)
    shape = (c,) if flat else (c, h, w)

    def source() -> str:
        return graph.reshape(sources[0], move.shapes[0][:1] if flat else move.shapes[0]).name

    if move.reshaped:
        return Value(sources[0].name, sources[0].shape, (h, w, c))
    if lines := move.lines():
        return Value(_along_axes(graph, source(), move.shapes[0], lines[: len(shape)]), shape, (h, w, c))
    if widths := move.padding():
        before, after = zip(*(widths[:1] if flat else widths), strict=True)
        pads = graph.integers([0, *before, 0, *after])
        return Value(graph.node("Pad", source(), pads, graph.scalar(fill)), shape, (h, w, c))
    if parts := move.parts():
        axis, pieces = parts
        values = [rearranged(graph, slots, piece, fill) for piece in pieces]
        names = [
            graph.reshape(value, piece.index.shape[:1] if flat else piece.index.shape).name
            for value, piece in zip(values, pieces, strict=True)
        ]
        return Value(graph.node("Concat", *names, axis=axis + 1), shape, (h, w, c))
    if transposition := move.transposition():
        sizes, axes = transposition
        y = graph.node("Transpose", graph.reshape(sources[0], sizes).name, perm=[0, *(axis + 1 for axis in axes)])
        return Value(y, tuple(sizes[axis] for axis in axes), (h, w, c))
    return Value(_gathered(graph, move, sources, fill), (c * h * w,), (h, w, c))


def _along_axes(graph: Graph, x: str, shape: Shape, lines: list[npt.NDArray[Any]]) -> str:
    """Index each axis of `x` by one of `lines`, by a slice if the indices are evenly spaced."""
    import numpy as np

    slices, scales, wide = [], [1.0] * (1 + len(lines)), [1] * (1 + len(lines))
    for axis, (size, line) in enumerate(zip(shape, lines, strict=False), 1):
        steps = np.diff(line)
        if np.array_equal(line, np.arange(size)):
            continue
        if size == 1:
            wide[axis] = len(line)
        elif len(line) % size == 0 and axis > 1 and np.array_equal(line, np.arange(size).repeat(len(line) // size)):
            scales[axis] = len(line) / size
        elif (steps == steps[:1]).all() and steps[:1].all():
            step = int(steps[0]) if steps.size else 1
            end = int(line[-1]) + step
            slices.append((int(line[0]), end if end >= 0 else -size - 1, axis, step))
        else:
            x = graph.node("Gather", x, graph.integers(line), axis=axis)
    if slices:
        x = graph.node("Slice", x, *map(graph.integers, zip(*slices, strict=True)))
    if any(scale > 1 for scale in scales):
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        x = graph.node("Resize", x, "", graph.constant(scales), **how)
    if any(n > 1 for n in wide):
        x = graph.node("Expand", x, graph.integers(wide))
    return x


def _gathered(graph: Graph, move: Moved, sources: list[Value], fill: float) -> str:
    """Express any move: join the values of the sources, and gather each value by its position."""
    import numpy as np

    flat = [graph.reshape(value, (int(np.prod(value.hwc)),)).name for value in sources]
    x = graph.node("Concat", *flat, axis=1) if len(flat) > 1 else flat[0]
    index = move.index.ravel()
    y = graph.node("Gather", x, graph.integers(index.clip(0)), axis=1)
    if index.min() < 0:
        y = graph.node("Where", graph.constant(index >= 0, "bool"), y, graph.scalar(fill))
    return y
