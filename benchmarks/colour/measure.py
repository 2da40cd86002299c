"""One training of a row for its CPU time, judged on the test pictures, as a record of the results."""

from __future__ import annotations

import os
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ganzoo import plugins, provenance
from ganzoo.errors import ToolMissingError
from ganzoo.layers import native
from ganzoo.specs import floats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.colour.rows import Row
    from ganzoo.specs import Data, Training

LEAST = 1e-3  # the smallest share of the learning rate: a decay of weights is divided by it
SEED = 0
BATCH = 250  # test pictures that are judged at once


def measure(row: Row, folder: Path, seconds: float) -> dict[str, Any]:
    """Train `row` on the pictures of `folder` for `seconds` of CPU time, and return its record.

    Learning rates fall with the share of the time that is spent, so that each training ends with its schedule whatever
    its speed. Runs in a process of its own, whose threads are the environment's. Time spent on judging is not counted.
    """
    import numpy as np

    from benchmarks.training.subjects import as_trained
    from ganzoo.training.options import TrainOptions, configure

    arch = plugins.ARCHS.get(row.arch)
    options = TrainOptions(
        preset=row.preset, dataset="folder", data_dir=folder, device="cpu", seed=SEED, data_options={"size": row.size}
    )
    config, data = configure(arch, options)
    load = os.getloadavg()[0]
    with as_trained():
        np.random.seed(SEED)
        step, slow, logits = LIBRARIES[row.library](arch.train(config, data))
        steps, began = 0, time.process_time()
        while (spent := time.process_time() - began) < seconds:
            slow(max(1 - spent / seconds, LEAST))
            step()
            steps += 1
        right = accuracy(logits, data)
    return {
        "row": row.name,
        "accuracy": right,
        "test_pictures": len(data.test_x),
        "train_pictures": len(data.train_x),
        "classes": len(data.classes),
        "shape": list(config.shape),
        "steps": steps,
        "epochs": round(steps * config.batch_size / len(data.train_x), 1),
        "cpu_seconds": round(spent, 1),
        "threads": native.threads(),
        "load_average": [round(load, 2), round(os.getloadavg()[0], 2)],
        "date": provenance.now(),
        "machine": provenance.machine(),
    }


def accuracy(logits: Callable[[Any], Any], data: Data) -> float:
    """The share of the test pictures whose class has the largest of their `logits`."""
    parts = [slice(i, i + BATCH) for i in range(0, len(data.test_x), BATCH)]
    right = [(logits(floats(data.test_x[part])).argmax(axis=1) == data.test_t[part]).sum() for part in parts]
    return float(sum(right)) / len(data.test_x)


Trained = tuple["Callable[[], Any]", "Callable[[float], None]", "Callable[[Any], Any]"]


def by_ganzoo(training: Training) -> Trained:
    """A step of `training`, what sets the share of its first rate, and pictures to logits."""
    import chainer

    from benchmarks.training.subjects import Step

    optimizer = training.updater.get_optimizer("main")
    first = optimizer.alpha

    def slow(share: float) -> None:
        optimizer.alpha = first * share

    def logits(x: Any) -> Any:
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            return training.model(x).array

    return Step(training), slow, logits


def by_torch(training: Training) -> Trained:
    """The same of its twin in PyTorch. Raises `ToolMissingError` without it."""
    if not find_spec("torch"):
        raise ToolMissingError("PyTorch is not installed.", "Set it up and run this with: make colour-results")
    import torch

    from benchmarks.training import steps

    torch.set_num_threads(native.threads())
    step = steps.step(training, "cpu")
    group = step.adam.inner.param_groups[0]
    first, decay = group["lr"], group["lr"] * group["weight_decay"]

    def slow(share: float) -> None:
        group["lr"] = first * share
        group["weight_decay"] = decay / group["lr"]  # Chainer's decay does not fall with the rate

    @torch.no_grad()
    def logits(x: Any) -> Any:
        return step.model.eval()(torch.from_numpy(x)).numpy()

    return step, slow, logits


LIBRARIES = {"ganzoo": by_ganzoo, "PyTorch": by_torch}
