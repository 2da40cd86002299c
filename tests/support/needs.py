"""Marks say what a test needs besides Python. They are enforced, so that `make quick` runs anywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.browsers.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

# A test that uses one of these fixtures, directly or through another fixture, gets the mark automatically
FIXTURES = {"runs": "training", "reader": "training", "trained": "training", "browser": "browser", "tab": "browser"}
BROWSERS = {name for family in FAMILIES for name in family.names}


class Needs:
    """A pytest plugin: it marks tests by their fixtures, and fails a test that starts a program without the mark."""

    def __init__(self) -> None:
        self.marks: set[str] = set()

    def pytest_configure(self) -> None:
        sys.addaudithook(self.audit)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Function]) -> None:
        for item in items:
            for fixture, mark in FIXTURES.items():
                if fixture in item.fixturenames:
                    item.add_marker(mark)
            if sys.platform == "win32" and item.get_closest_marker("posix"):
                item.add_marker(
                    pytest.mark.skip(reason="Windows has no sh, no signals, and links for administrators only")
                )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.marks = {mark.name for mark in item.iter_markers()}

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python before any subprocess is started."""
        if event != "subprocess.Popen":
            return
        program, words = Path(os.fsdecode(arguments[0])).stem, arguments[1]
        if program == "node" and not self.marks & {"node", "browser"}:  # Playwright brings a node of its own
            raise AssertionError("This test starts node: give it pytest.mark.node.")
        if program in BROWSERS and "--version" not in words and "browser" not in self.marks:
            raise AssertionError(f"This test starts {program}: give it pytest.mark.browser.")
