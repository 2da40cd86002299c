"""What is trained and judged: a row of the results each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A recipe on a data set; `quick`: judged without GAN-train."""

    arch: str
    preset: str
    seeds: tuple[int, ...]
    dataset: str = "mnist"
    quick: bool = False

    @property
    def name(self) -> str:
        on = "" if self.dataset == "mnist" else f"@{self.dataset}"
        return f"{self.arch}/{self.preset}{on}"


ROWS = (
    Row("dcgan-cond", "default", (0, 1, 2)),
    Row("dcgan-cond", "long", (0,)),
    Row("wgan-gp", "default", (0,)),
    Row("cnn", "default", (0, 1, 2)),
    Row("dcgan-cond", "tiny", (0,), quick=True),
    Row("dcgan-cond", "small", (0,), quick=True),
    Row("dcgan-cond", "reference", (0,), quick=True),
    Row("dcgan-cond", "wide", (0,), quick=True),
    Row("dcgan-cond", "default", (0,), dataset="garments"),
    Row("wgan-gp", "default", (0,), dataset="garments"),
    Row("cnn", "default", (0,), dataset="garments"),
)
WIDTHS = ("tiny", "small", "reference", "wide")  # presets of dcgan-cond, for the plot of bytes against quality
