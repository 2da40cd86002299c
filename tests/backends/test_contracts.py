"""What every backend of the registry owes its contract, and what an export takes from it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo import plugins
from ganzoo.errors import UsageError
from ganzoo.export import exports
from ganzoo.specs import WebdnnTarget
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.specs import Backend
    from tests.support.command import Done


def every() -> list[Backend]:
    return [plugins.BACKENDS.get(name) for name in BACKENDS]


@pytest.mark.parametrize("backend", every(), ids=lambda backend: backend.name)
def test_a_backend_says_what_people_and_pages_read(backend: Backend) -> None:
    assert backend.title and backend.summary
    assert 0 < backend.tolerance < 0.01
    assert backend.modules and all(module.suffix == ".js" and module.is_file() for module in backend.modules)
    assert "export async function create(" in backend.modules[0].read_text() or "export function create(" in (
        backend.modules[0].read_text()
    )


def test_a_bundle_has_titles_and_the_order_of_preference(runs: Mapping[str, Run], tmp_path: Path) -> None:
    """However the command line names them."""
    chosen = every()
    unlikely = sorted(chosen, key=lambda backend: -backend.order)
    titled = [replace(backend, title=f"My {backend.name}") for backend in unlikely]
    made = exports.write(runs["cnn"], titled, tmp_path / "export").export
    manifest = json.loads((tmp_path / "export" / "classifier" / "manifest.json").read_text())
    assert list(manifest["backends"]) == made.backends == [backend.name for backend in reversed(unlikely)]
    assert {name: entry["title"] for name, entry in manifest["backends"].items()} == {
        backend.name: f"My {backend.name}" for backend in chosen
    }


def test_the_one_whose_first_picture_comes_soonest_is_tried_first() -> None:
    """docs/decisions/0013-the-first-picture.md"""
    assert min(every(), key=lambda backend: backend.order).name == "webassembly"


def test_webdnns_layout_refuses_a_backend_that_has_no_files_in_it(runs: Mapping[str, Run], tmp_path: Path) -> None:
    alone = replace(plugins.BACKENDS.get("webgl"), name="mine", webdnn=None)
    with pytest.raises(UsageError, match="backend mine does not support WebDNN's layout") as caught:
        exports.write(runs["cnn"], [alone], tmp_path / "export", layout="webdnn")
    assert "--layout ganzoo" in caught.value.remedy
    assert not any(tmp_path.iterdir())


def test_webdnns_half_is_all_that_webdnns_layout_asks_for(runs: Mapping[str, Run], tmp_path: Path) -> None:
    def count(graph: Any) -> Counter[str]:
        from webdnn.graph import traverse

        return Counter(type(operator).__name__ for operator in traverse.listup_operators(graph))

    def write(counts: Counter[str], folder: Path, toolchain: str | None) -> None:
        (folder / "census.json").write_text(json.dumps(counts))

    def refuse(plan: Any) -> Any:
        raise AssertionError("nothing is compiled for this layout")

    target = WebdnnTarget(count, write, runs=False, note="for reading only")
    census = replace(plugins.BACKENDS.get("webgl"), name="census", compile=refuse, webdnn=target)
    made = exports.write(runs["cnn"], [census], tmp_path / "export", layout="webdnn").export
    assert json.loads((made.path / "classifier" / "census.json").read_text())["Softmax"] == 1
    assert made.runnable == [] and made.notes == {"census": "for reading only"}


def test_info_names_what_pages_call_it(ganzoo: Callable[..., Done]) -> None:
    told = json.loads(ganzoo("info", "webgl", "--json").out)
    assert told["title"] == "WebGL" and told["toolchains"] == []
    assert "toolchains" not in ganzoo("info", "webgl").out  # what there is nothing to tell of is left out
