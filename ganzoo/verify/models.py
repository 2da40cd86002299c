"""What of an export a page can load: its networks as they lie there, and once more in the other encodings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import DocumentError, UsageError
from ganzoo.export import manifest, weights
from ganzoo.export.layouts import ganzoo
from ganzoo.verify.check import Model

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.export.exports import Export


def own(export: Export, network: str, backend: str) -> Model:
    """`network` as `export` has it, with the bound that `backend` is held to.

    The bound is ours: a manifest states one, and may lie. Raises `DocumentError` when the manifest is damaged.
    """
    folder = export.folder(network)
    if export.layout == "webdnn":
        return Model(folder)
    encoding = manifest.read(folder)["weights"]["encoding"]
    bound = ganzoo.tolerance(encoding, backend, export.golden(network)[1])
    return Model(folder, export.layout, bound, encoding)


def variants(export: Export, network: str, backend: str, scratch: Path) -> tuple[list[Model], dict[str, str]]:
    """`network` in the encodings that the f32 one can be brought to, below `scratch`; the others with the reason.

    Raises `DocumentError` when the network's files are damaged.
    """
    first = own(export, network, backend)
    made: list[Model] = []
    refused: dict[str, str] = {}
    if export.layout == "webdnn" or first.encoding != "f32":
        return made, refused
    outputs = export.golden(network)[1]
    for encoding in weights.ENCODINGS[1:]:
        into = scratch / f"{network}-{encoding}"
        try:
            if not into.exists():
                ganzoo.variant(first.folder, encoding, outputs, into)
        except DocumentError:
            raise
        except UsageError as error:
            refused[encoding] = error.message
        else:
            bound = ganzoo.tolerance(encoding, backend, outputs)
            made.append(Model(into, export.layout, bound, encoding, asked=False))
    return made, refused
