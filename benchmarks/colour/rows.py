"""What is trained and judged: a row of the results each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A classifier on a folder of colour pictures, stepped by `library`."""

    arch: str
    library: str = "ganzoo"
    preset: str = "default"
    size: int = 64

    @property
    def name(self) -> str:
        return f"{self.arch}/{self.preset}, {self.library}"


ROWS = (Row("resnet"), Row("resnet", "PyTorch"), Row("cnn"))
