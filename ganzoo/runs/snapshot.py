"""Weights and training states as npz files with a description and without pickles.

Each file has an entry `ganzoo`, a JSON text: format version, kind ("model" or "state"), and the architecture,
preset, hyper-parameters, shape and classes that made the arrays. A training may continue from a state with other
hyper-parameters. Entries are uncompressed, so that a hostile file cannot expand to more than its size.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ganzoo import npz, plugins
from ganzoo.errors import SnapshotError
from ganzoo.files import readable, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

    from ganzoo.specs import TrainConfig

    Arrays = Mapping[str, np.ndarray[Any, Any]]

FORMATS = {"model": 1, "state": 2}  # by kind
HEADER = "ganzoo"
IDENTITY = ("arch", "preset", "hparams", "shape", "n_classes")
MT19937_KEYS = 624
FREE = {"model": (), "state": ("hparams",)}  # what of it need not be the same, by kind; layers are compared anyway


def save_model(path: Path, config: TrainConfig, model: Any) -> None:
    """Save the parameters and running statistics of `model`."""
    _write(path, "model", config, flat(model))


def load_model(path: Path, config: TrainConfig, model: Any) -> None:
    """Fill `model` from `path`. Raises `SnapshotError` naming the first layer that does not fit."""
    import numpy as np

    arrays = _read(path, "model", config)
    _fit(path, flat(model), arrays)  # of the network's own types: nothing becomes infinite by a conversion
    if not all(np.isfinite(array).all() for array in arrays.values() if array.dtype.kind == "f"):
        raise _damaged(path, ValueError("a weight is NaN or infinite"))
    _fill(path, model, arrays)


def save_state(path: Path, config: TrainConfig, trainer: Any) -> None:
    """Save all that determines how `trainer` continues: weights, optimisers, iterators, extensions, random state."""
    import numpy as np

    _, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    random = {
        "random/keys": np.asarray(keys),
        "random/rest": np.asarray([position, has_gauss], np.int64),
        "random/gauss": np.asarray(gauss, np.float64),
    }
    _write(
        path,
        "state",
        config,
        {**{f"trainer/{key}": array for key, array in flat(trainer).items()}, **random},
    )


def load_state(path: Path, config: TrainConfig, trainer: Any) -> None:
    """Restore a newly built `trainer` and NumPy's global random state to the state that `save_state` saved."""
    import numpy as np

    arrays = _read(path, "state", config)
    state = {key.removeprefix("trainer/"): array for key, array in arrays.items() if key.startswith("trainer/")}
    # the trainer that was saved had run and this one has not: only what both have can be compared
    _fit(path, flat(trainer.updater), state, "updater/")
    _require_plain(path, state)
    _fill(path, trainer, state)
    try:
        _require_sound(trainer.updater)
        keys, rest, gauss = (arrays[f"random/{name}"] for name in ("keys", "rest", "gauss"))
        if (keys.dtype, rest.dtype, gauss.dtype) != ("uint32", "int64", "float64"):
            raise ValueError("its random numbers are of another type")
        position, has_gauss = rest.tolist()
        if not 0 <= position <= MT19937_KEYS:  # NumPy would read there
            raise ValueError(f"its random numbers are at {position}")
        np.random.set_state(("MT19937", keys, position, has_gauss, float(gauss)))
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error


