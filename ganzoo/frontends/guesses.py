"""What a network's inputs and outputs mean: what a card tells, and guesses from names and shapes for all the rest."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ganzoo.card import Told
from ganzoo.errors import PluginError, UnknownNameError, UsageError
from ganzoo.specs import TensorSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.card import Card
    from ganzoo.specs import FloatArray, Meaning

SUM = 1e-4  # by which the probabilities of all classes may miss 1 in float32


def inputs(
    card: Card, found: Sequence[tuple[str, tuple[int, ...] | None]], own: Mapping[str, Told] | None = None
) -> tuple[TensorSpec, ...]:
    """The specs of the inputs that a frontend has `found`: their names and shapes, None where a shape is not known.

    `own` has, by name, what the network's file tells of an input where `card` does not. Without both, an input
    (C, H, W) with 1 or 3 channels is an image, any other one latent. Raises `UnknownNameError` where `card`
    tells of another input, and `UsageError` where a shape is missing or contradicts the card.
    """
    told = _by_name(card.inputs, [name for name, _ in found], "input")
    own = own or {}
    specs = tuple(
        _input(_completed(told.get(name, Told(name)), own.get(name, Told())), name, shape) for name, shape in found
    )
    names = [
        name for spec in specs for name in (spec.name, *(part.name for part in spec.parts if part.name != spec.name))
    ]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"Two inputs or parts have the name '{name}'.", "Give each a name of its own.")
    return specs


def outputs(
    card: Card, inputs: Sequence[TensorSpec], found: Sequence[tuple[str, FloatArray]]
) -> tuple[TensorSpec, ...]:
    """The specs of the outputs that a frontend has `found`: their names, and their values (N, ...) for seeded inputs.

    An output (C, H, W) with 1 or 3 channels is an image; its range is (0, 1) or (-1, 1) where all values are in it. A
    vector of a network that reads an image is probabilities if its values are not negative and add up to 1, else
    logits. Any other output is latent, a word for values without a further meaning. Raises `UnknownNameError` where
    `card` tells of another output.
    """
    told = _by_name(card.outputs, [name for name, _ in found], "output")
    reads_image = any(spec.meaning == "image" for spec in inputs)
    return tuple(_output(told.get(name, Told(name)), name, values, reads_image) for name, values in found)


def _by_name(tensors: Sequence[Told], names: Sequence[str], side: str) -> dict[str, Told]:
    """What is told of each name; one that has no name is at its own place among `names`."""
    told = {}
    for i, each in enumerate(tensors):
        name = each.name or (names[i] if i < len(names) else f"{side} {i}")
        if name not in names:
            raise UnknownNameError(f"{side} of the network", name, names)
        if name in told:
            raise UsageError(f"The card tells of the {side} '{name}' twice.", "Remove one of the two.")
        told[name] = each
    return told


def _completed(told: Told, own: Told) -> Told:
    return replace(told, meaning=told.meaning or own.meaning, range=told.range or own.range)


def _input(told: Told, name: str, known: tuple[int, ...] | None) -> TensorSpec:
    shape = told.shape or known
    if shape is None:
        problem = f"The shape of the input '{name}' is not known."
        raise UsageError(problem, f"Give it without the batch, for example: --input {name}=1x28x28")
    if known not in (None, shape):
        problem = f"The input '{name}' has the shape {_written(known or ())}, but {_written(shape)} was given."
        raise UsageError(problem, "Leave the shape out, or correct it.")
    values, sizes = math.prod(shape), sum(part.size for part in told.parts)
    if told.parts and sizes != values:
        problem = f"The parts of the input '{name}' have {sizes:,} values together, but the input has {values:,}."
        raise UsageError(problem, "Correct the sizes of its parts.")
    meaning = _one_hot(told) or ("image" if _pictorial(shape) else "latent")
    try:
        return TensorSpec(name, shape, meaning, told.range, told.parts, told.distribution, told.preprocess)
    except PluginError as error:  # it is a user's, not a plugin's
        raise UsageError(
            f"What the card tells of the input '{name}' is wrong: {error.message}", error.remedy
        ) from error


def _output(told: Told, name: str, values: FloatArray, reads_image: bool) -> TensorSpec:
    shape = values.shape[1:]
    if told.shape not in (None, shape):
        problem = f"The output '{name}' has the shape {_written(shape)}, but {_written(told.shape or ())} was given."
        raise UsageError(problem, "Leave the shape out, or correct it.")
    meaning = _one_hot(told) or _meaning(values, reads_image)
    return TensorSpec(name, shape, meaning, told.range or _range(meaning, values))


def _written(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _one_hot(told: Told) -> Meaning | None:
    """The meaning that is told; of a label that of the vector which stands for it."""
    return "onehot" if told.meaning == "label" else told.meaning


def _pictorial(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and shape[0] in (1, 3)


def _meaning(values: FloatArray, reads_image: bool) -> Meaning:
    if _pictorial(values.shape[1:]):
        return "image"
    if values.ndim == 2 and reads_image:
        likely = values.min() >= 0 and abs(values.sum(axis=1) - 1).max() <= SUM
        return "probabilities" if likely else "logits"
    return "latent"


def _range(meaning: Meaning, values: FloatArray) -> tuple[float, float] | None:
    low, high = float(values.min()), float(values.max())
    if meaning == "probabilities" or (meaning == "image" and low >= 0 and high <= 1):
        return (0.0, 1.0)
    return (-1.0, 1.0) if meaning == "image" and low >= -1 and high <= 1 else None
