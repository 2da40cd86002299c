"""The registries: lazy, and strict about names. tests/test_stranger.py goes through their door from outside."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo import plugins
from ganzoo.errors import DuplicateNameError, PluginError, UnknownNameError
from ganzoo.specs import Network, Part, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.command import Done


STRANGER = Path(__file__).parent / "stranger"
MADE = "from dataclasses import replace; from ganzoo.archs.cnn import ARCH; from ganzoo.specs import Preset;"


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
        for spec, name in zip(registry.working(pytest.fail), registry.names(), strict=True):
            assert spec.name == name


def test_names_import_nothing(site: Path) -> None:
    package(site, "sleeper", "ganzoo.archs", "sleeper = sleeper:ARCH", "raise SystemError('imported')")
    assert "sleeper" in plugins.ARCHS.names()
    assert "sleeper" not in sys.modules


def test_a_name_that_two_packages_claim_is_nobodys_and_harms_no_other(site: Path, ganzoo: Callable[..., Done]) -> None:
    package(site, "impostor", "ganzoo.archs", "cnn = impostor:ARCH")
    with pytest.raises(DuplicateNameError, match=r"ganzoo.archs.cnn:ARCH \(.*\) and impostor:ARCH \(impostor\)"):
        plugins.ARCHS.get("cnn")
    assert plugins.ARCHS.get("wgan-gp").name == "wgan-gp"
    listed = {entry["name"]: entry for entry in json.loads(ganzoo("list", "archs", "--json").out)["archs"]}
    assert "Two plugins claim" in listed["cnn"]["error"] and "impostor" in listed["cnn"]["package"]
    assert "error" not in listed["wgan-gp"]


@pytest.mark.slow
def test_no_plugin_takes_the_list_down(site: Path, ganzoo: Callable[..., Done]) -> None:
    """Each is imported in a process of its own, where it may do what it likes."""
    sources = {
        "missing": ("import a_module_that_is_not_there", "No module named 'a_module_that_is_not_there'"),
        "base": ("raise BaseException('out of the ordinary')", "BaseException: out of the ordinary"),
        "exits": ("import os; os._exit(0)", "Its import ends the process, with exit code 0"),
        "steers": ("raise ValueError('\\x1b[2J')", "ValueError: \x1b[2J"),
        "prints": ("import os, sys; print('print'); os.write(1, b'write'); from ganzoo.archs.cnn import ARCH", "'cnn'"),
    }
    for name, (source, _) in sources.items():
        package(site, f"plugin_{name}", "ganzoo.archs", f"{name} = plugin_{name}:ARCH", source)
    done = ganzoo("list", "archs", "--json")
    listed = {entry["name"]: entry for entry in json.loads(done.out)["archs"]}
    for name, (_, words) in sources.items():
        assert words in listed[name]["error"], listed[name]
        assert listed[name]["package"] == f"plugin_{name}"
    assert "error" not in listed["cnn"] and not done.code
    shown = ganzoo("list", "archs").out
    assert "BROKEN" in shown and "\x1b" not in shown and "?[2J" in shown


@pytest.mark.slow
def test_a_plugin_that_loops_costs_a_list_its_patience(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganzoo import catalog

    package(site, "looper", "ganzoo.datasets", "looper = looper:DATASET", "while True: pass")
    monkeypatch.setattr(catalog, "PATIENCE", 0.0)
    listed = {entry["name"]: entry for entry in catalog.listing("datasets", site)}
    assert "does not end within 0 seconds" in listed["looper"]["error"] and "error" not in listed["mnist"]


def test_a_broken_plugin_is_left_out_where_all_are_wanted(site: Path) -> None:
    package(site, "broken", "ganzoo.backends", "broken = broken:BACKEND", "import a_module_that_is_not_there")
    said: list[str] = []
    assert {spec.name for spec in plugins.BACKENDS.working(said.append)} >= {"webgpu", "webgl", "webassembly"}
    assert len(said) == 1 and "'broken' cannot be imported: ModuleNotFoundError: No module named 'a_module" in said[0]
    assert "from the package 'broken'. Fix, update or uninstall that package." in said[0]


def test_what_a_plugin_prints_is_kept_from_standard_output(
    site: Path, capfd: pytest.CaptureFixture[str], ganzoo: Callable[..., Done]
) -> None:
    source = "import os; print('by Python'); os.write(1, b'by C'); from ganzoo_stranger.stripes import DATASET"
    package(site, "talker", "ganzoo.datasets", "stripes = talker:DATASET", source)
    site.joinpath("ganzoo_stranger").symlink_to(STRANGER / "ganzoo_stranger")
    done = ganzoo("info", "stripes", "--json")
    assert json.loads(done.out)["kind"] == "dataset"
    assert "by Python" in done.err and "by C" in done.err
    sys.modules.pop("talker")
    assert plugins.DATASETS.get("stripes")
    assert capfd.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.training
def test_what_a_hook_prints_is_kept_from_standard_output(site: Path, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    """With --json and without: what is printed there are paths, which programs read."""
    source = """if True:
        import os
        from dataclasses import replace
        from ganzoo.archs.cnn import ARCH as CNN

        def loud(hook):
            def talk(*arguments):
                print("by Python", flush=True)
                os.write(1, b"by C")
                return hook(*arguments)
            return talk

        ARCH = replace(CNN, name="loud", build=loud(CNN.build), train=loud(CNN.train), export=loud(CNN.export))
    """
    package(site, "hooks", "ganzoo.archs", "loud = hooks:ARCH", source)
    trained = ganzoo("train", "loud", "--limit", 64, "--epochs", 1, "--out", "run")
    assert trained.code == 0 and trained.out == "run\n"
    compiled = ganzoo("export", "run", "--explain", "--json")
    assert compiled.code == 0 and "classifier" in json.loads(compiled.out)
    for done in (trained, compiled):
        assert "by Python" in done.err and "by C" in done.err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ARCH = 'a text'", "is not an instance of Arch"),
        ("from ganzoo.archs.cnn import ARCH", "has another name, 'cnn'"),
        ("", "cannot be imported"),
        ("import sys; sys.exit(5)", "SystemExit: 5"),
        ("raise BaseException('out of the ordinary')", "BaseException: out of the ordinary"),
        (f"{MADE} ARCH = replace(ARCH, presets=None)", "Arch.presets is None"),
        (f"{MADE} ARCH = replace(ARCH, presets={{}})", "Arch.presets is {}"),
        (f"{MADE} ARCH = replace(ARCH, presets=[])", "Arch.presets is []"),
        (f"{MADE} ARCH = replace(ARCH, presets={{'a': 3}})", "Arch.presets is {'a': 3}"),
        (f"{MADE} ARCH = replace(ARCH, descriptions={{'a': 3}})", "Arch.descriptions is {'a': 3}"),
        (f"{MADE} ARCH = replace(ARCH, former_names={{'a': 3}})", "Arch.former_names is {'a': 3}"),
        (f"{MADE} ARCH = replace(ARCH, train=None)", "Arch.train is None"),
        (f"{MADE} ARCH = replace(ARCH, name='../liar')", "Arch.name is '../liar'"),
        (f"{MADE} Preset('', batch_size=0)", "Preset.batch_size is 0"),
        (f"{MADE} Preset('', 1, epochs=True)", "Preset.epochs is True"),
        (f"{MADE} Preset('', 1, hparams={{'a': None}})", "Preset.hparams is {'a': None}"),
    ],
)
def test_plugin_that_breaks_its_promise(source: str, words: str, site: Path) -> None:
    package(site, "liar", "ganzoo.archs", "liar = liar:ARCH", source)
    sys.modules.pop("liar", None)
    with pytest.raises(PluginError, match=re.escape(words)):
        plugins.ARCHS.get("liar")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "../a", "/a", "a\n", "a\x1b", None, 3])
def test_no_name_leads_out_of_a_folder(name: Any) -> None:
    x = TensorSpec("x", (1,), "latent")
    for make in (
        lambda: replace(plugins.ARCHS.get("cnn"), name=name),
        lambda: replace(plugins.BACKENDS.get("webgpu"), name=name),
        lambda: replace(plugins.DATASETS.get("digits"), name=name),
        lambda: Network(name, None, print, (x,), (x,)),
        lambda: TensorSpec(name, (1,), "latent"),
        lambda: Part(name, 1, "latent"),
    ):
        with pytest.raises(PluginError, match=r"\.name is"):
            make()


def test_what_a_hook_gives_is_what_its_contract_says() -> None:
    arch, config = plugins.ARCHS.get("cnn"), None
    for hook, call in (
        ("build", plugins.built),
        ("train", lambda arch, config: plugins.trained(arch, config, None)),  # type: ignore[arg-type]
        ("export", lambda arch, config: plugins.exported(arch, config, None)),
    ):
        for given in (None, 3, [None]):
            with pytest.raises(PluginError, match=f"The '{hook}' of the plugin 'cnn' gives"):
                call(replace(arch, **{hook: lambda *arguments, given=given: given}), config)
    with pytest.raises(PluginError, match="The 'compile' of the plugin 'webgpu' gives NoneType, where Program belongs"):
        plugins.compiled(replace(plugins.BACKENDS.get("webgpu"), compile=lambda plan: None), None)  # type: ignore


def test_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        plugins.ARCHS.get("dcgan-con")
    assert "Did you mean 'dcgan-cond'?" in caught.value.remedy
    with pytest.raises(UnknownNameError) as caught:
        plugins.ARCHS.get("xyzzy")
    assert "Did you mean" not in caught.value.remedy and "wgan-gp" in caught.value.remedy
