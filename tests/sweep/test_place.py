"""Where a sweep may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from ganzoo.errors import UsageError
from ganzoo.sweep import study
from ganzoo.sweep.space import Choice, Space

if TYPE_CHECKING:
    from pathlib import Path


def test_a_sweep_is_begun_in_no_folder_of_another(tmp_path: Path) -> None:
    """It would write its plot and its trials there."""
    (tmp_path / "sweep.png").write_text("mine")
    space = Space("cnn", 1, {"alpha": Choice((0.001,))})
    with pytest.raises(UsageError, match="is there and is no sweep") as refused:
        study.sweep(space, tmp_path, Console(quiet=True))
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.png"] and "empty folder" in refused.value.remedy
