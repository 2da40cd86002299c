"""Chainer: a network that a Python file or module defines, with the weights that Chainer's serializers wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.specs import Frontend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.card import Card
    from ganzoo.specs import Network, Source


def _read(source: Source, card: Card) -> Sequence[Network]:
    from ganzoo.frontends.chainer.reading import read

    return read(source, card)


FRONTEND = Frontend(
    name="chainer",
    summary="a network that a Python file or module defines (importing it runs it), or a preset of an architecture",
    suffixes=(".py",),
    pattern=r"[\w.]+:[\w.]+|[\w.-]+/[\w.-]+",
    read=_read,
)
