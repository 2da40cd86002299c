"""What somebody tells of a trained network: a small TOML file beside it, the *card*, and what the command line adds.

    name = "garments"
    title = "What garment is this?"
    licence = "MIT"
    classes = ["shirt", "trousers", "coat"]

    [[inputs]]
    name = "x"
    shape = [3, 32, 32]
    meaning = "image"
    preprocess = { resize = "fit", mean = [0.5, 0.5, 0.5], std = [0.25, 0.25, 0.25] }

    [[outputs]]
    name = "y"
    meaning = "logits"

Every key is optional: what a card does not tell is guessed from names and shapes (`ganzoo.frontends.guesses`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from ganzoo import toml
from ganzoo.errors import UsageError
from ganzoo.specs import NAME, Distribution, Meaning, Order, Part, Preprocess, Resizing, TensorSpec
from ganzoo.text import UNFIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Reader = Callable[[Any, str, str], Any]  # `reader(value, key, file)`; the key has its whole path, for messages

HELP = "'ganzoo export --help' shows an example."
MOST_VALUES = 1 << 26  # of one input: 256 MB of float32
LONGEST = 2000  # characters of a text
SHAPED = re.compile(r"(?P<name>[^=:]+)=(?P<shape>[0-9]+(?:x[0-9]+)*)(?::(?P<meaning>[a-z]+))?")


@dataclass(frozen=True)
class Told:
    """What is told of one input or output. None stands for what is to be guessed, and so does an empty name.

    A "label" is a one-hot input whose number the network takes, int32 (N,), as `chainer.links.EmbedID` does.
    """

    name: str = ""
    shape: tuple[int, ...] | None = None
    meaning: Meaning | Literal["label"] | None = None
    range: tuple[float, float] | None = None
    parts: tuple[Part, ...] = ()
    distribution: Distribution = "normal"
    preprocess: Preprocess | None = None

    @classmethod
    def of(cls, spec: TensorSpec) -> Told:
        """All that a spec says."""
        return cls(**{field: getattr(spec, field) for field in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Card:
    """What is told of a network. A field that is empty is not told.

    `noise` is the name of an input for the noise that the network draws in its forward pass. `alone` says that what the
    network computes of a batch, such as a deviation over its pictures, is meant of one picture.
    """

    name: str = ""
    title: str = ""
    description: str = ""
    licence: str = ""
    classes: tuple[str, ...] = ()
    inputs: tuple[Told, ...] = ()
    outputs: tuple[Told, ...] = ()
    noise: str = ""
    alone: bool = False

    def provenance(self) -> dict[str, Any]:
        """What a manifest tells people of the network, as JSON has it."""
        told = {"title": self.title, "description": self.description, "licence": self.licence}
        return {**{key: text for key, text in told.items() if text}, "classes": list(self.classes)}

    def with_options(self, shaped: Sequence[str], noise: str | None = None, alone: bool = False) -> Card:
        """This card with what options tell: `--noise`, `--alone`, and `--input`, such as "x=1x28x28:image".

        An input takes the place of the one of its name.

        Raises `UsageError` for a text that is not of this form.
        """
        inputs = {told.name: told for told in self.inputs}
        for text in shaped:
            added = _shaped(text)
            former = inputs.get(added.name, Told(added.name))
            inputs[added.name] = replace(former, shape=added.shape, meaning=added.meaning or former.meaning)
        named = self.noise if noise is None else _name(noise, "--noise", "The option")
        return replace(self, inputs=tuple(inputs.values()), noise=named, alone=alone or self.alone)


def read(path: Path) -> Card:
    """The card in the file `path`. Raises `UsageError` with the key that is wrong."""
    try:
        values = toml.read(path, HELP)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name the file of a card after --card."
        ) from error
    card: Card = _table(Card, _CARD)(values, "", str(path))
    return card


def _shaped(text: str) -> Told:
    found = SHAPED.fullmatch(text)
    if not found:
        raise UsageError(f"The input '{text}' is not of the form NAME=SHAPE.", "Write for example: --input x=1x28x28")
    sizes = [int(size[:20]) for size in found["shape"].split("x")]  # Python reads no number of thousands of digits
    values = {"name": found["name"], "shape": sizes, **({"meaning": found["meaning"]} if found["meaning"] else {})}
    told: Told = _table(Told, _INPUT)(values, "", f"--input {text}")
    return told


def _text(value: Any, key: str, file: str) -> str:
    toml.require(value, str, key, file)
    if not 0 < len(value) <= LONGEST or UNFIT.search(value):
        toml.wrong(file, key, value, f"a text of 1 to {LONGEST:,} characters without control characters")
    return str(value)


def _name(value: Any, key: str, file: str) -> str:
    toml.require(value, str, key, file)
    if not NAME.fullmatch(value) or len(value) > LONGEST:
        toml.wrong(file, key, value, "letters, digits, '.', '_' and '-', the first a letter or a digit")
    return str(value)


def _size(value: Any, key: str, file: str) -> int:
    toml.require(value, int, key, file)
    if not 1 <= value <= MOST_VALUES:
        toml.wrong(file, key, value, f"from 1 to {MOST_VALUES:,}")
    return int(value)


def _number(value: Any, key: str, file: str) -> float:
    toml.require(value, float, key, file)
    return float(value)


def _flag(value: Any, key: str, file: str) -> bool:
    toml.require(value, bool, key, file)
    return bool(value)


def _one_of(names: Sequence[str]) -> Reader:
    def read(value: Any, key: str, file: str) -> str:
        toml.require(value, str, key, file)
        toml.known(f"{key} in {file}", value, names)
        return str(value)

    return read


def _list(reader: Reader) -> Reader:
    def read(value: Any, key: str, file: str) -> tuple[Any, ...]:
        toml.require(value, list, key, file)
        return tuple(reader(each, f"{key}.{i}", file) for i, each in enumerate(value))

    return read


def _table(kind: type, readers: Mapping[str, Reader], required: Sequence[str] = ()) -> Reader:
    """The reader of a table that becomes a `kind`. `readers` are those of its keys."""

    def read(values: Any, key: str, file: str) -> Any:
        toml.require(values, dict, key, file)
        for name in values:
            toml.known(f"key of {key} in {file}" if key else f"key of a card in {file}", name, readers)
        for name in required:
            if name not in values:
                raise UsageError(f"{file}: '{key}' has no '{name}'.", HELP)
        return kind(**{name: readers[name](value, f"{key}.{name}".strip("."), file) for name, value in values.items()})

    return read


def _shape(value: Any, key: str, file: str) -> tuple[int, ...]:
    shape: tuple[int, ...] = _list(_size)(value, key, file)
    if not shape or math.prod(shape) > MOST_VALUES:
        toml.wrong(file, key, value, f"1 to {MOST_VALUES:,} values in all, without the batch")
    return shape


def _range(value: Any, key: str, file: str) -> tuple[float, float]:
    numbers = _list(_number)(value, key, file)
    if len(numbers) != 2 or not numbers[0] < numbers[1]:
        toml.wrong(file, key, value, "two numbers, the smaller one first")
    return numbers[0], numbers[1]


def _deviations(value: Any, key: str, file: str) -> tuple[float, ...]:
    numbers: tuple[float, ...] = _list(_number)(value, key, file)
    if not all(number > 0 for number in numbers):
        toml.wrong(file, key, value, "numbers above 0")
    return numbers


_OUTPUT: Mapping[str, Reader] = {"name": _name, "meaning": _one_of(get_args(Meaning)), "range": _range}
_PREPROCESS: Mapping[str, Reader] = {
    "resize": _one_of(get_args(Resizing)),
    "mean": _list(_number),
    "std": _deviations,
    "order": _one_of(get_args(Order)),
}
_PART: Mapping[str, Reader] = {
    "name": _name,
    "size": _size,
    "meaning": _one_of(get_args(Meaning)),
    "distribution": _one_of(get_args(Distribution)),
}
_INPUT: Mapping[str, Reader] = {
    **_OUTPUT,
    "meaning": _one_of((*get_args(Meaning), "label")),
    "shape": _shape,
    "parts": _list(_table(Part, _PART, ("name", "size", "meaning"))),
    "distribution": _one_of(get_args(Distribution)),
    "preprocess": _table(Preprocess, _PREPROCESS),
}
_CARD: Mapping[str, Reader] = {
    "name": _name,
    "title": _text,
    "description": _text,
    "licence": _text,
    "classes": _list(_text),
    "inputs": _list(_table(Told, _INPUT)),
    "outputs": _list(_table(Told, _OUTPUT)),
    "noise": _name,
    "alone": _flag,
}
