"""A training: its recipe and configuration, its data, and what a `train` hook returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganzoo.specs.checks import require, scalars, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs.tensors import FloatArray

    ImageArray = FloatArray | npt.NDArray[np.uint8]
    LabelArray = npt.NDArray[np.int32]

Scalar = bool | int | float | str


@dataclass(frozen=True)
class Preset:
    """A named set of hyper-parameters: a value for each hyper-parameter of an architecture.

    The length of a training is either `epochs`, or `pictures`, the total number of training images that are shown, so
    that a small data set gets as many epochs as it needs, but at most `most_epochs`. The keys of `hparams` are those
    that `--set key=value` accepts; a value is read as the type of the value here.
    """

    summary: str
    batch_size: int
    epochs: int | None = None
    pictures: int | None = None
    most_epochs: int | None = None
    hparams: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(self, "batch_size", whole(self.batch_size, 1), "a whole number, 1 or more")
        for name in ("epochs", "pictures", "most_epochs"):
            value = getattr(self, name)
            require(self, name, value is None or whole(value, 1), "None, or a whole number, 1 or more")
        require(self, "hparams", scalars(self.hparams), "a mapping of names to bools, numbers and texts")

    def epochs_for(self, n_images: int) -> int:
        """The number of epochs for `n_images` training images."""
        if self.epochs:
            return self.epochs
        epochs = max(1, round((self.pictures or n_images) / n_images))
        return min(epochs, self.most_epochs or epochs)


@dataclass(frozen=True)
class TrainConfig:
    """The complete configuration of a training.

    It is written to `config.json` and is enough to build the network again.

    `hparams` has all keys of the preset. `shape` (C, H, W) and `n_classes` come from the data. `limit` is the number of
    training images to use, None for all. `device` is "cpu" or "cuda:i". `data_options` has all options of the data set;
    in the run of an earlier version, it lacks those that did not exist then.
    """

    arch: str
    preset: str
    dataset: str
    shape: tuple[int, int, int]
    n_classes: int
    epochs: int
    batch_size: int
    seed: int
    device: str
    hparams: Mapping[str, Scalar]
    data_dir: str | None = None
    limit: int | None = None
    data_options: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """A data set in memory: `x` (N, C, H, W), uint8, or float32 in [0, 1]; `t` int32 (N,) in [0, len(classes)).

    A uint8 of 255 stands for 1.0, and `floats` makes float32 of either. Apply it to a batch, not to all
    images: as uint8, 20,000 colour pictures of 64x64 take 250 MB. Arrays may be read-only views of a file.
    """

    train_x: ImageArray
    train_t: LabelArray
    test_x: ImageArray
    test_t: LabelArray
    classes: tuple[str, ...]


def floats(images: Any) -> Any:
    """Images of a `Data` as float32 in [0, 1]: uint8 is divided by 255, and anything else is returned as it is.

    Works on arrays of NumPy and of CuPy. Call it on a batch, because the result takes four times the memory of uint8.
    """
    import numpy as np

    return images.astype(np.float32) / np.float32(255) if images.dtype == np.uint8 else images


@dataclass(frozen=True)
class Training:
    """What the `train` hook of an architecture returns to the trainer.

    `updater` is a `chainer.training.updaters.StandardUpdater`; its `serialize` must cover everything that changes from
    step to step. `model` is the link whose weights `model.npz` has and which `export` gets. `monitors` are the keys of
    observations to log, print and plot, the most informative first. `sample` returns a grid of pictures, float32
    (rows, columns, C, H, W) in [0, 1], from the same noise at every call; None for a network that draws nothing.
    `extensions` are added to the Chainer Trainer unchanged.

    `healthy` gives ranges of monitors. A training is stopped if a monitor stays outside its range for long, because the
    network then no longer learns. `rates` are the hyper-parameters to lower in that case.
    """

    updater: Any
    model: Any
    monitors: tuple[str, ...]
    sample: Callable[[], FloatArray] | None = None
    extensions: tuple[Any, ...] = ()
    healthy: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rates: tuple[str, ...] = ()
