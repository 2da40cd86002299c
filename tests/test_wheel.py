"""The wheelhouse: what is installed from it does all that a checkout does, and whoever installs otherwise is told."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ganzoo
from ganzoo import plugins
from tools import wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.shared import Shared

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ganzoo"
TYPES = "types.d.ts"  # what only a check of the sources reads
# what a user of a wheel has not: source files, the documents, the Makefile
# net.py and 2pack.py stand for scripts of a user's
CHECKOUT = re.compile(r"(?<!:/)\b(?!(?:net|2pack)\.py)[\w/]+\.py\b|(?<![\w./])docs/|\bmake [a-z]+(-[a-z]+)+\b")


def sources() -> list[Path]:
    """The package's files in a checkout, below it."""
    listed = subprocess.run(["git", "ls-files", "ganzoo"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in map(Path, listed.stdout.splitlines()) if (ROOT / path).exists()]


@dataclass(frozen=True)
class Installed:
    """A fresh environment with ganzoo from the wheelhouse, and no checkout on its path."""

    folder: Path

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", vars={"base": str(self.folder), "platbase": str(self.folder)}))

    def run(self, program: str, *arguments: object, cwd: Path | None = None) -> str:
        """What a program of the environment prints."""
        done = subprocess.run(
            [self.folder / "bin" / program, *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**os.environ, "COLUMNS": "200", "GANZOO_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="module")
def wheelhouse(shared: Shared) -> Path:
    """The wheels of Chainer and WebDNN as `make wheels` leaves them, and ganzoo's of this moment."""

    def make(folder: Path) -> None:
        wheels.build_source_only(ROOT / "wheels")  # which `make test` has done
        shutil.copytree(ROOT / "wheels", folder, ignore=shutil.ignore_patterns("ganzoo*"))
        wheels.build_own(folder)

    return shared.made("wheelhouse", make)


@pytest.fixture(scope="module")
def installed(wheelhouse: Path, shared: Shared) -> Installed:
    """Installed by pip, offline, into an environment that has only what the registry has as wheels, linked from here.

    `make wheels-check` does without the links: it fetches those wheels, 300 MB, and installs them too.
    """

    def make(folder: Path) -> None:
        venv.create(folder, symlinks=os.name != "nt")
        here, there = Path(sysconfig.get_path("purelib")), Installed(folder).packages
        for package in here.iterdir():
            if not re.match(r"__editable__|ganzoo|chainer|webdnn|onnx_chainer|__pycache__", package.name):
                (there / package.name).symlink_to(package)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--isolated",
            "--disable-pip-version-check",
            "--python",
            folder / "bin/python",
        ]
        (wheel,) = wheelhouse.glob("ganzoo_web-*.whl")
        install = ["install", "--no-index", "--no-compile", "--find-links", wheelhouse, wheel]
        done = subprocess.run([*pip, *install], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]

    return Installed(shared.made("installed", make))


@pytest.mark.slow
def test_every_file_of_the_package_is_in_the_wheel(wheelhouse: Path) -> None:
    (wheel,) = wheelhouse.glob("ganzoo_web-*.whl")
    wanted = {path.as_posix() for path in sources() if not path.name.endswith(TYPES)}
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name for name in names if name.startswith("ganzoo/")} == wanted
    assert {name.partition("/")[0] for name in names} == {"ganzoo", f"ganzoo_web-{ganzoo.__version__}.dist-info"}


@pytest.mark.slow
def test_every_wheel_is_for_all_machines_and_carries_its_licence(wheelhouse: Path) -> None:
    names = {path.name.partition("-")[0] for path in wheelhouse.iterdir()}
    assert names == {"ganzoo_web", "chainer", "webdnn"}
    for wheel in wheelhouse.iterdir():
        with zipfile.ZipFile(wheel) as archive:
            (licence,) = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
            assert wheel.name.endswith("-py3-none-any.whl") and not archive.testzip()
            text = archive.read(licence).decode()
        assert "Permission is hereby granted, free of charge" in text
        assert ("Machine Intelligence Laboratory" in text) == wheel.name.startswith("webdnn")


@pytest.mark.slow
@pytest.mark.posix
def test_a_fresh_environment_lists_its_plugins_and_what_a_run_can_be_told(installed: Installed) -> None:
    packages = installed.packages.resolve()
    assert Path(installed.run("python", "-c", "import ganzoo; print(ganzoo.__file__)")).is_relative_to(packages)
    shown = installed.run("ganzoo", "list")
    for registry in (plugins.ARCHS, plugins.BACKENDS, plugins.DATASETS):
        assert all(name in shown for name in registry.names())
    assert "default" in installed.run("ganzoo", "info", "dcgan-cond")
    assert "sweep" in installed.run("ganzoo", "--help")


PEERS = """
import sys
from pathlib import Path
from ganzoo import plugins
from ganzoo.bench.peers import Source, install
from ganzoo.runs import run as runs
from ganzoo.verify.webdnn_js import webdnn_js

run = runs.load(Path(sys.argv[1]))
source = Source(run.arch.export(run.config, run.model())[0])
for name in plugins.PEERS.names():
    peer = install(plugins.PEERS.get(name))
    if name != "webdnn":  # whose kernels are half a minute of C++
        print(name, peer.versions, *(peer.stage(backend, source, Path("staged")) for backend in peer.peer.code))
print(webdnn_js())
"""


@pytest.mark.slow
@pytest.mark.posix
def test_a_fresh_environment_trains_exports_makes_pages_and_stages_peers(installed: Installed, tmp_path: Path) -> None:
    installed.run("ganzoo", "train", "cnn", "--epochs", "1", "--limit", "64", "--out", "run", cwd=tmp_path)
    installed.run("ganzoo", "export", "run", "--all-backends", "--no-verify", cwd=tmp_path)
    installed.run("ganzoo", "site", "run", "--out", "site", cwd=tmp_path)
    assert (tmp_path / "site" / "index.html").exists()
    installed.run("python", "-c", PEERS, "run", cwd=tmp_path)
    assert {path.name for path in (tmp_path / "staged").iterdir()} == set(plugins.PEERS.names()) - {"webdnn"}


@pytest.fixture
def plain(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """pip for an environment with nothing in it."""
    venv.create(tmp_path / "plain", symlinks=os.name != "nt")
    python = next((tmp_path / "plain").glob("[bS]*/python*"))
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--python", python]
    return lambda *arguments: subprocess.run([*pip, *arguments], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("how", [[], ["--no-build-isolation"]])
def test_an_installation_that_cannot_work_says_what_to_type(
    plain: Callable[..., subprocess.CompletedProcess[str]], how: Sequence[str]
) -> None:
    done = plain("install", "--no-index", *how, ".")
    lines = (done.stdout + done.stderr).splitlines()
    (first,) = [i for i, line in enumerate(lines) if "ganzoo cannot be installed like this" in line]
    told = "\n".join(lines[first : first + 8])
    assert done.returncode and first < 15 and "Traceback" not in told
    assert "tools/wheels.py" in told
    assert f"--find-links wheels wheels/ganzoo_web-{ganzoo.__version__}-py3-none-any.whl" in told


def messages(path: Path) -> list[str]:
    """The texts of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    described = {
        id(node.value) for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in described)
    return [node.value for node in texts if isinstance(node.value, str)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ganzoo/sweep/space.py has an example.", True),
        ("See docs/bundle.md.", True),
        ("Install the peers with: make bench-peers", True),
        ("https://host.example/docs/rest/", False),
        ("Nobody can make it out.", False),
    ],
)
def test_what_counts_as_naming_the_checkout(text: str, named: bool) -> None:
    assert bool(CHECKOUT.search(text)) == named


@pytest.mark.slow
def test_what_a_message_says_to_install_is_what_the_project_names() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    told = [
        name
        for path in sources()
        if path.suffix == ".py"
        for text in messages(ROOT / path)
        for command in re.findall(r"pip install ((?:[a-z][\w-]+ ?)+)", text)
        for name in command.split()
    ]
    assert {"optuna", "mpi4py", "onnx"} <= set(told)
    assert not [name for name in told if not re.search(rf'"{name}\W', project)]


def test_no_message_sends_a_user_to_the_checkout() -> None:
    found = [(path, text) for path in sources() if path.suffix == ".py" for text in messages(ROOT / path)]
    assert len(found) > 1000
    assert [(str(path), text) for path, text in found if CHECKOUT.search(text)] == []
