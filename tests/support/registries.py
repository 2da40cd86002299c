"""The names of ganzoo's own plugins, so that a new one is tested without editing the tests that go over all of them.

Plugins of other packages are left out: they may be installed in the same environment, but are not ours to test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import plugins

if TYPE_CHECKING:
    from ganzoo.plugins import Registry


def _own(registry: Registry[Any]) -> tuple[str, ...]:
    return tuple(name for name, found in registry.entries().items() if found[0].module.startswith("ganzoo."))


ARCHS = _own(plugins.ARCHS)
BACKENDS = _own(plugins.BACKENDS)
DATASETS = _own(plugins.DATASETS)


def brief(arch: str) -> str | None:
    """The preset with which tests train `arch`: "tiny" where it has one, else its first. What README tells of
    `dcgan-cond`, its pages and sizes, is of its first."""
    is_tiny = arch != "dcgan-cond" and "tiny" in plugins.ARCHS.get(arch).presets
    return "tiny" if is_tiny else None
