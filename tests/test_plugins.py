"""The registries: lazy, and strict about names. tests/test_stranger.py goes through their door from outside."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from ganzoo import plugins
from ganzoo.errors import DuplicateNameError, PluginError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done


def package(folder: Path, name: str, group: str, entry: str, source: str = "") -> None:
    """An installed distribution, as pip leaves it: metadata with one entry point, and a module."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
    (folder / f"{name}.py").write_text(source)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_builtins_come_through_the_door_of_strangers() -> None:
    assert {"cnn", "dcgan-cond", "wgan-gp"} <= set(plugins.ARCHS.names())
    assert {"webgpu", "webgl", "webassembly"} <= set(plugins.BACKENDS.names())
    assert {"digits", "mnist", "fashion-mnist", "kmnist", "folder"} <= set(plugins.DATASETS.names())
    for registry in (plugins.ARCHS, plugins.BACKENDS, plugins.DATASETS):
        for found in registry.list():
            assert found.error is None and found.spec and found.spec.name == found.name


def test_names_import_nothing(site: Path) -> None:
    package(site, "sleeper", "ganzoo.archs", "sleeper = sleeper:ARCH", "raise SystemError('imported')")
    assert "sleeper" in plugins.ARCHS.names()
    assert "sleeper" not in sys.modules


def test_duplicate_name_raises_and_names_both_packages(site: Path) -> None:
    package(site, "impostor", "ganzoo.archs", "cnn = impostor:ARCH")
    with pytest.raises(
        DuplicateNameError,
        match=r"ganzoo.archs.cnn:ARCH \(ganzoo\) and impostor:ARCH \(impostor\)|impostor:ARCH \(impostor\) and ganzoo",
    ):
        plugins.ARCHS.get("wgan-gp")


def test_broken_plugin_is_listed_and_harms_nobody_else(site: Path, ganzoo: Callable[..., Done]) -> None:
    package(site, "broken", "ganzoo.archs", "broken = broken:ARCH", "import a_module_that_is_not_there")
    listed = {found.name: found for found in plugins.ARCHS.list()}
    assert "a_module_that_is_not_there" in str(listed["broken"].error)
    assert listed["cnn"].spec is not None
    assert plugins.ARCHS.get("cnn").name == "cnn"
    with pytest.raises(PluginError, match="does not import"):
        plugins.ARCHS.get("broken")
    done = ganzoo("list", "archs")
    assert done.code == 0 and "BROKEN" in done.out and "cnn" in done.out
    entry = next(e for e in json.loads(ganzoo("list", "archs", "--json").out)["archs"] if e["name"] == "broken")
    assert entry["package"] == "broken" and "not_there" in entry["error"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ARCH = 'a text'", "is no Arch"),
        ("from ganzoo.archs.cnn import ARCH", "calls itself 'cnn'"),
        ("", "does not import"),
        ("import sys; sys.exit(5)", "SystemExit: 5"),
    ],
)
def test_plugin_that_breaks_its_promise(source: str, words: str, site: Path) -> None:
    package(site, "liar", "ganzoo.archs", "liar = liar:ARCH", source)
    sys.modules.pop("liar", None)
    with pytest.raises(PluginError, match=words):
        plugins.ARCHS.get("liar")


def test_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        plugins.ARCHS.get("dcgan-con")
    assert "Did you mean 'dcgan-cond'?" in caught.value.remedy
    with pytest.raises(UnknownNameError) as caught:
        plugins.ARCHS.get("xyzzy")
    assert "Did you mean" not in caught.value.remedy and "wgan-gp" in caught.value.remedy
