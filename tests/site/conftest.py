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
    from tests.support.shared import Shared


@pytest.fixture
def pair(tmp_path: Path) -> list[tuple[exports.Export, Run | None]]:
    both = (made_by_hand(tmp_path / kind, kind, f"my-{kind}") for kind in KINDS)
    return [(export, None) for export in both]


@pytest.fixture(scope="session")
def real(runs: Mapping[str, Run], shared: Shared) -> Path:
    """The site of trained networks on all backends, one with its weights in f16."""
    from ganzoo.export.layouts import ExportOptions

    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    chosen = (("dcgan-cond", ExportOptions(weights="f16")), ("cnn", ExportOptions()))

    def make(folder: Path) -> None:
        written = [
            (exports.write(runs[arch], backends, folder / arch, options=options).export, runs[arch])
            for arch, options in chosen
        ]
        build.build(written, folder / "site")

    return shared.made("site", make) / "site"
