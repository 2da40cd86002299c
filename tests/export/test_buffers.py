"""Moves of values are few boxes, and no step overwrites what is still to be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo.export.lowering.boxes import boxes
from ganzoo.export.lowering.buffers import _share
from ganzoo.export.lowering.graph import Node
from ganzoo.export.plan import Box, Move, pad4


@st.composite
def views(draw: Any) -> Any:
    """A regular view of the values of an (h, w, c)."""
    shape = draw(st.tuples(*[st.integers(1, 6)] * draw(st.integers(1, 3))))
    view = np.arange(np.prod(shape)).reshape(shape)
    for axis, n in enumerate(shape):
        start = draw(st.integers(0, n - 1))
        step = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
        view = view[(slice(None),) * axis + (slice(start, None, step),)]
    view = view.transpose(draw(st.permutations(range(view.ndim))))
    if draw(st.booleans()):
        view = view.repeat(draw(st.integers(1, 3)), draw(st.integers(0, view.ndim - 1)))
    if draw(st.booleans()):
        view = np.tile(view, draw(st.tuples(*[st.integers(1, 3)] * view.ndim)))
    return np.prod(shape), view


def carried_out(made: list[Box], n_out: int) -> Any:
    result = np.full(n_out, -1)
    for box in made:
        sizes = [size for size, _, _ in box.dims]
        index = np.indices(sizes).reshape(len(sizes), int(np.prod(sizes)))
        at = [
            offset + sum(i * d[k] for i, d in zip(index, box.dims, strict=True))
            for k, offset in ((1, box.in_offset), (2, box.out_offset))
        ]
        assert (result[at[1]] == -1).all()
        result[at[1]] = at[0]
    return result


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(views())
def test_a_regular_view_is_one_box(drawn: Any) -> None:
    _, view = drawn
    made = boxes(view, np.arange(view.size).reshape(view.shape))
    assert len(made) == 1
    np.testing.assert_array_equal(carried_out(made, view.size), view.ravel())
    reach = 0
    for size, _, out_step in reversed(made[0].dims):
        assert size > 1 and out_step > reach
        reach += (size - 1) * out_step


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(2, 3), st.integers(2, 3), st.data())
def test_a_cropped_repetition_is_a_few_boxes(h: int, w: int, times_h: int, times_w: int, data: Any) -> None:
    whole = np.arange(h * w * 3).reshape(h, w, 3).repeat(times_h, 0).repeat(times_w, 1)
    cut = whole[: data.draw(st.integers(1, len(whole))), : data.draw(st.integers(1, whole.shape[1]))]
    made = boxes(cut, np.arange(cut.size).reshape(cut.shape))
    assert len(made) <= 4
    np.testing.assert_array_equal(carried_out(made, cut.size), cut.ravel())


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_step_writes_what_is_still_to_be_read(data: Any) -> None:
    sizes = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 9))
    given_nodes = [Node(None, "input", data.draw(sizes)) for _ in range(data.draw(st.integers(1, 3)))]
    nodes: list[Node] = []
    for _ in range(data.draw(st.integers(1, 12))):
        read = data.draw(st.lists(st.sampled_from([*given_nodes, *nodes]), min_size=1, max_size=3))
        nodes.append(Node(Move, "", data.draw(sizes), [(node, node.shape) for node in read]))
    outputs = [nodes[-1], *data.draw(st.lists(st.sampled_from(nodes), max_size=2))]
    slots, room = _share(given_nodes, nodes, outputs)
    holds: dict[int, Node] = {}
    for node in given_nodes:
        assert slots[node] not in holds
        holds[slots[node]] = node
    for node in nodes:
        assert all(holds[slots[source]] is source for source, _ in node.sources)  # type: ignore[index]
        assert slots[node] not in {slots[source] for source, _ in node.sources}  # type: ignore[index]
        holds[slots[node]] = node
        assert room[slots[node]] >= node.shape[0] * node.shape[1] * pad4(node.shape[2])
    assert all(holds[slots[node]] is node for node in outputs)
    for node in outputs:
        assert [other for other, slot in slots.items() if slot == slots[node]] == [node]
