"""What an encoding of the weights saves and what it costs, so that a user sees the trade before choosing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError
from ganzoo.export import manifest as manifests
from ganzoo.export import size, weights
from ganzoo.export.layouts import ganzoo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.checks import Check
    from ganzoo.export.exports import Export
    from ganzoo.export.size import Part
    from ganzoo.export.weights import Encoding


NAMED = 5  # matrices that a sentence names


@dataclass(frozen=True)
class EncodingCost:
    """One encoding of one network. Bytes are those of all weights, 0 where it cannot hold them: `reason` says why, or
    which matrices it leaves in the int8 that they came in.

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
    described = manifests.read(folder)["weights"]
    own = described["encoding"]
    stored = [part for part in parts if part.network == network and part.holds == "weights"]
    raw, brotli = sum(part.raw for part in stored), sum(part.brotli for part in stored)
    yield _judged(EncodingCost(network, own, raw, brotli, reason=_kept(described["tensors"], own)), checks)
    for encoding in weights.ENCODINGS[1:] if own == "f32" else ():
        yield _judged(_encoded(folder, network, encoding), checks)


def _encoded(folder: Path, network: str, encoding: Encoding) -> EncodingCost:
    """The cost of the f32 weights of the bundle in `folder` in another encoding, in bytes."""
    manifest, contents = ganzoo.read(folder)
    stored = manifest["weights"]["tensors"]
    tensors = [
        {**tensor, "encoding": weights.stored_as(tensor["shape"], encoding, _steps(tensor))} for tensor in stored
    ]
    raw = sum(manifests.encoded_size(tensor["shape"], tensor["encoding"]) or 0 for tensor in tensors)
    encoded = weights.encode(weights.read(stored, contents), encoding)
    try:
        brotli = size.packed((content for _, content in encoded), size.weights_quality(raw))
    except UsageError as error:
        return EncodingCost(network, encoding, 0, 0, reason=error.message)
    return EncodingCost(network, encoding, raw, brotli, reason=_kept(tensors, encoding))


def _steps(tensor: Mapping[str, Any]) -> bool:
    """Whether a tensor of a bundle in f32 was quantised before it came here."""
    return bool(tensor["encoding"] == "int8")


def _kept(tensors: Sequence[Mapping[str, Any]], encoding: str) -> str:
    """What is to be said of matrices that keep their int8 beside others in `encoding`."""
    matrices = [tensor for tensor in tensors if len(tensor["shape"]) == 3]
    others = [tensor["name"].removesuffix("/W") for tensor in matrices if tensor["encoding"] != "int8"]
    if encoding == "int8" or len(others) == len(matrices):
        return ""
    said = f"{len(matrices) - len(others)} of {len(matrices)} matrices keep their int8"
    return f"{said}, {_listed(others)} in {encoding}." if others else f"{said}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more are" if len(names) > NAMED else " is" if len(names) == 1 else " are"
    return ", ".join(names[:NAMED]) + more


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
        reason=reasons[0] if reasons else cost.reason,
    )
