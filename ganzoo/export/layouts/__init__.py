"""Whose files an export consists of: ganzoo's own, or WebDNN's.

A layout is asked twice: `prepare` refuses whatever can be refused, before anything is written; `write` writes. What a
backend cannot run is told, and left to the caller: the others may do without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from ganzoo.errors import UnsupportedOperatorError
    from ganzoo.export.weights import Encoding
    from ganzoo.specs import Backend, FloatArray, Network


@dataclass(frozen=True)
class ExportOptions:
    """What a user may ask of the files. `toolchain` is for WebDNN's layout; the rest is for ganzoo's.

    `tolerance` is the largest difference from Chainer that is no fault, None for what the network itself allows.
    """

    toolchain: str | None = None
    weights: Encoding = "f32"
    max_file_size: int | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Traced:
    """A network on its way: WebDNN's graph of it, and seeded inputs with the original's outputs.

    `distance` is how far these are from float64, at most. The graph is None once a layout has made its own of it.
    """

    network: Network
    graph: Any
    inputs: Sequence[FloatArray]
    outputs: Sequence[FloatArray]
    distance: float = 0.0

    def prepared(self) -> Traced:
        """The same without the graph, which holds the weights."""
        return replace(self, graph=None)

    @property
    def golden(self) -> list[FloatArray]:
        """Inputs, then outputs."""
        return [*self.inputs, *self.outputs]


@dataclass(frozen=True)
class Written:
    """A file of an export. `backend` is "" for what all of them use, "-" for what a page may do without.

    `holds` is "code", "weights" or "data"; `instead_of` is the name of the file whose place it takes in some browsers.
    """

    path: Path
    backend: str
    holds: str = "code"
    instead_of: str = ""


@dataclass(frozen=True)
class Prepared:
    """A network in the files of each backend, by its name: what a layout made of it, and why where it made nothing.

    `shared` is what the backends have in common; a layout knows what it and the values of `made` are.
    """

    shared: Any
    made: Mapping[str, Any]
    refused: Mapping[str, UnsupportedOperatorError]

    def complete(self) -> Prepared:
        """The same. Raises the first refusal where there is one."""
        for error in self.refused.values():
            raise error
        return self

    def without(self, backends: Collection[str]) -> Prepared:
        """The same, but for `backends`."""
        return replace(self, made={name: made for name, made in self.made.items() if name not in backends})


@dataclass(frozen=True)
class Layout:
    """`prepare(traced, backends, options, provenance)` makes what `write(prepared, folder)` writes.

    `runs(backend)` tells whether a browser of today runs that backend's files, and what to know of them.
    """

    name: str
    prepare: Callable[[Traced, Sequence[Backend], ExportOptions, dict[str, Any]], Prepared]
    write: Callable[[Prepared, Path], list[Written]]
    runs: Callable[[Backend], tuple[bool, str]]


NAMES = ("ganzoo", "webdnn")


def get(name: str) -> Layout:
    from ganzoo.export.layouts import ganzoo, webdnn

    return {"ganzoo": ganzoo.LAYOUT, "webdnn": webdnn.LAYOUT}[name]
