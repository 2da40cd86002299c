"""Weights that `chainer.serializers.save_npz` wrote: of the network itself, or of something that holds it.

A `chainer.links.Classifier` puts `predictor/` before the name of each parameter, a Trainer `updater/model:main/` as
well. Whatever stands before the names of all parameters of the network is taken off; arrays that the network does not
have, such as an optimiser's, are never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import npz
from ganzoo.errors import SnapshotError, UnreadableError, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import numpy as np

    Headers = Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]

LARGEST = 1 << 30  # bytes of a parameter whose shape only the snapshot knows
SAVED = "Save the network again with chainer.serializers.save_npz."


def load(path: Path, link: Any) -> None:
    """Fill the parameters and the running statistics of `link` from the snapshot `path`.

    Raises `SnapshotError` with the path of the first parameter that is missing, or has another shape or no numbers.
    """
    import numpy as np
    from chainer.serializers import NpzDeserializer

    wanted = _wanted(link)
    try:
        headers = npz.headers(path)
        prefix = _prefix(path, wanted, headers)
        _fit(path, prefix, wanted, headers)
        arrays = npz.read(path, *(prefix + name for name in wanted))
    except FileNotFoundError as error:
        raise SnapshotError(f"There is no snapshot {path}.", "Give --snapshot the path of an .npz file.") from error
    except OSError as error:
        raise UnreadableError(path, error) from error
    except ValueError as error:
        raise SnapshotError(f"{path} is not a snapshot that can be read: {error}.", SAVED) from error
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise SnapshotError(f"'{name}' in {path} has values that are NaN or infinite.", "Use another snapshot.")
    NpzDeserializer({name.removeprefix(prefix): array for name, array in arrays.items()}).load(link)


def _wanted(link: Any) -> dict[str, np.ndarray[Any, Any]]:
    """What `link` has, by path; a parameter that gets its shape with its first values is None as an array."""
    from chainer.serializers import DictionarySerializer

    serializer = DictionarySerializer()
    serializer.save(link)
    return {name.lstrip("/"): array for name, array in serializer.target.items()}


def _prefix(path: Path, wanted: Collection[str], found: Collection[str]) -> str:
    """What stands in `found` before the names of all that is `wanted`; where they are not all there, before most."""
    counts: dict[str, int] = {"": 0}
    for stored in found:
        for name in wanted:
            if stored == name or stored.endswith(f"/{name}"):
                prefix = stored.removesuffix(name)
                counts[prefix] = counts.get(prefix, 0) + 1
    whole = [prefix for prefix, count in counts.items() if count == len(wanted)]
    if len(whole) > 1 and "" not in whole:
        names = listed(repr(prefix) for prefix in sorted(whole))
        problem = f"{path} holds several networks with these parameters: {names}."
        raise SnapshotError(problem, "Save the one that you mean by itself, with chainer.serializers.save_npz.")
    return "" if "" in whole else max(counts, key=lambda prefix: counts[prefix])


def _fit(path: Path, prefix: str, wanted: Mapping[str, np.ndarray[Any, Any]], found: Headers) -> None:
    """Raise `SnapshotError` unless `found` has all that is `wanted` below `prefix`, as numbers in its shapes."""
    import math

    for name, array in sorted(wanted.items()):
        if prefix + name not in found:
            has = listed(sorted(found)) or "nothing"
            raise SnapshotError(f"{path} has no '{prefix}{name}', which the network needs.", f"It has: {has}.")
        shape, dtype = found[prefix + name]
        if dtype.kind not in "biuf":
            raise SnapshotError(f"'{prefix}{name}' in {path} holds no numbers, but {dtype}.", SAVED)
        if array.dtype == object:  # without a shape until now
            if math.prod(shape) * dtype.itemsize > LARGEST:
                problem = f"'{prefix}{name}' in {path} has the shape {shape}, which is more than {LARGEST:,} bytes."
                raise SnapshotError(problem, SAVED)
        elif shape != array.shape:
            raise SnapshotError(
                f"'{prefix}{name}' has the shape {shape} in {path}, but the network needs {array.shape}.",
                "Give --set the arguments that the network was trained with, or use its own snapshot.",
            )
