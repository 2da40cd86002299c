"""What the zoo's architectures say of themselves."""

from __future__ import annotations

import re

import pytest

from ganzoo import plugins
from tests.support.registries import ARCHS


@pytest.mark.parametrize("arch", ARCHS)
def test_every_hyper_parameter_has_a_description(arch: str) -> None:
    found = plugins.ARCHS.get(arch)
    for preset in found.presets.values():
        assert set(found.descriptions) == set(preset.hparams)
    for text in found.descriptions.values():
        assert re.fullmatch(r"[A-Z].{9,99}\.", text)
