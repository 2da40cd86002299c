"""CONTRIBUTING's recipe for a plugin, run as it stands there: from an empty folder to a trained network."""

from __future__ import annotations

import dataclasses
import re
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from ganzoo import specs
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from ganzoo.runs import run as runs
from tests.support.places import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

SECTION = (
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## A plugin of your own")[2].partition("\n## ")[0]
)
BLOCKS = dict(re.findall(r"```(toml|python|sh)\n(.*?)```", SECTION, re.DOTALL))


@pytest.fixture
def installed(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package on the path, as pip leaves it: what pip does is tested with tests/stranger."""
    project = tomllib.loads(BLOCKS["toml"])
    name, version = project["project"]["name"], project["project"]["version"]
    (module,) = project["tool"]["setuptools"]["py-modules"]
    groups = project["project"]["entry-points"]
    site = in_tmp / "site"
    metadata = site / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = [
        f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in each.items()) for group, each in groups.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(entries))
    (site / f"{module}.py").write_text(BLOCKS["python"])
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, module, raising=False)
    return site


@pytest.mark.slow
@pytest.mark.training
def test_the_recipe_leads_to_a_trained_network(installed: Path, in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    commands = [shlex.split(line) for line in BLOCKS["sh"].splitlines()]
    assert [" ".join(words[:4]) for words in commands if words[0] != "ganzoo"] == ["python -m pip install"]
    said = {}
    for _, name, *arguments in (words for words in commands if words[0] == "ganzoo"):
        if name != "export":  # which starts a browser
            short = ("--limit", 128) if name == "train" else ()
            done = ganzoo(name, *arguments, *short)
            assert done.code == 0, done.err
            said[name] = done.out
    assert re.search(r"^ *blot +learns the mean picture", said["list"], re.MULTILINE)
    assert "latent_dim" in said["info"] and "runs/blot/sample.png" in said["sample"]
    run = runs.load(in_tmp / "runs" / "blot")
    (network,) = run.networks()
    assert lower(trace(network), network).steps
    assert 0 < run.log()[-1]["loss"] < run.log()[0]["loss"]
    refused = ganzoo("train", "blot", "--limit", 128, "--set", "latent_dim=0", "--out", "runs/other")
    assert refused.code == 2 and refused.err == "latent_dim is 0.\nIt must be 1 or more.\n"
    assert not (in_tmp / "runs" / "other").exists()


@pytest.mark.parametrize(
    "contract", [specs.Arch, specs.Preset, specs.Training, specs.Network, specs.TensorSpec, specs.Part, specs.Data]
)
def test_every_field_is_named(contract: type) -> None:
    for field in dataclasses.fields(contract):
        assert f"`{field.name}`" in SECTION, f"{contract.__name__}.{field.name}"
