"""What the parts of `metrics.json` are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
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


def evaluator(known: Known, on_real: Any) -> Document:
    """Return which evaluator judged, and how well it reads real images, by their confusion matrix."""
    return {"sha256": known.sha256, "accuracy": right(on_real)}
