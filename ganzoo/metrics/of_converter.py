"""The scores of a network that makes pictures of pictures: how far they are from the true ones of the test images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo import roles
from ganzoo.datasets import chunks, subset
from ganzoo.metrics import amounts, evaluator_training, intervals, scores
from ganzoo.metrics.document import judged_by, score
from ganzoo.metrics.evaluator import look
from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from ganzoo.metrics.document import Document
    from ganzoo.metrics.evaluator import Evaluator
    from ganzoo.metrics.pretrained import Known
    from ganzoo.metrics.residual import Residual
    from ganzoo.metrics.scores import Features
    from ganzoo.specs import Data, FloatArray, ImageArray, Network

    Pairs = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

CHUNK = 1 << 22  # values at once


@dataclass(frozen=True)
class Converted:
    """What was drawn of n pairs, beside what should have been.

    `drawn` and `true` are features (n, d); `logits` (n, k) are the evaluator's for the true pictures; `l1` (n,) is the
    mean difference of the values of pixels, from 0 to 1.
    """

    drawn: Features
    true: Features
    logits: Features
    l1: npt.NDArray[Any]


def evaluated(network: Network, pairs: Pairs, data: Data, known: Known, progress: Callable[[str], None]) -> Document:
    """Return the distances of the pictures that `network` draws from the true pictures of up to 10,000 test pairs.

    `pairs` makes of images what the network reads and what it should draw. The floor of the Frechet distance is that of
    training images that the evaluator has not learned from.
    """
    progress("Drawing pictures")
    n = amounts.pictures(amounts.DRAWN, data.train_x.shape[1:])
    test = subset.some(n, len(data.test_x))
    found = convert(network, pairs, known.evaluator, data.test_x[test])

    progress("Comparing them with the true pictures")
    new = evaluator_training.held_out(len(data.train_x))
    stand_in = look(known.evaluator, true_of(pairs, data.train_x[new[subset.some(n, len(new))]]))[0]
    read = found.logits.argmax(axis=1).astype(np.int32)
    on_true = scores.confusion(data.test_t[test], read, found.logits.shape[1])
    apart = scores.feature_distances(found.drawn, found.true)
    true = scores.gaussian(found.true)
    distance, floor = (scores.frechet(true, scores.gaussian(each)) for each in (found.drawn, stand_in))
    return {
        "kind": "converter",
        "pictures": len(found.l1),
        "evaluator": judged_by(known, data.classes, on_true),
        "scores": {
            "feature_distance": score(apart.mean(), None, "min", intervals.of_mean(apart)),
            "l1": score(found.l1.mean(), None, "min", intervals.of_mean(found.l1)),
            "frechet": score(distance, floor, "min", intervals.of_frechet(found.true, found.drawn)),
        },
    }


def convert(network: Network, pairs: Pairs, evaluator: Evaluator | Residual, images: ImageArray) -> Converted:
    """Draw what `network` makes of the pairs of `images` (N, C, H, W), some at a time."""
    found = []
    for part in chunks(images, CHUNK):
        read, wanted = pairs(floats(part))
        made = roles.draw(network, [network.inputs[0].from_pictures(read)])
        l1 = np.abs(made.clip(0, 1) - wanted).mean(axis=(1, 2, 3))
        found.append((look(evaluator, made)[0], *look(evaluator, wanted), l1))
    return Converted(*map(np.concatenate, zip(*found, strict=True)))


def true_of(pairs: Pairs, images: ImageArray) -> FloatArray:
    """Return what should be drawn of the pairs of `images`."""
    return np.concatenate([pairs(floats(part))[1] for part in chunks(images, CHUNK)])
