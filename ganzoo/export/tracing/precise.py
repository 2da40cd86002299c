"""How far Chainer's own float32 is from what it computes in float64: no backend can be held to less."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.tracing.tape import forward

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ganzoo.specs import FloatArray, Network


def distance(network: Network, arrays: Sequence[FloatArray], outputs: Sequence[FloatArray]) -> float:
    """The largest absolute difference of `outputs`, Chainer's for `arrays`, from those in float64.

    0 where that cannot be told: a network may insist on float32.
    """
    try:
        with _widened(network.link):
            _, exact = forward(network, [array.astype(np.float64) for array in arrays], graph=False)
        found = max(
            float(np.abs(wide.array - narrow).max(initial=0)) for wide, narrow in zip(exact, outputs, strict=True)
        )
    except Exception:  # a plugin's forward may raise whatever it likes
        return 0.0
    return found if np.isfinite(found) else 0.0


@contextmanager
def _widened(link: Any) -> Iterator[None]:
    """`link` with its float32 arrays in float64, parameters and statistics alike, until the context ends."""
    parameters = [(each, each.array) for each in link.params(include_uninit=False)]
    statistics = [
        (each, name, vars(each)[name])
        for each in link.links()
        for name in each._persistent
        if getattr(vars(each)[name], "dtype", None) == np.float32
    ]
    try:
        for parameter, array in parameters:
            parameter.array = array.astype(np.float64)
        for each, name, array in statistics:
            vars(each)[name] = array.astype(np.float64)
        yield
    finally:
        for parameter, array in parameters:
            parameter.array = array
        for each, name, array in statistics:
            vars(each)[name] = array
