"""What the zoo's architectures say of themselves."""

from __future__ import annotations

import inspect
import re

import pytest

from ganzoo import plugins
from ganzoo.export.explain import rows
from ganzoo.export.lowering import lower
from ganzoo.export.tracing import trace
from ganzoo.specs import TrainConfig
from tests.support.places import ROOT
from tests.support.registries import ARCHS


@pytest.mark.parametrize("arch", ARCHS)
def test_every_hyper_parameter_has_a_description(arch: str) -> None:
    found = plugins.ARCHS.get(arch)
    for preset in found.presets.values():
        assert set(found.descriptions) == set(preset.hparams)
    for text in found.descriptions.values():
        assert re.fullmatch(r"[A-Z].{9,99}\.", text)


@pytest.mark.parametrize("arch", ARCHS)
def test_the_readme_has_every_architecture_with_its_presets(arch: str) -> None:
    (row,) = re.findall(rf"^\| `{arch}` \|.*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {*re.findall(r"`([\w-]+)`", row)} == {arch, *plugins.ARCHS.get(arch).presets}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arch", "size", "n_classes", "said"),
    [
        ("pix2pix", 64, 9, "{adds:.0f} million multiply-adds"),
        ("fastgan", 64, 9, "{adds:.0f} million multiply-adds and {weights:.1f} million weights"),
        ("style", 64, 9, "{adds:.0f} million multiply-adds and {weights:.1f} million weights"),
        ("resnet", 32, 10, "{parameters:,} parameters"),
    ],
)
def test_counts_in_docstrings_are_those_of_the_default(arch: str, size: int, n_classes: int, said: str) -> None:
    found = plugins.ARCHS.get(arch)
    preset, recipe = next(iter(found.presets.items()))
    config = TrainConfig(arch, preset, "garments", (3, size, size), n_classes, 1, 16, 1, "cpu", recipe.hparams)
    model = found.build(config)
    (network,) = found.export(config, model)
    plan = lower(trace(network), network)
    counts = {
        "adds": sum(row.multiply_adds for row in rows(plan)) / 1e6,
        "weights": plan.n_weights / 1e6,
        "parameters": sum(parameter.size for parameter in model.params()),
    }
    assert said.format(**counts) in inspect.getsource(inspect.getmodule(found.build))
