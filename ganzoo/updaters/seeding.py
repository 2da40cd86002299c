"""NumPy's global random state, from which Chainer and the architectures draw."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed NumPy's global random state, which Chainer uses, and restore the caller's state at the end."""
    import numpy as np

    former = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(former)
