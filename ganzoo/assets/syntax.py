"""Parse JavaScript into a tree of nodes, with the grammar of tree-sitter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node


def parse(source: str, name: str) -> Node:
    """Return the tree of the module or script called `name`. Raises `AssetError` if it is not JavaScript."""
    import tree_sitter_javascript
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node
    if root.has_error:
        wrong = next((node for node in walk(root) if node.is_error or node.is_missing), root)
        raise AssetError(f"{where(name, wrong)}: this is not valid JavaScript.", "Correct the syntax there.")
    return root


def walk(node: Node, closed: Collection[str] = ()) -> Iterator[Node]:
    """Yield `node` and all nodes below it in the order of the text, but none below a node whose type is in `closed`."""
    left = [node]
    while left:
        node = left.pop()
        yield node
        if node.type not in closed:
            left += reversed(node.children)


def text(node: Node) -> str:
    return (node.text or b"").decode()


def where(name: str, node: Node) -> str:
    return f"{name}, line {node.start_point.row + 1}"


def bound(pattern: Node | None) -> Iterator[str]:
    """Yield the names that a pattern binds, which is the left side of a declaration."""
    if pattern is None:
        return
    if pattern.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(pattern)
    elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):  # with a default, which binds nothing
        yield from bound(pattern.child_by_field_name("left"))
    elif pattern.type == "pair_pattern":
        yield from bound(pattern.child_by_field_name("value"))
    else:  # an object, an array or the rest
        for part in pattern.named_children:
            yield from bound(part)
