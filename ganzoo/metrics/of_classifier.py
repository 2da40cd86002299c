"""The scores of a classifier: accuracy and calibration on all test images."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from ganzoo import roles
from ganzoo.metrics import intervals, scores
from ganzoo.metrics.document import right, score

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.metrics.document import Document
    from ganzoo.specs import Data, Network


def evaluated(network: Network, data: Data, progress: Callable[[str], None]) -> Document:
    """Return accuracy and calibration on all test images."""
    progress("Classifying the test images")
    outputs = roles.read(network, data.test_x)
    probabilities = outputs if network.outputs[0].meaning == "probabilities" else softmax(outputs, axis=1)
    predicted = probabilities.argmax(axis=1).astype(np.int32)
    table = scores.confusion(data.test_t, predicted, len(data.classes))
    bins = scores.reliability(probabilities, data.test_t)
    return {
        "kind": "classifier",
        "pictures": len(data.test_x),
        "scores": {
            "accuracy": score(right(table), None, "max", intervals.of_mean(predicted == data.test_t)),
            "calibration_error": score(scores.calibration_error(bins), None, "min"),
        },
        "per_class": {"classes": list(data.classes), "accuracy": scores.per_class(table)},
        "confusion": table.tolist(),
        "reliability": [asdict(each) for each in bins],
    }
