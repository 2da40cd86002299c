"""A finished training, made once for all tests that begin with one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ganzoo.runs.run import load
from ganzoo.training.train import train
from tests.support.trainings import Trained, options

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener
    from tests.support.shared import Shared


@pytest.fixture
def trained(shared: Shared, tmp_path: Path, quiet: Listener) -> Trained:
    """`trained(ARCH, NAME)`: a finished run of `options` as this test's own folder NAME, to do with as it likes."""

    def copy(arch: str, name: str) -> Run:
        made = shared.made(f"{arch}-of-options", lambda path: train(arch, options(arch), path.parent, path, quiet))
        return load(shutil.copytree(made, tmp_path / name))

    return copy
