"""Turn nodes into steps: pack the weights, and share buffers between activations that do not live at once."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.plan import Plan, Tensor, Weight, pad4
from ganzoo.export.weights import step
from ganzoo.shelf import put_back

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.lowering.graph import Array, Node, Shape
    from ganzoo.specs import Network

VALUES = 1 << 18  # of a matrix that are in float64 at once


def plan(network: Network, inputs: Sequence[Node], outputs: Sequence[Node]) -> Plan:
    """Return the plan that computes `outputs` from `inputs`, with only the steps that they need."""
    nodes = _needed(outputs)
    slots, sizes = _share(inputs, nodes, outputs)
    weights = Weights(network.grids)
    names: dict[str, int] = {}

    def tensor(node: Node, shape: Shape) -> Tensor:
        return Tensor(node.layer, *shape, slot=slots[node])

    steps = []
    for node in nodes:
        fields = dict(node.fields)
        layer = node.layer
        count = names[layer] = names.get(layer, 0) + 1
        unique = layer if count == 1 else f"{layer} {count}"
        if node.matrix is not None and node.bias is not None:
            fields["weight"] = weights.matrix(f"{unique}/W", layer, node.matrix, node.factors)
            fields["bias"] = weights.vector(f"{unique}/b", layer, node.bias)
        read: list[Tensor] = []
        for source, shape in node.sources:
            if isinstance(source, np.ndarray):
                constant = weights.constant(f"{unique}/constant {len(read)}", layer, source)
                read.append(Tensor(constant.name, *shape, weight=constant))
            else:
                read.append(tensor(source, shape))
        assert node.kind is not None
        output = tensor(node, node.shape)
        steps.append(node.kind(layer=layer, inputs=tuple(read), output=output, activation=node.activation, **fields))
    return Plan(
        network.name,
        (network.inputs, network.outputs),
        tuple(tensor(node, node.shape) for node in inputs),
        tuple(tensor(node, node.shape) for node in outputs),
        tuple(steps),
        tuple(sizes),
        tuple(weights.made),
    )


class Weights:
    """The weights file while it is being made."""

    def __init__(self, grids: Mapping[str, Array]) -> None:
        self.grids = grids
        self.made: list[Weight] = []
        self.offset = 0

    def matrix(self, name: str, layer: str, array: Array, factors: Sequence[Array]) -> Weight:
        """Add (..., M), its columns multiplied by each of `factors` in float64, as (panels, K, 4)."""
        *leading, M = array.shape
        pack = partial(_packed, array, factors)
        found = step(pack(), self.grids[layer]) if layer in self.grids else None
        shape = pad4(M) // 4, math.prod(leading), 4
        return self._add(Weight(name, layer, shape, pack, M, self.offset, found))

    def vector(self, name: str, layer: str, array: Array) -> Weight:
        return self._held(name, layer, np.pad(array, (0, -array.size % 4)), array.size)

    def constant(self, name: str, layer: str, array: Array) -> Weight:
        """Add (h, w, c) with padded channels."""
        return self._held(name, layer, np.pad(array, ((0, 0), (0, 0), (0, -array.shape[2] % 4))).ravel(), array.size)

    def _held(self, name: str, layer: str, array: Array, columns: int) -> Weight:
        return self._add(Weight.of(name, layer, array.astype(np.float32), columns, self.offset))

    def _add(self, weight: Weight) -> Weight:
        self.made.append(weight)
        self.offset += weight.size
        return weight


def _packed(array: Array, factors: Sequence[Array]) -> Array:
    """(..., M), its columns multiplied by each of `factors` in float64, as (panels, K, 4) in float32."""
    *leading, M = array.shape
    panels = np.zeros((pad4(M) // 4, math.prod(leading), 4), np.float32)
    at = 0
    for block in (array[place] for place in np.ndindex(*leading[:-1])):
        for start in range(0, len(block), max(1, VALUES // M)):
            rows = block[start : start + max(1, VALUES // M)]
            for factor in factors:
                rows = rows * factor
            padded = np.zeros((len(rows), pad4(M)), np.float32)
            padded[:, :M] = rows
            panels[:, at : at + len(rows)] = padded.reshape(len(rows), -1, 4).transpose(1, 0, 2)
            at += len(rows)
    put_back(array)
    return panels


def _needed(outputs: Sequence[Node]) -> list[Node]:
    """Return the nodes behind `outputs` that are steps, each after its sources."""
    done: dict[Node, None] = {}
    stack = list(outputs)[::-1]
    while stack:
        node = stack[-1]
        missing = [each for each, _ in node.sources if not isinstance(each, np.ndarray) and each not in done]
        if missing:
            stack += missing[::-1]  # a deep network is deeper than Python's own stack
        else:
            done[stack.pop()] = None
    return [node for node in done if node.kind is not None]


def _share(inputs: Sequence[Node], nodes: Sequence[Node], outputs: Sequence[Node]) -> tuple[dict[Node, int], list[int]]:
    """Return the slot of each node and the size of each slot.

    A slot is free again after the last step that reads its node.

    The best free slot is the smallest that fits, else the largest, which is enlarged.
    """
    last: dict[Any, int] = {}
    for time, node in enumerate(nodes):
        for source, _ in node.sources:
            if not isinstance(source, np.ndarray):
                last[source] = time
    slots: dict[Node, int] = {}
    sizes: list[int] = []
    free: list[int] = []

    def take(node: Node) -> None:
        h, w, c = node.shape
        size = h * w * pad4(c)
        fitting = [slot for slot in free if sizes[slot] >= size]
        if node in outputs or not free:
            slot = len(sizes)
            sizes.append(size)
        else:
            slot = min(fitting, key=sizes.__getitem__) if fitting else max(free, key=sizes.__getitem__)
            free.remove(slot)
            sizes[slot] = max(sizes[slot], size)
        slots[node] = slot

    for node in inputs:
        take(node)
    for time, node in enumerate(nodes):
        take(node)
        for source in {id(s): s for s, _ in node.sources if not isinstance(s, np.ndarray)}.values():
            if last[source] == time and source not in outputs:
                free.append(slots[source])
    return slots, sizes
