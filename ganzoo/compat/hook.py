"""The import hook: a finder for the modules that patches name, and a loader that applies the patches."""

from __future__ import annotations

from collections import defaultdict
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING

from ganzoo.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import CodeType, ModuleType

    from ganzoo.compat.patch import Patch


class PatchedLoader(SourceFileLoader):
    """Compile a module from its patched text. No bytecode cache is read or written.

    A cached file would outlive its patch, or reach programs that do not use ganzoo.
    """

    def __init__(self, fullname: str, path: str, patches: Iterable[Patch]) -> None:
        super().__init__(fullname, path)
        self.patches = tuple(patches)

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled code of the patched module.

        Raises `MissingError` if the installed version is not the one that the patches were written for.
        """
        source = self.get_source(fullname) or ""
        for patch in self.patches:
            try:
                source = patch.apply(source)
            except ValueError as error:
                raise MissingError(str(error), f"Install {patch.library}.") from error
        code: CodeType = self.source_to_code(source, self.path)
        return code


class PatchFinder:
    """Find the modules that `patches` name, where Python's own path finder finds them, and no others."""

    def __init__(self, patches: Iterable[Patch]) -> None:
        self.patches: defaultdict[str, list[Patch]] = defaultdict(list)
        for patch in patches:
            self.patches[patch.module].append(patch)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.patches:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or not isinstance(found.loader, SourceFileLoader):
            return None
        loader = PatchedLoader(fullname, found.loader.path, self.patches[fullname])
        spec = spec_from_file_location(
            fullname, loader.path, loader=loader, submodule_search_locations=found.submodule_search_locations
        )
        if spec is not None:
            spec.cached = None
        return spec
