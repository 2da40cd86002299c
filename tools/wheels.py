"""Build a folder of wheels from which one command installs ganzoo on a plain Python: `python tools/wheels.py`.

The folder has ganzoo, and Chainer and WebDNN, which are published as source only. All three are pure Python, so they
fit every machine. The registry has wheels of everything else that ganzoo needs.

Any Python with pip can run this, and it changes nothing in that Python. Chainer and WebDNN are built once, and again
when their versions change (docs/decisions/0028-wheels.md).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
SOURCE_ONLY = ("chainer", "webdnn")
SOURCES = ("ganzoo", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "tools/build_backend.py")
# WebDNN is under the MIT licence, as we are. Every copy has to carry its text, and its wheel does not.
WEBDNN_COPYRIGHT = "Copyright (c) 2017 Machine Intelligence Laboratory (The University of Tokyo) and other contributors"


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the wheels of ganzoo, Chainer and WebDNN.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("wheels"), help="[default: wheels]")
    folder: Path = parser.parse_args().folder
    if not find_spec("pip"):
        sys.exit(f"{sys.executable} has no pip. Make an environment that has it: {sys.executable} -m venv FOLDER")
    with tempfile.TemporaryDirectory() as temporary:
        tools = Path(temporary) / "tools"
        print("Fetching setuptools", flush=True)
        pip("install", "--target", tools, "--require-hashes", "-r", REQUIREMENTS / "build.txt")
        build_source_only(folder, tools)
        wheel = build_own(folder, tools)
    print(f"\nThe folder {folder} is ready. With it, this installs ganzoo on any machine with Python 3.10 to 3.13:\n")
    print(f"    {Path(sys.executable).stem} -m pip install --find-links {folder} {wheel}")


def build_source_only(folder: Path, tools: Path | None = None) -> None:
    """Put the wheels of Chainer and WebDNN into `folder`, unless they are there.

    `tools` is a folder with setuptools and wheel of requirements/build.txt, where this Python does not have them.
    """
    pins = [entry for entry in pinned() if not (folder / wheel_name(entry)).exists()]
    if not pins:
        return
    print("Building Chainer and WebDNN", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        built = Path(temporary) / "built"
        chosen = Path(temporary) / "pins.txt"
        chosen.write_text("\n".join(pins), encoding="utf-8")
        pip_wheel(tools, "--require-hashes", "--wheel-dir", built, "-r", chosen)
        for wheel in built.glob("webdnn-*.whl"):
            _add_licence(wheel, tools)
        for name in SOURCE_ONLY:
            for wheel in built.glob(f"{name}-*.whl"):
                _remove(folder, name)
                shutil.move(wheel, folder)


def build_own(folder: Path, tools: Path | None = None) -> Path:
    """Put ganzoo's wheel into `folder` and return its path. It is built from a copy: setuptools leaves files."""
    print("Building ganzoo", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        sources = Path(temporary) / "sources"
        for name in SOURCES:
            target = sources / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / name, target)
        pip_wheel(tools, "--no-index", "--wheel-dir", Path(temporary) / "built", sources)
        (wheel,) = (Path(temporary) / "built").glob("*.whl")
        _remove(folder, "ganzoo_web")
        return Path(shutil.move(wheel, folder / wheel.name))


def pinned() -> list[str]:
    """The entries of requirements/run.txt, each with its hashes, of the packages that are published as source only."""
    entries = re.split(r"\n(?=\S)", (REQUIREMENTS / "run.txt").read_text(encoding="utf-8"))
    return [entry for entry in entries if entry.partition("==")[0] in SOURCE_ONLY]


def wheel_name(entry: str) -> str:
    """The file of the wheel that an entry of `pinned` becomes."""
    name, _, rest = entry.partition("==")
    return f"{name}-{rest.split()[0]}-py3-none-any.whl"


def pip(*arguments: object, tools: Path | None = None) -> None:
    _python("pip", "--quiet", "--disable-pip-version-check", *arguments, tools=tools)


def pip_wheel(tools: Path | None, *arguments: object) -> None:
    """Build without build isolation: with the setuptools in `tools` instead of the newest."""
    pip("wheel", "--no-deps", "--no-build-isolation", *arguments, tools=tools)


def _add_licence(wheel: Path, tools: Path | None) -> None:
    folder = wheel.parent / "unpacked"
    _python("wheel", "unpack", "--dest", folder, wheel, tools=tools)
    (unpacked,) = folder.iterdir()
    licence = unpacked / f"{unpacked.name}.dist-info" / "licenses" / "LICENSE"
    licence.parent.mkdir(exist_ok=True)
    own = (ROOT / "LICENSE").read_text(encoding="utf-8")
    licence.write_text(re.sub(r"^Copyright .*$", WEBDNN_COPYRIGHT, own, flags=re.MULTILINE), encoding="utf-8")
    _python("wheel", "pack", "--dest-dir", wheel.parent, unpacked, tools=tools)


def _python(*arguments: object, tools: Path | None) -> None:
    environment = {**os.environ, "PYTHONPATH": str(tools)} if tools else None
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\nThis command failed: {' '.join(command)}")


def _remove(folder: Path, name: str) -> None:
    """Remove the wheels of other versions."""
    for former in folder.glob(f"{name}-*.whl"):
        former.unlink()


if __name__ == "__main__":
    main()
