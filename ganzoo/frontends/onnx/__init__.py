"""Networks in ONNX files, from PyTorch, Keras, scikit-learn and others.

`load.py` reads and checks a file, `network.py` computes its graph with Chainer's functions, which export traces, and
`operators/` has these functions; `reference.py` computes it with ONNX Runtime, with which the export is compared.
Source: https://onnx.ai/onnx/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.specs import Frontend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.card import Card
    from ganzoo.specs import Network, Source


def read(source: Source, card: Card) -> Sequence[Network]:
    """The network in the ONNX file `source.target`; `source.options` are the sizes of its symbolic axes."""
    from ganzoo.frontends.onnx.read import network

    return [network(source, card)]


FRONTEND = Frontend("onnx", "networks in ONNX files, from PyTorch, Keras, scikit-learn and others", (".onnx",), read)
