"""Measure how far a network's float32 outputs are from float64. No backend can be expected to be closer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.export.tracing.tape import forward

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ganzoo.specs import FloatArray, Network


def distance(network: Network, arrays: Sequence[FloatArray], outputs: Sequence[FloatArray]) -> float:
    """Return the largest absolute difference between `outputs`, for `arrays`, and what Chainer computes in float64.

    The result is 0 if it cannot be measured, because a network may insist on float32.
    """
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1, "blas"), _widened(network.link):  # as in `record`
            _, exact = forward(network, [array.astype(np.float64) for array in arrays], graph=False)
        found = max(
            float(np.abs(wide.array - narrow).max(initial=0)) for wide, narrow in zip(exact, outputs, strict=True)
        )
    except Exception:  # a plugin's forward may raise whatever it likes
        return 0.0
    return found if np.isfinite(found) else 0.0


@contextmanager
def _widened(link: Any) -> Iterator[None]:
    """Convert the float32 arrays of `link`, parameters and statistics, to float64 until the context ends."""
    parameters = [(each, each.array) for each in link.params(include_uninit=False)]
    statistics = [
        (each, name, vars(each)[name])
        for each in link.links()
        for name in each._persistent
        if getattr(vars(each)[name], "dtype", None) == np.float32
    ]
    norms = [(each, each._highprec_dtype) for each in link.links() if hasattr(each, "_highprec_dtype")]
    try:
        for norm, _ in norms:  # of the gamma that a batch norm without one makes
            norm._highprec_dtype = np.dtype(np.float64)
        for parameter, array in parameters:
            parameter.array = array.astype(np.float64)
        for each, name, array in statistics:
            vars(each)[name] = array.astype(np.float64)
        yield
    finally:
        for norm, dtype in norms:
            norm._highprec_dtype = dtype
        for parameter, array in parameters:
            parameter.array = array
        for each, name, array in statistics:
            vars(each)[name] = array
