"""Whose files an export consists of: ganzoo's own, or WebDNN's.

A layout is asked twice: `prepare` refuses whatever can be refused, before anything is written; `write` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ganzoo.export.weights import Encoding
    from ganzoo.specs import Backend, FloatArray, Network


@dataclass(frozen=True)
class ExportOptions:
    """What a user may ask of the files. `toolchain` is for WebDNN's layout; the rest is for ganzoo's."""

    toolchain: str | None = None
    weights: Encoding = "f32"
    max_file_size: int | None = None


@dataclass(frozen=True)
class Traced:
    """A network on its way: WebDNN's graph of it, and seeded inputs with Chainer's outputs."""

    network: Network
    graph: Any
    inputs: Sequence[FloatArray]
    outputs: Sequence[FloatArray]

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
class Layout:
    """`prepare(traced, backends, options, provenance)` makes what `write(data, folder)` writes.

    `runs(backend)` tells whether a browser of today runs that backend's files, and what to know of them.
    """

    name: str
    prepare: Callable[[Traced, Sequence[Backend], ExportOptions, dict[str, Any]], Any]
    write: Callable[[Any, Path], list[Written]]
    runs: Callable[[Backend], tuple[bool, str]]


NAMES = ("ganzoo", "webdnn")


def get(name: str) -> Layout:
    from ganzoo.export.layouts import ganzoo, webdnn

    return {"ganzoo": ganzoo.LAYOUT, "webdnn": webdnn.LAYOUT}[name]
