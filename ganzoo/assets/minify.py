"""JavaScript and CSS without what only people need, by tdewolff's minify.

What other files may name keeps its name: properties, exports, all of the top level. Local names become shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.assets.syntax import parse, text, walk

if TYPE_CHECKING:
    from tree_sitter import Node

PATTERNS = ("object_pattern", "array_pattern")


def javascript(source: str, name: str) -> str:
    """A module or script that does what `source` does, which is called `name` in errors.

    What the library is known to get wrong stays as it is written. Raises `AssetError` where it is no JavaScript.
    """
    if any(map(_is_mistaken, walk(parse(source, name)))):
        return source
    return _minified("application/javascript", source)


def css(source: str) -> str:
    """A style sheet with the rules of `source`."""
    return _minified("text/css", source)


def _minified(kind: str, source: str) -> str:
    import minify

    return str(minify.string(kind, source))


def _is_mistaken(node: Node) -> bool:
    """Whether minify 2.24 gets the node wrong (docs/decisions/0025-minified-by-a-library.md)."""
    if node.type == "variable_declarator":  # it may move the pattern of a `var` before the value that it takes apart
        name = node.child_by_field_name("name")
        return bool(name and name.type in PATTERNS and node.parent and node.parent.type == "variable_declaration")
    if node.type == "for_in_statement":  # likewise
        kind, left = node.child_by_field_name("kind"), node.child_by_field_name("left")
        return bool(kind and kind.type == "var" and left and left.type in PATTERNS)
    return node.type == "escape_sequence" and text(node) == r"\0"  # "\0" + "1" becomes "\01", another character
