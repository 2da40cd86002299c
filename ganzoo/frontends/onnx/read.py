"""An ONNX file as a network to export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainer

from ganzoo.errors import UsageError
from ganzoo.frontends import guesses
from ganzoo.frontends.onnx.load import load
from ganzoo.frontends.onnx.network import forward
from ganzoo.frontends.onnx.reference import Reference
from ganzoo.inputs import seeded
from ganzoo.specs import NAME, Network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.card import Card
    from ganzoo.specs import Source


def network(source: Source, card: Card) -> Network:
    """The network in the file `source.target`, whose outputs are compared with ONNX Runtime's."""
    path = Path(source.target)
    graph = load(path, _sizes(source.options))
    run = Reference(path, graph)
    shapes = [(_plain(each.name), each.sample) for each in graph.inputs]
    inputs = guesses.inputs(card, shapes, {_plain(each.name): each.told() for each in graph.inputs})
    made = run.first(seeded(inputs, 2, 0))
    outputs = guesses.outputs(card, inputs, [(_plain(name), y) for name, y in zip(graph.outputs, made, strict=True)])

    def compute(*variables: Any) -> Any:
        return forward(graph, *variables)

    name = card.name or _plain(path.stem)
    return Network(name, chainer.Link(), compute, inputs, outputs, reference=run, grids=graph.grids)


def _sizes(options: Mapping[str, str]) -> dict[str, int]:
    sizes = {}
    for name, text in options.items():
        if not text.isdecimal() or not 1 <= int(text[:10]) <= 1 << 20:
            raise UsageError(f"The size of the axis {name} is '{text}'.", "Give a whole number: --set " + name + "=64")
        sizes[name] = int(text)
    return sizes


def _plain(name: str) -> str:
    """`name`, which may hold any character, as a name of ganzoo."""
    made = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in name).lstrip("._-")
    return made if NAME.fullmatch(made) else "network"
