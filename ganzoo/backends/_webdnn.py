"""What the backends share for WebDNN's layout: WebDNN's descriptor generators, and its way of writing files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def generator(backend: str) -> Callable[[Any], Any]:
    """Return `WebdnnTarget.generate` for one of WebDNN's backends.

    The returned function takes a `webdnn.graph.graph.Graph`, leaves it unchanged and returns WebDNN's
    `IGraphExecutionData`. For an operator that does not fit, WebDNN raises `NotImplementedError`, `AssertionError` or
    `KeyError`.
    """

    def generate(graph: Any) -> Any:
        from webdnn.backend import generate_descriptor

        return generate_descriptor(backend, graph)

    return generate


def save(data: Any, folder: Path, toolchain: str | None) -> None:
    """Write WebDNN's own files unchanged. This is `WebdnnTarget.write` for a backend that needs no compiler."""
    data.save(str(folder))
