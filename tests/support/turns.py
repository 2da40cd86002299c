"""When several processes run the tests, one of two may run a browser, and a test that measures time runs alone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


class Turns:
    """A pytest plugin for each worker of pytest-xdist.

    A worker holds its own lock while it runs a test. A test marked `alone` takes the locks of all workers. Every test
    first passes a gate, which a test that waits for all locks keeps closed: the others cannot overtake it. Two workers
    share a lock for browsers, so that a browser has a core.
    """

    def __init__(self, config: pytest.Config) -> None:
        folder = config.cache.mkdir("turns")
        workers, worker = config.workerinput["workercount"], config.workerinput["workerid"]
        browsers = max(1, workers // 2)
        self.gate = FileLock(folder / "gate")
        self.browser = FileLock(folder / f"browser{int(worker.removeprefix('gw')) % browsers}")
        self.rooms = [FileLock(folder / f"gw{i}") for i in range(workers)]
        self.own = FileLock(folder / worker)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # first in the order, so that one worker runs them while the others have something else to do
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
