"""Cards: what a TOML file tells of a network, what is guessed where it tells nothing, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import card as cards
from ganzoo import toml
from ganzoo.card import Card, Told
from ganzoo.errors import UsageError
from ganzoo.frontends import guesses
from ganzoo.specs import Part, Preprocess

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
name = "garments"
title = "What garment is this?"
description = "Two lines are fine:\\nthis is the second."
licence = "MIT"
classes = ["shirt", "コート"]
noise = "eps"
alone = true

[[inputs]]
name = "x"
shape = [3, 32, 32]
meaning = "image"
range = [-1, 1]
preprocess = { resize = "fit", mean = [0.5, 0.5, 0.5], std = [0.25, 0.25, 0.25], order = "bgr" }

[[inputs]]
shape = [5]
distribution = "uniform"
parts = [{ name = "z", size = 3, meaning = "latent" }, { name = "label", size = 2, meaning = "onehot" }]

[[outputs]]
name = "y"
meaning = "logits"
range = [-10.0, 10]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "net.toml").write_text(text, encoding="utf-8")
    return folder / "net.toml"


def test_all_that_a_card_can_tell(tmp_path: Path) -> None:
    card = cards.read(written(tmp_path, WHOLE))
    preprocess = Preprocess("fit", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bgr")
    parts = (Part("z", 3, "latent"), Part("label", 2, "onehot"))
    assert card.inputs == (
        Told("x", (3, 32, 32), "image", (-1.0, 1.0), preprocess=preprocess),
        Told("", (5,), parts=parts, distribution="uniform"),
    )
    assert card.outputs == (Told("y", None, "logits", (-10.0, 10.0)),)
    assert card.provenance() == {
        "title": "What garment is this?",
        "description": "Two lines are fine:\nthis is the second.",
        "licence": "MIT",
        "classes": ["shirt", "コート"],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "is not valid TOML"),
        ("x = " + "[" * 5000, "is not valid TOML"),
        ("x = 1" + "0" * 5000, "is not valid TOML"),
        ("titel = 'a'", "'titel'. Did you mean 'title'"),
        ("title = 3", "'title' is 3. It must be text"),
        ("title = ''", "'title' is ''"),
        ('title = "\\u001b[2J"', "without control characters"),
        ("name = '../x'", "'name' is '../x'"),
        ("classes = 'ten'", "'classes' is 'ten'. It must be a list"),
        ("classes = ['a', 3]", "'classes.1' is 3"),
        ("inputs = {}", "'inputs' is {}. It must be a list"),
        ("[[inputs]]\nshpe = [1]", "key of inputs.0 in .* 'shpe'. Did you mean 'shape'"),
        ("[[inputs]]\nshape = []", "'inputs.0.shape'"),
        ("[[inputs]]\nshape = [0]", "'inputs.0.shape.0' is 0. It must be from 1"),
        ("[[inputs]]\nshape = [true]", "'inputs.0.shape.0' is True"),
        ("[[inputs]]\nshape = [60000, 60000]", "'inputs.0.shape'"),
        ("[[inputs]]\nshape = [99999999999999999999]", "'inputs.0.shape.0'"),
        ("[[inputs]]\nmeaning = 'picture'", "inputs.0.meaning in .* 'picture'"),
        ("[[inputs]]\nrange = [1, 0]", "'inputs.0.range'"),
        ("[[inputs]]\nrange = [0, inf]", "'inputs.0.range.1' is inf"),
        ("[[inputs]]\nparts = [{ name = 'z' }]", "'inputs.0.parts.0' has no 'size'"),
        ("[[inputs]]\npreprocess = { resize = 'blow up' }", "inputs.0.preprocess.resize"),
        ("[[inputs]]\npreprocess = { std = [0.0] }", "'inputs.0.preprocess.std'"),
        ("[[outputs]]\nshape = [1]", "key of outputs.0 in .* 'shape'"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        cards.read(written(tmp_path, text))
    assert "net.toml" in str(raised.value) and len(str(raised.value)) < 600


def test_a_card_that_is_not_there_or_endless(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        cards.read(tmp_path / "gone.toml")
    with pytest.raises(UsageError, match="more than 1,048,576 bytes"):
        cards.read(written(tmp_path, "#" * (1 << 20) + "##"))


def test_options_come_before_the_card(tmp_path: Path) -> None:
    assert (Card(noise="eps").with_options([], "z").noise, Card().with_options([], None, True).alone) == ("z", True)
    with pytest.raises(UsageError, match="--noise"):
        Card().with_options([], "a b")
    card = cards.read(written(tmp_path, WHOLE)).with_options(["x=1x8x8", "t=4:onehot"])
    assert (card.noise, card.alone) == ("eps", True)
    assert card.inputs[0] == Told("x", (1, 8, 8), "image", (-1.0, 1.0), preprocess=card.inputs[0].preprocess)
    assert card.inputs[2] == Told("t", (4,), "onehot")
    for text in ("x", "x=", "x=1x", "x=axb", "x=1:", "=3", "x=0", "x=1" + "0" * 5000, "x=1:picture", "-=3"):
        with pytest.raises(UsageError):
            Card().with_options([text])


def outputs(*values: Any, meaning: str = "latent", card: Card = Card()) -> list[tuple[str, Any]]:  # noqa: B008 - frozen
    inputs = guesses.inputs(Card(inputs=(Told("x", (4,), meaning),)), [("x", None)])  # type: ignore[arg-type]
    found = [(f"y{i}", np.asarray(each, np.float32)) for i, each in enumerate(values)]
    return [(spec.meaning, spec.range) for spec in guesses.outputs(card, inputs, found)]


def test_what_outputs_are_taken_for() -> None:
    sigmoid, tanh, wide = np.full((2, 3, 4, 4), 0.5), np.full((2, 1, 4, 4), -0.5), np.full((2, 1, 4, 4), 3)
    assert outputs(sigmoid, tanh, wide) == [("image", (0.0, 1.0)), ("image", (-1.0, 1.0)), ("image", None)]
    likely, scores = [[0.25, 0.75], [0.5, 0.5]], [[0.25, 0.75], [0.5, 0.6]]
    assert outputs(likely, scores, [[-1, 2.0]] * 2, meaning="image") == [
        ("probabilities", (0.0, 1.0)),
        ("logits", None),
        ("logits", None),
    ]
    assert outputs(likely, np.ones((2, 7, 4, 4))) == [("latent", None)] * 2
    told = Card(outputs=(Told("", None, "logits", (-1.0, 1.0)),))
    assert outputs(sigmoid, card=told) == [("logits", (-1.0, 1.0))]


def test_what_inputs_are_taken_for() -> None:
    shapes = {"a": (1, 8, 8), "b": (3, 8, 8), "c": (4, 8, 8), "d": (8, 8), "e": (9,)}
    specs = guesses.inputs(Card(), list(shapes.items()))
    assert [spec.meaning for spec in specs] == ["image", "image", "latent", "latent", "latent"]
    assert [spec.shape for spec in specs] == list(shapes.values())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((Told("z"),), "There is no input of the network 'z'"),
        ((Told("x", (3,)),), "has the shape 4, but 3 was given"),
        ((Told("x"), Told("x")), "twice"),
        ((Told("x", preprocess=Preprocess(mean=(0.5,))),), "What the card tells of the input 'x' is wrong"),
        ((Told("x", parts=(Part("z", 3, "latent"),)),), "have 3 values together, but the input has 4"),
        ((Told("x", parts=(Part("z", 2, "latent"), Part("z", 2, "latent"))),), "have the name 'z'"),
    ],
)
def test_a_card_that_contradicts_the_network(told: tuple[Told, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        guesses.inputs(Card(inputs=told), [("x", (4,))])
    with pytest.raises(UsageError, match="There is no output of the network 'q'"):
        guesses.outputs(Card(outputs=(Told("q"),)), (), [("y", np.zeros((2, 3), np.float32))])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ("[8, 16]", [8, 16]),
        ('"3"', "3"),
        ("relu", "relu"),
        ("3\nmore = 4", "3\nmore = 4"),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_the_value_of_an_option(text: str, value: Any) -> None:
    assert toml.value(text) == value and type(toml.value(text)) is type(value)
