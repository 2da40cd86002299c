"""The score GAN-train: how much a classifier learns from drawn pictures, tested on real ones.

Shmelkov et al. 2018 (arXiv:1807.09499), section 3.1. For grey images of the size of a digit, the classifier is `cnn`
with its default recipe, trained for no more images than five epochs of MNIST. For all others it is an evaluator.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainer
import numpy as np
from threadpoolctl import threadpool_limits

from ganzoo import datasets, inputs, plugins, roles
from ganzoo.datasets import subset
from ganzoo.files import readable, write_json
from ganzoo.metrics import amounts, evaluator_training
from ganzoo.metrics.evaluator import look
from ganzoo.metrics.slow_work import SlowWork
from ganzoo.paths import cache_path, writable_cache
from ganzoo.specs import TrainConfig
from ganzoo.temporary import scratch
from ganzoo.updaters.seeding import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import Data, Network

CLASSIFIER = "cnn"  # the architecture that learns
MORE = 4  # times as many pictures are learned from as are judged, at the most
PICTURES = 300_000  # shown in all: five epochs of MNIST; the recipe's eleven take minutes each time


def accuracy(data: Data, progress: Callable[[float], None] = lambda share: None) -> float:
    """Train the classifier on the training images, and return its accuracy on the test images.

    `progress` is called after each step with the share of the training that is done.
    """
    config = _config(data)
    with (
        scratch() as folder,
        threadpool_limits(1),
        seeded(config.seed),
        chainer.using_config("type_check", False),
    ):
        arch = plugins.ARCHS.get(CLASSIFIER)
        training = arch.train(config, data)
        trainer = chainer.training.Trainer(training.updater, (config.epochs, "epoch"), out=str(folder))
        for extension in training.extensions:
            trainer.extend(extension)

        def told(trainer: Any) -> None:
            progress(min(1.0, trainer.updater.epoch_detail / config.epochs))

        trainer.extend(told, name="told", trigger=(1, "iteration"))
        trainer.run()
        (network,) = arch.export(config, training.model)
        return float((roles.read(network, data.test_x).argmax(axis=1) == data.test_t).mean())


def accuracy_of_real(data: Data, tell: Callable[[str], None] = lambda line: None) -> float:
    """Return `accuracy` for real training images. It is kept in the cache for all runs on this data."""
    told = [
        datasets.checksum(data),
        datasets.test_checksum(data),
        asdict(_config(data)),
        Path(inspect.getfile(plugins.ARCHS.get(CLASSIFIER).train)).read_text("utf-8"),
    ]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    name = f"{key}-cnn.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        return float(json.loads(readable(cache_path() / "evaluators" / name).read_text("utf-8"))["accuracy"])
    path = writable_cache("evaluators") / name
    work = SlowWork("Training a classifier on real images, once for all runs on this data", tell)
    found = accuracy(data, work)
    work.over()
    write_json(path, {"accuracy": found})
    return found


def evaluators_accuracy(
    network: Network, data: Data, seed: int, progress: Callable[[float], None] = lambda share: None
) -> float:
    """Train an evaluator's network on pictures that a generator draws, and return its accuracy on the test images.

    The recipe, the number of different pictures and their labels are those of the evaluator of `data`, so that the
    accuracy of that evaluator is what real images would give. For very large sets, fewer pictures are drawn.
    """
    new = evaluator_training.held_out(len(data.train_x))
    kept = np.setdiff1d(np.arange(len(data.train_x)), new)
    labels = data.train_t[kept[subset.some(MORE * amounts.pictures(amounts.DRAWN, data.train_x.shape[1:]), len(kept))]]
    arrays = inputs.seeded(network.inputs, len(labels), seed, labels.tolist())
    drawn = np.empty((len(labels), *data.train_x.shape[1:]), np.uint8)
    n = roles.per_pass(network)
    for start in range(0, len(labels), n):
        images = roles.draw(network, [array[start : start + n] for array in arrays])
        drawn[start : start + n] = np.rint(images.clip(0, 1) * 255)
    recipe = evaluator_training.recipe(data)
    learned = evaluator_training.fit(drawn, labels, np.arange(len(labels)), len(data.classes), recipe, progress)
    return float((look(learned, data.test_x)[1].argmax(axis=1) == data.test_t).mean())


def _config(data: Data) -> TrainConfig:
    name, preset = next(iter(plugins.ARCHS.get(CLASSIFIER).presets.items()))
    n, channels, height, width = data.train_x.shape
    return TrainConfig(
        arch=CLASSIFIER,
        preset=name,
        dataset="",
        shape=(channels, height, width),
        n_classes=len(data.classes),
        epochs=min(preset.epochs_for(n), max(1, round(PICTURES / n))),
        batch_size=min(preset.batch_size, n),
        seed=0,
        device="cpu",
        hparams=preset.hparams,
    )
