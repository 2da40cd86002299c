"""A stranger's package, tests/stranger/: built and installed by pip, then used from the list to the browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.places import TESTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]

STRANGER = TESTS / "stranger"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("stranger")
    source = shutil.copytree(STRANGER, tmp_path_factory.mktemp("source") / "stranger")  # pip builds in place
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    build = ["--no-build-isolation", "--no-deps", "--no-index", "--target", str(folder), str(source)]
    subprocess.run([*pip, *build], check=True)
    return folder


@pytest.fixture(scope="module")
def ganzoo(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command line with the package there, in a folder where its network is trained."""
    folder = tmp_path_factory.mktemp("work")
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ganzoo", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return done

    run("train", "stripe-gan", "--dataset", "stripes", "--epochs", "1", "--out", "runs/painter")
    return run


@pytest.mark.slow
def test_a_strangers_plugins_are_listed_beside_the_built_ins(ganzoo: Command) -> None:
    listed = json.loads(ganzoo("list", "--json").stdout)
    for kind, name in (
        ("archs", "stripe-gan"),
        ("frontends", "matrix"),
        ("backends", "plain"),
        ("datasets", "stripes"),
    ):
        entry = next(entry for entry in listed[kind] if entry["name"] == name)
        assert entry["package"] == "ganzoo-stranger" and "error" not in entry
        assert len(listed[kind]) > 1
    assert json.loads(ganzoo("info", "plain", "--json").stdout)["title"] == "Plain JavaScript"


@pytest.mark.slow
def test_a_strangers_frontend_reads_a_strangers_file(ganzoo: Command, tmp_path: Path) -> None:
    file = tmp_path / "turn.matrix"
    file.write_text("0 1\n-1 0\n")
    rows = json.loads(ganzoo("export", str(file), "--explain", "--json").stdout)["turn"]
    assert [(row["inputs"], row["output"], row["multiply_adds"]) for row in rows] == [([[2]], [2], 4)]
    file.write_text("0 1\nnothing")
    done = ganzoo("export", str(file), "--explain", code=2)
    assert "turn.matrix is no matrix" in done.stderr and "Write rows of numbers." in done.stderr


@pytest.mark.slow
def test_a_strangers_generator_draws(ganzoo: Command, tmp_path: Path) -> None:
    picture = tmp_path / "stripes.png"
    ganzoo("sample", "painter", "--label", "vertical", "--out", str(picture))
    assert picture.stat().st_size


@pytest.mark.browser
def test_a_strangers_network_on_a_strangers_backend_in_a_browser(ganzoo: Command, tmp_path: Path) -> None:
    out = tmp_path / "export"
    done = ganzoo("export", "painter", "--all-backends", "--verify", "--out", str(out), "--json")
    checks = {check["backend"]: check for check in json.loads(done.stdout)["checks"] if check["encoding"] == "f32"}
    assert len(checks) > 1  # the built-in ones as well
    assert checks["plain"]["ok"] and 0 <= checks["plain"]["max_abs_error"] < 1e-5
    assert checks["plain"]["renderer"] == "CPU"
    entries = json.loads((out / "painter" / "manifest.json").read_text())["backends"]
    assert list(entries)[-1] == "plain" and entries["plain"]["title"] == "Plain JavaScript"


@pytest.mark.slow
def test_what_a_strangers_backend_lacks_is_refused_by_name(ganzoo: Command, tmp_path: Path) -> None:
    ganzoo("train", "cnn", "--dataset", "digits", "--epochs", "1", "--limit", "64", "--out", "runs/cnn")
    done = ganzoo("export", "cnn", "--backend", "plain", "--out", str(tmp_path / "export"), code=2)
    assert "Layer conv1: the backend plain does not compute conv." in done.stderr
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_a_strangers_backend_has_no_files_in_webdnns_layout(ganzoo: Command, tmp_path: Path) -> None:
    done = ganzoo(
        "export", "painter", "--backend", "plain", "--layout", "webdnn", "--out", str(tmp_path / "export"), code=2
    )
    assert "The backend plain does not support WebDNN's layout." in done.stderr
    assert not any(tmp_path.iterdir())
