"""Read a module and all that it imports: in which order they run, and what each name in them stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.assets.modules import ALL, DEFAULT, Export, Module, read
from ganzoo.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Value:
    """What the module at `path` declares as `name` at its top level; `ALL` stands for its namespace."""

    path: Path
    name: str


@dataclass(frozen=True)
class Graph:
    """The `modules` by path, each after those that it imports."""

    modules: Mapping[Path, Module]

    def resolve(self, export: Export, seen: frozenset[Export] = frozenset()) -> Value | None:
        """Return the value that is exported, None if there is none. `seen` has the exports that lead here."""
        if export.name == ALL:
            return Value(export.path, ALL)
        module = self.modules[export.path]
        if export.name in module.exports:
            return self.meaning(module, module.exports[export.name])
        if export in seen:
            return None
        if export.name in module.passed:
            return self.resolve(module.passed[export.name], seen | {export})
        if export.name == DEFAULT:
            return None  # which `export *` leaves out
        starred = (self.resolve(Export(star, export.name), seen | {export}) for star in module.stars)
        return next((value for value in starred if value), None)

    def meaning(self, module: Module, name: str) -> Value | None:
        """Return the value that `name` has at the top level of `module`, None if it has none there.

        Raises `AssetError` if it is imported from a module that does not export it.
        """
        if name in module.imports:
            return self.need(module.path, module.imports[name])
        return Value(module.path, name) if name in module.declared else None

    def need(self, path: Path, export: Export) -> Value:
        """Return the value that is exported to the module at `path`. Raises `AssetError` if there is none."""
        value = self.resolve(export)
        if value is None:
            raise AssetError(
                f"{path.name} imports {export.name} from {export.path.name}, which does not export it.",
                "Export it there, or correct the name.",
            )
        return value

    def exports(self, path: Path) -> dict[str, Value]:
        """Return the values that the module at `path` exports, by name."""
        passed = self.modules[path].passed
        names = self._exported(path, frozenset())
        return {name: self.need(path, passed.get(name, Export(path, name))) for name in names}

    def _exported(self, path: Path, seen: frozenset[Path]) -> Iterator[str]:
        module = self.modules[path]
        yield from (*module.exports, *module.passed)
        for star in module.stars:
            if star not in seen:
                yield from (name for name in self._exported(star, seen | {path}) if name != DEFAULT)


def graph_of(entry: Path) -> Graph:
    """Read `entry` and its imports. Raises `AssetError` if one is not JavaScript, or imports what is no file."""
    modules: dict[Path, Module] = {}
    begun: set[Path] = set()

    def add(path: Path) -> None:
        begun.add(path)
        module = read(path)
        for other in module.needed:
            if other not in begun:
                add(other)
        modules[path] = module

    add(entry)
    return Graph(modules)
