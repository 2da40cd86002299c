"""What of an export a page can load: its networks as they lie there, and once more in the other encodings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.browser.verify import Model
from ganzoo.errors import DocumentError, UsageError
from ganzoo.export import manifest, weights
from ganzoo.export.layouts import ganzoo

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.export.bundle import Bundle


def own(bundle: Bundle, network: str, backend: str) -> Model:
    """`network` as `bundle` has it, with the bound that `backend` is held to.

    The bound is ours: a manifest states one, and may lie. Raises `DocumentError` when the manifest is damaged.
    """
    folder = bundle.path / network
    if bundle.layout == "webdnn":
        return Model(folder)
    encoding = manifest.read(folder)["weights"]["encoding"]
    bound = ganzoo.tolerance(encoding, backend, bundle.golden(network)[1])
    return Model(folder, bundle.layout, bound, encoding)


def variants(bundle: Bundle, network: str, backend: str, scratch: Path) -> tuple[list[Model], dict[str, str]]:
    """`network` in the encodings that the f32 one can be brought to, below `scratch`; the others with the reason.

    Raises `DocumentError` when the network's files are damaged.
    """
    first = own(bundle, network, backend)
    made: list[Model] = []
    refused: dict[str, str] = {}
    if bundle.layout == "webdnn" or first.encoding != "f32":
        return made, refused
    outputs = bundle.golden(network)[1]
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
            made.append(Model(into, bundle.layout, bound, encoding, asked=False))
    return made, refused
