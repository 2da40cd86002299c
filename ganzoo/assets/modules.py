"""Read one ES module: what it declares, imports and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.assets.syntax import bound, parse, text, walk, where
from ganzoo.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tree_sitter import Node

ALL = "*"  # the name of a module's namespace
DEFAULT = "default"  # the name of a default export, and of its value where that has no name of its own

# nodes inside which `var` declares nothing for the module
SCOPES = (
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "generator_function",
    "arrow_function",
    "method_definition",
    "class_body",
)
NAMES = ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
LISTS = ("import_statement", "export_clause", "namespace_export")  # of names that are no code


@dataclass(frozen=True)
class Export:
    """What the module at `path` exports as `name`; `ALL` stands for its namespace."""

    path: Path
    name: str


@dataclass(frozen=True)
class Module:
    """An ES module. `declared` has the names of its top level; `imports` maps the other names to what they stand for.

    It exports names of its own (`exports` maps each to its name here), single names of other modules (`passed`), and
    all names of other modules (`stars`). `needed` has the modules that it imports or passes on, in order. `mentions`
    has all names in its code.
    """

    path: Path
    root: Node
    declared: Sequence[str]
    imports: Mapping[str, Export]
    exports: Mapping[str, str]
    passed: Mapping[str, Export]
    stars: Sequence[Path]
    needed: Sequence[Path]
    mentions: Sequence[Node]


def read(path: Path) -> Module:
    """Read the module at `path`.

    Raises `AssetError` if it is not JavaScript, or imports something else than a module file.
    """
    try:
        root = parse(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError as error:
        raise AssetError(f"There is no file {path}.", "Correct the import of it.") from error
    imports: dict[str, Export] = {}
    exports: dict[str, str] = {}
    passed: dict[str, Export] = {}
    stars: list[Path] = []
    needed: list[Path] = []
    for statement in root.named_children:
        if statement.type not in ("import_statement", "export_statement"):
            continue
        other = _source(path, statement)
        if other:
            needed.append(other)
        if statement.type == "import_statement" and other:
            imports |= {local: Export(other, name) for local, name in _imported(statement)}
        elif statement.type == "export_statement" and other:
            passed |= {exported: Export(other, name) for exported, name in _listed(statement)}
            if any(child.type == "*" for child in statement.children):
                stars.append(other)
        elif statement.type == "export_statement":
            exports |= dict(_listed(statement)) | _exported(path, statement)
    declared = dict.fromkeys(_declared(root))
    if exports.get(DEFAULT) == DEFAULT:
        declared[DEFAULT] = None
    mentions = [node for node in _code(path, root) if node.type in NAMES]
    return Module(path, root, list(declared), imports, exports, passed, stars, needed, mentions)


def _source(path: Path, statement: Node) -> Path | None:
    """Return the module that an import or export statement names."""
    source = statement.child_by_field_name("source")
    if source is None:
        return None
    place = _unquoted(source)
    if not place.startswith(("./", "../")):
        raise AssetError(
            f'{where(path.name, statement)}: "{place}" is not a relative path.', 'Start it with "./" or "../".'
        )
    if any(child.type == "import_attribute" for child in statement.children):
        raise AssetError(
            f'{where(path.name, statement)}: "{place}" is not JavaScript.', "Import only JavaScript files."
        )
    return (path.parent / place).resolve()


def _unquoted(node: Node) -> str:
    return text(node)[1:-1] if node.type == "string" else text(node)


def _imported(statement: Node) -> Iterator[tuple[str, str]]:
    """Yield the local names of `import default, * as namespace, { name, name as local }`, each with what it is."""
    for node in walk(statement, ("import_specifier", "namespace_import", "string")):
        if node.type == "identifier":
            yield text(node), DEFAULT
        elif node.type == "namespace_import":
            yield text(node.named_children[-1]), ALL
        elif node.type == "import_specifier":
            name, alias = _specifier(node)
            yield alias, name


def _listed(statement: Node) -> Iterator[tuple[str, str]]:
    """Yield the names of `export { name, name as exported }` and `export * as exported`, each with what it is here."""
    for listed in statement.named_children:
        if listed.type == "namespace_export":
            yield _unquoted(listed.named_children[-1]), ALL
        elif listed.type == "export_clause":
            for node in listed.named_children:
                if node.type == "export_specifier":
                    name, alias = _specifier(node)
                    yield alias, name


def _specifier(node: Node) -> tuple[str, str]:
    name = node.child_by_field_name("name") or node.children[0]
    alias = node.child_by_field_name("alias") or node.children[-1]
    return _unquoted(name), _unquoted(alias)


def _exported(path: Path, statement: Node) -> dict[str, str]:
    """Return the names that an `export` before a declaration or a default value exports."""
    value = first = statement.child_by_field_name("value")
    while first and first.children and first.type not in ("function_expression", "class"):
        first = first.children[0]
    if value and first and first != value and first.type in ("function_expression", "class"):
        # it ends the statement; tree-sitter takes what follows for its arguments or members
        raise AssetError(f"{where(path.name, statement)}: this default export has no name.", "Give it a name.")
    declaration = statement.child_by_field_name("declaration")
    declared = list(_names(declaration)) if declaration else []
    if any(child.type == "default" for child in statement.children):
        return {DEFAULT: declared[0] if declared else DEFAULT}
    return {name: name for name in declared}


def _declared(root: Node) -> Iterator[str]:
    """Yield the names of the top level: its declarations, and every `var` in one of its blocks."""
    for statement in root.named_children:
        yield from _names(statement.child_by_field_name("declaration") or statement)
    for node in walk(root, SCOPES):
        if node.type == "variable_declaration":
            yield from _names(node)
        elif node.type == "for_in_statement":
            kind = node.child_by_field_name("kind")
            if kind and kind.type == "var":
                yield from bound(node.child_by_field_name("left"))


def _names(declaration: Node) -> Iterator[str]:
    """Yield the names that a statement declares, if it is a declaration."""
    if declaration.type in ("lexical_declaration", "variable_declaration"):
        for declarator in declaration.named_children:
            if declarator.type == "variable_declarator":
                yield from bound(declarator.child_by_field_name("name"))
    elif declaration.type in ("function_declaration", "generator_function_declaration", "class_declaration"):
        yield from bound(declaration.child_by_field_name("name"))


def _code(path: Path, root: Node) -> Iterator[Node]:
    """Yield the nodes of a module's code, without `LISTS`.

    Raises `AssetError` for `import("./other.js")`, because that file would not be shipped.
    """
    for node in walk(root, LISTS):
        yield node
        if node.type == "call_expression" and node.children[0].type == "import":
            arguments = node.children[-1].named_children
            if arguments and arguments[0].type == "string" and _unquoted(arguments[0]).startswith("."):
                raise AssetError(
                    f"{where(path.name, node)}: dynamic imports are not shipped.",
                    "Import it at the top of the file.",
                )
