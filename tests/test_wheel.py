"""An installed wheel does all that a checkout does: nothing that the package opens or names lies beside it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganzoo import plugins

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ganzoo"
TYPES = "types.d.ts"  # what only a check of the sources reads
# what a user of a wheel has not: source files, the documents, the Makefile
CHECKOUT = re.compile(r"(?<!:/)\b[\w/]+\.py\b|(?<![\w./])docs/|\bmake [a-z]+(-[a-z]+)+\b")


def sources() -> list[Path]:
    """The package's files in a checkout, below it."""
    listed = subprocess.run(["git", "ls-files", "ganzoo"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in map(Path, listed.stdout.splitlines()) if (ROOT / path).exists()]


@dataclass(frozen=True)
class Wheel:
    """A wheel, unpacked."""

    folder: Path

    def python(self, *arguments: str, **environment: str) -> str:
        """What Python prints with the wheel and the packages that it needs, and no checkout on its path.

        Without `site` no .pth file is read, which is how a checkout that is installed as editable is found.
        """
        path = os.pathsep.join([str(self.folder), sysconfig.get_path("purelib")])
        done = subprocess.run(
            [sys.executable, "-S", *arguments],
            cwd=self.folder.parent,
            env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Wheel:
    root = tmp_path_factory.mktemp("wheel")
    for path in [*sources(), Path("pyproject.toml"), Path("README.md"), Path("LICENSE")]:
        target = root / "sources" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*build, "--no-index", "--wheel-dir", root, root / "sources"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (file,) = root.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(root / "site")
    return Wheel(root / "site")


@pytest.mark.slow
def test_every_file_of_the_package_is_in_the_wheel(wheel: Wheel) -> None:
    wanted = {path for path in sources() if not path.name.endswith(TYPES)}
    packed = {path.relative_to(wheel.folder) for path in (wheel.folder / "ganzoo").rglob("*") if path.is_file()}
    assert packed == wanted


@pytest.mark.slow
def test_the_wheel_lists_its_plugins_and_what_a_run_can_be_told(wheel: Wheel) -> None:
    assert wheel.python("-c", "import ganzoo; print(ganzoo.__file__)").startswith(str(wheel.folder))
    shown = wheel.python("-m", "ganzoo", "list")
    for registry in (plugins.ARCHS, plugins.BACKENDS, plugins.DATASETS):
        assert all(name in shown for name in registry.names())
    assert "default" in wheel.python("-m", "ganzoo", "info", "dcgan-cond")
    assert "sweep" in wheel.python("-m", "ganzoo", "--help")


WORKS = """
import sys
from pathlib import Path
from rich.console import Console
from ganzoo import plugins
from ganzoo.bench.peers import Source, install
from ganzoo.export import exports
from ganzoo.site import build
from ganzoo.training.options import TrainOptions
from ganzoo.training.train import train
from ganzoo.verify.webdnn_js import webdnn_js

root = Path(sys.argv[1])
run = train("cnn", TrainOptions(epochs=1, limit=64), root, None, Console(quiet=True)).run
backends = [plugins.BACKENDS.get(name) for name in plugins.BACKENDS.names()]
export = exports.write(run, backends, run.path / "export").export
build.build([(export, run)], root / "site")
source = Source(run.arch.export(run.config, run.model())[0])
for name in plugins.PEERS.names():
    peer = install(plugins.PEERS.get(name))
    if name != "webdnn":  # whose kernels are half a minute of C++
        print(name, peer.versions, *(peer.stage(backend, source, root / "staged") for backend in peer.peer.code))
print(webdnn_js())
print("all done")
"""


@pytest.mark.slow
def test_the_wheel_trains_exports_makes_pages_and_stages_peers(wheel: Wheel, tmp_path: Path) -> None:
    assert wheel.python("-c", WORKS, str(tmp_path)).endswith("all done\n")
    assert (tmp_path / "site" / "index.html").exists()
    assert {path.name for path in (tmp_path / "staged").iterdir()} == set(plugins.PEERS.names()) - {"webdnn"}


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


def test_no_message_sends_a_user_to_the_checkout() -> None:
    found = [(path, text) for path in sources() if path.suffix == ".py" for text in messages(ROOT / path)]
    assert len(found) > 1000
    assert [(str(path), text) for path, text in found if CHECKOUT.search(text)] == []
