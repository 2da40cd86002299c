"""`ganzoo eval`: measure everything about a run, and return it as one document, with pictures."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from ganzoo import datasets, inputs, roles
from ganzoo.datasets import subset
from ganzoo.errors import RunError, UsageError
from ganzoo.files import replacing, write_json
from ganzoo.metrics import evaluator_training, gan_train, neighbours, plots, pretrained, scores
from ganzoo.metrics.evaluator import look
from ganzoo.metrics.slow_work import SlowWork
from ganzoo.runs.data import data_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.metrics.pretrained import Known
    from ganzoo.runs.run import Run
    from ganzoo.specs import Data, Network

FORMAT = 1
PICTURES = 10_000  # drawn; and the most real ones that they are compared with
NEIGHBOURS = 2_000  # pictures whose nearest training images are looked for: all take a minute
SEED = 0  # of the noise
NOTE = (
    "These scores use the features of an evaluator network trained on {dataset} ({shape}). Compare them only with "
    "other runs on the same data and evaluator, not with published FID or KID, which use Inception's features."
)
CLASSIFIED = "Measured on all {pictures:,} test images of {dataset}."

Document = dict[str, Any]


def evaluate(run: Run, data_dir: Path | None, quick: bool, progress: Callable[[str], None]) -> Document:
    """Evaluate `run`, and write `metrics.json`, `metrics.png` and, for a generator, `neighbours.png` into its folder.

    `data_dir` is the present folder of the data's files. `quick` skips GAN-train. On one machine, the same run always
    gives the same document. Raises `RunError` if the data is not what the run was trained on, and `UsageError` if its
    networks neither draw nor classify, or if there are too few images for an evaluation.
    """
    exported = run.networks()
    painter, classifier = roles.generator(exported), roles.classifier(exported)
    data = data_of(run.config, data_dir)
    checksum = datasets.checksum(data)
    if checksum != run.provenance.get("data_sha256"):
        raise RunError(
            f"The images of {run.config.dataset} are not the ones that {run.path} was trained on.",
            "Give the folder with those images as --data-dir.",
        )
    if painter is not None and not pretrained.enough(data):
        raise UsageError(
            f"{run.config.dataset} has {len(data.train_x)} training and {len(data.test_x)} test images: "
            "too few for an evaluation.",
            f"At least {pretrained.LEAST_TRAIN} and {pretrained.LEAST_TEST} are needed.",
        )
    with threadpool_limits(1):  # sums, and so numbers, do not depend on the cores that there are
        document = {
            "format": FORMAT,
            "run": run.name,
            "weights": run.weights,
            "model_sha256": run.model_sha256(),
            "arch": run.config.arch,
            "data": run.config.dataset,
            "data_sha256": checksum,
            "test_sha256": datasets.test_checksum(data),
        }
        if painter is not None:
            document["note"] = NOTE.format(shape="x".join(map(str, run.config.shape)), dataset=run.config.dataset)
            document |= _generator(run, painter, data, pretrained.of(data, progress), quick, progress)
        elif classifier is not None:
            document["note"] = CLASSIFIED.format(pictures=len(data.test_x), dataset=run.config.dataset)
            document |= _classifier(classifier, data, progress)
        elif roles.converter(exported):
            message = (
                f"{run.name} is a run of {run.config.arch}, which makes images of images: there are no scores for it."
            )
            raise UsageError(message, "Name a run of a generator or of a classifier.")
        else:
            message = f"{run.name} is a run of {run.config.arch}, which is neither a generator nor a classifier."
            raise UsageError(message, "Name another run.")
    write_json(run.path / "metrics.json", document)
    plots.plot(document, run.path / "metrics.png")
    return document


def _score(value: float, floor: float | None, better: Literal["min", "max"]) -> dict[str, Any]:
    return {"value": float(value), "floor": None if floor is None else float(floor), "better": better}


def _generator(
    run: Run, network: Network, data: Data, known: Known, quick: bool, progress: Callable[[str], None]
) -> Document:
    """Return the scores of 10,000 pictures of a generator.

    Scores that compare features use as many pictures as there are training images that the evaluator has not learned
    from, but at most 10,000. These images, in place of the pictures, give the floor. The pictures get the same labels
    in the same order, so that only the images differ. The reference is up to 10,000 test images.
    """
    progress("Drawing pictures")
    held_out = evaluator_training.held_out(len(data.train_x))
    labels = np.resize(data.train_t[held_out], PICTURES)
    images = roles.draw(network, inputs.seeded(network.inputs, len(labels), SEED, labels.tolist()))

    progress("Comparing them with real images")
    reference = subset.some(PICTURES, len(data.test_x))
    real, real_logits = look(known.evaluator, data.test_x[reference])
    stand_in, _ = look(known.evaluator, data.train_x[held_out])
    fake, logits = look(known.evaluator, images)
    read = logits.argmax(axis=1).astype(np.int32)
    on_real = scores.confusion(data.test_t[reference], real_logits.argmax(axis=1).astype(np.int32), len(data.classes))
    conditional = roles.conditional(network)
    found = _distances(real, fake[: len(held_out)], stand_in)
    document: Document = {
        "kind": "conditional generator" if conditional else "unconditional generator",
        "pictures": len(images),
        "compared": len(held_out),
        "evaluator": _evaluator(known, on_real),
        "scores": found,
    }
    if conditional:
        table = scores.confusion(labels, read, len(data.classes))
        if not quick:
            found = {"gan_train": _gan_train(network, data, progress), **found}
        document |= {
            "scores": {"accuracy": _score(_right(table), _right(on_real), "max"), **found},
            "per_class": {
                "classes": list(data.classes),
                "accuracy": scores.per_class(table),
                "floor": scores.per_class(on_real),
            },
            "confusion": table.tolist(),
        }

    progress("Finding the nearest training images")
    few = subset.some(NEIGHBOURS, len(images))
    near = neighbours.nearest(data.train_x, images[few])
    near_test = neighbours.nearest(data.train_x, data.test_x[subset.some(NEIGHBOURS, len(data.test_x))])
    with replacing(run.path / "neighbours.png") as beside:
        neighbours.sheet(images[few], (labels if conditional else read)[few], near, data.train_x).save(beside)
    return {**document, "neighbours": neighbours.distances(near, near_test)}


def _right(table: Any) -> float:
    """Return the share of a confusion matrix that is on its diagonal."""
    return float(np.trace(table) / table.sum())


def _evaluator(known: Known, on_real: Any) -> dict[str, Any]:
    return {"sha256": known.sha256, "accuracy": _right(on_real)}


def _distances(real: Any, fake: Any, stand_in: Any) -> dict[str, Any]:
    """Return the scores that compare features with those of real images, for the pictures and for `stand_in`."""
    reference, reach = scores.gaussian(real), scores.radii(real)
    density, coverage = scores.density_coverage(real, reach, fake)
    density_floor, coverage_floor = scores.density_coverage(real, reach, stand_in)
    return {
        "frechet": _score(
            scores.frechet(reference, scores.gaussian(fake)),
            scores.frechet(reference, scores.gaussian(stand_in)),
            "min",
        ),
        "kid": _score(scores.kid(real, fake), scores.kid(real, stand_in), "min"),
        "density": _score(density, density_floor, "max"),
        "coverage": _score(coverage, coverage_floor, "max"),
    }


def _gan_train(network: Network, data: Data, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return GAN-train, and what the same classifier learns from as many real training images with the same labels."""
    labels = data.train_t
    images = roles.draw(network, inputs.seeded(network.inputs, len(labels), SEED + 1, labels.tolist()))
    work = SlowWork("Training a classifier on drawn pictures", progress)
    drawn = gan_train.accuracy(replace(data, train_x=images.clip(0, 1)), work)
    work.over()
    return _score(drawn, gan_train.accuracy_of_real(data, progress), "max")


def _classifier(network: Network, data: Data, progress: Callable[[str], None]) -> Document:
    """Return accuracy and calibration on all test images."""
    progress("Classifying the test images")
    outputs = roles.read(network, data.test_x)
    probabilities = outputs if network.outputs[0].meaning == "probabilities" else softmax(outputs, axis=1)
    table = scores.confusion(data.test_t, probabilities.argmax(axis=1).astype(np.int32), len(data.classes))
    bins = scores.reliability(probabilities, data.test_t)
    return {
        "kind": "classifier",
        "pictures": len(data.test_x),
        "scores": {
            "accuracy": _score(_right(table), None, "max"),
            "calibration_error": _score(scores.calibration_error(bins), None, "min"),
        },
        "per_class": {"classes": list(data.classes), "accuracy": scores.per_class(table)},
        "confusion": table.tolist(),
        "reliability": [asdict(each) for each in bins],
    }
