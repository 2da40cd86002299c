"""Whether Chainer's functions compute what a frontend's reference does: a fault of ours is refused, not exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, Network

MOST = 1e-3  # of the largest value: sums of deep networks in another order differ by less
ROUNDED = 1e-2  # likewise, where a sum that is rounded may end on the other side: a step of 8 bits and a little more


def rounds(network: Network, graph: Any) -> bool:
    """Whether a quantised `network` rounds values on the way: the last digit of a sum then makes a step of 8 bits."""
    from webdnn.graph import traverse

    return bool(network.grids) and any(
        operator.parameters.get("operation") == "floor" for operator in traverse.listup_operators(graph)
    )


def check_agreement(
    network: Network, outputs: Sequence[FloatArray], graph: Any, expected: Sequence[FloatArray]
) -> None:
    """Raise `UnsupportedOperatorError` where one of `outputs`, of `graph`, differs from the one that is `expected`."""
    most = ROUNDED if rounds(network, graph) else MOST
    for spec, made, wanted in zip(network.outputs, outputs, expected, strict=True):
        scale = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)))
        if made.shape != wanted.shape or not np.allclose(made, wanted, rtol=0, atol=most * scale, equal_nan=True):
            apart = f"by {np.abs(made - wanted).max():.2g}" if made.shape == wanted.shape else "in shape"
            raise UnsupportedOperatorError(
                f"The output {spec.name} of {network.name}, as ganzoo computes it, differs {apart} from its reference.",
                "This is a fault of ganzoo: please report it with the model. --explain shows its steps.",
            )
