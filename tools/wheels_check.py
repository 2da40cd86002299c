"""Prove that the wheels install ganzoo, and record that: `python tools/wheels_check.py RECORD.json`.

First it builds Chainer and WebDNN, without pip's cache, and fetches wheels of everything else that ganzoo needs. Then
an empty environment installs ganzoo from those folders, offline, and trains, exports and makes a site. Where Linux
allows it, these steps run without a network. `make wheels-check` takes minutes, and a gigabyte in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from datetime import datetime, timezone
from pathlib import Path

import wheels

UNSHARED = ["unshare", "--net"]  # a command of Linux: what follows it has no network
NETWORK = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"


def main() -> None:
    parser = argparse.ArgumentParser(description="Install ganzoo from its wheels, offline, and use it.")
    parser.add_argument("record", type=Path, help="The JSON file that says what was done.")
    record: Path = parser.parse_args().record
    with tempfile.TemporaryDirectory() as temporary:
        told = check(Path(temporary))
    record.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"Installed, trained, exported, made a site: {record}")


def check(folder: Path) -> dict[str, object]:
    """What was done, as the record tells it: seconds of each step, bytes of the wheels, versions."""
    own, others, environment = folder / "wheels", folder / "others", folder / "environment"
    seconds: dict[str, float] = {}
    offline = _offline()

    def step(name: str, *command: object) -> str:
        print(name, flush=True)
        begun = time.monotonic()
        settings = {**os.environ, "PIP_NO_CACHE_DIR": "1", "GANZOO_CACHE": str(folder / "cache")}
        done = subprocess.run([*map(str, command)], cwd=folder, env=settings, capture_output=True, text=True)
        seconds[name] = round(time.monotonic() - begun, 1)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\nThis command failed: {' '.join(map(str, command))}")
        return done.stdout

    step("build the wheels", sys.executable, wheels.ROOT / "tools" / "wheels.py", own)
    (folder / "others.txt").write_text("\n".join(_others()), encoding="utf-8")
    download = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    step("fetch what has wheels", *download, "--dest", others, "-r", folder / "others.txt")
    venv.create(environment, with_pip=True, symlinks=os.name != "nt")
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    python, ganzoo = programs / "python", programs / "ganzoo"
    (wheel,) = own.glob("ganzoo_web-*.whl")
    links = ["--find-links", own, "--find-links", others]
    step("install", *offline, python, "-m", "pip", "--isolated", "install", "--no-index", *links, wheel)
    for command in (
        "train dcgan-cond --preset tiny --epochs 1 --limit 96 --out run",
        "export run --all-backends --no-verify",
        "site run --out site",
    ):
        step(f"ganzoo {command}", *offline, ganzoo, *command.split())
    for made in ("run/run.html", "run/export/export.json", "site/index.html"):
        if not (folder / made).exists():
            sys.exit(f"{made} was not made.")
    installed = step("list", *offline, python, "-m", "pip", "list", "--format", "json")
    del seconds["list"]
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "network": "none" if offline else "not used by pip (--no-index)",
        "seconds": seconds,
        "wheels": {path.name: path.stat().st_size for path in sorted(own.iterdir())},
        "others": {"files": len([*others.iterdir()]), "bytes": sum(path.stat().st_size for path in others.iterdir())},
        "installed": {package["name"]: package["version"] for package in json.loads(installed)},
    }


def _others() -> list[str]:
    """The entries of requirements/run.txt that the registry has as wheels."""
    text = (wheels.REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    return [entry for entry in re.split(r"\n(?=\S)", text) if entry.partition("==")[0] not in wheels.SOURCE_ONLY]


def _offline() -> list[str]:
    """What to put before a command so that it has no network; nothing where this machine cannot do that."""
    if not shutil.which(UNSHARED[0]):
        return []
    done = subprocess.run([*UNSHARED, sys.executable, "-c", NETWORK], capture_output=True, text=True)
    return UNSHARED if "Network is unreachable" in done.stderr else []


if __name__ == "__main__":
    main()
