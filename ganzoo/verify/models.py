"""What of an export a page can load: its networks as they lie there, and once more in the other encodings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import DocumentError, UsageError
from ganzoo.export import manifest, weights
from ganzoo.export.layouts import ganzoo
from ganzoo.verify.check import TOLERANCE, Model

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.export.exports import Export


def own(export: Export, network: str, backend: str, tolerance: float | None = None) -> Model:
    """`network` as `export` has it, with the bound that `backend` is held to: `tolerance` where one is given.

    The bound is ours: a manifest states one, and may lie. Raises `DocumentError` when the manifest is damaged.
    """
    folder = export.folder(network)
    if export.layout == "webdnn":
        return Model(folder, tolerance=TOLERANCE if tolerance is None else tolerance)
    described = manifest.read(folder)
    encoding = described["weights"]["encoding"]
    if tolerance is None:
        outputs, distance = export.golden(network)[1], export.distance(network)
        tolerance = ganzoo.tolerance(encoding, backend, outputs, ganzoo.depth(described), distance)
    return Model(folder, export.layout, tolerance, encoding)


def variants(export: Export, network: str, backend: str, scratch: Path) -> tuple[list[Model], dict[str, str]]:
    """`network` in the encodings that the f32 one can be brought to, below `scratch`; the others with the reason.

    Raises `DocumentError` when the network's files are damaged.
    """
    first = own(export, network, backend)
    made: list[Model] = []
    refused: dict[str, str] = {}
    if export.layout == "webdnn" or first.encoding != "f32":
        return made, refused
    outputs, distance = export.golden(network)[1], export.distance(network)
    depth = ganzoo.depth(manifest.read(first.folder))
    for encoding in weights.ENCODINGS[1:]:
        into = scratch / f"{network}-{encoding}"
        try:
            if not into.exists():
                ganzoo.variant(first.folder, encoding, outputs, into, distance)
        except DocumentError:
            raise
        except UsageError as error:
            refused[encoding] = error.message
        else:
            bound = ganzoo.tolerance(encoding, backend, outputs, depth, distance)
            made.append(Model(into, export.layout, bound, encoding, asked=False))
    return made, refused
