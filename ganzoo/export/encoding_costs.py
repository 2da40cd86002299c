"""What an encoding of the weights saves and what it costs, so that a user sees the trade before choosing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError
from ganzoo.export import size, weights
from ganzoo.export.layouts import ganzoo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.checks import Check
    from ganzoo.export.exports import Export


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


def encoding_costs(export: Export, checks: Sequence[tuple[str, Check]]) -> list[EncodingCost]:
    """A row for each network of `export` and each encoding that can be made of it; none for WebDNN's layout."""
    if export.layout == "webdnn":
        return []
    return [cost for network in export.networks for cost in _of_network(export, network, checks)]


def _of_network(export: Export, network: str, checks: Sequence[tuple[str, Check]]) -> list[EncodingCost]:
    manifest, data = ganzoo.read(export.path / network)
    described = manifest["weights"]
    own = described["encoding"]
    found = [_cost(network, own, data, checks, _kept(described["tensors"], own))]
    for encoding in weights.ENCODINGS[1:] if own == "f32" else ():
        try:
            table, encoded = weights.encode(weights.read(described["tensors"], data), encoding)
        except UsageError as error:
            found.append(EncodingCost(network, encoding, 0, 0, reason=error.message))
        else:
            found.append(_cost(network, encoding, encoded, checks, _kept(weights.table(table), encoding)))
    return found


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


def _cost(network: str, encoding: str, data: bytes, checks: Sequence[tuple[str, Check]], kept: str) -> EncodingCost:
    judged = [check for name, check in checks if (name, check.encoding) == (network, encoding)]
    errors = [check.max_abs_error for check in judged if check.max_abs_error is not None]
    accuracies = [check.accuracy for check in judged if check.accuracy is not None]
    reasons = [check.reason for check in judged if check.reason]
    error, accuracy = max(errors, default=None), min(accuracies, default=None)
    return EncodingCost(
        network, encoding, len(data), size.packed(data, weights=True), error, accuracy, reasons[0] if reasons else kept
    )
