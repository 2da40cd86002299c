"""What an export holds in memory: its weights once at most, and activations until they have been read."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
from chainer import functions as F

from ganzoo.export import golden
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from ganzoo.export.tracing.tape import record
from ganzoo.specs import Network, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZE = 1 << 18  # values of an activation: 1 MiB
ROWS = 640  # of a matrix: 1.6 MB
LAYERS = 8


def network(forward: Callable[[Any], Any], size: int) -> Network:
    spec = TensorSpec("x", (size,), "latent")
    return Network("n", chainer.Link(), forward, (spec,), (replace(spec, name="y"),))


def memory(work: Callable[[], object]) -> tuple[int, int]:
    """Bytes of Python and NumPy that are in use while the result of `work` is there, and the most before."""
    tracemalloc.start()
    try:
        made = work()
        found = tracemalloc.get_traced_memory()
        del made
    finally:
        tracemalloc.stop()
    return found


def test_a_tape_lets_go_of_activations_that_have_been_read() -> None:
    def chain(x: Any) -> Any:
        for _ in range(LAYERS):
            x = F.sigmoid(F.relu(x))
        return x

    deep = network(chain, SIZE)
    drawn = [np.random.default_rng(0).normal(size=(1, SIZE)).astype(np.float32)]
    _, small = memory(lambda: record(deep, drawn))
    _, whole = memory(lambda: record(deep, drawn, whole=True))
    assert small < 8 << 20 and whole > 2 * LAYERS << 20


def matrices() -> list[Any]:
    random = np.random.default_rng(1)
    return [random.normal(0, ROWS**-0.5, (ROWS, ROWS)).astype(np.float32) for _ in range(LAYERS)]


def dense(x: Any) -> Any:
    """As a frontend does it: each matrix comes from somewhere when it is wanted."""
    random = np.random.default_rng(1)
    for _ in range(LAYERS):
        x = F.relu(F.linear(x, random.normal(0, ROWS**-0.5, (ROWS, ROWS)).astype(np.float32)))
    return x


def test_a_graph_and_its_plan_hold_no_copy_of_weights_that_the_network_does_not_hold() -> None:
    made = network(dense, ROWS)
    plans: list[Any] = []

    def planned() -> object:
        graph = trace(replace(made, reference=lambda arrays: [dense(chainer.Variable(x)).array for x in arrays]))
        plans.append(lower(graph, made))
        return graph

    held, _ = memory(planned)
    assert held < LAYERS * ROWS * ROWS * 4 // 2
    packed = [weight for weight in plans[0].weights if len(weight.shape) == 3]
    assert len(packed) == LAYERS
    for weight, matrix in zip(packed, matrices(), strict=True):
        np.testing.assert_array_equal(weight.array.transpose(1, 0, 2).reshape(ROWS, -1), matrix.T)


def test_a_reference_is_asked_once_before_the_graph_takes_the_weights() -> None:
    asked: list[str] = []

    def forward(x: Any) -> Any:
        asked.append(f"forward in {x.dtype}")
        return F.relu(x)

    def reference(arrays: Sequence[Any]) -> list[Any]:
        asked.append("reference")
        return [np.maximum(array, 0) for array in arrays]

    golden.trace(replace(network(forward, 5), reference=reference))
    assert asked == ["reference", "forward in float64", "forward in float32"]
