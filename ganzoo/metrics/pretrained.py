"""Choose the evaluator for a data set: MNIST's is frozen in this folder, others are trained when they are first needed.

Weights are npz files of float16 arrays, without pickles. A cached file is named after the checksum of the training data
and the version of the recipe. If a file cannot be read or does not fit, its evaluator is trained again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from ganzoo import datasets, npz
from ganzoo.errors import SnapshotError
from ganzoo.files import readable, replacing
from ganzoo.layers import BatchNormalization
from ganzoo.metrics import evaluator_training, scores
from ganzoo.metrics.evaluator import Evaluator
from ganzoo.metrics.slow_work import SlowWork
from ganzoo.paths import cache_path, writable_cache

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from ganzoo.metrics.residual import Residual
    from ganzoo.specs import Data

MNIST = "3d8a18faa83a524c6ea8b94d61ca16349db0b0879403fcc6154149991baf33fd"  # of the data: datasets.checksum
FROZEN = Path(__file__).with_name("mnist.npz")
FROZEN_SHA256 = "fff43f5983ecea9f6f45a9ba5f4333ca778ce41ca23e0590d4a4192700b578e9"
LEAST_TRAIN = 12  # two of them held out: a covariance takes two
LEAST_TEST = scores.NEAREST + 1


@dataclass(frozen=True)
class Known:
    """An evaluator and the SHA-256 of the file with its weights."""

    evaluator: Evaluator | Residual
    sha256: str


def enough(data: Data) -> bool:
    """Return whether the data has enough images for an evaluation."""
    return len(data.train_x) >= LEAST_TRAIN and len(data.test_x) >= LEAST_TEST


def of(data: Data, progress: Callable[[str], None] = lambda line: None) -> Known:
    """Return the evaluator of `data`: the frozen one, one from the cache, or one that is trained now.

    Raises `SnapshotError` if the file of the frozen one was changed, and `ToolMissingError` if nothing can be cached.
    """
    checksum = datasets.checksum(data)
    if checksum == MNIST:
        return frozen()
    blank = evaluator_training.network(data.train_x.shape[1:], len(data.classes))
    name = f"{checksum}-{evaluator_training.VERSION}.npz"
    with contextlib.suppress(FileNotFoundError, SnapshotError):
        return read(cache_path() / "evaluators" / name, blank)
    path = writable_cache("evaluators") / name
    with FileLock(path.with_suffix(".lock")):
        with contextlib.suppress(FileNotFoundError, SnapshotError):
            return read(path, blank)  # another process may have trained it meanwhile
        work = SlowWork("Training an evaluator of this data, once for all its runs", progress)
        write(path, evaluator_training.train(data, evaluator_training.recipe(data), work))
        work.over()
    return read(path, blank)  # also now: the arrays of every later use


def frozen() -> Known:
    """Return MNIST's evaluator.

    Raises `SnapshotError` if its file is not the one that this version of ganzoo came with.
    """
    known = read(FROZEN, Evaluator(1, 10))
    if known.sha256 != FROZEN_SHA256:
        raise SnapshotError(
            f"{FROZEN} is not the evaluator that belongs to this version of ganzoo.", "Install ganzoo again."
        )
    return known


def write(path: Path, evaluator: Evaluator | Residual) -> None:
    """Write the weights and running statistics of `evaluator`."""
    halved = {key: array.astype(np.float16) for key, array in _arrays(evaluator).items()}
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, **halved)  # type: ignore[arg-type]


def read(path: Path, evaluator: Evaluator | Residual) -> Known:
    """Load the weights of `evaluator` from `path`.

    Raises `SnapshotError` unless `write` wrote that file for such a network.
    """
    wanted = _arrays(evaluator)
    try:
        content = readable(path).read_bytes()
        if npz.compressed(io.BytesIO(content)):
            raise ValueError("it is compressed")
        arrays = npz.read(io.BytesIO(content))
        if {key: array.shape for key, array in arrays.items()} != {key: array.shape for key, array in wanted.items()}:
            raise ValueError("it belongs to another network")
        if not all(array.dtype == np.float16 and np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("it holds arrays that are not weights")
    except ValueError as error:
        raise SnapshotError(f"{path} is not a valid evaluator: {error}.", "Install ganzoo again.") from error
    for key, array in wanted.items():
        array[...] = arrays[key]
    return Known(evaluator, hashlib.sha256(content).hexdigest())


def _arrays(evaluator: Evaluator | Residual) -> dict[str, npt.NDArray[Any]]:
    """Return the parameters and running statistics of `evaluator` by their paths, without copying them."""
    arrays = {key.strip("/"): parameter.array for key, parameter in evaluator.namedparams()}
    for path, link in evaluator.namedlinks():
        if isinstance(link, BatchNormalization):
            arrays |= {f"{path[1:]}/avg_mean": link.avg_mean, f"{path[1:]}/avg_var": link.avg_var}
    return arrays
