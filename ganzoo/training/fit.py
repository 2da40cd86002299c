"""Whether an architecture fits its data: asked before the first step, and told in words instead of by NumPy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ganzoo import inputs, plugins, roles
from ganzoo.errors import PluginError, UsageError

if TYPE_CHECKING:
    from ganzoo.specs import Arch, Network, TensorSpec, TrainConfig, Training

OTHER_DATA = "Choose another data set, or an architecture that is made for such images."


def check(arch: Arch, config: TrainConfig, training: Training) -> None:
    """Ask the networks of `training` for what they declare, and the one that draws for a picture.

    Raises `UsageError` where the pictures that a network draws or reads, or its classes, are not those of the data,
    and `PluginError` where its pictures are not as it declares.
    """
    networks = plugins.exported(arch, config, training.model)
    painter, classifier = roles.generator(networks), roles.classifier(networks)
    if painter is not None:
        _require_shape(painter.outputs[0], "draws", config)
        for size in _label_sizes(painter)[:1]:
            _require_classes(size, config)
        _require_as_declared(arch, painter, training)
    elif classifier is not None:
        _require_shape(classifier.inputs[0], "reads", config)
        _require_choice(config)
        _require_classes(math.prod(classifier.outputs[0].shape), config)


def _require_shape(spec: TensorSpec, does: str, config: TrainConfig) -> None:
    if spec.shape != config.shape:
        raise UsageError(
            f"{config.arch} {does} images of shape {spec.shape}, those of {config.dataset} are {config.shape}.",
            OTHER_DATA,
        )


def _require_classes(size: int, config: TrainConfig) -> None:
    if size != config.n_classes:
        raise UsageError(
            f"{config.arch} is made for {size} classes, but {config.dataset} has {config.n_classes}.", OTHER_DATA
        )


def _require_choice(config: TrainConfig) -> None:
    if config.n_classes < 2:
        raise UsageError(
            f"{config.arch} tells classes apart, but {config.dataset} has only one.",
            "Sort the pictures into class folders, or train a generator on them.",
        )


def _label_sizes(network: Network) -> list[int]:
    """The numbers of classes of the one-hot inputs and parts, in their order."""
    return [
        size
        for spec in network.inputs
        for meaning, size in [
            (spec.meaning, math.prod(spec.shape)),
            *((part.meaning, part.size) for part in spec.parts),
        ]
        if meaning == "onehot"
    ]


def _require_as_declared(arch: Arch, painter: Network, training: Training) -> None:
    output = painter.outputs[0]
    shape = roles.run(painter, inputs.seeded(painter.inputs, 1, seed=0)).shape[1:]
    if shape != output.shape:
        raise PluginError(
            f"The architecture {arch.name} declares pictures of shape {output.shape}, and draws them of shape {shape}.",
            "Correct the shape of the output's TensorSpec, or the network.",
        )
    # a network of another range leaves [0, 1] only where its sheets are not brought there
    if training.sample is None or output.range in (None, (0.0, 1.0)):
        return
    sheet = training.sample()
    low, high = float(sheet.min()), float(sheet.max())
    if low < -1e-3 or high > 1 + 1e-3:
        raise PluginError(
            f"The architecture {arch.name} draws sheets of pictures with values from {low:.3g} to {high:.3g}; "
            "Training.sample promises [0, 1].",
            f"Its network has values in {list(output.range)}: let TensorSpec.to_pictures bring them to [0, 1].",
        )
