"""The names of what ganzoo brings: tests that go over all of them read these, and a new one needs no edit of theirs.

What another package registers is left out: it may have been installed for its own sake, and is its own to test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import plugins

if TYPE_CHECKING:
    from ganzoo.plugins import Registry


def _own(registry: Registry[Any]) -> tuple[str, ...]:
    return tuple(name for name, entry in registry.entries().items() if entry.dist and entry.dist.name == "ganzoo")


ARCHS = _own(plugins.ARCHS)
BACKENDS = _own(plugins.BACKENDS)
DATASETS = _own(plugins.DATASETS)
