"""The options of a training, and the configuration that they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganzoo import datasets, devices, plugins
from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.scalars import overridden
from ganzoo.specs import Arch, Data, Scalar, TrainConfig

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DATASET = "digits"  # where none is named


@dataclass(frozen=True)
class TrainOptions:
    """What a user may say of a training; None is "as the preset or the dataset has it".

    A value of `hparams` is of the preset's type, or a text that stands for such a value: 5e-4 or "5e-4".
    `keep` is how many of the last snapshots are kept; the result does not depend on it. `data_options` are options of
    the data set, likewise.
    """

    preset: str | None = None
    dataset: str | None = None
    data_dir: Path | None = None
    epochs: int | None = None
    batch_size: int | None = None
    device: str | None = None
    seed: int | None = None
    limit: int | None = None
    hparams: Mapping[str, Scalar] = field(default_factory=dict)
    keep: int | None = None
    data_options: Mapping[str, Scalar] = field(default_factory=dict)


def configure(arch: Arch, options: TrainOptions) -> tuple[TrainConfig, Data]:
    """The configuration that `options` give, and its data."""
    name = options.preset or next(iter(arch.presets))
    if name not in arch.presets:
        raise UnknownNameError(f"preset of {arch.name}", name, arch.presets)
    preset = arch.presets[name]
    for option, value in (
        ("--epochs", options.epochs),
        ("--batch-size", options.batch_size),
        ("--limit", options.limit),
        ("--keep", options.keep),
    ):
        if value is not None and value < 1:
            raise UsageError(f"{option} is {value}.", "It must be 1 or more.")
    if options.seed is not None and not 0 <= options.seed < 2**32:
        raise UsageError(f"--seed is {options.seed}.", "It must be at least 0 and less than 2**32.")
    hparams = overridden(preset.hparams, options.hparams)
    device = devices.resolve(options.device or "auto")
    dataset = plugins.DATASETS.get(options.dataset or DATASET)
    data_options = datasets.chosen(dataset, options.data_options)
    data = datasets.load(dataset, options.data_dir, options.limit, data_options)
    n_images = len(data.train_x)
    batch_size = options.batch_size or preset.batch_size
    if batch_size > n_images:
        raise UsageError(
            f"The batch size is {batch_size}, but there are only {n_images} training images.",
            f"Set --batch-size to at most {n_images}, or {'raise --limit' if options.limit else 'add images'}.",
        )
    datasets.require_learnable(data, limited=bool(options.limit))
    config = TrainConfig(
        arch=arch.name,
        preset=name,
        dataset=dataset.name,
        shape=_shape(data),
        n_classes=len(data.classes),
        epochs=options.epochs or preset.epochs_for(n_images),
        batch_size=batch_size,
        seed=options.seed or 0,
        device=device,
        hparams=hparams,
        data_dir=str(options.data_dir.absolute()) if options.data_dir else None,
        limit=options.limit,
        data_options=data_options,
    )
    return config, data


def _shape(data: Data) -> tuple[int, int, int]:
    _, channels, height, width = data.train_x.shape
    return channels, height, width
