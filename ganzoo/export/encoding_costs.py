"""What an encoding of the weights saves and what it costs, so that a user sees the trade before choosing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ganzoo.errors import UsageError
from ganzoo.export import manifest as manifests
from ganzoo.export import size, weights
from ganzoo.export.layouts import ganzoo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ganzoo.export.checks import Check
    from ganzoo.export.exports import Export
    from ganzoo.export.size import Part
    from ganzoo.export.weights import Encoding


@dataclass(frozen=True)
class EncodingCost:
    """One encoding of one network. Bytes are those of all weights, 0 where it cannot hold them: `reason` says why.

    `max_abs_error` is the largest difference from Chainer over all backends and inputs (of a picture: of a pixel),
    `accuracy` the least share of test images named rightly; None where no browser has said.
    """

    network: str
    encoding: str
    raw: int
    brotli: int
    max_abs_error: float | None = None
    accuracy: float | None = None
    reason: str = ""


def encoding_costs(export: Export, parts: Sequence[Part], checks: Sequence[tuple[str, Check]]) -> list[EncodingCost]:
    """A row for each network of `export` and each encoding that can be made of it; none for WebDNN's layout.

    `parts` are the files of the export.
    """
    if export.layout == "webdnn":
        return []
    return [cost for network in export.networks for cost in _of_network(export, network, parts, checks)]


def _of_network(
    export: Export, network: str, parts: Sequence[Part], checks: Sequence[tuple[str, Check]]
) -> Iterator[EncodingCost]:
    folder = export.path / network
    own = manifests.read(folder)["weights"]["encoding"]
    stored = [part for part in parts if part.network == network and part.holds == "weights"]
    raw, brotli = sum(part.raw for part in stored), sum(part.brotli for part in stored)
    yield _judged(EncodingCost(network, own, raw, brotli), checks)
    for encoding in weights.ENCODINGS[1:] if own == "f32" else ():
        yield _judged(_encoded(folder, network, encoding), checks)


def _encoded(folder: Path, network: str, encoding: Encoding) -> EncodingCost:
    """The cost of the f32 weights of the bundle in `folder` in another encoding, in bytes."""
    manifest, contents = ganzoo.read(folder)
    tensors = manifest["weights"]["tensors"]
    shapes = [tensor["shape"] for tensor in tensors]
    raw = sum(manifests.encoded_size(shape, weights.stored_as(shape, encoding)) or 0 for shape in shapes)
    encoded = weights.encode(weights.read(tensors, contents), encoding)
    try:
        brotli = size.packed((content for _, content in encoded), size.weights_quality(raw))
    except UsageError as error:
        return EncodingCost(network, encoding, 0, 0, reason=error.message)
    return EncodingCost(network, encoding, raw, brotli)


def _judged(cost: EncodingCost, checks: Sequence[tuple[str, Check]]) -> EncodingCost:
    """`cost` with what browsers said of its encoding."""
    judged = [check for name, check in checks if (name, check.encoding) == (cost.network, cost.encoding)]
    errors = [check.max_abs_error for check in judged if check.max_abs_error is not None]
    accuracies = [check.accuracy for check in judged if check.accuracy is not None]
    reasons = [check.reason for check in judged if check.reason]
    return replace(
        cost,
        max_abs_error=max(errors, default=None),
        accuracy=min(accuracies, default=None),
        reason=cost.reason or (reasons[0] if reasons else ""),
    )
