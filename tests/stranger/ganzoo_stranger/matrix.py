"""A frontend: text files of numbers, each the matrix of a linear network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganzoo.errors import UsageError
from ganzoo.frontends import guesses
from ganzoo.specs import Frontend, Network, Source

if TYPE_CHECKING:
    from ganzoo.card import Card


def read(source: Source, card: Card) -> list[Network]:
    import chainer

    file = Path(source.target)
    try:
        matrix = np.loadtxt(file, dtype=np.float32, ndmin=2)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} is no matrix: {error}.", "Write rows of numbers.") from error
    link = chainer.links.Linear(matrix.shape[1], matrix.shape[0], nobias=True, initialW=matrix)
    inputs = guesses.inputs(card, [("x", (matrix.shape[1],))])
    outputs = guesses.outputs(card, inputs, [("y", matrix.T)])
    return [Network(card.name or file.stem, link, link.forward, inputs, outputs)]


FRONTEND = Frontend("matrix", "text files, each a matrix", (".matrix",), read)
