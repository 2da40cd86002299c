"""From a target on the command line to networks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ganzoo.frontends.chainer import preset, snapshots
from ganzoo.frontends.chainer.links import link_of
from ganzoo.frontends.chainer.model import network
from ganzoo.frontends.chainer.script import Script, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.card import Card
    from ganzoo.specs import Network, Source


NOTE = (
    "No --snapshot was given: the weights are those that {} begins with, which are random unless it loads them itself."
)


def read(source: Source, card: Card) -> Sequence[Network]:
    """The networks in `source`. Raises `UsageError` where its script or `card` is wrong, `SnapshotError` likewise."""
    script = Script.of(source.target)
    if script.file is None and ":" not in source.target:
        return preset.read(source, card)
    found, model, is_new = load(script, source.options)
    link = link_of(model)
    if source.snapshot:
        snapshots.load(source.snapshot, link)
    read = network(model, card, card.name or named(found))
    initial = is_new and not source.snapshot and any(True for _ in link.params())
    return [replace(read, note=NOTE.format(found)) if initial else read]


def named(text: str) -> str:
    """`text` as the name of a network, which is a folder's too; "network" for what has none, as "<lambda>"."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", re.sub(r"<\w+>", "", text)).strip("._-") or "network"
