"""The score GAN-train: how much a classifier learns from drawn pictures, tested on real ones.

Shmelkov et al. 2018 (arXiv:1807.09499), section 3.1. The classifier is `cnn` with its default recipe, trained for no
more images than five epochs of MNIST.
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
from threadpoolctl import threadpool_limits

from ganzoo import datasets, plugins, roles
from ganzoo.files import readable, write_json
from ganzoo.metrics.slow_work import SlowWork
from ganzoo.paths import cache_path, writable_cache
from ganzoo.specs import TrainConfig
from ganzoo.temporary import scratch
from ganzoo.updaters.seeding import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.specs import Data

CLASSIFIER = "cnn"  # the architecture that learns
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
