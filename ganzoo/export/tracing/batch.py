"""Check that a picture's output depends on that picture alone: a plan is made from one picture and runs on many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.tracing.converter import REMEDIES
from ganzoo.export.tracing.tape import LEAVING, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.export.tracing.tape import Tape
    from ganzoo.specs import FloatArray, Network

REMEDY = "The forward pass must keep the batch as first axis of every array, and compute each picture by itself."
MIXING = f"{REMEDY} If it is a statistic of the batch in a network of your own, --alone computes it of one picture."


def check_alone(network: Network, alone: Tape, drawn: Sequence[FloatArray]) -> None:
    """Require that two pictures at once give what each of them gives by itself.

    `alone` is the tape of the first of `drawn`. Of a network whose pictures are computed `alone`, it is only required
    that the same functions with the same constants compute each picture.

    Chainer computes the first picture twice, the second twice, and both together, so nothing needs to be known about
    its functions. An array on the way may hold its values in any order, because a later reshape or transposition may
    undo an earlier one.

    Raises `UnsupportedOperatorError` with the names of layer and operator.
    """
    batches = ([0], [1]) if network.alone else ([0, 0], [1, 1], [0, 1])
    try:
        pairs = [record(network, [array[chosen] for array in drawn], whole=True) for chosen in batches]
    except Exception as error:  # Chainer and the network itself raise whatever does not fit
        reason = " ".join(str(error).split())
        raise UnsupportedOperatorError(
            f"The network {network.name} works for one picture, but not for a batch of two: {reason}", REMEDY
        ) from error
    first = pairs[0]
    if len({tuple(function.label for function in tape.functions) for tape in pairs}) > 1:
        raise UnsupportedOperatorError(f"The network {network.name} runs other functions for other inputs.", REMEDY)
    for runs in zip(*(tape.functions for tape in pairs), strict=True):
        conditions = [getattr(function, "condition", None) for function in runs]
        if any(each is not None and not _alike(each, conditions[0]) for each in conditions):
            raise _error(first, runs[0], "has a condition that was computed outside Chainer's graph", LEAVING)
    reordering = None
    for function, *taken in zip(first.functions, *(tape.taken for tape in pairs), strict=True):
        for node, *arrays in zip(function.inputs, *taken, strict=True):
            creator = node.creator_node
            if creator is None:
                given = any(node is variable.node for variable in first.inputs)
                if not given and not all(_same(array, arrays[0]) for array in arrays):
                    raise _error(first, function, "uses a value that was computed outside Chainer's graph", LEAVING)
            elif not network.alone and not _in_order(*arrays):
                if not _in_any_order(*arrays):
                    raise _error(first, creator, "mixes the pictures of a batch", MIXING)
                reordering = reordering or creator
    if network.alone:
        for runs in zip(*(tape.functions for tape in pairs), strict=True):
            if not _equal(*(_constants(function) for function in runs)):
                raise _error(first, runs[0], "has a constant that was computed outside Chainer's graph", LEAVING)
        return
    for single, *outputs in zip(alone.outputs, *(tape.outputs for tape in pairs), strict=True):
        a, b, both = (variable.array for variable in outputs)
        if not (single.shape[:1] == (1,) and _same(single.array, a[:1]) and _in_order(a, b, both)):
            raise _error(first, reordering or outputs[0].creator_node, "mixes the pictures of a batch", MIXING)


def _error(tape: Tape, function: Any, what: str, remedy: str = REMEDY) -> UnsupportedOperatorError:
    name = f"{function.label} (layer {tape.layers[id(function)]})" if function else "The network's output"
    return UnsupportedOperatorError(f"{name} {what}.", REMEDIES.get(type(function).__name__, remedy))


def _same(a: FloatArray, b: FloatArray) -> bool:
    """Return whether both are equal except for the order of summation, which may depend on the batch."""
    if a.shape != b.shape:
        return False
    if a.dtype.kind != "f":
        return bool((a == b).all())
    scale = float(np.abs(a[np.isfinite(a)]).max(initial=0.0))
    return np.allclose(a, b, rtol=1e-3, atol=1e-4 * scale, equal_nan=True)


def _alike(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.all(a == b))


PLAIN = (bool, int, float, str, slice, tuple, list, np.generic)  # what a function is told besides its arrays
GRAPH = ("inputs", "outputs")


def _constants(function: Any) -> dict[str, Any]:
    """What `function` was told when it was made."""
    told = {name: value for name, value in vars(function).items() if name[:1] != "_" and name not in GRAPH}
    return {
        name: value
        for name, value in told.items()
        if isinstance(value, PLAIN) or (isinstance(value, np.ndarray) and value.ndim == 0)
    }


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, float | np.floating) and isinstance(b, float | np.floating):
        return bool(np.isclose(a, b, rtol=1e-4, equal_nan=True))
    return repr(a) == repr(b)


def _in_order(first: FloatArray, second: FloatArray, both: FloatArray) -> bool:
    """Return whether `both` has the two pictures one after another."""
    if first.ndim == 0 or first.shape != both.shape or len(both) % 2:
        return False
    half = len(both) // 2
    return _same(both, np.concatenate([first[:half], second[half:]]))


def _in_any_order(first: FloatArray, second: FloatArray, both: FloatArray) -> bool:
    """Return whether `both` has the values of each picture, or the same for all, which depend on parameters only."""
    if _same(first, second) and _same(first, both):
        return True
    each = [np.sort(array, axis=None)[::2] for array in (first, second)]  # each value is there twice
    return _same(np.sort(both, axis=None), np.sort(np.concatenate(each)))
