"""The scores of a generator: its pictures beside real images."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo import inputs, roles
from ganzoo.datasets import subset
from ganzoo.files import replacing
from ganzoo.metrics import amounts, evaluator_training, gan_train, intervals, neighbours, scores
from ganzoo.metrics.document import judged_by, right, score
from ganzoo.metrics.evaluator import look
from ganzoo.metrics.slow_work import SlowWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.metrics.document import Document
    from ganzoo.metrics.pretrained import Known
    from ganzoo.runs.run import Run
    from ganzoo.specs import Data, FloatArray, ImageArray, Network

NEIGHBOURS = 2_000  # pictures whose nearest training images are looked for: all take a minute
SEED = 0  # of the noise


def evaluated(
    run: Run, network: Network, data: Data, known: Known, quick: bool, progress: Callable[[str], None]
) -> Document:
    """Return the scores of 10,000 pictures of a generator, or of fewer large ones (`amounts`).

    Scores that compare features use as many pictures as there are training images that the evaluator has not learned
    from, but at most those that are drawn. These images, in place of the pictures, give the floor. The pictures get the
    same labels in the same order, so that only the images differ. The reference is up to as many test images.
    """
    progress("Drawing pictures")
    shape = data.train_x.shape[1:]
    n = amounts.pictures(amounts.DRAWN, shape)
    new = evaluator_training.held_out(len(data.train_x))
    new = new[subset.some(n, len(new))]
    labels = np.resize(data.train_t[new], n)
    images = roles.draw(network, inputs.seeded(network.inputs, n, SEED, labels.tolist()))

    progress("Comparing them with real images")
    reference = subset.some(n, len(data.test_x))
    real, real_logits = look(known.evaluator, data.test_x[reference])
    stand_in, _ = look(known.evaluator, data.train_x[new])
    fake, logits = look(known.evaluator, images)
    read = logits.argmax(axis=1).astype(np.int32)
    on_real = scores.confusion(data.test_t[reference], real_logits.argmax(axis=1).astype(np.int32), logits.shape[1])
    conditional = roles.conditional(network)
    found = _distances(real, fake[: len(new)], stand_in)
    document: Document = {
        "kind": "conditional generator" if conditional else "unconditional generator",
        "pictures": len(images),
        "compared": len(new),
        "evaluator": judged_by(known, data.classes, on_real),
        "scores": found,
    }
    if conditional:
        table = scores.confusion(labels, read, len(data.classes))
        if not quick:
            found = {"gan_train": _gan_train(network, data, right(on_real), progress), **found}
        accuracy = score(right(table), right(on_real), "max", intervals.of_mean(read == labels))
        document |= {
            "scores": {"accuracy": accuracy, **found},
            "per_class": {
                "classes": list(data.classes),
                "accuracy": scores.per_class(table),
                "floor": scores.per_class(on_real),
            },
            "confusion": table.tolist(),
        }

    progress("Finding the nearest training images")
    few = subset.some(NEIGHBOURS, n)
    space, (kept, drawn, test) = _space(known, data, images[few])
    near, near_test = neighbours.nearest(kept, drawn), neighbours.nearest(kept, test)
    rows = (labels if conditional else read)[few]
    if len(data.classes) == 1:
        rows = np.arange(len(few), dtype=np.int32) % neighbours.ROWS
    with replacing(run.path / "neighbours.png") as beside:
        neighbours.sheet(images[few], rows, near, data.train_x).save(beside)
    return {**document, "neighbours": {"space": space, **neighbours.distances(near, near_test)}}


def _space(known: Known, data: Data, images: FloatArray) -> tuple[str, tuple[ImageArray, ImageArray, ImageArray]]:
    """Return where distances of training images, `images` and test images are measured, and these three there.

    Grey images of the size of a digit are compared pixel by pixel, all others by the evaluator's features, for which a
    picture that is moved a little or has another background is still a copy.
    """
    sets = (data.train_x, images, data.test_x[subset.some(NEIGHBOURS, len(data.test_x))])
    if evaluator_training.small(data.train_x.shape[1:]):
        return "pixels", sets
    train, drawn, test = (look(known.evaluator, each)[0] for each in sets)
    return "features", (train, drawn, test)


def _distances(real: Any, fake: Any, stand_in: Any) -> Document:
    """Return the scores that compare features with those of real images, for the pictures and for `stand_in`."""
    reference, reach = scores.gaussian(real), scores.radii(real)
    density, coverage = scores.density_coverage(real, reach, fake)
    density_floor, coverage_floor = scores.density_coverage(real, reach, stand_in)
    distance, distance_floor = (scores.frechet(reference, scores.gaussian(each)) for each in (fake, stand_in))
    return {
        "frechet": score(distance, distance_floor, "min", intervals.of_frechet(real, fake)),
        "kid": score(scores.kid(real, fake), scores.kid(real, stand_in), "min"),
        "density": score(density, density_floor, "max"),
        "coverage": score(coverage, coverage_floor, "max"),
    }


def _gan_train(network: Network, data: Data, on_real: float, progress: Callable[[str], None]) -> Document:
    """Return GAN-train, and what the same classifier learns from as many real training images with the same labels.

    For grey images of the size of a digit, the classifier is `cnn`. For all others it is another evaluator: what that
    learns from real images is known already.
    """
    work = SlowWork("Training a classifier on drawn pictures", progress)
    if evaluator_training.small(data.train_x.shape[1:]):
        labels = data.train_t
        images = roles.draw(network, inputs.seeded(network.inputs, len(labels), SEED + 1, labels.tolist()))
        drawn = gan_train.accuracy(replace(data, train_x=images.clip(0, 1)), work)
        floor = None
    else:
        drawn, floor = gan_train.evaluators_accuracy(network, data, SEED + 1, work), on_real
    work.over()
    return score(drawn, gan_train.accuracy_of_real(data, progress) if floor is None else floor, "max")
