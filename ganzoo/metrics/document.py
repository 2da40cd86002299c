"""What the parts of `metrics.json` are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.metrics.intervals import Interval
    from ganzoo.metrics.pretrained import Known

Document = dict[str, Any]


def score(
    value: float, floor: float | None, better: Literal["min", "max"], interval: Interval | None = None
) -> Document:
    """Return a score beside its floor, with its 95% interval where there is one."""
    found: Document = {"value": float(value), "floor": None if floor is None else float(floor), "better": better}
    return found if interval is None else {**found, "interval": list(interval)}


def right(table: Any) -> float:
    """Return the share of a confusion matrix that is on its diagonal."""
    return float(np.trace(table) / table.sum())


def judged_by(known: Known, classes: Sequence[str], on_real: Any) -> Document:
    """Return which evaluator judged, what it learned, and how well it reads real images, by their confusion matrix.

    It learned "classes" or, where there is only one of these, "turns".
    """
    return {
        "sha256": known.sha256,
        "learned": "classes" if len(classes) > 1 else "turns",
        "accuracy": right(on_real),
    }
