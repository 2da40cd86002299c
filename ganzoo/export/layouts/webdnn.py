"""WebDNN 1.2.11's own descriptor files, for its own `webdnn.js`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.export.layouts import ExportOptions, Layout, Traced, Written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.specs import Backend

    Generated = list[tuple[Backend, Any, str | None]]


def prepare(
    traced: Traced, backends: Sequence[Backend], options: ExportOptions, provenance: dict[str, Any]
) -> Generated:
    return [
        (
            backend,
            _generate(backend, traced.graph),
            options.toolchain if options.toolchain in backend.toolchains else None,
        )
        for backend in backends
    ]


def write(generated: Generated, folder: Path) -> list[Written]:
    written = []
    for backend, data, toolchain in generated:
        before = set(folder.iterdir())
        backend.write(data, folder, toolchain)
        new = sorted(set(folder.iterdir()) - before)
        if not new:
            raise UsageError(f"The backend {backend.name} wrote nothing.", "Mend the plugin.")
        written += [Written(path, backend.name, "weights" if path.suffix == ".bin" else "code") for path in new]
    return written


def _generate(backend: Backend, graph: Any) -> Any:
    """What `backend` makes of `graph`. Raises `UnsupportedOperatorError` naming operator, layer and backend."""
    from webdnn.graph import traverse

    try:
        return backend.generate(graph)
    except (NotImplementedError, AssertionError, KeyError) as error:  # WebDNN's ways of saying that it cannot
        unhandled = re.search(r"Operator <(\w+).* is not handled", str(error))
        operators = [op for op in traverse.listup_operators(graph) if unhandled and type(op).__name__ == unhandled[1]]
        layers = ", ".join(operator.name for operator in operators) or "made by WebDNN's optimiser"
        lacks = f"has no operator {unhandled[1]} (layer {layers})" if unhandled else f"cannot generate it: {error!r}"
        raise UnsupportedOperatorError(
            f"The backend {backend.name} {lacks}.", "Express the layer with other operators, or leave this backend out."
        ) from error


LAYOUT = Layout("webdnn", prepare, write, lambda backend: (backend.runs, backend.note))