def flat(target: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays that `target` serialises, on the CPU, by path."""
    from chainer.serializers import DictionarySerializer

    serializer = DictionarySerializer()
    serializer.save(target)
    return dict(serializer.target)


def _fill(path: Path, target: Any, arrays: Arrays) -> None:
    from chainer.serializers import NpzDeserializer

    try:
        NpzDeserializer(arrays).load(target)
    except Exception as error:  # every link, optimiser and extension reads its own entries in its own way
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> SnapshotError:
    """That `path` is damaged, with the remedy for a snapshot; who reads a network knows the run that it is of."""
    older = "Delete it; --resume then continues from the snapshot before it, or starts again."
    remedy = older if path.parent.name == "snapshots" else ""
    return SnapshotError(f"{path} is damaged: {type(error).__name__}: {error}.", remedy)


def _fit(path: Path, wanted: Arrays, found: Arrays, prefix: str = "") -> None:
    """Raise `SnapshotError` unless `found` has all that is `wanted`, in its shapes and types."""
    import numpy as np

    for key, array in sorted(wanted.items()):
        layer = key.strip("/")
        if prefix + key not in found:
            raise SnapshotError(f"{path} has no '{layer}'.", "It was written by another version of the network.")
        if array.dtype == object:  # None, until the training has begun
            continue
        stored = found[prefix + key]
        # a single number is Python's, which may have been whole by chance
        alike = stored.dtype == array.dtype if array.ndim else np.can_cast(stored.dtype, array.dtype)
        if stored.shape != array.shape or not alike:
            what, has, needs = ("shape", stored.shape, array.shape) if alike else ("dtype", stored.dtype, array.dtype)
            raise SnapshotError(
                f"'{layer}' has {what} {has} in {path}, but the network needs {needs}.",
                "It was written by another version of the network.",
            )


def _require_plain(path: Path, state: Arrays) -> None:
    """Refuse what is neither a number nor a text, and numbers that are none."""
    import numpy as np

    for key, array in state.items():
        if array.dtype.kind not in "biufUO":
            raise _damaged(path, ValueError(f"'{key}' is {array.dtype}"))
        others = key.startswith("extensions/") and not key.startswith("extensions/log/")  # may hold what they like
        if array.dtype.kind == "f" and not others and not np.isfinite(array).all():
            raise _damaged(path, ValueError(f"'{key}' is not finite"))


def _require_sound(updater: Any) -> None:
    """Raise `ValueError` for a state that no training can have: an optimiser or an iterator would stumble over it."""
    import numpy as np
    from chainer.iterators import SerialIterator

    counts = {"iteration": updater.iteration}
    for name, optimizer in updater.get_all_optimizers().items():
        counts |= {f"the steps of the optimiser '{name}'": optimizer.t, f"its epochs, '{name}'": optimizer.epoch}
        for path, parameter in optimizer.target.namedparams():
            rule = parameter.update_rule
            if rule is None:  # it does not learn
                continue
            counts[f"the steps of '{path}'"] = rule.t
            for key, array in (rule.state or {}).items():
                if array.shape != parameter.shape or array.dtype not in (parameter.dtype, np.float32):
                    raise ValueError(f"the optimiser's '{key}' of '{path}' is {array.dtype} {array.shape}")
    for name, iterator in getattr(updater, "_iterators", {}).items():
        if isinstance(iterator, SerialIterator):
            state, n = iterator._state, len(iterator.dataset)
            counts |= {f"the position of the iterator '{name}'": state.current_position, "its epoch": state.epoch}
            shuffled = state.order is None or np.array_equal(np.sort(state.order), np.arange(n))
            if not shuffled or state.current_position > n:
                raise ValueError(f"the iterator '{name}' is not of {n} training images")
    for what, count in counts.items():
        if count < 0:
            raise ValueError(f"{what} is {count}")


def _identity(config: TrainConfig) -> dict[str, Any]:
    values = {key: getattr(config, key) for key in IDENTITY}
    return {**values, "shape": list(config.shape), "hparams": dict(config.hparams)}


def _write(path: Path, kind: str, config: TrainConfig, arrays: Arrays) -> None:
    import numpy as np

    # Chainer serialises an absent value as an object array, which only pickle can store
    absent = [key for key, array in arrays.items() if array.dtype == object]
    header = {"format": FORMATS[kind], "kind": kind, "absent": absent, **_identity(config)}
    present = {key: array for key, array in arrays.items() if key not in absent}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, **{HEADER: np.asarray(json.dumps(header)), **present})  # type: ignore[arg-type]


def _read(path: Path, kind: str, config: TrainConfig) -> dict[str, np.ndarray[Any, Any]]:
    import numpy as np

    try:
        names = npz.names(readable(path))
        if names and HEADER not in names:
            raise SnapshotError(
                f"{path} was not written by ganzoo: nothing in it tells which network it is of.",
                "Restore the run's own file, or train again; weights that Chainer's save_npz wrote lack this.",
            )
        if npz.compressed(path):
            raise ValueError("it is compressed")
        arrays = npz.read(path)
        header = json.loads(str(arrays.pop(HEADER)))
        arrays |= dict.fromkeys(header["absent"], np.asarray(None))
        version = header["format"]
    except FileNotFoundError as error:
        raise SnapshotError(f"{path} does not exist.", "Train first, or name another run.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error
    if version != FORMATS[kind]:
        raise SnapshotError(
            f"{path} has format {version}, but this version of ganzoo reads format {FORMATS[kind]}.",
            "Use the version of ganzoo that wrote it.",
        )
    for key, value in {"kind": kind, **_identity(config)}.items():
        if header.get(key) != value and key not in FREE[kind]:
            raise SnapshotError(
                f"{path} was made with {key} {header.get(key)!r}, but the run has {key} {value!r}.",
                "Use it with the run that it belongs to.",
            )
    return _renamed(arrays, plugins.ARCHS.get(config.arch).former_names)


def _renamed(arrays: dict[str, np.ndarray[Any, Any]], former: Mapping[str, str]) -> dict[str, np.ndarray[Any, Any]]:
    """`arrays` by the names that links have now, where they have the `former` ones."""
    gone = former.keys() - set(former.values())
    if gone.isdisjoint(part for name in arrays for part in name.split("/")):
        return arrays
    return {"/".join(former.get(part, part) for part in name.split("/")): array for name, array in arrays.items()}
