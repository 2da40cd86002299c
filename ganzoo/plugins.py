"""The registries: architectures, frontends, backends, data sets and peers, found by entry points, imported on demand.

The built-in plugins are declared in ganzoo's own `pyproject.toml`, in the same groups that other packages use.
Listing names imports nothing; `get` imports only the requested plugin. A plugin that is broken harms no other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from ganzoo.errors import DuplicateNameError, PluginError, UnknownNameError
from ganzoo.streams import aside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.metadata import EntryPoint

    from ganzoo.bench.peers import Peer
    from ganzoo.card import Card
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Arch, Backend, Data, Dataset, Frontend, Network, Program, Source, TrainConfig, Training


class Named(Protocol):
    """What all contracts have in common."""

    @property
    def name(self) -> str: ...


Spec = TypeVar("Spec", bound=Named)


@dataclass(frozen=True)
class Registry(Generic[Spec]):
    """The plugins of one kind.

    `kind` is the word for messages, `group` the entry-point group. `contract` is the class of the plugins, as
    "module:class"; it is imported with the first plugin.
    """

    kind: str
    group: str
    contract: str

    def entries(self) -> dict[str, list[EntryPoint]]:
        """The entry points by name, sorted. A name has several where several packages claim it."""
        from importlib.metadata import entry_points

        found: dict[str, list[EntryPoint]] = {}
        for entry in sorted(entry_points(group=self.group), key=lambda entry: (entry.name, entry.value)):
            claimed = found.setdefault(entry.name, [])
            if entry not in claimed:
                claimed.append(entry)
        return found

    def names(self) -> list[str]:
        return list(self.entries())

    def get(self, name: str) -> Spec:
        """The plugin `name`.

        Raises `UnknownNameError`, `DuplicateNameError` when two packages claim the name, or `PluginError` when it does
        not import or is not what its entry point promises.
        """
        entries = self.entries()
        if name not in entries:
            raise UnknownNameError(self.kind, name, entries)
        entry, *others = entries[name]
        if others:
            claims = " and ".join(f"{each.value} ({package(each)})" for each in (entry, *others))
            raise DuplicateNameError(
                f"Two plugins claim the {self.kind} '{name}': {claims}.", "Uninstall one of the two packages."
            )
        return self._load(entry)

    def working(self, warn: Callable[[str], None]) -> list[Spec]:
        """All plugins; one that cannot be had is left out, and `warn` is told why."""
        found = []
        for name in self.names():
            try:
                found.append(self.get(name))
            except (DuplicateNameError, PluginError) as error:
                warn(f"{error.message} {error.remedy}")
        return found

    def _load(self, entry: EntryPoint) -> Spec:
        from pkgutil import resolve_name

        remedy = f"It comes from the package '{package(entry)}'. Fix, update or uninstall that package."
        try:
            with aside():
                spec: object = entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin's module may raise anything
            said = error.message if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            problem = f"The {self.kind} plugin '{entry.name}' cannot be imported: {said.removesuffix('.')}."
            raise PluginError(problem, remedy) from error
        contract = resolve_name(self.contract)
        if not isinstance(spec, contract):
            problem = (
                f"The {self.kind} plugin '{entry.name}' ({entry.value}) is not an instance of {contract.__name__}."
            )
            raise PluginError(problem, remedy)
        found = cast("Spec", spec)
        if found.name != entry.name:
            problem = f"The {self.kind} plugin '{entry.name}' ({entry.value}) has another name, '{found.name}'."
            raise PluginError(problem, remedy)
        return found


def built(arch: Arch, config: TrainConfig) -> Any:
    """The network that `arch` builds. Raises `PluginError` where it is none."""
    from chainer import Link

    return _given(arch.build(config), Link, arch, "build")


def trained(arch: Arch, config: TrainConfig, data: Data) -> Training:
    """The training that `arch` prepares. Raises `PluginError` where it is none."""
    from ganzoo.specs import Training

    training: Training = _given(arch.train(config, data), Training, arch, "train")
    return training


def exported(arch: Arch, config: TrainConfig, model: Any) -> Sequence[Network]:
    """The networks that `arch` exports of `model`. Raises `PluginError` where they are none."""
    return _networks(arch.export(config, model), arch, "export")


def read(frontend: Frontend, source: Source, card: Card) -> Sequence[Network]:
    """The networks that `frontend` reads from `source`. Raises `PluginError` where they are none."""
    return _networks(frontend.read(source, card), frontend, "read")


def _networks(given: Any, plugin: Named, hook: str) -> Sequence[Network]:
    from ganzoo.specs import Network

    networks: Sequence[Network] = _given(given, (list, tuple), plugin, hook)
    for network in networks:
        _given(network, Network, plugin, hook)
    return networks


def compiled(backend: Backend, plan: Plan) -> Program:
    """What `backend` makes of `plan`. Raises `PluginError` where that is no program."""
    from ganzoo.specs import Program

    program: Program = _given(backend.compile(plan), Program, backend, "compile")
    return program


def _given(value: Any, wanted: type | tuple[type, ...], plugin: Named, hook: str) -> Any:
    """`value`, which the `hook` of `plugin` gave. Raises `PluginError` where it is no instance of `wanted`."""
    if not isinstance(value, wanted):
        names = " or ".join(each.__name__ for each in (wanted if isinstance(wanted, tuple) else (wanted,)))
        problem = f"The '{hook}' of the plugin '{plugin.name}' gives {type(value).__name__}, where {names} belongs."
        raise PluginError(problem, "Fix or update the plugin.")
    return value


def package(entry: EntryPoint) -> str:
    """The distribution that ships `entry`."""
    return entry.dist.name if entry.dist else "unknown"


ARCHS: Registry[Arch] = Registry("architecture", "ganzoo.archs", "ganzoo.specs:Arch")
FRONTENDS: Registry[Frontend] = Registry("frontend", "ganzoo.frontends", "ganzoo.specs:Frontend")
BACKENDS: Registry[Backend] = Registry("backend", "ganzoo.backends", "ganzoo.specs:Backend")
DATASETS: Registry[Dataset] = Registry("dataset", "ganzoo.datasets", "ganzoo.specs:Dataset")
PEERS: Registry[Peer] = Registry("peer", "ganzoo.peers", "ganzoo.bench.peers:Peer")
