"""The pages' scripts under node."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.places import JS


@pytest.mark.node
def test_under_node() -> None:
    tests = sorted((JS / "site").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *map(str, tests)], capture_output=True, text=True)
    assert len(tests) > 3 and done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
