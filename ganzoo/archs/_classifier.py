"""What the classifiers of the zoo share: their training and how they are exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer.functions as F
import chainer.links as L
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator
from chainer.training import extensions
from chainer.training.updaters import StandardUpdater

from ganzoo.archs._hparams import number
from ganzoo.devices import chainer_device
from ganzoo.errors import UsageError
from ganzoo.layers import Adam
from ganzoo.specs import Data, Network, TensorSpec, TrainConfig, Training
from ganzoo.updaters.augment import AUGMENTATIONS, augmentation
from ganzoo.updaters.batches import Batches
from ganzoo.updaters.schedules import LinearShift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DESCRIPTIONS: Mapping[str, str] = {
    "alpha": "Learning rate at the start (Adam's alpha).",
    "final_alpha": "Learning rate at the end, as a fraction of alpha; it falls linearly.",
    "augment": f"Random changes of training images: none or some of {', '.join(AUGMENTATIONS)}.",
}


def require_classes(config: TrainConfig) -> None:
    """Raise `UsageError` for data in which there is nothing to tell apart."""
    if config.n_classes < 2:
        raise UsageError(
            f"{config.arch} tells classes apart, but {config.dataset} has only one.",
            "Choose data with at least two classes, or an architecture that draws pictures.",
        )


def train(
    config: TrainConfig, data: Data, model: Any, change: Callable[[Any], Any] = lambda x: x, weight_decay: float = 0.0
) -> Training:
    """Softmax cross entropy on logits by Adam, judged on the test images after each epoch.

    `change` is done to each batch of training images, before the augmentation that `config` names. Weights shrink by
    the fraction `weight_decay` at each step.
    """
    device = chainer_device(config.device)
    classifier = L.Classifier(model)
    classifier.to_device(device)
    alpha = number(config, "alpha")
    optimizer = Adam(alpha=alpha, weight_decay_rate=weight_decay)
    optimizer.setup(classifier)

    batches, augment = Batches(data, device), augmentation(str(config.hparams["augment"]))

    def changed(numbers: Sequence[int], where: Any = None) -> tuple[Any, Any]:
        x, t = batches(numbers)
        return augment(change(x)).array, device.send(t)

    test_images = TupleDataset(data.test_x, data.test_t)
    steps = config.epochs * len(data.train_x) // config.batch_size
    return Training(
        updater=StandardUpdater(batches.iterator(config.batch_size), optimizer, converter=changed, device=device),
        model=model,
        monitors=("main/loss", "main/accuracy", "validation/main/loss", "validation/main/accuracy"),
        extensions=(
            extensions.Evaluator(
                SerialIterator(test_images, config.batch_size, repeat=False, shuffle=False),
                classifier,
                device=device,
            ),
            LinearShift("alpha", (alpha, alpha * number(config, "final_alpha")), (0, steps)),
        ),
        rates=("alpha",),
    )


def export(config: TrainConfig, model: Any) -> list[Network]:
    """The classifier with the softmax that the training graph does not contain."""
    return [
        Network(
            name="classifier",
            link=model,
            forward=lambda x: F.softmax(model(x)),
            inputs=(TensorSpec("x", config.shape, "image", range=(0.0, 1.0)),),
            outputs=(TensorSpec("y", (config.n_classes,), "probabilities", range=(0.0, 1.0)),),
        )
    ]
