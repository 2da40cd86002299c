"""What the backends share: WebDNN's own descriptor generators, with errors that name the layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def generator(backend: str) -> Callable[[Any], Any]:
    """`Backend.generate` for one of WebDNN's backends.

    The returned function takes a `webdnn.graph.graph.Graph`, leaves it unchanged and returns WebDNN's
    `IGraphExecutionData`. It raises `UnsupportedOperatorError` naming operator, layer and backend.
    """

    def generate(graph: Any) -> Any:
        from webdnn.backend import generate_descriptor

        try:
            return generate_descriptor(backend, graph)
        except Exception as error:  # WebDNN asserts, and raises KeyError, where an operator does not fit
            raise _unsupported(backend, graph, error) from error

    return generate


def save(data: Any, folder: Path, toolchain: str | None) -> None:
    """`Backend.write` for what needs no compiler: WebDNN's own files, unchanged."""
    data.save(str(folder))


def _unsupported(backend: str, graph: Any, error: Exception) -> UnsupportedOperatorError:
    from webdnn.graph import traverse

    remedy = "Express the layer with other operators, or leave this backend out."
    unhandled = re.search(r"Operator <(\w+).* is not handled", str(error))
    if unhandled is None:
        return UnsupportedOperatorError(
            f"The backend {backend} cannot generate this network: {type(error).__name__}: {error}", remedy
        )
    operator = unhandled[1]
    layers = [op.name for op in traverse.listup_operators(graph) if type(op).__name__ == operator]
    where = f"layer {', '.join(layers)}" if layers else "made by WebDNN's optimiser"
    return UnsupportedOperatorError(f"The backend {backend} has no operator {operator} ({where}).", remedy)
