"""A network of two inputs and two outputs, exported by WebDNN itself: what the browser tests run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class TinyExport:
    """`folder` holds descriptor and weights for WebGL; `inputs` and `outputs` are Chainer's, 16 samples."""

    folder: Path
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]


def tiny_export(folder: Path) -> TinyExport:
    import chainer
    import chainer.functions as F
    import chainer.links as L
    from webdnn.backend import generate_descriptor
    from webdnn.frontend.chainer import ChainerConverter

    class Tiny(chainer.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.of_z, self.of_c, self.out = L.Linear(5, 8), L.Linear(3, 8), L.Linear(8, 4)

        def forward(self, z, c):
            h = F.relu(self.of_z(z) + self.of_c(c))
            return F.tanh(h), self.out(h)

    random = np.random.RandomState(1)
    network = Tiny()
    for parameter in network.params():
        parameter.array = random.uniform(-1, 1, parameter.shape).astype(np.float32)
    inputs = [random.randn(16, size).astype(np.float32) for size in (5, 3)]
    example = [chainer.Variable(x[:1]) for x in inputs]
    graph = ChainerConverter().convert(example, list(network(*example)))
    generate_descriptor("webgl", graph).save(str(folder))
    return TinyExport(folder, inputs, [y.array for y in network(*map(chainer.Variable, inputs))])
