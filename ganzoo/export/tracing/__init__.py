"""Turn the forward pass of a network into a WebDNN graph whose operators are named after their layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import inputs, roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, Network

SEED = 20150609  # of the two pictures that are traced


def reference(network: Network, arrays: Sequence[FloatArray]) -> list[FloatArray]:
    """Return what the outputs of an export are compared with, for one array (N, *spec.shape) per input of `network`.

    These are the network's own reference outputs, or Chainer's in test mode, float32 (N, *spec.shape) each. A few
    pictures go through Chainer at a time, without their graph, so that memory does not grow with N.
    """
    import numpy as np

    from ganzoo.export.tracing.tape import forward

    if network.reference:
        return list(network.reference(arrays))
    batch = roles.per_pass(network)
    passes = [
        [variable.array for variable in forward(network, [array[i : i + batch] for array in arrays], graph=False)[1]]
        for i in range(0, len(arrays[0]), batch)
    ]
    return [np.concatenate(arrays) for arrays in zip(*passes, strict=True)]


def trace(network: Network, known: tuple[Sequence[FloatArray], Sequence[FloatArray]] | None = None) -> Any:
    """Return the `webdnn.graph.graph.Graph` of `network` at batch 1.

    Raises `UnsupportedOperatorError` with the names of layer and operator if no graph can express an operator, or if
    the output of a picture depends on the other pictures of its batch. A network with a `reference` of its own computes
    pictures one by one; it must compute what the reference does. `known` are inputs and outputs of the reference, where
    it has been asked already.
    """
    from ganzoo.export.tracing.agreement import check_agreement
    from ganzoo.export.tracing.batch import check_alone
    from ganzoo.export.tracing.converter import NamingConverter
    from ganzoo.export.tracing.tape import record

    drawn: Sequence[FloatArray] = inputs.seeded(network.inputs, 2, SEED)
    if network.reference:  # which has weights of its own, and gives them up before the tape takes some
        drawn, expected = known or (drawn, network.reference([array[:1] for array in drawn]))
    tape = record(network, [array[:1] for array in drawn])
    graph = NamingConverter(tape).graph()
    if network.reference:
        made = [variable.array for variable in tape.outputs]
        check_agreement(network, made, graph, [array[:1] for array in expected])
    else:
        check_alone(network, tape, drawn)
    return graph
