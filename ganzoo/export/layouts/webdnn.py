"""WebDNN 1.2.11's own descriptor files, for its own `webdnn.js`."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.export.layouts import ExportOptions, Layout, Prepared, Traced, Written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.specs import Backend, WebdnnTarget


@dataclass(frozen=True)
class Generated:
    """A network as WebDNN describes it for a backend, to be compiled by `toolchain` where that is not None."""

    target: WebdnnTarget
    data: Any
    toolchain: str | None


def prepare(
    traced: Traced, backends: Sequence[Backend], options: ExportOptions, provenance: dict[str, Any]
) -> Prepared:
    """Raises `UsageError` for a backend that has no files in this layout."""
    made: dict[str, Generated] = {}
    refused: dict[str, UnsupportedOperatorError] = {}
    for backend in backends:
        try:
            made[backend.name] = _generated(backend, traced.graph, options.toolchain)
        except UnsupportedOperatorError as error:
            refused[backend.name] = error
    return Prepared(None, made, refused)


def write(prepared: Prepared, folder: Path) -> list[Written]:
    written = []
    for backend, each in prepared.made.items():
        before = set(folder.iterdir())
        each.target.write(each.data, folder, each.toolchain)
        new = sorted(set(folder.iterdir()) - before)
        if not new:
            raise UsageError(f"The backend {backend} wrote no files.", "Fix the plugin of the backend.")
        written += [Written(path, backend, "weights" if path.suffix == ".bin" else "code") for path in new]
    return written


def able(graph: Any, backends: Sequence[Backend]) -> list[str]:
    """Which of `backends` have files of `graph` in this layout."""
    found = []
    for backend in backends:
        with contextlib.suppress(UsageError):
            _generated(backend, graph, None)
            found.append(backend.name)
    return found


def _target(backend: Backend) -> WebdnnTarget:
    if backend.webdnn is None:
        raise UsageError(
            f"The backend {backend.name} does not support WebDNN's layout.",
            "Choose other backends with --backend, or export with --layout ganzoo.",
        )
    return backend.webdnn


def _generated(backend: Backend, graph: Any, toolchain: str | None) -> Generated:
    target = _target(backend)
    data = _described(backend.name, target, graph)
    return Generated(target, data, toolchain if toolchain in target.toolchains else None)


def _described(backend: str, target: WebdnnTarget, graph: Any) -> Any:
    """What `target` makes of `graph`. Raises `UnsupportedOperatorError` naming operator, layer and backend."""
    from webdnn.graph import traverse

    try:
        return target.generate(graph)
    except (NotImplementedError, AssertionError, KeyError) as error:  # WebDNN's ways of saying that it cannot
        unhandled = re.search(r"Operator <(\w+).* is not handled", str(error))
        operators = [op for op in traverse.listup_operators(graph) if unhandled and type(op).__name__ == unhandled[1]]
        layers = ", ".join(operator.name for operator in operators) or "made by WebDNN's optimiser"
        lacks = f"has no operator {unhandled[1]} (layer {layers})" if unhandled else f"cannot compile it: {error!r}"
        raise UnsupportedOperatorError(
            f"The backend {backend} {lacks}.", "Express the layer with other operators, or leave this backend out."
        ) from error


def _runs(backend: Backend) -> tuple[bool, str]:
    target = _target(backend)
    return target.runs, target.note


LAYOUT = Layout("webdnn", prepare, write, _runs)
