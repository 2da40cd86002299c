"""Remove from JavaScript and CSS what only people need, with tdewolff's minify.

Names that other files may use are kept: properties, exports, and all names of the top level. Local names become
shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.assets.syntax import parse, text, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

PATTERNS = ("object_pattern", "array_pattern")


def javascript(source: str, name: str) -> str:
    """Return a shorter module or script that does what `source` does. Errors call it `name`.

    Code that the library is known to get wrong is kept as it is. Raises `AssetError` if `source` is not JavaScript.
    """
    written = parse(source, name)
    if any(map(_is_mistaken, walk(written))):
        return source
    return _with_orders(_minified("application/javascript", source), _imports(written), name)


def css(source: str) -> str:
    """Return a shorter style sheet with the rules of `source`."""
    return _minified("text/css", source)


def _minified(kind: str, source: str) -> str:
    import minify

    return str(minify.string(kind, source))


def _imports(root: Node) -> list[Node]:
    """Return the nodes in parentheses after each dynamic `import`."""
    calls = [node for node in walk(root) if node.type == "call_expression" and node.children[0].type == "import"]
    return [call.children[-1] for call in calls]


def _with_orders(small: str, written: Sequence[Node], name: str) -> str:
    """Return `small` with the comments of the dynamic imports as `written`, because bundlers obey these."""
    source = small.encode()
    for before, after in reversed(list(zip(written, _imports(parse(small, name)), strict=True))):
        comments = "".join(text(each) for each in before.named_children if each.type == "comment")
        at = after.start_byte + 1
        source = source[:at] + comments.replace(" ", "").encode() + source[at:]
    return source.decode()


def _is_mistaken(node: Node) -> bool:
    """Return whether minify 2.24 gets the node wrong (docs/decisions/0025-minified-by-a-library.md)."""
    if node.type == "variable_declarator":  # it may move the pattern of a `var` before the value that it takes apart
        name = node.child_by_field_name("name")
        return bool(name and name.type in PATTERNS and node.parent and node.parent.type == "variable_declaration")
    if node.type == "for_in_statement":  # likewise
        kind, left = node.child_by_field_name("kind"), node.child_by_field_name("left")
        return bool(kind and kind.type == "var" and left and left.type in PATTERNS)
    return node.type == "escape_sequence" and text(node) == r"\0"  # "\0" + "1" becomes "\01", another character
