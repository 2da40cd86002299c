"""Several processes run the tests: no two browsers at once, and nothing beside a test that measures time."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


class Turns:
    """A plugin of pytest, in each process of pytest-xdist.

    Each process holds a lock of its own while it runs a test; a test that is marked `alone` takes those of all. All
    pass one gate on the way, so that who waits there for all of them is not overtaken.
    """

    def __init__(self, config: pytest.Config) -> None:
        folder = config.cache.mkdir("turns")
        self.gate, self.browser = FileLock(folder / "gate"), FileLock(folder / "browser")
        self.rooms = [FileLock(folder / f"gw{i}") for i in range(int(os.environ["PYTEST_XDIST_WORKER_COUNT"]))]
        self.own = FileLock(folder / os.environ["PYTEST_XDIST_WORKER"])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # first, so that they are one process' own as long as the others have something else to do
        items.sort(key=lambda item: item.get_closest_marker("browser") is None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, bool, bool]:
        with ExitStack() as held:
            if item.get_closest_marker("browser"):
                held.enter_context(self.browser)
            with ExitStack() as passing:
                passing.enter_context(self.gate)
                alone = item.get_closest_marker("alone")
                locks: Sequence[FileLock] = self.rooms if alone else [self.own]
                for lock in locks:
                    held.enter_context(lock)
            return (yield)
