"""Exports made by hand, and the site of real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ganzoo import plugins
from ganzoo.export import exports
from ganzoo.site import build
from tests.support.registries import BACKENDS
from tests.support.sites import KINDS, made_by_hand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


@pytest.fixture
def pair(tmp_path: Path) -> list[tuple[exports.Export, Run | None]]:
    both = (made_by_hand(tmp_path / kind, kind, f"my-{kind}") for kind in KINDS)
    return [(export, None) for export in both]


@pytest.fixture(scope="session")
def real(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of trained networks on all backends, one with its weights in f16."""
    from ganzoo.export.layouts import ExportOptions

    folder = tmp_path_factory.mktemp("real")
    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    chosen = (("dcgan-cond", ExportOptions(weights="f16")), ("cnn", ExportOptions()))
    made = [
        (exports.write(runs[arch], backends, folder / arch, options=options).export, runs[arch])
        for arch, options in chosen
    ]
    return build.build(made, folder / "site").path
