"""What the tests share: the command line in-process, and one tiny finished run of each architecture."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import ganzoo as package  # noqa: F401 - its import hook must stand before the first `import chainer` of any test
from ganzoo.training.progress import silent
from tests.support.command import Done
from tests.support.needs import Needs
from tests.support.places import MNIST
from tests.support.registries import ARCHS, brief
from tests.support.shared import Shared
from tests.support.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ganzoo.runs.run import Run
    from ganzoo.training.progress import Listener
    from tests.support.tab import Tab

# Several processes share the cores: how long an example takes says nothing about what is tested
settings.register_profile("shared cores", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared cores")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Needs())
    if hasattr(config, "workerinput"):  # this is a worker of pytest-xdist
        from hypothesis import settings

        config.pluginmanager.register(Turns(config))
        # an example may wait for a core that another worker keeps busy
        settings.register_profile("workers", deadline=None)
        settings.load_profile("workers")


@pytest.fixture
def ganzoo(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command line in this process."""

    def run(*arguments: object) -> Done:
        from ganzoo.cli import main

        capfd.readouterr()
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        captured = capfd.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def quiet() -> Listener:
    return silent


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Shared:
    """Things that are made once per test run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if hasattr(pytestconfig, "workerinput") else own) / "shared"
    folder.mkdir(exist_ok=True)
    return Shared(folder)


@pytest.fixture(scope="session")
def runs(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Run]:
    """A finished run of each architecture: two epochs of a few digits, as this process's own copy. Read only."""
    from ganzoo.runs.run import load
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.train import train

    root = tmp_path_factory.mktemp("runs")
    for arch in ARCHS:
        name = f"{arch}-digits-1"
        options = TrainOptions(preset=brief(arch), epochs=2, limit=96, seed=1)
        made = shared.made(name, lambda path, arch=arch, options=options: train(arch, options, root, path))
        shutil.copytree(made, root / name)
    return {arch: load(root / f"{arch}-digits-1") for arch in ARCHS}


@pytest.fixture(scope="session")
def reader(shared: Shared) -> Run:
    """A finished run of `cnn` that reads: of MNIST where it lies beside the repository, else of `digits`. Read only.

    A quarter of a minute. Of the drawings in tests/support/strokes.py the one reads all,
    the other, whose digits nobody centred, 83%.
    """
    from ganzoo.runs.run import load
    from ganzoo.training.options import TrainOptions
    from ganzoo.training.train import train

    options = TrainOptions(epochs=12, seed=1)
    if MNIST.is_dir():
        options = TrainOptions(dataset="mnist", data_dir=MNIST, epochs=1, seed=1)
    return load(shared.made("reader", lambda path: train("cnn", options, path.parent, path)))


@pytest.fixture(scope="session")
def tab() -> Iterator[Tab]:
    """A browser's tab, a `Visitor` for page after page."""
    from tests.support.tab import tab

    with tab() as found:
        yield found


@pytest.fixture
def short_tmp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of this test's own; pytest's is too long a name for a browser's sockets."""
    folder = Path(tempfile.mkdtemp(prefix="gz-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
