"""Join ES modules into one, so that a visitor needs only one request.

The code of each module stays as it is, and follows the code of the modules that it imports. Imports and exports are
removed. A name of the top level that means something else in another module gets a number, wherever it is used.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.assets.graph import Graph, Value, graph_of
from ganzoo.assets.modules import ALL, DEFAULT
from ganzoo.assets.syntax import text
from ganzoo.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.assets.modules import Module

    Edit = tuple[int, int, str]  # the bytes from, the bytes to, and what to write instead


@dataclass(frozen=True)
class Joined:
    """A module made of others: its source, the values that it exports by name, and the modules in it."""

    source: str
    exports: Mapping[str, Value]
    modules: Collection[Path]


def join(entry: Path, apart: Mapping[str, Joined] | None = None) -> Joined:
    """Join `entry` and its imports into one module, except for what is in the joined modules `apart`, by URL.

    The values of those are imported from there. Only what `entry` exports is exported. Raises `AssetError` if a module
    is not JavaScript, or if something that it imports is missing.
    """
    graph = graph_of(entry.resolve())
    apart = apart or {}
    elsewhere = {path: url for url, joined in apart.items() for path in joined.modules}
    modules = [module for path, module in graph.modules.items() if path not in elsewhere]
    exports = graph.exports(entry.resolve())
    values = _values(graph, modules, exports)
    imported = {
        value: (elsewhere[value.path], _export_of(value, elsewhere[value.path], apart[elsewhere[value.path]]))
        for value in values
        if value.path in elsewhere
    }
    wanted = {value: imported[value][1] if value in imported else _wanted(value) for value in values}
    names = _unique(graph, modules, wanted)
    parts = [
        *_imports(imported, names),
        *(_namespace(graph, value, names) for value in values if value.name == ALL),
        *(_rewritten(module, _local(graph, module, names)) for module in modules),
    ]
    if exports:
        parts.append(f"export {{ {_list((names[value], name) for name, value in exports.items())} }};")
    return Joined("\n".join(parts) + "\n", exports, [module.path for module in modules])


def _values(graph: Graph, modules: Iterable[Module], exports: Mapping[str, Value]) -> list[Value]:
    """Return all values that need a name of their own in the joined module."""
    found = dict.fromkeys(exports.values())
    for module in modules:
        meanings = [graph.meaning(module, name) for name in (*module.declared, *module.imports)]
        found |= dict.fromkeys(value for value in meanings if value)
    for value in list(found):
        if value.name == ALL:
            found |= dict.fromkeys(graph.exports(value.path).values())
    return list(found)


def _export_of(value: Value, url: str, joined: Joined) -> str:
    """Return the name by which a joined module exports a value."""
    for name, exported in joined.exports.items():
        if exported == value:
            return name
    raise AssetError(f"{url} contains {value.name} of {value.path.name} but does not export it.", "Export it there.")


def _wanted(value: Value) -> str:
    return f"${value.path.stem}" if value.name in (ALL, DEFAULT) else value.name


def _unique(graph: Graph, modules: Sequence[Module], wanted: Mapping[Value, str]) -> dict[Value, str]:
    """Return a unique name for each value: the wanted one, with a number if it means something else anywhere."""
    means = [{name: graph.meaning(module, name) for name in set(map(text, module.mentions))} for module in modules]
    names: dict[Value, str] = {}
    taken: set[str] = set()
    for value, name in wanted.items():
        tried = itertools.chain([name], (f"{name}${i}" for i in itertools.count(1)))
        free = (each for each in tried if each not in taken and _is_free(each, value, means))
        names[value] = next(free)
        taken.add(names[value])
    return names


def _is_free(name: str, value: Value, means: Iterable[Mapping[str, Value | None]]) -> bool:
    return all(meaning.get(name, value) == value for meaning in means)


def _local(graph: Graph, module: Module, names: Mapping[Value, str]) -> dict[str, str]:
    """Return what to write for each name of a module's top level."""
    meanings = {name: graph.meaning(module, name) for name in (*module.declared, *module.imports)}
    return {name: names[value] for name, value in meanings.items() if value}


def _imports(imported: Mapping[Value, tuple[str, str]], names: Mapping[Value, str]) -> Iterator[str]:
    """Yield the statements that import from the modules apart."""
    for url in dict.fromkeys(url for url, _ in imported.values()):
        listed = sorted((name, names[value]) for value, (place, name) in imported.items() if place == url)
        yield f"import {{ {_list(listed)} }} from {json.dumps(url)};"


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(name if name == alias else f"{name} as {alias}" for name, alias in pairs)


def _namespace(graph: Graph, value: Value, names: Mapping[Value, str]) -> str:
    """Return the object that `import * as` gives: the exports of a module, which are read when they are used."""
    exports = sorted(graph.exports(value.path).items())
    getters = ", ".join(f"get {json.dumps(name)}() {{ return {names[each]}; }}" for name, each in exports)
    return f"const {names[value]} = Object.freeze({{ __proto__: null, {getters} }});"


def _rewritten(module: Module, names: Mapping[str, str]) -> str:
    """Return the text of the module without imports and exports, with other `names`."""
    source = (module.root.text or b"") + b"\n"
    edits = sorted([*_statements(module, names), *_renamed(module, names)], reverse=True)
    for start, end, instead in edits:
        source = source[:start] + instead.encode() + source[end:]
    return source.decode()


def _statements(module: Module, names: Mapping[str, str]) -> Iterator[Edit]:
    for statement in module.root.named_children:
        if statement.type == "import_statement":
            yield statement.start_byte, statement.end_byte, ""
        elif statement.type == "export_statement":
            kept = statement.child_by_field_name("declaration") or statement.child_by_field_name("value")
            if kept is None:
                yield statement.start_byte, statement.end_byte, ""
                continue
            for word in statement.children:
                if word.type in ("export", "default"):
                    yield word.start_byte, word.end_byte, ""
            if statement.child_by_field_name("value"):
                yield kept.start_byte, kept.start_byte, f"const {names[DEFAULT]} = "
                yield kept.end_byte, kept.end_byte, ";"


def _renamed(module: Module, names: Mapping[str, str]) -> Iterator[Edit]:
    for node in module.mentions:
        name = text(node)
        if names.get(name, name) != name:
            short = node.type != "identifier"  # {name} for {name: name}
            yield node.start_byte, node.end_byte, f"{name}: {names[name]}" if short else names[name]
