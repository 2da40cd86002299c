"""WebDNN 1.2.11 runs its own files with its own loader, as the verification of an export in WebDNN's layout does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.bench.peers import Peer
from ganzoo.pages import RUNNERS

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.bench.peers import Source


def write(source: Source, backend: str, folder: Path) -> None:
    from ganzoo.export.layouts import ExportOptions, Traced, get
    from ganzoo.plugins import BACKENDS

    layout = get("webdnn")
    traced = Traced(source.network, source.graph, (), ())
    layout.write(layout.prepare(traced, [BACKENDS.get(backend)], ExportOptions(), {}).complete(), folder)


PEER = Peer(
    name="webdnn",
    folder=RUNNERS / "webdnn",
    package="webdnn",
    code={backend: {"webdnn.js": "webdnn/dist/webdnn.js"} for backend in ("webgl", "webassembly")},
    write=write,
    batches=False,
)
