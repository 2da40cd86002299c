"""Add a made-up plugin of every kind, and a scalar operator, as CONTRIBUTING says, and list what was touched.

    .venv/bin/python -m tools.doors

All happens in a copy of this checkout, with what is not committed. Each addition has to pass a check that goes over
the registries; then git tells which files differ. The exit code is 1 where more was touched than `Door.files` and
`Door.lines` allow, or a check does not hold.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ganzoo.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]

RUN = "runs/painter"  # which git ignores: what a check writes is not counted


@dataclass(frozen=True)
class Line:
    """A new line in `file`, behind the first line that begins with `after`, spaces aside."""

    file: str
    after: str
    line: str


@dataclass(frozen=True)
class Door:
    """How something is added: `copies` (from, to), files or folders of this checkout, and `added` lines.

    At most `files` new files or folders and `lines` new lines may be needed. `check` is what Python runs afterwards.
    """

    kind: str
    files: int
    lines: int
    check: Sequence[str]
    copies: Sequence[tuple[str, str]] = ()
    added: Sequence[Line] = ()


DOORS = (
    Door(
        kind="data set",
        files=1,
        lines=1,
        copies=[("tests/stranger/ganzoo_stranger/stripes.py", "ganzoo/datasets/stripes.py")],
        added=[
            Line(
                "pyproject.toml",
                '[project.entry-points."ganzoo.datasets"]',
                'stripes = "ganzoo.datasets.stripes:DATASET"',
            )
        ],
        check=["-m", "ganzoo", "info", "stripes"],
    ),
    Door(
        kind="architecture",
        files=1,
        lines=1,
        copies=[("tests/stranger/ganzoo_stranger/painter.py", "ganzoo/archs/painter.py")],
        added=[
            Line("pyproject.toml", '[project.entry-points."ganzoo.archs"]', 'stripe-gan = "ganzoo.archs.painter:ARCH"')
        ],
        check=["-m", "ganzoo", "train", "stripe-gan", "--dataset", "stripes", "--out", RUN],
    ),
    Door(
        kind="frontend",
        files=1,
        lines=1,
        copies=[("tests/stranger/ganzoo_stranger/matrix.py", "ganzoo/frontends/matrix.py")],
        added=[
            Line(
                "pyproject.toml",
                '[project.entry-points."ganzoo.frontends"]',
                'matrix = "ganzoo.frontends.matrix:FRONTEND"',
            )
        ],
        check=["-m", "ganzoo", "info", "matrix"],
    ),
    Door(
        kind="backend",
        files=1,
        lines=1,
        copies=[("tests/stranger/ganzoo_stranger/plain", "ganzoo/backends/plain")],
        added=[
            Line(
                "pyproject.toml", '[project.entry-points."ganzoo.backends"]', 'plain = "ganzoo.backends.plain:BACKEND"'
            )
        ],
        check=["-m", "ganzoo", "export", RUN, "--all-backends", "--no-verify"],
    ),
    Door(
        kind="scalar operator",
        files=0,
        lines=1 + 3,  # its row, and a template in each of C, GLSL and WGSL
        added=[
            Line("ganzoo/export/expressions.py", "OPERATIONS: ", '    "cube": Operation(1, lambda x: x * x * x),'),
            Line(
                "ganzoo/backends/webassembly/compile.py",
                '"add": ',
                '        "cube": "wasm_f32x4_mul({0}, wasm_f32x4_mul({0}, {0}))",',
            ),
            Line("ganzoo/backends/_shading.py", "TEMPLATES: ", '    "cube": "({0} * {0} * {0})",'),
        ],
        # the made-up backend of the door before knows few operations, and says so
        check=[
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/backends/test_expressions.py",
            "-k",
            "cube or (every_operation and not plain)",
        ],
    ),
    Door(
        kind="peer",
        files=1,
        lines=1,
        copies=[("tools/doors/peer", "ganzoo/bench/peers/made_up")],
        added=[
            Line(
                "pyproject.toml", '[project.entry-points."ganzoo.peers"]', 'made-up = "ganzoo.bench.peers.made_up:PEER"'
            )
        ],
        check=["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/bench/test_peers.py", "-k", "made-up and pinned"],
    ),
)


def main() -> int:
    console, rows, failed = Console(stderr=True, highlight=False), [], False
    with tempfile.TemporaryDirectory(prefix="ganzoo-doors-") as scratch:
        copy = _copy(Path(scratch) / "main")
        for door in DOORS:
            console.print(f"adding a made-up {door.kind} ...", style="dim")
            _add(door, copy)
            checked = _checked(door, copy)
            new, changed = _touched(copy)
            _git(copy, "commit", "--quiet", "--all", "--message", door.kind)
            lines = sum(changed.values())
            within = len(new) <= door.files and lines <= door.lines
            failed = failed or not within or bool(checked)
            told = [*new, *(f"{file} (+{count})" for file, count in changed.items())]
            verdict = "within" if within else "more than allowed"
            rows.append(
                [door.kind, str(len(new)), str(lines), verdict if not checked else "check fails", "\n".join(told)]
            )
            if checked:
                console.print(checked, markup=False)
    headings = ("to add", "new", "lines", "", "touched")
    Console(highlight=False).print(table(headings, rows, title="What one more of a kind touches"))
    return int(failed)


def _copy(place: Path) -> Path:
    """The files of this checkout that git tracks or would track, as a repository of their own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    _git(place, "init", "--quiet")
    _git(place, "add", "--all")
    _git(place, "commit", "--quiet", "--message", "as it is")
    return place


def _add(door: Door, copy: Path) -> None:
    for source, target in door.copies:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, copy / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / source, copy / target)
    for each in door.added:
        file = copy / each.file
        lines = file.read_text(encoding="utf-8").splitlines()
        at = next(i for i, line in enumerate(lines) if line.strip().startswith(each.after))
        lines.insert(at + 1, each.line)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _checked(door: Door, copy: Path) -> str:
    """What a check that fails prints; empty where it holds."""
    # entry points are read from what setuptools writes beside the sources, as an editable installation would have it
    described = [sys.executable, "-c", "import setuptools; setuptools.setup()", "--quiet", "egg_info"]
    for command in (described, [sys.executable, *door.check]):
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment = {**own, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stdout + done.stderr)[-3000:]
    return ""


def _touched(copy: Path) -> tuple[list[str], dict[str, int]]:
    """New files and folders, and the lines added to each file that was there. A line that is changed counts as well."""
    _git(copy, "add", "--intent-to-add", "--all")
    new: dict[str, None] = {}
    changed = {}
    for line in _git(copy, "diff", "--numstat").splitlines():
        added, removed, file = line.split("\t")
        known = subprocess.run(["git", "cat-file", "-e", f"HEAD:{file}"], cwd=copy, capture_output=True, check=False)
        if known.returncode == 0:
            changed[file] = max(int(added), int(removed))
        else:
            new[_outermost_new(copy, file)] = None
    return list(new), changed


def _outermost_new(copy: Path, file: str) -> str:
    """The folder that came with `file`, as "folder/", or `file` itself where its folder was there before."""
    folder = Path(file).parent
    known = subprocess.run(
        ["git", "cat-file", "-e", f"HEAD:{folder.as_posix()}"], cwd=copy, capture_output=True, check=False
    )
    return file if known.returncode == 0 else f"{folder.as_posix()}/"


def _git(copy: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=doors", "-c", "user.email=doors@localhost", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=copy, check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
