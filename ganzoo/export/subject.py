"""What an export is made from: a run, or networks that a frontend has read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.specs import Data, Network, TrainConfig


class Subject(Protocol):
    """Trained networks, and what is known of them. A `Run` is one.

    `origin` is what every manifest says first of where they come from; its `arch` is a name for them. `provenance` is
    all else, such as the names of the classes. `config` is that of the training, None where it is not known.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Mapping[str, Any]: ...

    @property
    def provenance(self) -> Mapping[str, Any]: ...

    @property
    def config(self) -> TrainConfig | None: ...

    def networks(self) -> Sequence[Network]:
        """The networks to export."""

    def test_data(self) -> Data | None:
        """Data with test images to try a classifier with, None where none is at hand."""


@dataclass(frozen=True)
class Imported:
    """Networks that were trained elsewhere: a `Subject` without a training."""

    name: str
    own: Sequence[Network]
    origin: Mapping[str, Any]
    provenance: Mapping[str, Any]
    config: TrainConfig | None = None

    def networks(self) -> Sequence[Network]:
        return self.own

    def test_data(self) -> Data | None:
        return None
