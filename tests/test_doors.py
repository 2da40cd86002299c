"""One more plugin of any kind, or scalar operator, touches what CONTRIBUTING says, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_every_door_is_as_narrow_as_contributing_says() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.doors"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
