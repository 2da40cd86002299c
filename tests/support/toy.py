"""Networks of a plugin that the pages have never heard of: colours, no classes, noise in two parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.runs.run import Run
from ganzoo.specs import Network, Part, TensorSpec, TrainConfig

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHAPE = (3, 12, 20)


@dataclass(frozen=True)
class ToyRun(Run):
    """A run whose architecture is registered nowhere."""

    own: tuple[Network, ...] = ()

    def networks(self) -> Sequence[Network]:
        return self.own


def toy(path: Path, shape: tuple[int, int, int] = SHAPE) -> ToyRun:
    """A painter of noise, and one who tells three kinds of its pictures apart; untrained."""
    import chainer
    import chainer.functions as F
    import chainer.links as L

    class Layer(chainer.Chain):
        def __init__(self, sizes: tuple[int, int], made: tuple[int, ...]) -> None:
            super().__init__()
            self.made = made
            with self.init_scope():
                self.fc = L.Linear(*sizes)

        def forward(self, x: Any) -> Any:
            return F.reshape(F.sigmoid(self.fc(x)), (-1, *self.made))

    size = shape[0] * shape[1] * shape[2]
    painter, judge = Layer((5, size), shape), Layer((size, 3), (3,))
    parts = (Part("mood", 3, "latent"), Part("light", 2, "latent"))
    noise = TensorSpec("noise", (5,), "latent", parts=parts)
    picture = TensorSpec("picture", shape, "image", (0.0, 1.0))
    kinds = TensorSpec("kinds", (3,), "logits")
    config = TrainConfig("toy", "default", "none", shape, 3, 1, 1, 0, "cpu", {})
    networks = (
        Network("painter", painter, painter.forward, (noise,), (picture,)),
        Network("judge", judge, judge.forward, (picture,), (kinds,)),
    )
    return ToyRun(path, config, {"classes": ["dawn", "noon", "dusk"]}, own=networks)
