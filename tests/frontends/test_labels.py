"""A network that takes the number of a class is exported with a one-hot vector in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganzoo import plugins
from ganzoo.card import Card
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import reference, trace
from ganzoo.specs import Source
from tests.support.plans import execute

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import chainer
import chainer.functions as F
import chainer.links as L


class Painter(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 16)
            self.gamma = L.EmbedID(5, 16)
            self.beta = L.EmbedID(5, 16)
            self.l2 = L.Linear(16, 64)

    def forward(self, z, label):
        assert label.dtype == "int32"
        h = F.relu(self.l1(z) * self.gamma(label) + self.beta(label))
        return F.sigmoid(F.reshape(self.l2(h), (-1, 1, 8, 8)))
"""


def test_a_label_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(SCRIPT)
    card = Card().with_options(["z=6", "label=5:label"])
    (network,) = plugins.read(plugins.FRONTENDS.get("chainer"), Source(f"{tmp_path / 'net.py'}:Painter"), card)
    assert [spec.meaning for spec in network.inputs] == ["latent", "onehot"]
    given = [np.random.RandomState(1).normal(size=(5, 6)).astype("f"), np.eye(5, dtype="f")]
    expected = reference(network, given)
    assert len({picture.tobytes() for picture in expected[0]}) == 5
    made = execute(lower(trace(network), network), given)
    np.testing.assert_allclose(made[0], expected[0], atol=1e-6)
