"""What is trained and judged: a row of the results each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.specs import Scalar


@dataclass(frozen=True)
class On:
    """What a recipe is trained on: `dataset` with its `options`. Rows have `name` behind that of the recipe."""

    dataset: str
    options: Mapping[str, Scalar]
    name: str


MNIST = On("mnist", {}, "")
GARMENTS = On("garments", {"size": 28, "count": 10_000, "colour": "grey"}, "@garments")
COLOUR = On("garments", {"size": 32, "count": 10_000, "colour": "rgb"}, "@garments-colour")


@dataclass(frozen=True)
class Row:
    """A recipe on some data; `quick`: judged without GAN-train."""

    arch: str
    preset: str
    seeds: tuple[int, ...]
    on: On = MNIST
    quick: bool = False

    @property
    def name(self) -> str:
        return f"{self.arch}/{self.preset}{self.on.name}"


ROWS = (
    Row("dcgan-cond", "default", (0, 1, 2)),
    Row("dcgan-cond", "long", (0,)),
    Row("wgan-gp", "default", (0,)),
    Row("cnn", "default", (0, 1, 2)),
    Row("dcgan-cond", "tiny", (0,), quick=True),
    Row("dcgan-cond", "small", (0,), quick=True),
    Row("dcgan-cond", "reference", (0,), quick=True),
    Row("dcgan-cond", "wide", (0,), quick=True),
    Row("dcgan-cond", "default", (0,), on=GARMENTS),
    Row("wgan-gp", "default", (0,), on=GARMENTS),
    Row("cnn", "default", (0,), on=GARMENTS),
    Row("dcgan-cond", "default", (0,), on=COLOUR),
)
WIDTHS = ("tiny", "small", "reference", "wide")  # presets of dcgan-cond, for the plot of bytes against quality
