"""Whether Chainer's functions compute what a frontend's reference does: a fault of ours is refused, not exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.specs import FloatArray, Network

MOST = 1e-3  # of the largest value: sums of deep networks in another order differ by less


def check_agreement(network: Network, outputs: Sequence[FloatArray], expected: Sequence[FloatArray]) -> None:
    """Raise `UnsupportedOperatorError` where one of `outputs` differs from the one that is `expected`."""
    for spec, made, wanted in zip(network.outputs, outputs, expected, strict=True):
        scale = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)))
        if made.shape != wanted.shape or not np.allclose(made, wanted, rtol=0, atol=MOST * scale, equal_nan=True):
            apart = f"by {np.abs(made - wanted).max():.2g}" if made.shape == wanted.shape else "in shape"
            raise UnsupportedOperatorError(
                f"The output {spec.name} of {network.name}, as ganzoo computes it, differs {apart} from its reference.",
                "This is a fault of ganzoo: please report it with the model. --explain shows its steps.",
            )
