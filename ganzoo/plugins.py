"""The registries: architectures, backends, data sets and peers, found through entry points and imported on demand.

The built-ins stand in ganzoo's own `pyproject.toml` under the very groups that a stranger's package uses.
Listing names imports nothing; `get` imports the one plugin asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from ganzoo.errors import DuplicateNameError, PluginError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from ganzoo.bench.peers import Peer
    from ganzoo.specs import Arch, Backend, Dataset


class Named(Protocol):
    """What every contract has."""

    @property
    def name(self) -> str: ...


Spec = TypeVar("Spec", bound=Named)


@dataclass(frozen=True)
class Listed(Generic[Spec]):
    """A plugin as `list` shows it: its spec, or the error that its import raised. `package` ships it."""

    name: str
    package: str
    spec: Spec | None
    error: str | None


@dataclass(frozen=True)
class Registry(Generic[Spec]):
    """The plugins of one kind.

    `kind` is the word for messages, `group` the entry-point group. `contract` is the class that a plugin is an instance
    of, as "module:class": it is imported with the first plugin.
    """

    kind: str
    group: str
    contract: str

    def entries(self) -> dict[str, EntryPoint]:
        """The entry points by name, sorted. Raises `DuplicateNameError` when two packages claim one."""
        from importlib.metadata import entry_points

        found: dict[str, EntryPoint] = {}
        for entry in sorted(entry_points(group=self.group), key=lambda entry: entry.name):
            other = found.setdefault(entry.name, entry)
            if other != entry:
                raise DuplicateNameError(
                    f"Two plugins claim the {self.kind} '{entry.name}': {other.value} ({_package(other)}) and "
                    f"{entry.value} ({_package(entry)}).",
                    "Uninstall one of the two packages.",
                )
        return found

    def names(self) -> list[str]:
        return list(self.entries())

    def get(self, name: str) -> Spec:
        """The plugin `name`. Raises `UnknownNameError`, or `PluginError` when it does not import."""
        entries = self.entries()
        if name not in entries:
            raise UnknownNameError(self.kind, name, entries)
        return self._load(entries[name])

    def list(self) -> list[Listed[Spec]]:
        """Every plugin, imported; one that fails to import is listed with its error."""
        return [self._listed(entry) for entry in self.entries().values()]

    def _listed(self, entry: EntryPoint) -> Listed[Spec]:
        try:
            return Listed(entry.name, _package(entry), self._load(entry), None)
        except PluginError as error:
            return Listed(entry.name, _package(entry), None, error.message)

    def _load(self, entry: EntryPoint) -> Spec:
        from pkgutil import resolve_name

        remedy = f"It comes from the package '{_package(entry)}': mend, update or uninstall that."
        try:
            spec: object = entry.load()
        except (Exception, SystemExit) as error:  # a stranger's module may raise anything
            problem = f"The {self.kind} plugin '{entry.name}' does not import: {type(error).__name__}: {error}"
            raise PluginError(problem, remedy) from error
        contract = resolve_name(self.contract)
        if not isinstance(spec, contract):
            problem = f"The {self.kind} plugin '{entry.name}' ({entry.value}) is no {contract.__name__}."
            raise PluginError(problem, remedy)
        found = cast("Spec", spec)
        if found.name != entry.name:
            problem = f"The {self.kind} plugin '{entry.name}' ({entry.value}) calls itself '{found.name}'."
            raise PluginError(problem, remedy)
        return found


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "unknown"


ARCHS: Registry[Arch] = Registry("architecture", "ganzoo.archs", "ganzoo.specs:Arch")
BACKENDS: Registry[Backend] = Registry("backend", "ganzoo.backends", "ganzoo.specs:Backend")
DATASETS: Registry[Dataset] = Registry("dataset", "ganzoo.datasets", "ganzoo.specs:Dataset")
PEERS: Registry[Peer] = Registry("peer", "ganzoo.peers", "ganzoo.bench.peers:Peer")
