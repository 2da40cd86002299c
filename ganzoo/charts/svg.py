"""A Matplotlib figure as an element of a page."""

from __future__ import annotations

import io
import re
import warnings
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ganzoo.text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMESPACE = re.compile(r"\{[^}]*\}")  # a page of HTML knows SVG without any


def inline(figure: Figure, seed: str, title: str, words: str) -> str:
    """The figure as `<svg>` that names nothing outside of itself, titled and described for who cannot see it.

    Its ids differ from those of any figure of another `seed`; the same figure gives the same bytes.
    """
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the browser has it, and draws the text
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ElementTree.fromstring(visible(written.getvalue().decode()))  # Matplotlib writes labels as they are
    prefix = f"c{sha256(seed.encode('utf-8', 'replace')).hexdigest()[:10]}"
    for unwanted in ("metadata", "defs/style"):
        parent, _, name = unwanted.rpartition("/")
        for element in root.findall(f"{{*}}{parent}") if parent else [root]:
            for child in element.findall(f"{{*}}{name}"):
                element.remove(child)
    for element in root.iter():
        element.tag = NAMESPACE.sub("", element.tag)
        element.attrib = {
            NAMESPACE.sub("", key): _own(NAMESPACE.sub("", key), value, prefix) for key, value in element.items()
        }
        if element.tag == "g":
            element.attrib.pop("id", None)  # names of parts: nothing refers to them
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)  # the page decides; `viewBox` keeps the shape
    for tag, text in (("desc", words), ("title", title)):
        element = ElementTree.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = visible(text)
        root.insert(0, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    return ElementTree.tostring(root, encoding="unicode")


def _own(key: str, value: str, prefix: str) -> str:
    """An attribute whose ids begin with `prefix`."""
    if key == "id":
        return f"{prefix}-{value}"
    if key == "href":
        return value.replace("#", f"#{prefix}-")
    return value.replace("url(#", f"url(#{prefix}-")
