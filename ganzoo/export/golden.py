"""What an export is judged by: seeded inputs with the original's outputs, and test images for a classifier."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ganzoo import inputs
from ganzoo.export import tracing
from ganzoo.export.layouts import Traced
from ganzoo.export.layouts.ganzoo import DISTANCES
from ganzoo.export.tracing import reference
from ganzoo.export.tracing.agreement import ROUNDED, rounds
from ganzoo.export.tracing.precise import distance
from ganzoo.memory import return_rest
from ganzoo.roles import per_pass
from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.export.subject import Subject
    from ganzoo.specs import FloatArray, Network

SAMPLES = 64
LEAST = 2  # which make a batch
VALUES = 1 << 19  # of inputs and outputs in all samples: large pictures need fewer of them to show a difference
SEED = 20171104
TEST_IMAGES = 500  # of the data set's: accuracy to 0.2%
TEST_VALUES = 1 << 24  # likewise of the test images


def trace(network: Network) -> Traced:
    """`network` with seeded inputs and the original's outputs."""
    drawn = inputs.seeded(network.inputs, samples(network), SEED)
    # a reference of its own has its own copy of the weights, and gives it up before the graph has one
    judged = _judged(network, drawn) if network.reference else None
    graph = tracing.trace(network, judged and (drawn, judged[0]))
    outputs, apart = judged or _judged(network, drawn)
    if rounds(network, graph):  # too seldom to be met in a few samples
        apart = max(apart, ROUNDED / DISTANCES * max(float(abs(array).max(initial=0)) for array in outputs))
    return Traced(network, graph, drawn, outputs, apart)


def _judged(network: Network, drawn: Sequence[FloatArray]) -> tuple[list[FloatArray], float]:
    """The original's outputs for `drawn`, and how far those of a few are from float64."""
    outputs = reference(network, drawn)
    most = min(LEAST if len(drawn[0]) == SAMPLES else 1, per_pass(network))
    few = [[array[:most] for array in arrays] for arrays in (drawn, outputs)]
    apart = distance(network, *few)
    return_rest()
    return outputs, apart


def samples(network: Network) -> int:
    """How many samples `network` is judged by: `SAMPLES`, or fewer where they are large, `LEAST` at least."""
    values = sum(math.prod(spec.shape) for spec in (*network.inputs, *network.outputs))
    return max(LEAST, min(SAMPLES, VALUES // values))


def write(path: Path, traced: Sequence[Traced], subject: Subject | None) -> set[str]:
    """Write what `Export.golden` and `Export.test_images` read; return the names of the networks with test images.

    Test images are those of `subject`; without it there are none.
    """
    import numpy as np

    arrays: dict[str, Any] = {}
    tested = set()
    for each in traced:
        network = each.network
        for side, specs, values in (
            ("inputs", network.inputs, each.inputs),
            ("outputs", network.outputs, each.outputs),
        ):
            arrays |= {f"{network.name}/{side}/{spec.name}": value for spec, value in zip(specs, values, strict=True)}
        images = _test_images(network, subject) if subject else None
        if images is not None:
            arrays[f"{network.name}/test/x"], arrays[f"{network.name}/test/t"] = images
            tested.add(network.name)
    np.savez_compressed(path, **arrays)
    return tested


def _test_images(network: Network, subject: Subject) -> tuple[FloatArray, Any] | None:
    """Some test images of `subject`, where `network` classifies and the data is at hand."""
    from ganzoo.datasets import subset

    (first, *others), (output, *more) = network.inputs, network.outputs
    if others or more or first.meaning != "image" or output.meaning not in ("logits", "probabilities"):
        return None
    data = subject.test_data()
    if data is None:
        return None
    most = max(1, min(TEST_IMAGES, TEST_VALUES // math.prod(first.shape)))
    chosen = subset.shuffled(len(data.test_x))[:most]  # a page that has no time for all takes the first of them
    return first.from_pictures(floats(data.test_x[chosen])), data.test_t[chosen]
