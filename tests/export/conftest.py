"""What several tests of exports read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.exporting import backends, webdnn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


@pytest.fixture
def exported(runs: Mapping[str, Run], tmp_path: Path) -> Path:
    """An export of a generator for webgpu only, in WebDNN's layout: this test's own."""
    webdnn(runs["dcgan-cond"], backends("webgpu"), tmp_path / "export")
    return tmp_path / "export"
