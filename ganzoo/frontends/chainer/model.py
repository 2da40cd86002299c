"""Any callable on Chainer's variables as a network: tried on seeded inputs, so that its specs can be completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainer
import numpy as np

from ganzoo import inputs as drawing
from ganzoo.errors import GanzooError, UsageError
from ganzoo.frontends import guesses
from ganzoo.frontends.chainer import noise
from ganzoo.frontends.chainer.links import link_of
from ganzoo.functions import label
from ganzoo.specs import Network
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.card import Card, Told
    from ganzoo.specs import FloatArray, TensorSpec

SAMPLES = 4  # enough to guess a range by
SEED = 20180420
LONGEST = 300  # characters of what Chainer says


def network(model: Callable[..., Any], card: Card, name: str) -> Network:
    """The network that `model` computes on one Variable (N, ...) per input of `card`.

    What `card` does not tell of its outputs is guessed from their values. Raises `UsageError` where `card` tells of no
    input, where `model` cannot take such inputs or gives something else than one Variable (N, ...) per output, and
    where an output does not depend on the inputs.
    """
    link = link_of(model)
    if link.device.xp is not np:
        raise UsageError(f"The network {name} is on {link.device}.", "Bring it to the CPU first: call its to_cpu().")
    if not card.inputs:
        problem = f"The shape of the input of {name} is not known."
        raise UsageError(problem, "Give it without the batch, for example: --input x=1x28x28")
    specs = guesses.inputs(card, [(each, None) for each in _names(card.inputs, len(card.inputs), "x")])
    forward = _forward(model, name, [told.meaning == "label" for told in card.inputs])
    samples = 1 if card.alone else SAMPLES
    if card.noise:
        trial = drawing.seeded(specs, samples, SEED)
        drawn = noise.calls(lambda: _outputs(forward, trial, specs, name))
        forward, specs = noise.given(forward, drawn), (*specs, *noise.specs(card.noise, drawn, specs, samples))
    values = _tried(forward, drawing.seeded(specs, samples, SEED), specs, name)
    names = _names(card.outputs, len(values), "y")
    outputs = guesses.outputs(card, specs, list(zip(names, values, strict=True)))
    return Network(name, link, forward, specs, outputs, alone=card.alone)


def _names(told: Sequence[Told], n: int, letter: str) -> list[str]:
    """What `n` inputs or outputs are called: as the card says, else "x", or "x0", "x1" of several."""
    own = [each.name for each in told] + [""] * n
    return [own[i] or (letter if n == 1 else f"{letter}{i}") for i in range(n)]


def _forward(model: Callable[..., Any], name: str, labels: Sequence[bool]) -> Callable[..., Any]:
    """`model` with numbers for the one-hot vectors that are `labels`, and with its outputs as a tuple.

    It raises `UsageError` where these are no Variables.
    """

    def forward(*variables: Any) -> tuple[Any, ...]:
        made = model(*(label(x) if number else x for x, number in zip(variables, labels, strict=True)))
        outputs = tuple(made) if isinstance(made, tuple | list) else (made,)
        for output in outputs:
            if not isinstance(output, chainer.Variable):
                problem = f"The network {name} returns {type(output).__name__}, where a chainer.Variable belongs."
                raise UsageError(
                    problem, "Return the Variables themselves, one or a tuple of them, and not their arrays."
                )
        return outputs

    return forward


def _tried(
    forward: Callable[..., tuple[Any, ...]], arrays: Sequence[FloatArray], specs: Sequence[TensorSpec], name: str
) -> list[FloatArray]:
    """What `forward` makes of `arrays` (N, ...), an array (N, ...) per output. Raises `UsageError` where it cannot."""
    variables, outputs = _outputs(forward, arrays, specs, name)
    n = len(arrays[0])
    for output in outputs:
        if output.shape[:1] != (n,):
            problem = f"The network {name} makes an output of the shape {output.shape} of {_taken(specs, arrays)}."
            raise UsageError(problem, f"The first axis must be the batch, {n} here.")
    _check_dependence(variables, outputs, specs, name)
    return [output.array for output in outputs]


def _outputs(
    forward: Callable[..., tuple[Any, ...]], arrays: Sequence[FloatArray], specs: Sequence[TensorSpec], name: str
) -> tuple[list[Any], tuple[Any, ...]]:
    """Variables of `arrays`, and what `forward` makes of them. Raises `UsageError` where it cannot."""
    variables = [chainer.Variable(array) for array in arrays]
    try:
        with chainer.using_config("train", False):
            return variables, forward(*variables)
    except GanzooError:
        raise
    except Exception as error:  # Chainer and the network itself raise whatever does not fit
        reason = f"{type(error).__name__}: {one_line(str(error))[:LONGEST]}"
        remedy = "Correct the shapes of its inputs, which are told without the batch, or the network."
        raise UsageError(f"The network {name} cannot take {_taken(specs, arrays)}: {reason}", remedy) from error


def _taken(specs: Sequence[TensorSpec], arrays: Sequence[FloatArray]) -> str:
    return ", ".join(f"{spec.name} {array.shape}" for spec, array in zip(specs, arrays, strict=True))


def _check_dependence(variables: Sequence[Any], outputs: Sequence[Any], specs: Sequence[TensorSpec], name: str) -> None:
    """Raise `UsageError` where an output depends on no input, or no output on one of the inputs."""
    reached: set[int] = set()
    for i, output in enumerate(outputs):
        behind = _behind(output)
        if not any(id(variable.node) in behind for variable in variables):
            which = f"Output {i}" if len(outputs) > 1 else "The output"
            problem = f"{which} of the network {name} does not depend on its input."
            raise UsageError(problem, "It is a constant, or it left Chainer's graph on the way, as in x.array.")
        reached |= behind
    for spec, variable in zip(specs, variables, strict=True):
        if id(variable.node) not in reached:
            problem = f"No output of the network {name} depends on the input '{spec.name}'."
            raise UsageError(problem, "Leave that input out, or use it by Chainer's functions.")


def _behind(output: Any) -> set[int]:
    """The ids of the nodes that `output` was computed from, and its own."""
    found: set[int] = set()
    stack = [output.node]
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found.add(id(node))
            stack.extend(node.creator_node.inputs if node.creator_node is not None else ())
    return found
