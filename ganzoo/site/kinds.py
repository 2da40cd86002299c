"""The kinds of pages that a site has: what each is called, and which networks it is for.

A new kind is an entry in `KINDS`, and its custom element in web/NAME/NAME.js and NAME.css.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    Specs = Sequence[Mapping[str, Any]]

PICTURES = (1, 3)  # channels
DRAWING = [1, 28, 28]  # what a pad's lines become


@dataclass(frozen=True)
class Kind:
    """A kind of page, around the custom element `<ganzoo-NAME>`.

    `title` is its heading, with its Japanese; `description` is for search engines, `summary` is what stands in the
    element's place until it is there. A network has such a page if the kind `takes` its inputs and `makes` its outputs;
    `lacking` says what is wrong with outputs that it does not make. `sheets` of web/ go before the element's own style,
    `attributes` are those that our own page gives the element. The front of a site shows what a network that `draws`
    makes of noise, and for other networks, whose golden sample is noise, web/NAME/NAME.svg.
    """

    name: str
    title: str
    japanese: str
    description: str
    summary: str
    takes: Callable[[Specs], bool]
    makes: Callable[[Specs], bool]
    lacking: str
    sheets: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    draws: bool = False


def of(manifest: Mapping[str, Any]) -> Kind:
    """The page for a network, the first that fits. Raises `ValueError`, saying why there is none."""
    taking = [kind for kind in KINDS if kind.takes(manifest["inputs"])]
    if not taking:
        raise ValueError("its input is neither noise nor one picture of one or three channels")
    for kind in taking:
        if kind.makes(manifest["outputs"]):
            return kind
    raise ValueError(", and ".join(dict.fromkeys(kind.lacking for kind in taking)))


def meanings(specs: Collection[Mapping[str, Any]]) -> set[str]:
    """Of inputs or outputs, and of their parts."""
    return {each["meaning"] for spec in specs for each in (spec, *spec["parts"])}


def _noise(specs: Specs) -> bool:
    return "latent" in meanings(specs)


def _one_picture(specs: Specs) -> bool:
    return len(specs) == 1 and _pictures(specs)


def _one_drawing(specs: Specs) -> bool:
    return _one_picture(specs) and list(specs[0]["shape"]) == DRAWING and "preprocess" not in specs[0]


def _pictures(specs: Specs) -> bool:
    first = specs[0]
    return first["meaning"] == "image" and len(first["shape"]) == 3 and first["shape"][0] in PICTURES


def _classes(specs: Specs) -> bool:
    return len(specs) == 1 and specs[0]["meaning"] in ("logits", "probabilities") and len(specs[0]["shape"]) == 1


NO_PICTURE = "its first output is not a picture of one or three channels"
NO_CLASSES = "its output is not one value per class"

GENERATOR = Kind(
    "generator",
    "Make pictures",
    "画像をつくる",
    "A small neural network that makes pictures, running in your browser.",
    "A generator of pictures",
    _noise,
    _pictures,
    NO_PICTURE,
    attributes=("address",),
    draws=True,
)
CLASSIFIER = Kind(
    "classifier",
    "Read drawings",
    "手書きを読み取る",
    "A small neural network that reads what you draw, running in your browser.",
    "A reader of drawings",
    _one_drawing,
    _classes,
    NO_CLASSES,
    sheets=("classifier/pad.css", "classifier/bars.css"),
)
RECOGNIZER = Kind(
    "recognizer",
    "Recognize pictures",
    "画像を見分ける",
    "A neural network that tells what is in a picture, running in your browser.",
    "A classifier of pictures",
    _one_picture,
    _classes,
    NO_CLASSES,
    sheets=("classifier/pad.css", "classifier/bars.css", "pictures/pictures.css"),
)
CONVERTER = Kind(
    "converter",
    "Change pictures",
    "画像を変える",
    "A neural network that makes a new picture of yours, running in your browser.",
    "A converter of pictures",
    _one_picture,
    _pictures,
    NO_PICTURE,
    sheets=("classifier/pad.css", "pictures/pictures.css"),
)

KINDS = (GENERATOR, CLASSIFIER, RECOGNIZER, CONVERTER)
READERS = (CLASSIFIER, RECOGNIZER)  # whose networks can tell what a generator drew
