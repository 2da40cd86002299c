"""Inputs and outputs of networks: what their values mean, and how pictures become them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from ganzoo.specs.checks import finite, is_shape, require, require_name, whole

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float32]

Meaning = Literal["latent", "onehot", "image", "logits", "probabilities"]
Distribution = Literal["normal", "uniform"]
Resizing = Literal["crop", "fit", "stretch"]
Order = Literal["rgb", "bgr"]


@dataclass(frozen=True)
class Part:
    """A named slice of a vector input: `size` consecutive values of one meaning.

    `latent` values are drawn from N(0, 1), or evenly from the input's range where `distribution` is "uniform";
    `onehot` is one 1 among zeros, at the class asked for.
    """

    name: str
    size: int
    meaning: Meaning
    distribution: Distribution = "normal"

    def __post_init__(self) -> None:
        require_name(self)
        require(self, "size", whole(self.size, 1), "a whole number, 1 or more")


@dataclass(frozen=True)
class Preprocess:
    """How any picture becomes an image input: `ganzoo.pictures` does it, and `runtime/preprocess.js` in the browser.

    The picture is brought to the input's height and width. "crop" scales it to fill them and keeps the middle; "fit"
    keeps all of it and repeats its edge around it; "stretch" gives up its aspect ratio. Values in [0, 1] are then
    brought to the input's range where it has one, the channels to `order`, and each channel to (x - mean) / std.
    `mean` and `std` have a value for each channel in that order, or none: then they are 0 and 1.
    """

    resize: Resizing = "crop"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    order: Order = "rgb"

    @property
    def normalizes(self) -> bool:
        """Whether values leave the input's range."""
        return bool(self.mean or self.std)

    def normalized(self, images: FloatArray) -> FloatArray:
        """`images` (N, C, H, W) in red, green and blue and in the input's range, as the input takes them."""
        import numpy as np

        ordered = images[:, ::-1] if self.order == "bgr" else images
        mean, std = (
            np.array(values or (default,), images.dtype).reshape(-1, 1, 1)
            for values, default in ((self.mean, 0.0), (self.std, 1.0))
        )
        normalized: FloatArray = (ordered - mean) / std
        return normalized

    def __post_init__(self) -> None:
        require(self, "resize", self.resize in get_args(Resizing), f"one of {', '.join(get_args(Resizing))}")
        require(self, "order", self.order in get_args(Order), f"one of {', '.join(get_args(Order))}")
        require(self, "mean", finite(self.mean), "a tuple of finite numbers")
        require(self, "std", finite(self.std) and all(n > 0 for n in self.std), "a tuple of numbers above 0")


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of an exported network.

    `shape` leaves out the batch. `dtype` is always float32. `range` is the interval of valid values, None
    where it is unbounded. An image is black at its beginning and white at its end: (0, 1) for a sigmoid, (-1, 1) for
    a tanh; without a range, at 0 and 1. `parts` names the slices of a vector input, in their order; they add up to it.
    `distribution` is what a latent input without parts is drawn from: N(0, 1), or "uniform", which is even over its
    range, over (-1, 1) where it has none. `preprocess` is for an image (C, H, W) that is an input: what a picture goes
    through. Where that normalizes, `range` is what values have before it.
    """

    name: str
    shape: tuple[int, ...]
    meaning: Meaning
    range: tuple[float, float] | None = None
    parts: tuple[Part, ...] = ()
    distribution: Distribution = "normal"
    preprocess: Preprocess | None = None

    def to_pictures(self, values: FloatArray) -> FloatArray:
        """Images of this spec, an output, in its range, as pictures in [0, 1]."""
        low, high = self.range or (0.0, 1.0)
        return values if (low, high) == (0.0, 1.0) else (values - low) / ((high - low) or 1.0)

    def from_pictures(self, pictures: FloatArray) -> FloatArray:
        """Pictures (N, C, H, W) in [0, 1] as images of this spec: in its range, then through what `preprocess` says."""
        low, high = self.range or (0.0, 1.0)
        ranged = pictures if (low, high) == (0.0, 1.0) else pictures * (high - low) + low
        return self.preprocess.normalized(ranged) if self.preprocess else ranged

    def described(self) -> dict[str, Any]:
        """This spec as JSON has it. A distribution is told only where it is not the normal one.

        A reader refuses what is out of the range. Where values leave it, it becomes part of `mean` and `std`, which are
        then those of pictures in [0, 1].
        """
        told = asdict(self)
        for each in (told, *told["parts"]):
            if each["distribution"] == "normal":
                del each["distribution"]
        if self.preprocess is None:
            del told["preprocess"]
        elif self.range and self.preprocess.normalizes:
            low, high = self.range
            channels, own = self.shape[0], self.preprocess
            told["range"] = None
            told["preprocess"]["mean"] = [(m - low) / (high - low) for m in own.mean or (0.0,) * channels]
            told["preprocess"]["std"] = [s / (high - low) for s in own.std or (1.0,) * channels]
        return told

    def __post_init__(self) -> None:
        require_name(self)
        require(self, "shape", is_shape(self.shape), "a tuple of whole numbers, 1 or more")
        wanted = "for an image (C, H, W) in one piece, with none or C numbers as mean and as std; bgr is for C = 3"
        require(self, "preprocess", self.preprocess is None or _preprocessed(self), wanted)


def _preprocessed(spec: TensorSpec) -> bool:
    """Whether pictures can go through the preprocessing of `spec`."""
    own = spec.preprocess
    if not isinstance(own, Preprocess) or spec.meaning != "image" or len(spec.shape) != 3 or spec.parts:
        return False
    channels = spec.shape[0]
    ordered = own.order == "rgb" or channels == 3
    ranged = spec.range is None or spec.range[0] < spec.range[1]
    return ordered and ranged and {len(own.mean), len(own.std)} <= {0, channels}
