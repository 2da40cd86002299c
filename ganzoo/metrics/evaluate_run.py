"""`ganzoo eval`: measure everything about a run, and return it as one document, with pictures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from ganzoo import datasets, plugins, roles
from ganzoo.errors import RunError, UsageError
from ganzoo.files import write_json
from ganzoo.metrics import of_classifier, of_converter, of_generator, plots, pretrained
from ganzoo.runs.data import data_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.metrics.document import Document
    from ganzoo.runs.run import Run

FORMAT = 1
NOTE = (
    "These scores use the features of an evaluator network trained on {dataset} ({shape}). Compare them only with "
    "other runs on the same data and evaluator, not with published FID or KID, which use Inception's features."
)
CLASSIFIED = "Measured on all {pictures:,} test images of {dataset}."


def evaluate(run: Run, data_dir: Path | None, quick: bool, progress: Callable[[str], None]) -> Document:
    """Evaluate `run`, and write `metrics.json`, `metrics.png` and, for a generator, `neighbours.png` into its folder.

    `data_dir` is the present folder of the data's files. `quick` skips GAN-train. On one machine, the same run always
    gives the same document. Raises `RunError` if the data is not what the run was trained on, and `UsageError` if its
    networks neither draw nor classify, or if there are too few images for an evaluation.
    """
    exported = run.networks()
    painter, classifier, converter = roles.generator(exported), roles.classifier(exported), roles.converter(exported)
    pairs = plugins.ARCHS.get(run.config.arch).pairs if converter else None
    needs_evaluator = painter is not None or pairs is not None
    data = data_of(run.config, data_dir)
    checksum = datasets.checksum(data)
    if checksum != run.provenance.get("data_sha256"):
        raise RunError(
            f"The images of {run.config.dataset} are not the ones that {run.path} was trained on.",
            "Give the folder with those images as --data-dir.",
        )
    if needs_evaluator and not pretrained.enough(data):
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
        if needs_evaluator:
            document["note"] = NOTE.format(shape="x".join(map(str, run.config.shape)), dataset=run.config.dataset)
        if painter is not None:
            document |= of_generator.evaluated(run, painter, data, pretrained.of(data, progress), quick, progress)
        elif classifier is not None:
            document["note"] = CLASSIFIED.format(pictures=len(data.test_x), dataset=run.config.dataset)
            document |= of_classifier.evaluated(classifier, data, progress)
        elif converter is not None and pairs is not None:
            made = partial(pairs, run.config)
            document |= of_converter.evaluated(converter, made, data, pretrained.of(data, progress), progress)
        elif converter is not None:
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
