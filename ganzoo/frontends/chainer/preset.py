"""A preset of an architecture as a network: for snapshots of the same network that were not trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo import plugins
from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.frontends.chainer import snapshots
from ganzoo.scalars import overridden
from ganzoo.specs import TrainConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.card import Card
    from ganzoo.specs import Network, Source

DATASET = "mnist"  # whose shape and number of classes a network has unless its card says otherwise


def read(source: Source, card: Card) -> Sequence[Network]:
    """What the architecture exports of the network in `source`, whose target is "architecture/preset".

    `source.options` are hyper-parameters. `card` tells of the classes and of the shape of images, if need be.
    """
    name, _, preset = source.target.partition("/")
    if name not in plugins.ARCHS.names():  # it may be the path of a run that is gone
        raise UnknownNameError(
            "run, file or preset", source.target, (f"{each}/PRESET" for each in plugins.ARCHS.names())
        )
    arch = plugins.ARCHS.get(name)
    if preset not in arch.presets:
        raise UnknownNameError(f"preset of {name}", preset, arch.presets)
    recipe, data = arch.presets[preset], plugins.DATASETS.get(DATASET)
    images = [each.shape for each in card.inputs if each.shape and len(each.shape) == 3]
    channels, height, width = (*images, *([data.shape] if data.shape else ()))[0]
    config = TrainConfig(
        arch=name,
        preset=preset,
        dataset=DATASET,
        shape=(channels, height, width),
        n_classes=len(card.classes) or data.n_classes or 0,
        epochs=0,
        batch_size=recipe.batch_size,
        seed=0,
        device="cpu",
        hparams=overridden(recipe.hparams, source.options),
    )
    if source.snapshot is None:
        problem = f"{source.target} is a recipe, which has no weights."
        raise UsageError(problem, "Give --snapshot the file of its weights.")
    model = plugins.built(arch, config)
    snapshots.load(source.snapshot, model)
    return plugins.exported(arch, config, model)
