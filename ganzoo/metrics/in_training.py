"""Judge a network during its training by a few scores, from time to time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ganzoo import inputs, plugins, roles
from ganzoo.datasets import subset
from ganzoo.metrics import amounts, of_converter, pretrained, scores
from ganzoo.metrics.evaluator import look, look_at_drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import Data, Network, TrainConfig


@dataclass(frozen=True)
class Judge:
    """`score()` judges the network in its present state. The same weights give the same numbers.

    A network that draws NaN or infinity gets NaN for each score. Global random state is not used, and Chainer's
    configuration stays as it is. `key` is the score that decides which moment was the best; `better` is its direction.
    """

    score: Callable[[], dict[str, float]]
    key: str
    better: Literal["min", "max"]


def during(
    config: TrainConfig, data: Data, model: Any, progress: Callable[[str], None] = lambda line: None
) -> Judge | None:
    """Return the judge of `model`, on whatever device it is; None if it cannot be judged.

    Generators get "eval/frechet", "eval/coverage" and, if they take a class, "eval/accuracy": up to 4000 pictures with
    noise from `config.seed`, compared with as many test images. Classifiers get "eval/accuracy" on the test images.
    Converters whose architecture makes pairs get "eval/feature_distance" and "eval/l1" on up to 4000 test pairs.
    When a data set is used for the first time, an evaluator is trained, which `progress` is told.
    """
    arch = plugins.ARCHS.get(config.arch)
    exported = plugins.exported(arch, config, model)
    painter, classifier, converter = roles.generator(exported), roles.classifier(exported), roles.converter(exported)
    if painter is not None and pretrained.enough(data):
        return Judge(_of_painter(painter, data, config.seed, progress), "eval/frechet", "min")
    if classifier is not None:
        return Judge(_of_classifier(classifier, data), "eval/accuracy", "max")
    if converter is not None and arch.pairs is not None and pretrained.enough(data):
        pairs = partial(arch.pairs, config)
        return Judge(_of_converter(converter, pairs, data, progress), "eval/feature_distance", "min")
    return None


def _of_painter(
    network: Network, data: Data, seed: int, progress: Callable[[str], None]
) -> Callable[[], dict[str, float]]:
    with threadpool_limits(1):
        evaluator = pretrained.of(data, progress).evaluator
        n = amounts.pictures(
            amounts.DRAWN_IN_TRAINING, data.train_x.shape[1:]
        )  # always as many, so that scores compare
        real, _ = look(evaluator, data.test_x[subset.some(n, len(data.test_x))])
        reference, reach = scores.gaussian(real), scores.radii(real)
    labels = data.train_t[subset.some(n, len(data.train_t))]
    drawn = inputs.seeded(network.inputs, len(labels), seed, labels.tolist())
    keys = ("eval/frechet", "eval/coverage", *(("eval/accuracy",) if roles.conditional(network) else ()))

    def score() -> dict[str, float]:
        with threadpool_limits(1):
            features, logits = look_at_drawn(evaluator, network, drawn)
            if not np.isfinite(features).all():
                return dict.fromkeys(keys, math.nan)
            _, coverage = scores.density_coverage(real, reach, features)
            distance = scores.frechet(reference, scores.gaussian(features))
            right = float((logits.argmax(axis=1) == labels).mean())
        return dict(zip(keys, (distance, coverage, right), strict=False))

    return score


def _of_classifier(network: Network, data: Data) -> Callable[[], dict[str, float]]:
    def score() -> dict[str, float]:
        with threadpool_limits(1):
            return {"eval/accuracy": float((roles.read(network, data.test_x).argmax(axis=1) == data.test_t).mean())}

    return score


def _of_converter(
    network: Network, pairs: of_converter.Pairs, data: Data, progress: Callable[[str], None]
) -> Callable[[], dict[str, float]]:
    with threadpool_limits(1):
        evaluator = pretrained.of(data, progress).evaluator
    n = amounts.pictures(amounts.DRAWN_IN_TRAINING, data.train_x.shape[1:])
    images = data.test_x[subset.some(n, len(data.test_x))]

    def score() -> dict[str, float]:
        with threadpool_limits(1):
            found = of_converter.convert(network, pairs, evaluator, images)
        apart = scores.feature_distances(found.drawn, found.true)
        return {"eval/feature_distance": float(apart.mean()), "eval/l1": float(found.l1.mean())}

    return score
